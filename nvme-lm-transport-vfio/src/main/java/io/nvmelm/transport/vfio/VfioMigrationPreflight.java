package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HostFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reasons of one side why a device could not be migrated by its driver now. Asks by `VFIO_DEVICE_FEATURE` with GET alone, and reads
/// what `/proc` says of this process.
final class VfioMigrationPreflight {
    /// A session is a file descriptor; a second is spare.
    private static final int NEEDED_DESCRIPTORS = 2;
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\d{1,18})\\s");
    private static final String BIND_ANEW = "See the kernel's log (dmesg); the device may have to be bound anew";

    private final List<PreflightFinding> findings = new ArrayList<>();
    private final String device;
    private final MigrationRole role;

    VfioMigrationPreflight(String device, MigrationRole role) {
        this.device = device;
        this.role = role;
    }

    List<PreflightFinding> ofClosed() {
        add(Severity.BLOCKER, PreflightReason.DEVICE_CONDITION, "device", "closed", "open", "Open it again");
        return List.copyOf(findings);
    }

    /// @param features   asks the device
    /// @param vfioDevice the device; null where only its file is known
    /// @param resettable whether it can be reset
    /// @param tracked    whether the memory that it writes can be tracked
    /// @param files      what the kernel says of this process
    List<PreflightFinding> of(
            DeviceFeatures features,
            @Nullable VfioDevice vfioDevice,
            boolean resettable,
            boolean tracked,
            HostFiles files) {
        support(features, vfioDevice);
        condition(features);
        size(features);
        if (!resettable) {
            add(
                    Severity.WARNING,
                    PreflightReason.DEVICE_CONDITION,
                    "VFIO_DEVICE_FLAGS_RESET",
                    "0: the device cannot be reset",
                    "1",
                    "After a failed load only closing the device leads back");
        }
        if (role == MigrationRole.SOURCE && !tracked) {
            add(
                    Severity.NOTE,
                    PreflightReason.TRANSPORT_LIMIT,
                    "tracking of guest memory",
                    "not there: neither the driver nor the page table of the IOMMU has it",
                    "there, if the VMM tracks what the device writes by it",
                    "Open the device by cdev on an IOMMU that tracks, or copy all memory in the blackout");
        }
        descriptors(files);
        return List.copyOf(findings);
    }

    private void support(DeviceFeatures features, @Nullable VfioDevice vfioDevice) {
        MigrationProbe probe;
        try {
            probe = MigrationProbe.of(features, vfioDevice);
        } catch (LiveMigrationException e) {
            boolean permission = e instanceof TransportException kernel && isPermission(kernel.errno().orElse(0));
            add(
                    Severity.BLOCKER,
                    permission ? PreflightReason.PERMISSION : PreflightReason.UNKNOWN,
                    "VFIO_DEVICE_FEATURE_MIGRATION",
                    "not known: " + e.getMessage(),
                    "an answer",
                    e.remedy());
            return;
        }
        for (var reason : probe.reasons()) {
            add(
                    Severity.BLOCKER,
                    PreflightReason.MIGRATION_UNSUPPORTED,
                    "VFIO_DEVICE_FEATURE_MIGRATION",
                    "not there: " + reason,
                    "STOP_COPY",
                    "Bind a driver that migrates the device");
        }
        if (probe.reasons().isEmpty() && !probe.capabilities().equals(Set.of(MigrationCapability.values()))) {
            add(
                    Severity.NOTE,
                    PreflightReason.MIGRATION_UNSUPPORTED,
                    "VFIO_DEVICE_FEATURE_MIGRATION",
                    probe.capabilities().stream().sorted().toList().toString(),
                    List.of(MigrationCapability.values()).toString(),
                    "Without P2P the device migrates alone; without PRE_COPY all of its state moves in the blackout");
        }
    }

    private void condition(DeviceFeatures features) {
        int answer = features.state();
        if (answer < 0) {
            refused("VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE", -answer, Severity.BLOCKER);
            return;
        }
        var state = DeviceState.fromValue(answer);
        if (!state.equals(Optional.of(DeviceState.RUNNING))) {
            add(
                    Severity.BLOCKER,
                    PreflightReason.DEVICE_CONDITION,
                    "device state",
                    state.map(DeviceState::toString).orElse(answer + ", which this library does not know"),
                    "RUNNING",
                    "Find out who stopped it, then take it to RUNNING, or reset it when no guest uses it");
        }
    }

    /// Drivers need not have an estimate.
    private void size(DeviceFeatures features) {
        long estimate = features.dataSize();
        if (estimate < 0 && !DeviceFeatures.isAbsent(estimate)) {
            refused("VFIO_DEVICE_FEATURE_MIG_DATA_SIZE", (int) -estimate, Severity.WARNING);
        } else if (estimate <= 0) {
            add(
                    Severity.NOTE,
                    PreflightReason.UNKNOWN,
                    "VFIO_DEVICE_FEATURE_MIG_DATA_SIZE",
                    "not known: the driver has no estimate",
                    "known, to estimate the blackout",
                    "Allow a longer blackout, or measure one");
        }
    }

    private void refused(String field, int errno, Severity severity) {
        boolean permission = isPermission(errno);
        add(
                severity,
                permission ? PreflightReason.PERMISSION : PreflightReason.UNKNOWN,
                field,
                "not known: the kernel answers " + Errno.text(errno),
                "an answer",
                permission ? "Run with the rights that opened the device" : BIND_ANEW);
    }

    private static boolean isPermission(int errno) {
        return errno == Errno.EPERM || errno == Errno.EACCES;
    }

    private void descriptors(HostFiles files) {
        var limit = OPEN_FILES.matcher(files.text("/proc/self/limits").orElse(""));
        int used = files.names("/proc/self/fd").size();
        if (limit.find() && used > 0 && Long.parseLong(limit.group(1)) - used < NEEDED_DESCRIPTORS) {
            add(
                    Severity.BLOCKER,
                    PreflightReason.RESOURCES,
                    "file descriptors",
                    used + " of " + limit.group(1) + " are open",
                    NEEDED_DESCRIPTORS + " more",
                    "Raise the limit of open files with: ulimit -n");
        }
    }

    private void add(
            Severity severity,
            PreflightReason reason,
            String field,
            String found,
            String required,
            String remedy) {
        findings.add(new PreflightFinding(severity, reason, role, device, field, found, required, remedy));
    }
}

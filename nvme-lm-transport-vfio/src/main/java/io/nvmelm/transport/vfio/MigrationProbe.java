package io.nvmelm.transport.vfio;

import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.HostFiles;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.uapi.VfioFeature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a device answers when it is asked what migration it has: its capabilities, or every reason why it has none.
///
/// @param capabilities what the device can do; to be used only without reasons
/// @param reasons      why it cannot be migrated, one sentence each; empty when it can
record MigrationProbe(Set<MigrationCapability> capabilities, List<String> reasons) {
    private static final String IOMMU_GROUPS = "/sys/kernel/iommu_groups/";
    private static final String FAKE_GROUP = "vfio-noiommu";

    private static MigrationProbe of(DeviceFeatures features, HostFiles files, DeviceAddress address) {
        String driver = files.linkedName(address.sysfsPath() + "/driver")
                .map(name -> "the kernel driver " + name)
                .orElse("the kernel driver of this device");
        var reasons = new ArrayList<String>();
        var group = files.linkedName(address.sysfsPath() + "/iommu_group");
        // The group of a mediated device has this name as well, though its driver confines it.
        if (address instanceof PciAddress && group.flatMap(number -> files.text(IOMMU_GROUPS + number + "/name"))
                .filter(FAKE_GROUP::equals)
                .isPresent()) {
            reasons.add(
                    "no IOMMU confines the device, so a state that is loaded could make it write anywhere; enable the"
                            + " IOMMU in the firmware and by intel_iommu=on or amd_iommu=on");
        }
        return of(features, driver, reasons);
    }

    /// Asks a device that is open.
    ///
    /// @param device the device; null where only its file descriptor is known
    /// @throws io.nvmelm.TransportException when the device does not answer
    static MigrationProbe of(DeviceFeatures features, @Nullable VfioDevice device) {
        return device == null
                ? of(features, "the kernel driver of this device", new ArrayList<>())
                : of(features, device.host().files(), device.address());
    }

    private static MigrationProbe of(DeviceFeatures features, String driver, List<String> reasons) {
        long flags = features.migrationFlags();
        if (DeviceFeatures.isAbsent(flags)) {
            reasons.add(driver
                    + " cannot migrate this device; bind a variant driver, or migrate the controller by the library"
                    + " through its controlling controller");
            return new MigrationProbe(Set.of(), List.copyOf(reasons));
        }
        if (flags < 0) {
            throw failed("asking what migration the device has", (int) -flags);
        }
        var capabilities = MigrationCapability.fromFlags(flags);
        if (!capabilities.contains(MigrationCapability.STOP_COPY)) {
            reasons.add(driver + " does not offer STOP_COPY (its migration flags are 0x" + Long.toHexString(flags)
                    + "), without which no state can be read or written; use a newer driver");
        }
        int state = features.state();
        if (DeviceFeatures.isAbsent(state)) {
            reasons.add(driver + " does not tell the migration state of the device; use a newer driver");
        } else if (state < 0) {
            throw failed("asking for the migration state", -state);
        }
        return new MigrationProbe(Set.copyOf(capabilities), List.copyOf(reasons));
    }

    /// {@return whether the device says since now when it has begun anew with its initial data} To be asked where it
    /// has PRE_COPY alone: kernels answer for others as they like, and older ones do not know the feature.
    ///
    /// @throws io.nvmelm.TransportException when the device fails
    static boolean enableReinitialization(DeviceFeatures features) {
        int result = features.set(VfioFeature.MIG_PRECOPY_INFO_V2);
        if (result == -Errno.ENOTTY || result == -Errno.EINVAL) {
            return false;
        }
        if (result < 0) {
            throw failed("asking for notice of new initial data", -result);
        }
        return true;
    }

    private static RuntimeException failed(String doing, int errno) {
        return KernelError.of(doing, errno, "See the kernel's log (dmesg); the device may have to be bound anew");
    }

    /// @throws MigrationUnsupportedException when there are reasons against migration
    void requireMigratable() {
        if (!reasons.isEmpty()) {
            throw new MigrationUnsupportedException(reasons);
        }
    }
}

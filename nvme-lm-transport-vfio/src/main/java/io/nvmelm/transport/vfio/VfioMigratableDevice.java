package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationClaim;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationRole;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A device that a driver of the kernel migrates, through the VFIO migration interface version 2 (`linux/vfio.h`,
/// `VFIO_DEVICE_FEATURE`).
///
/// The kernel's answer to "which state" is asked before every request, because a guest can reset its device at any
/// time; a session that a reset ended then says so. While the device is stopped for migration, accesses to the regions
/// of the [VfioDevice] are refused. One lock covers arcs, questions and resets; the data of a session and the tracking
/// of memory have locks of their own. So a driver that is stuck in an arc holds up [#state()], [#reset()] and [#close()]
/// until it returns: the kernel has no way to interrupt it.
///
/// A load that a reset by somebody else ended is never taken for a success: the next request says so, once.
///
/// What the state of a device does not carry is for the VMM to redo after a load and after [#reset()]: Bus Master in
/// the command register ([VfioDevice#enableBusMaster()]), the interrupts ([VfioDevice#interrupts()]), and after a reset
/// the tracking of memory.
public final class VfioMigratableDevice implements MigratableDevice {
    private final LinuxHost host;
    private final DeviceIdentity identity;
    private final TransferOptions options;
    private final OpenFile file;
    private final @Nullable VfioDevice device;
    private final boolean ownsDevice;
    private final DeviceFeatures features;
    private final MigrationStateMachine machine;
    private final VfioMigratableDeviceStates states;
    private final @Nullable VfioMigratableDeviceTracking tracking;
    private final ReentrantLock stateLock = new ReentrantLock();
    private final MigrationClaim claim = new MigrationClaim();
    private boolean closed;
    private boolean deviceClosed;
    /// Largest estimate that the kernel has given.
    private long largestEstimate = 1;

    private VfioMigratableDevice(
            LinuxHost host,
            String name,
            OpenFile file,
            @Nullable VfioDevice device,
            boolean ownsDevice,
            TransferOptions options) {
        this.host = host;
        this.identity = new DeviceIdentity(name, Optional.empty());
        this.options = options;
        this.file = file;
        this.device = device;
        this.ownsDevice = ownsDevice;
        this.features = new DeviceFeatures(host, file);
        var probe = MigrationProbe.of(features, device);
        probe.requireMigratable();
        this.machine = MigrationStateMachine.of(probe.capabilities());
        boolean tellsReinitialization = probe.capabilities().contains(MigrationCapability.PRE_COPY)
                && MigrationProbe.enableReinitialization(features);
        this.states = new VfioMigratableDeviceStates(
                host, name, features, machine, options, tellsReinitialization, device == null ? null : device.gate(),
                this::trackingWasLost);
        this.tracking = findTracking();
        states.observe();
    }

    /// Opens a device of this host with [VfioOptions#defaults()].
    ///
    /// @param address where it is
    /// @return the device, RUNNING
    /// @throws LiveMigrationException as [#open(DeviceAddress, VfioOptions)] says
    public static VfioMigratableDevice open(DeviceAddress address) {
        return open(address, VfioOptions.defaults());
    }

    /// Opens a device of this host, with the defaults of [TransferOptions].
    ///
    /// @param address where it is
    /// @param options how to open it
    /// @return the device, RUNNING
    /// @throws LiveMigrationException as [#open(DeviceAddress, VfioOptions, TransferOptions)] says
    public static VfioMigratableDevice open(DeviceAddress address, VfioOptions options) {
        return open(address, options, TransferOptions.defaults());
    }

    /// Opens a device of this host. Closing it closes the device, which the kernel then resets. Blocks for the reset
    /// that the kernel does.
    ///
    /// @param address  where it is
    /// @param options  how to open it
    /// @param transfer the command timeout is how long a read or write waits for the driver, and a reset for a busy
    ///                 device; the piece is what a buffer on the heap is copied through
    /// @return the device, RUNNING
    /// @throws MigrationUnsupportedException with every reason, when the kernel cannot migrate it; nothing is left open
    /// @throws TransportException            when it cannot be opened or does not answer; nothing is left open
    public static VfioMigratableDevice open(DeviceAddress address, VfioOptions options, TransferOptions transfer) {
        return open(LinuxHost.local(), address, options, transfer);
    }

    static VfioMigratableDevice open(
            LinuxHost host, DeviceAddress address, VfioOptions options, TransferOptions transfer) {
        var device = VfioDevice.open(host, address, options);
        try {
            var result = over(device, true, transfer);
            result.leaveStateOfEarlierOwner();
            return result;
        } catch (RuntimeException e) {
            try {
                device.close();
            } catch (LiveMigrationException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    /// A device that was just opened runs. Some drivers keep the state in which an earlier owner closed it, though they dropped
    /// that owner's session; the kernel's sample driver then brings the kernel down when RESUMING is left. A reset is right for all.
    private void leaveStateOfEarlierOwner() {
        if (state() != DeviceState.RUNNING) {
            reset();
        }
    }

    /// Takes a device that a VMM has open already, with the defaults of [TransferOptions]. The device stays the VMM's:
    /// closing this does not close it. A device has one such object at a time.
    ///
    /// @param device the device
    /// @return the device, in the state that it is in
    /// @throws MigrationUnsupportedException with every reason, when the kernel cannot migrate it
    /// @throws TransportException            when it does not answer
    public static VfioMigratableDevice over(VfioDevice device) {
        return over(device, TransferOptions.defaults());
    }

    /// Takes a device that a VMM has open already, see [#over(VfioDevice)].
    ///
    /// @param device   the device
    /// @param transfer as in [#open(DeviceAddress, VfioOptions, TransferOptions)]
    /// @return the device, in the state that it is in
    /// @throws MigrationUnsupportedException with every reason, when the kernel cannot migrate it
    /// @throws TransportException            when it does not answer
    public static VfioMigratableDevice over(VfioDevice device, TransferOptions transfer) {
        return over(device, false, transfer);
    }

    static VfioMigratableDevice over(VfioDevice device, boolean owned, TransferOptions transfer) {
        try {
            return new VfioMigratableDevice(device.host(), device.name(), device.file(), device, owned, transfer);
        } catch (LiveMigrationException e) {
            throw e.at(device.name(), "opening for migration");
        }
    }

    /// Takes the file of a device that a VMM opened by code of its own, by group or cdev, with the defaults of
    /// [TransferOptions]. Only `VFIO_DEVICE_FEATURE` and `VFIO_DEVICE_RESET` are called on it. The file stays the
    /// VMM's, which closes it after this object, and has to keep its guest off the device's memory while that is
    /// stopped or reset.
    ///
    /// @param fd   file descriptor of the device, 0 or more
    /// @param name name for messages, for instance the PCI address
    /// @return the device, in the state that it is in
    /// @throws InvalidValueException         when the number is negative
    /// @throws MigrationUnsupportedException with every reason, when the kernel cannot migrate it
    /// @throws TransportException            when it does not answer, or native access is not enabled
    public static VfioMigratableDevice overFileDescriptor(int fd, String name) {
        return overFileDescriptor(LinuxHost.local(), fd, name, TransferOptions.defaults());
    }

    static VfioMigratableDevice overFileDescriptor(
            LinuxHost host, int fd, String name, TransferOptions transfer) {
        try {
            if (fd < 0) {
                throw new InvalidValueException("fd", Integer.toString(fd), "0 or more");
            }
            return new VfioMigratableDevice(
                    host, name, OpenFile.borrowed(host.calls(), fd, name), null, false, transfer);
        } catch (LiveMigrationException e) {
            throw e.at(name, "opening for migration");
        }
    }

    /// Says why the kernel cannot migrate a device. Changes nothing.
    ///
    /// @param device the device
    /// @return every reason, one sentence each; empty when it can be migrated
    /// @throws TransportException when the device does not answer
    public static List<String> unsupportedReasons(VfioDevice device) {
        try {
            return MigrationProbe.of(new DeviceFeatures(device.host(), device.file()), device).reasons();
        } catch (LiveMigrationException e) {
            throw e.at(device.name(), "asking what migration it has");
        }
    }

    private void trackingWasLost() {
        if (tracking != null) {
            tracking.deviceWasReset();
        }
    }

    /// The device's own tracking is preferred: it is exact about this device, while that of the IOMMU belongs to all
    /// that share the page table.
    private @Nullable VfioMigratableDeviceTracking findTracking() {
        var logging = DmaLogging.find(host, file, identity.name(), states::known);
        if (logging.isPresent()) {
            return logging.get();
        }
        return device == null
                ? null
                : device.iommufd()
                        .flatMap(context -> IommufdDirtyTracking.find(host, context, identity.name(), states::known))
                        .orElse(null);
    }

    @Override
    public DeviceIdentity identity() {
        return identity;
    }

    @Override
    public Set<MigrationCapability> capabilities() {
        return machine.capabilities();
    }

    @Override
    public MigrationClaim migrationClaim() {
        return claim;
    }

    /// Asks the kernel.
    ///
    /// @return the state; [DeviceState#ERROR] also for one that this library does not know, which a reset ends as well
    /// @throws TransportException   when the device does not answer
    /// @throws DeviceStateException when this was closed
    @Override
    public DeviceState state() {
        stateLock.lock();
        try {
            requireUsable();
            return states.observe();
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "asking for the state");
        } finally {
            stateLock.unlock();
        }
    }

    /// Takes the device to `target`; the kernel walks the arcs. Where the session of the last arc cannot be delivered,
    /// because the process has no file descriptor left for instance, the device is taken back over that arc.
    ///
    /// A device whose load failed does not leave RESUMING any more but by [#reset()].
    ///
    /// @throws DeviceStateException when no path leads there, or a write of the load failed or is under way; nothing was
    ///                              asked of the device. Also, once, when the device was reset by somebody else while a
    ///                              state was loaded: nothing was loaded then
    /// @throws TransportException   when the kernel refused; names the arc and the state that the device is in now
    @Override
    public Optional<MigrationData> setState(DeviceState target) {
        stateLock.lock();
        try {
            return request(target);
        } finally {
            stateLock.unlock();
        }
    }

    private Optional<MigrationData> request(DeviceState target) {
        var from = states.known();
        try {
            requireUsable();
            return states.change(target);
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), from + " to " + target);
        }
    }

    /// The kernel's own estimate (`VFIO_DEVICE_FEATURE_MIG_DATA_SIZE`). Where its driver has none, answers 0 or fails,
    /// this is the largest that it has given so far, and at least 1.
    @Override
    public long estimatedStateBytes() {
        stateLock.lock();
        try {
            requireUsable();
            long estimate = features.dataSize();
            if (estimate == -Errno.ENODEV || estimate == -Errno.EBADF || estimate == -Errno.ENXIO) {
                throw KernelError.of(
                        "asking for the size of the state", (int) -estimate, "Close the device and open it again");
            }
            if (estimate > 0) {
                largestEstimate = Math.max(largestEstimate, estimate);
                return estimate;
            }
            return largestEstimate;
        } catch (LiveMigrationException e) {
            throw e.at(identity.name(), "estimating the state");
        } finally {
            stateLock.unlock();
        }
    }

    @Override
    public List<PreflightFinding> preflight(MigrationRole role) {
        stateLock.lock();
        try {
            var preflight = new VfioMigrationPreflight(identity.name(), role);
            boolean resettable = device == null || device.resettable();
            return closed
                    ? preflight.ofClosed()
                    : preflight.of(features, device, resettable, tracking != null, host.files());
        } finally {
            stateLock.unlock();
        }
    }

    /// {@return the device's own tracking (DMA logging) where its driver has it, else that of the IOMMU where the
    /// device was opened by cdev and the page table has it}
    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return Optional.ofNullable(tracking);
    }

    /// {@inheritDoc}
    ///
    /// Bus Master, interrupts and the device's own tracking of memory have to be set up again. A device that is busy is
    /// tried again within the command timeout.
    @Override
    public void reset() {
        stateLock.lock();
        var event = KernelArcEvent.start(identity.name(), states.known(), DeviceState.RUNNING, true);
        Throwable failure = null;
        try {
            requireUsable();
            states.endSession("the device was reset");
            var reached = resetFunction();
            if (reached != DeviceState.RUNNING) {
                throw new TransportException(
                        FailureCategory.FATAL,
                        "the reset left the device in " + reached + " instead of RUNNING",
                        "Close the device and open it again, or bind its driver anew",
                        0,
                        null);
            }
        } catch (LiveMigrationException e) {
            failure = e.at(identity.name(), "reset");
            throw e;
        } finally {
            KernelArcEvent.end(event, failure);
            stateLock.unlock();
        }
    }

    /// A reset that fails may have reset the function, so what follows from one is done in any case.
    private DeviceState resetFunction() {
        try {
            if (device != null) {
                device.reset();
            } else {
                FunctionReset.of(host, file, options.commandTimeout());
            }
        } catch (LiveMigrationException e) {
            trackingWasLost();
            try {
                states.observeAfterReset();
            } catch (LiveMigrationException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        trackingWasLost();
        return states.observeAfterReset();
    }

    private void requireUsable() {
        if (closed) {
            throw new DeviceStateException(states.known(), "the device was closed", "Open it again");
        }
    }

    private void leaveBorrowed() {
        if (device == null) {
            file.close();
        } else if (!ownsDevice) {
            states.leaveAccess();
        }
    }

    /// Ends the session, stops the tracking of memory, and closes the device if this opened it, which the kernel then
    /// resets. The state of a borrowed device stays as it is; while that is a stopped one its regions stay refused, until
    /// it is reset or taken on by another object of this class. Of a file descriptor, no call is made any more. Waits for
    /// an arc in progress. Idempotent; closed again, it tries again what it could not give back.
    ///
    /// @throws LiveMigrationException when something could not be given back; everything else was
    @Override
    public void close() {
        stateLock.lock();
        try {
            if (!closed) {
                closed = true;
                states.endSession("the device was closed");
                if (tracking != null) {
                    tracking.close();
                }
                leaveBorrowed();
            }
            if (device != null && ownsDevice && !deviceClosed) {
                device.close();
                deviceClosed = true;
            }
        } finally {
            stateLock.unlock();
        }
    }
}

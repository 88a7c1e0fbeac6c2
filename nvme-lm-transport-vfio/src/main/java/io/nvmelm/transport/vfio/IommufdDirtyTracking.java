package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.Iommufd;
import io.nvmelm.transport.vfio.uapi.Iommufd.HwptGetDirtyBitmap;
import io.nvmelm.transport.vfio.uapi.Iommufd.HwptSetDirtyTracking;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Tracking of written memory by the IOMMU (`linux/iommufd.h`, `IOMMU_HWPT_SET_DIRTY_TRACKING` and
/// `IOMMU_HWPT_GET_DIRTY_BITMAP`), for a device that cannot do it itself.
///
/// The IOMMU tracks the whole page table, whatever ranges are asked for, in its own pages; a report may ask for larger
/// ones. A reset of the device does not disturb it.
final class IommufdDirtyTracking implements VfioMigratableDeviceTracking {
    private static final String STEP = "tracking memory by the IOMMU";

    private final IommufdContext context;
    private final OpenFile file;
    private final String device;
    private final Supplier<DeviceState> state;
    private final ReentrantLock lock = new ReentrantLock();
    private final IoctlBuffer argument;
    private final DmaLoggingBitmap bitmapMemory = new DmaLoggingBitmap();
    private boolean started;
    private boolean closed;

    private IommufdDirtyTracking(
            LinuxHost host, IommufdContext context, String device, Supplier<DeviceState> state) {
        this.context = context;
        this.file = context.file();
        this.device = device;
        this.state = state;
        this.argument = new IoctlBuffer(host, HwptGetDirtyBitmap.BYTE_SIZE);
    }

    /// {@return the tracking of an address space; empty when the device has no page table there that can track}
    ///
    /// @param context the address space
    /// @param device  name of the device
    /// @param state   the state that it is known to be in, for messages
    static Optional<VfioMigratableDeviceTracking> find(
            LinuxHost host, IommufdContext context, String device, Supplier<DeviceState> state) {
        return context.hwptId() == 0
                ? Optional.empty()
                : Optional.of(new IommufdDirtyTracking(host, context, device, state));
    }

    @Override
    public long start(List<MemoryRange> tracked, long pageByteSize) {
        lock.lock();
        try {
            requireOpen();
            DmaLoggingRanges.requireTrackable(tracked, pageByteSize);
            if (started) {
                throw new DeviceStateException(state.get(), "memory is tracked already", "Stop the tracking first");
            }
            require("starting the tracking", set(HwptSetDirtyTracking.FLAG_ENABLE));
            started = true;
            return pageByteSize;
        } catch (LiveMigrationException e) {
            throw e.at(device, STEP);
        } finally {
            lock.unlock();
        }
    }

    private int set(int flags) {
        argument.start(HwptSetDirtyTracking.BYTE_SIZE);
        argument.put32(HwptSetDirtyTracking.FLAGS, flags);
        argument.put32(HwptSetDirtyTracking.HWPT_ID, context.hwptId());
        return argument.call(file, Iommufd.HWPT_SET_DIRTY_TRACKING);
    }

    @Override
    public void report(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        lock.lock();
        try {
            requireOpen();
            if (!started) {
                throw new DeviceStateException(state.get(), "memory is not tracked", "Start the tracking first");
            }
            bitmapMemory.collect(range, pageByteSize, bitmap, (address, byteSize, words) -> {
                argument.start(HwptGetDirtyBitmap.BYTE_SIZE);
                argument.put32(HwptGetDirtyBitmap.HWPT_ID, context.hwptId());
                argument.put64(HwptGetDirtyBitmap.IOVA, address);
                argument.put64(HwptGetDirtyBitmap.LENGTH, byteSize);
                argument.put64(HwptGetDirtyBitmap.PAGE_SIZE, pageByteSize);
                argument.put64(HwptGetDirtyBitmap.DATA, words);
                require(
                        "reporting " + byteSize + " bytes at 0x" + Long.toHexString(address),
                        argument.call(file, Iommufd.HWPT_GET_DIRTY_BITMAP));
            });
        } catch (LiveMigrationException e) {
            throw e.at(device, STEP);
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new DeviceStateException(state.get(), "the device was closed", "Open it again");
        }
    }

    @Override
    public void stop() {
        lock.lock();
        try {
            requireOpen();
            if (started) {
                require("stopping the tracking", set(0));
                started = false;
            }
        } catch (LiveMigrationException e) {
            throw e.at(device, STEP);
        } finally {
            lock.unlock();
        }
    }

    private static void require(String doing, int result) {
        if (result < 0) {
            throw KernelError.of(
                    doing, -result, "Take all memory for written; a report may only name memory that is mapped");
        }
    }

    @Override
    public void deviceWasReset() {
        // the IOMMU goes on
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed && started) {
                set(0);
            }
        } catch (TransportException addressSpaceIsClosed) {
            started = false; // and with it the tracking
        } finally {
            closed = true;
            lock.unlock();
        }
    }
}

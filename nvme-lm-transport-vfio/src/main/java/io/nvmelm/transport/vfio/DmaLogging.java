package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.VfioFeature;
import io.nvmelm.transport.vfio.uapi.VfioFeature.DmaLoggingRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Tracking of written memory by the device itself (`linux/vfio.h`, `VFIO_DEVICE_FEATURE_DMA_LOGGING_START`, `_STOP`
/// and `_REPORT`).
///
/// It has argument memory and a lock of its own, so that a long report and an arc do not wait for each other. After a
/// reset of the device nobody knows what it had logged: reports are refused until tracking was stopped and started
/// again.
final class DmaLogging implements VfioMigratableDeviceTracking {
    private static final String STEP = "tracking memory by DMA logging";

    private final DeviceFeatures features;
    private final String device;
    private final Supplier<DeviceState> state;
    private final ReentrantLock lock = new ReentrantLock();
    private final DmaLoggingBitmap bitmapMemory = new DmaLoggingBitmap();
    private final MemorySegment ranges = Arena.ofAuto()
            .allocate((long) DmaLoggingRanges.MOST_RANGES * DmaLoggingRange.BYTE_SIZE, Long.BYTES);
    private boolean started;
    /// Set without the lock, so that a reset does not wait for a long report.
    private volatile boolean interrupted;
    private boolean closed;

    private DmaLogging(DeviceFeatures features, String device, Supplier<DeviceState> state) {
        this.features = features;
        this.device = device;
        this.state = state;
    }

    /// {@return the logging of a device; empty when its driver has none}
    ///
    /// @param file   file of the device, borrowed
    /// @param device its name
    /// @param state  the state that it is known to be in, for messages
    static Optional<VfioMigratableDeviceTracking> find(
            LinuxHost host, OpenFile file, String device, Supplier<DeviceState> state) {
        var features = new DeviceFeatures(host, file);
        return features.probe(VfioFeature.DMA_LOGGING_START, VfioFeature.SET) < 0
                ? Optional.empty()
                : Optional.of(new DmaLogging(features, device, state));
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
            for (int i = 0; i < tracked.size(); i++) {
                long at = (long) i * DmaLoggingRange.BYTE_SIZE;
                var range = tracked.get(i);
                ranges.set(ValueLayout.JAVA_LONG, at + DmaLoggingRange.IOVA, range.deviceAddress());
                ranges.set(ValueLayout.JAVA_LONG, at + DmaLoggingRange.LENGTH, range.byteSize());
            }
            interrupted = false;
            long chosen = features.startDmaLogging(pageByteSize, tracked.size(), ranges.address());
            if (chosen < 0) {
                throw failed("starting DMA logging of " + tracked.size() + " ranges", (int) -chosen);
            }
            started = true;
            return requireGranule(chosen);
        } catch (LiveMigrationException e) {
            throw e.at(device, STEP);
        } finally {
            lock.unlock();
        }
    }

    /// A driver that answers nonsense is not trusted with tracking.
    private long requireGranule(long chosen) {
        if (Long.bitCount(chosen) != 1) {
            started = false;
            features.set(VfioFeature.DMA_LOGGING_STOP);
            throw new InvalidValueException("page_size", Long.toString(chosen), "a power of two, from the driver");
        }
        return chosen;
    }

    @Override
    public void report(MemoryRange range, long pageByteSize, MemorySegment bitmap) {
        lock.lock();
        try {
            requireStarted();
            bitmapMemory.collect(range, pageByteSize, bitmap, (address, byteSize, words) -> {
                int result = features.reportDmaLogging(address, byteSize, pageByteSize, words);
                if (result < 0) {
                    throw failed(
                            "reporting " + byteSize + " bytes at 0x" + Long.toHexString(address), -result);
                }
            });
            requireStarted(); // a reset meanwhile has made the answer worthless
        } catch (LiveMigrationException e) {
            throw e.at(device, STEP);
        } finally {
            lock.unlock();
        }
    }

    private void requireStarted() {
        requireOpen();
        if (!started) {
            throw new DeviceStateException(state.get(), "memory is not tracked", "Start the tracking first");
        }
        if (interrupted) {
            throw new DeviceStateException(
                    state.get(),
                    "the device was reset since the tracking was started, so writes may have been missed",
                    "Stop and start the tracking, and take all memory for written");
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
            if (!started) {
                return;
            }
            int result = features.set(VfioFeature.DMA_LOGGING_STOP);
            // a reset may have stopped it already, which a driver may call an error
            if (result < 0 && !interrupted) {
                throw failed("stopping DMA logging", -result);
            }
            started = false;
        } catch (LiveMigrationException e) {
            throw e.at(device, STEP);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void deviceWasReset() {
        interrupted = true;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed && started) {
                features.set(VfioFeature.DMA_LOGGING_STOP);
            }
        } catch (TransportException deviceIsClosed) {
            started = false; // and with it the tracking
        } finally {
            closed = true;
            lock.unlock();
        }
    }

    private static LiveMigrationException failed(String doing, int errno) {
        var failure = KernelError.of(
                doing, errno, "Take all memory for written, or stop the migration; the device itself goes on");
        return failure.category() == FailureCategory.FATAL
                ? failure.category(FailureCategory.ABORT_MIGRATION)
                : failure;
    }
}

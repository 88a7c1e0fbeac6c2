package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.Vfio;
import io.nvmelm.transport.vfio.uapi.VfioFeature;
import io.nvmelm.transport.vfio.uapi.VfioFeature.DataSize;
import io.nvmelm.transport.vfio.uapi.VfioFeature.DmaLoggingControl;
import io.nvmelm.transport.vfio.uapi.VfioFeature.DmaLoggingReport;
import io.nvmelm.transport.vfio.uapi.VfioFeature.Feature;
import io.nvmelm.transport.vfio.uapi.VfioFeature.MigState;
import io.nvmelm.transport.vfio.uapi.VfioFeature.MigrationFlags;
import java.util.concurrent.locks.ReentrantLock;

/// The features of one open device that migration needs (`linux/vfio.h`, `VFIO_DEVICE_FEATURE`). Results are the
/// kernel's: a negative number is a negative errno, and it is the caller who judges it.
///
/// Thread-safe: there is one piece of native memory for the argument of one call at a time, guarded by a lock; no call
/// allocates. A call that takes long, as an arc may, keeps the others waiting, so features that must not wait for each
/// other get objects of their own. The memory is freed when this object is no longer reachable.
final class DeviceFeatures {
    /// Payload of the largest feature used here.
    private static final int PAYLOAD_BYTES = 32;
    private static final int NO_FILE = -1;

    private final OpenFile file;
    private final IoctlBuffer argument;
    private final ReentrantLock lock = new ReentrantLock();

    /// @param host host
    /// @param file file of the device, borrowed
    DeviceFeatures(LinuxHost host, OpenFile file) {
        this.file = file;
        this.argument = new IoctlBuffer(host, Feature.BYTE_SIZE + PAYLOAD_BYTES);
    }

    /// What came of a request for a state.
    ///
    /// @param result 0, or negative errno
    /// @param dataFd file descriptor of a new session, -1 for none
    record StateChange(int result, int dataFd) {
        boolean failed() {
            return result < 0;
        }

        boolean hasFile() {
            return dataFd >= 0;
        }
    }

    /// {@return 0 when an operation on a feature is offered, or negative errno}
    ///
    /// @param feature   number of the feature
    /// @param operation [VfioFeature#GET] or [VfioFeature#SET]
    int probe(int feature, int operation) {
        lock.lock();
        try {
            return start(VfioFeature.PROBE | operation | feature, 0).call();
        } finally {
            lock.unlock();
        }
    }

    /// {@return flags of [MigrationFlags], unknown ones included, or negative errno}
    long migrationFlags() {
        lock.lock();
        try {
            int result = start(VfioFeature.GET | VfioFeature.MIGRATION, MigrationFlags.BYTE_SIZE)
                    .call();
            return result < 0 ? result : argument.get64(Feature.DATA + MigrationFlags.FLAGS) & Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    /// {@return the number of the state, unknown ones included, or negative errno}
    int state() {
        lock.lock();
        try {
            int result = start(VfioFeature.GET | VfioFeature.MIG_DEVICE_STATE, MigState.BYTE_SIZE)
                    .call();
            return result < 0 ? result : argument.get32(Feature.DATA + MigState.DEVICE_STATE) & Integer.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    /// Asks for a state; the kernel walks there.
    ///
    /// @param state number of the state
    /// @return what came of it
    StateChange setState(int state) {
        lock.lock();
        try {
            start(VfioFeature.SET | VfioFeature.MIG_DEVICE_STATE, MigState.BYTE_SIZE);
            argument.put32(Feature.DATA + MigState.DEVICE_STATE, state);
            argument.put32(Feature.DATA + MigState.DATA_FD, NO_FILE);
            int result = call();
            return new StateChange(result, argument.get32(Feature.DATA + MigState.DATA_FD));
        } finally {
            lock.unlock();
        }
    }

    /// {@return the estimate of the bytes to read from the stopped device, at most 2^63 - 1, or negative errno}
    long dataSize() {
        lock.lock();
        try {
            int result = start(VfioFeature.GET | VfioFeature.MIG_DATA_SIZE, DataSize.BYTE_SIZE)
                    .call();
            if (result < 0) {
                return result;
            }
            long size = argument.get64(Feature.DATA + DataSize.STOP_COPY_LENGTH);
            return size < 0 ? Long.MAX_VALUE : size;
        } finally {
            lock.unlock();
        }
    }

    /// Sets a feature that has no payload.
    ///
    /// @param feature number of the feature
    /// @return 0 or negative errno
    int set(int feature) {
        lock.lock();
        try {
            return start(VfioFeature.SET | feature, 0).call();
        } finally {
            lock.unlock();
        }
    }

    /// Starts DMA logging.
    ///
    /// @param pageBytes     wished granule
    /// @param rangeCount    how many ranges
    /// @param rangesAddress address of an array of them, which lives until this returns
    /// @return granule chosen, at most 2^63 - 1, or negative errno
    long startDmaLogging(long pageBytes, int rangeCount, long rangesAddress) {
        lock.lock();
        try {
            start(VfioFeature.SET | VfioFeature.DMA_LOGGING_START, DmaLoggingControl.BYTE_SIZE);
            argument.put64(Feature.DATA + DmaLoggingControl.PAGE_SIZE, pageBytes);
            argument.put32(Feature.DATA + DmaLoggingControl.NUM_RANGES, rangeCount);
            argument.put64(Feature.DATA + DmaLoggingControl.RANGES, rangesAddress);
            int result = call();
            return result < 0
                    ? result
                    : argument.get64(Feature.DATA + DmaLoggingControl.PAGE_SIZE) & Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    /// Gets and clears what DMA logging has seen.
    ///
    /// @param address       first bus address
    /// @param byteSize      bytes
    /// @param pageBytes     bytes that one bit stands for
    /// @param bitmapAddress address of u64 words, which live until this returns
    /// @return 0 or negative errno
    int reportDmaLogging(long address, long byteSize, long pageBytes, long bitmapAddress) {
        lock.lock();
        try {
            start(VfioFeature.GET | VfioFeature.DMA_LOGGING_REPORT, DmaLoggingReport.BYTE_SIZE);
            argument.put64(Feature.DATA + DmaLoggingReport.IOVA, address);
            argument.put64(Feature.DATA + DmaLoggingReport.LENGTH, byteSize);
            argument.put64(Feature.DATA + DmaLoggingReport.PAGE_SIZE, pageBytes);
            argument.put64(Feature.DATA + DmaLoggingReport.BITMAP, bitmapAddress);
            return call();
        } finally {
            lock.unlock();
        }
    }

    private DeviceFeatures start(int flags, int payloadBytes) {
        argument.start(Feature.BYTE_SIZE + payloadBytes);
        argument.put32(Feature.FLAGS, flags);
        return this;
    }

    private int call() {
        return argument.call(file, Vfio.DEVICE_FEATURE);
    }

    /// {@return whether an errno says that the kernel's driver does not have the feature at all}
    static boolean isAbsent(long result) {
        return result == -Errno.ENOTTY;
    }
}

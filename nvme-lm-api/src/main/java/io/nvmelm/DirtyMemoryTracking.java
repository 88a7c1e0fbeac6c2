package io.nvmelm;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Tracking of the guest memory that a device writes, the counterpart of the kernel's DMA logging. Thread-safe.
public interface DirtyMemoryTracking {

    /// A range of guest memory by device address.
    ///
    /// @param deviceAddress first byte, as the device addresses it (I/O virtual address), unsigned
    /// @param byteSize      length in bytes, 1 or more
    record MemoryRange(long deviceAddress, long byteSize) {
        /// Checks that the range has a length and does not wrap.
        public MemoryRange {
            if (byteSize <= 0) {
                throw new InvalidValueException("byteSize", Long.toString(byteSize), "1 to 2^63 - 1");
            }
            if (Long.compareUnsigned(deviceAddress + (byteSize - 1), deviceAddress) < 0) {
                throw new InvalidValueException(
                        "deviceAddress + byteSize", Long.toUnsignedString(deviceAddress), "no wrap beyond 2^64");
            }
        }
    }

    /// Refuses a bitmap that cannot take one bit for each page; for implementations, before they ask the device.
    ///
    /// @param bitmap what [#report(MemoryRange, long, MemorySegment)] was given
    /// @param pages  number of pages, 1 or more
    /// @throws InvalidValueException when it is too small, read-only, or cannot be accessed by this thread
    static void requireRoom(MemorySegment bitmap, long pages) {
        long needed = pages / 8 + (pages % 8 == 0 ? 0 : 1);
        if (bitmap.byteSize() < needed) {
            throw new InvalidValueException(
                    "bitmap", bitmap.byteSize() + " bytes", needed + " bytes or more for " + pages + " pages");
        }
        if (bitmap.isReadOnly()) {
            throw new InvalidValueException("bitmap", "read-only memory", "memory that can be written");
        }
        if (!bitmap.scope().isAlive() || !bitmap.isAccessibleBy(Thread.currentThread())) {
            throw new InvalidValueException(
                    "bitmap",
                    "memory that cannot be accessed",
                    "memory that is alive and that this thread may access");
        }
    }

    /// Starts tracking; ends an earlier tracking of the same device. Blocks.
    ///
    /// @param ranges       what to track, disjoint
    /// @param pageByteSize wished granularity in bytes, a power of two of 4096 or more
    /// @return granularity chosen by the device, in bytes
    /// @throws InvalidValueException  when ranges overlap or the granularity is not possible
    /// @throws LiveMigrationException when the device refused; nothing is tracked then
    long start(List<MemoryRange> ranges, long pageByteSize);

    /// Sets in `bitmap` one bit for each page of `range` that was written since the last report; never clears one. Blocks for
    /// the commands that it takes. After a failure every page that is tracked counts as written: the next report that succeeds
    /// says so, and nothing is lost; some bits may have been set before it.
    ///
    /// Nobody else may write to the bitmap while the call runs: words of it are read and written back, so that a bit which another
    /// thread sets in between could be lost. Use one bitmap for each tracker, or one report after the other.
    ///
    /// @param range        what to report, inside the ranges that are tracked
    /// @param pageByteSize bytes that one bit stands for, a power of two of 4096 or more
    /// @param bitmap       at least one bit for each page, bit 0 of byte 0 first
    /// @throws InvalidValueException  when an argument is out of bounds or nothing is tracked
    /// @throws LiveMigrationException when the device did not report
    void report(MemoryRange range, long pageByteSize, MemorySegment bitmap);

    /// {@return whether the last report proved that the device writes nothing more until it resumes: it was suspended and
    /// had nothing left to report} Always false where the device cannot say so; an empty report alone proves nothing, since
    /// devices may hold changes back.
    default boolean isQuiescent() {
        return false;
    }

    /// Stops tracking; what was not reported is dropped.
    void stop();
}

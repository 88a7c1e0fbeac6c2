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

    /// Starts tracking.
    ///
    /// @param ranges       what to track, disjoint
    /// @param pageByteSize wished granularity in bytes, a power of two of 4096 or more
    /// @return granularity chosen by the device, in bytes
    long start(List<MemoryRange> ranges, long pageByteSize);

    /// Sets in `bitmap` one bit for each page of `range` that was written since the last report; never clears one.
    ///
    /// @param range        what to report, inside the ranges that are tracked
    /// @param pageByteSize bytes that one bit stands for, a power of two of 4096 or more
    /// @param bitmap       at least one bit for each page, bit 0 of byte 0 first
    void report(MemoryRange range, long pageByteSize, MemorySegment bitmap);

    /// Stops tracking; what was not reported is dropped.
    void stop();
}

package io.nvmelm.transport.vfio.fake;

/// A run of bytes: of a BAR, of bus addresses, of a process.
///
/// @param start first byte
/// @param size  bytes
public record FakeArea(long start, long size) {

    /// {@return the last byte}
    public long last() {
        return start + size - 1;
    }

    /// {@return whether both have a byte in common, addresses being unsigned}
    boolean meets(FakeArea other) {
        return Long.compareUnsigned(start, other.last()) <= 0 && Long.compareUnsigned(other.start, last()) <= 0;
    }

    /// {@return whether all bytes of the other are in this}
    boolean holds(FakeArea other) {
        return Long.compareUnsigned(start, other.start) <= 0 && Long.compareUnsigned(other.last(), last()) <= 0;
    }

    @Override
    public String toString() {
        return "0x" + Long.toHexString(start) + "+0x" + Long.toHexString(size);
    }
}

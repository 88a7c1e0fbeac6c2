package io.nvmelm.transport.vfio.fake;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A structure in the memory of the process, as the kernel reads and writes it: little endian, by byte offset.
record FakeStruct(MemorySegment memory) {
    private static final ValueLayout.OfShort U16 = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// A structure somewhere in the process, by its address.
    @SuppressWarnings("restricted")
    static FakeStruct at(long address, long byteCount) {
        FakeRefusal.when(Long.compareUnsigned(address, 4096) < 0, FakeErrno.EFAULT);
        return new FakeStruct(MemorySegment.ofAddress(address).reinterpret(byteCount));
    }

    int u32(long offset) {
        return memory.get(U32, offset);
    }

    long u64(long offset) {
        return memory.get(U64, offset);
    }

    void put16(long offset, int value) {
        memory.set(U16, offset, (short) value);
    }

    void put32(long offset, int value) {
        memory.set(U32, offset, value);
    }

    void put64(long offset, long value) {
        memory.set(U64, offset, value);
    }

    /// Reads the first field, a byte count, and refuses with EINVAL when it is too small.
    long sizeOfAtLeast(int minimum) {
        long size = Integer.toUnsignedLong(u32(0));
        FakeRefusal.when(size < minimum, FakeErrno.EINVAL);
        return size;
    }
}

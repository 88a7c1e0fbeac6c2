package io.nvmelm.transport.mock.guest;

import io.nvmelm.InvalidValueException;
import io.nvmelm.transport.mock.GuestMemory;

/// Hands out guest memory for queues and buffers, upwards from an address; nothing is given back. Not thread-safe.
final class GuestAllocator {

    /// Memory page of the guest and of the controller (CC.MPS = 0).
    static final int PAGE_BYTES = 4096;

    private final GuestMemory memory;
    private final long end;
    private long next;

    /// Allocator of the addresses `start` to `end`, the latter not included.
    GuestAllocator(GuestMemory memory, long start, long end) {
        if (start < 0 || end < start || end > memory.byteSize()) {
            throw new InvalidValueException(
                    "guest memory range", start + " to " + end, "within 0 to " + memory.byteSize());
        }
        this.memory = memory;
        this.next = start;
        this.end = end;
    }

    /// {@return address of memory that starts and ends at a page, with unknown content}
    long allocatePages(long byteSize) {
        long start = roundUp(next);
        if (byteSize < 1 || byteSize > end - start || roundUp(byteSize) > end - start) {
            throw new InvalidValueException(
                    "bytes of guest memory", Long.toString(byteSize), "1 to the " + (end - start) + " that are left");
        }
        next = start + roundUp(byteSize);
        return start;
    }

    /// {@return address of zeroed memory that starts and ends at a page} For queues: a phase bit that somebody left
    /// there would be taken for a completion.
    long allocateZeroedPages(long byteSize) {
        long start = allocatePages(byteSize);
        memory.zero(start, next - start);
        return start;
    }

    /// {@return bytes rounded up to whole pages}
    static long roundUp(long byteSize) {
        return byteSize + PAGE_BYTES - 1 & -(long) PAGE_BYTES;
    }
}

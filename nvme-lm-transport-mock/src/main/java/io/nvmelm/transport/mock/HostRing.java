package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A ring in the memory of the controlling controller's host: contiguous, or pages that a PRP list names (Base 2.3
/// clause 5.2.4.1). The list is read once, when the queue is created; its host keeps it unchanged for as long as the
/// queue is there.
final class HostRing implements RingMemory {
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final HostPort port;
    private final int pageBytes;
    private long base;
    /// Pages in order; null when the ring is contiguous.
    private long @Nullable [] pages;

    /// @param pageBytes memory page of the controller (CC.MPS)
    HostRing(HostPort port, int pageBytes) {
        this.port = port;
        this.pageBytes = pageBytes;
    }

    /// Finds the memory.
    ///
    /// @return success; PRP Offset Invalid; or [UncertainReadings#RING_OUT_OF_REACH]
    StatusCode resolve(long prp1, long byteSize, boolean contiguous) {
        if ((prp1 & pageBytes - 1) != 0) {
            return StatusCode.PRP_OFFSET_INVALID;
        }
        if (!contiguous) {
            return resolveList(prp1, Math.ceilDiv(byteSize, pageBytes));
        }
        base = prp1;
        return port.reaches(prp1, byteSize) ? StatusCode.SUCCESSFUL_COMPLETION : UncertainReadings.RING_OUT_OF_REACH;
    }

    /// The last entry of a page of the list is the address of the next one, unless it is the last of all.
    private StatusCode resolveList(long firstList, long count) {
        var found = new long[(int) count];
        int capacity = pageBytes / Long.BYTES;
        var entries = MemorySegment.ofArray(new byte[pageBytes]);
        long list = firstList;
        int done = 0;
        while (done < found.length) {
            int left = found.length - done;
            int here = left <= capacity ? left : capacity - 1;
            if ((list & pageBytes - 1) != 0) {
                return StatusCode.PRP_OFFSET_INVALID;
            }
            long listBytes = (long) Math.min(left, capacity) * Long.BYTES;
            if (!port.reaches(list, listBytes)) {
                return UncertainReadings.RING_OUT_OF_REACH;
            }
            port.read(list, entries, 0, listBytes);
            for (int i = 0; i < here; i++) {
                long page = entries.get(QUADWORD, (long) i * Long.BYTES);
                if ((page & pageBytes - 1) != 0) {
                    return StatusCode.PRP_OFFSET_INVALID;
                }
                if (!port.reaches(page, pageBytes)) {
                    return UncertainReadings.RING_OUT_OF_REACH;
                }
                found[done++] = page;
            }
            if (done < found.length) {
                list = entries.get(QUADWORD, (long) here * Long.BYTES);
            }
        }
        pages = found;
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    @Override
    public boolean write(long byteOffset, MemorySegment entry) {
        // entries divide pages, so none lies across two of them
        long address = pages == null
                ? base + byteOffset
                : pages[(int) (byteOffset / pageBytes)] + (byteOffset & pageBytes - 1);
        if (!port.reaches(address, entry.byteSize())) {
            return false;
        }
        port.writeQueueEntry(address, entry);
        return true;
    }

    @Override
    public void release() {
        // the host's memory is the host's
    }

    @Override
    public boolean belongsTo(InMemoryAdminTransport transport) {
        return false;
    }
}

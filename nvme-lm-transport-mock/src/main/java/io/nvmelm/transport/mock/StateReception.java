package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.ControllerStateView;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// A state that is being received for one controller: the bytes so far, and which of them have arrived. Pieces may come
/// in any order and overlap; whether they cover the state is asked at the end.
final class StateReception {
    /// CSVI of the sequence.
    final int versionIndex;
    /// CSUUIDI of the sequence.
    final int vendorIndex;

    private MemorySegment buffer;
    private long[] starts = new long[4];
    private long[] ends = new long[4];
    private int ranges;

    StateReception(int versionIndex, int vendorIndex, long firstBytes) {
        this.versionIndex = versionIndex;
        this.vendorIndex = vendorIndex;
        this.buffer = MemorySegment.ofArray(new byte[Math.toIntExact(Math.max(firstBytes, 256))]);
    }

    /// Takes a piece whose data pointer is bound.
    void receive(Command command, long offset, long byteSize) {
        if (byteSize == 0) {
            return;
        }
        reserve(offset + byteSize);
        command.readHost(0, buffer, offset, byteSize);
        cover(offset, offset + byteSize);
    }

    /// {@return bytes of the whole state by its header; the largest `long` as long as that is not known}
    long stateBytes() {
        if (coveredFromStart() < ControllerStateView.HEADER_BYTES) {
            return Long.MAX_VALUE;
        }
        var header = new ControllerStateView().wrap(buffer, 0);
        return fits(header, Long.MAX_VALUE) ? header.totalBytes() : Long.MAX_VALUE;
    }

    /// {@return the bytes from the start on that arrived without a gap}
    MemorySegment received() {
        return buffer.asSlice(0, coveredFromStart());
    }

    /// {@return whether sizes of a header are possible and the whole state is not longer than so many bytes}
    static boolean fits(ControllerStateView header, long availableBytes) {
        long limit = (availableBytes - ControllerStateView.HEADER_BYTES) / 4;
        long nvme = header.nvmeStateDwords();
        long vendor = header.vendorDwords();
        return header.nvmeStateDwordsHigh() == 0
                && header.vendorDwordsHigh() == 0
                && nvme >= 0
                && nvme <= limit
                && vendor >= 0
                && vendor <= limit - nvme;
    }

    private long coveredFromStart() {
        return ranges > 0 && starts[0] == 0 ? ends[0] : 0;
    }

    private void reserve(long byteSize) {
        if (byteSize > buffer.byteSize()) {
            long larger = Math.min(Math.max(byteSize, buffer.byteSize() * 2), Integer.MAX_VALUE - 8);
            var grown = MemorySegment.ofArray(new byte[Math.toIntExact(larger)]);
            grown.copyFrom(buffer);
            buffer = grown;
        }
    }

    /// Adds a range, merged with those that it touches. Ranges are sorted and apart from each other.
    private void cover(long from, long to) {
        int first = 0;
        while (first < ranges && ends[first] < from) {
            first++;
        }
        long start = from;
        long end = to;
        int next = first;
        while (next < ranges && starts[next] <= end) {
            start = Math.min(start, starts[next]);
            end = Math.max(end, ends[next]);
            next++;
        }
        if (ranges == starts.length) {
            starts = Arrays.copyOf(starts, ranges * 2);
            ends = Arrays.copyOf(ends, ranges * 2);
        }
        System.arraycopy(starts, next, starts, first + 1, ranges - next);
        System.arraycopy(ends, next, ends, first + 1, ranges - next);
        ranges += first + 1 - next;
        starts[first] = start;
        ends[first] = end;
    }
}

package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The last commands that arrived at a controller, in a ring of columns: noting one allocates nothing. Guarded by the
/// lock of the world.
final class CommandLog {
    private static final int UNANSWERED = -1;

    private final int capacity;
    private final long[] times;
    private final int[] opcodes;
    private final int[] dwords10;
    private final int[] dwords11;
    private final int[] statuses;
    private final long[] sizes;
    private long first;
    private long next;

    CommandLog(int capacity) {
        this.capacity = capacity;
        this.times = new long[capacity];
        this.opcodes = new int[capacity];
        this.dwords10 = new int[capacity];
        this.dwords11 = new int[capacity];
        this.statuses = new int[capacity];
        this.sizes = new long[capacity];
    }

    /// Notes a command.
    ///
    /// @return its place, for [#finished]
    long arrived(long nanoTime, SubmissionEntryView entry, long byteSize) {
        long place = next++;
        if (capacity == 0) {
            first = next;
            return place;
        }
        first = Math.max(first, next - capacity);
        int row = (int) (place % capacity);
        times[row] = nanoTime;
        opcodes[row] = entry.opcode();
        dwords10[row] = entry.cdw10();
        dwords11[row] = entry.cdw11();
        statuses[row] = UNANSWERED;
        sizes[row] = byteSize;
        return place;
    }

    void finished(long place, NvmeStatus status) {
        if (place >= first) {
            statuses[(int) (place % capacity)] = status.toBits();
        }
    }

    void clear() {
        first = next;
    }

    List<CommandRecord> records() {
        var records = new ArrayList<CommandRecord>((int) (next - first));
        for (long place = first; place < next; place++) {
            int row = (int) (place % capacity);
            records.add(new CommandRecord(
                    times[row],
                    opcodes[row],
                    dwords10[row],
                    dwords11[row],
                    statuses[row] == UNANSWERED ? null : NvmeStatus.fromBits(statuses[row]),
                    sizes[row]));
        }
        return List.copyOf(records);
    }

    @Override
    public String toString() {
        return "commands " + first + " to " + next + " of " + Arrays.toString(opcodes);
    }
}

package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.NvmRegisters;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// A host that drives one controller by its registers and queues: the guest of a migratable controller, or the host of the
/// controlling one where PRPs matter.
final class QueueHost {
    static final int PAGE = 4096;
    static final long DATA = 0x200_0000;
    /// Time in which everything that was begun comes to its end.
    static final Duration SETTLING = Duration.ofMillis(10);

    private static final int ADMIN_SLOTS = 32;
    private static final long ADMIN_SUBMISSION = 0x10_0000;
    private static final long ADMIN_COMPLETION = 0x11_0000;
    private static final long IO_SUBMISSION = 0x20_0000;
    private static final long IO_COMPLETION = 0x21_0000;
    private static final int ENABLE_WITH_NVM_ENTRIES = 0x0046_0001;

    InMemoryController controller;
    final GuestMemory memory = new GuestMemory(1L << 28);
    /// Number of interrupts that arrived.
    int interrupts;
    /// Answers that were polled, by command identifier.
    final Map<Integer, Completion> answers = new LinkedHashMap<>();

    private final long[] submissionBase = {ADMIN_SUBMISSION, IO_SUBMISSION};
    private final long[] completionBase = {ADMIN_COMPLETION, IO_COMPLETION};
    private final int[] slots = {ADMIN_SLOTS, 0};
    private final int[] tail = new int[2];
    private final int[] head = new int[2];
    private final int[] phase = {1, 1};
    private int nextCommandId = 1;

    QueueHost(InMemoryController controller) {
        this.controller = controller;
        controller.attach(memory, vector -> interrupts++);
    }

    /// The same host goes on with another controller.
    void rebind(InMemoryController other) {
        controller = other;
        other.attach(memory, vector -> interrupts++);
    }

    /// Enables the controller with an admin queue of 32 slots.
    QueueHost bringUp() {
        controller.writeRegister32(NvmRegisters.CC, 0);
        controller.writeRegister32(NvmRegisters.AQA, (ADMIN_SLOTS - 1) << 16 | ADMIN_SLOTS - 1);
        controller.writeRegister64(NvmRegisters.ASQ, ADMIN_SUBMISSION);
        controller.writeRegister64(NvmRegisters.ACQ, ADMIN_COMPLETION);
        controller.writeRegister32(NvmRegisters.CC, ENABLE_WITH_NVM_ENTRIES);
        memory.zero(ADMIN_COMPLETION, ADMIN_SLOTS * 16L);
        java.util.Arrays.fill(tail, 0);
        java.util.Arrays.fill(head, 0);
        java.util.Arrays.fill(phase, 1);
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        return this;
    }

    /// Creates I/O queue pair 1.
    QueueHost withQueuePair(int slotCount) {
        slots[1] = slotCount;
        memory.zero(IO_COMPLETION, slotCount * 16L);
        assertThat(execute(0, 0x05, e -> e.prp1(IO_COMPLETION).cdw10((slotCount - 1) << 16 | 1).cdw11(0x1_0003))
                .isSuccess()).isTrue();
        assertThat(execute(0, 0x01, e -> e.prp1(IO_SUBMISSION).cdw10((slotCount - 1) << 16 | 1).cdw11(0x1_0001))
                .isSuccess()).isTrue();
        return this;
    }

    /// Puts an entry into a queue and rings its doorbell.
    ///
    /// @return its command identifier
    int submit(int queueId, int opcode, Consumer<SubmissionEntryView> fields) {
        var bytes = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
        var entry = new SubmissionEntryView().wrap(bytes, 0).opcode(opcode).commandId(nextCommandId++);
        fields.accept(entry);
        memory.write(submissionBase[queueId] + tail[queueId] * 64L, bytes, 0, 64);
        tail[queueId] = (tail[queueId] + 1) % slots[queueId];
        controller.writeRegister32(NvmRegisters.submissionDoorbell(queueId), tail[queueId]);
        return entry.commandId();
    }

    /// Submits a command, gives it time, and returns its answer.
    Completion execute(int queueId, int opcode, Consumer<SubmissionEntryView> fields) {
        int commandId = submit(queueId, opcode, fields);
        controller.clock().advance(SETTLING);
        poll();
        assertThat(answers).containsKey(commandId);
        return answers.get(commandId);
    }

    /// Takes all new answers of both queues.
    void poll() {
        for (int queueId = 0; queueId < 2; queueId++) {
            while (slots[queueId] != 0) {
                long at = completionBase[queueId] + head[queueId] * 16L;
                int last = memory.getIntAcquire(at + 12);
                if ((last >>> 16 & 1) != phase[queueId]) {
                    break;
                }
                answers.put(
                        last & 0xFFFF,
                        new Completion(
                                memory.getInt(at), memory.getInt(at + 4), NvmeStatus.fromBits(last >>> 17)));
                head[queueId]++;
                if (head[queueId] == slots[queueId]) {
                    head[queueId] = 0;
                    phase[queueId] ^= 1;
                }
                controller.writeRegister32(NvmRegisters.completionDoorbell(queueId), head[queueId]);
            }
        }
    }

    /// {@return fields of a Read, Write or Write Zeroes of namespace 1 whose data is one page at [#DATA]}
    static Consumer<SubmissionEntryView> blocks(long first, int count) {
        return e -> e.namespaceId(1)
                .prp1(DATA)
                .prp2(DATA + PAGE)
                .cdw10((int) first)
                .cdw11((int) (first >>> 32))
                .cdw12(count - 1);
    }

    /// Writes blocks of namespace 1, at most two pages of them.
    void write(long first, int count) {
        assertThat(execute(1, 0x01, blocks(first, count)).isSuccess()).isTrue();
    }

    /// Writes zeroes into blocks of namespace 1.
    void writeZeroes(long first, int count) {
        assertThat(execute(1, 0x08, blocks(first, count)).isSuccess()).isTrue();
    }

    /// Deallocates blocks of namespace 1 (Dataset Management, AD).
    void deallocate(long first, int count) {
        memory.setInt(DATA, 0);
        memory.setInt(DATA + 4, count);
        memory.setLong(DATA + 8, first);
        assertThat(execute(1, 0x09, e -> e.namespaceId(1).prp1(DATA).cdw10(0).cdw11(4)).isSuccess()).isTrue();
    }
}

package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A host with one controller, as plain as can be: it writes registers, entries and doorbells by numbers, polls
/// completions by phase, and keeps everything in the open for tests to look at.
final class TestHost {
    static final long ADMIN_SUBMISSION = 0x10_0000;
    static final long ADMIN_COMPLETION = 0x11_0000;
    static final long DATA = 0x20_0000;
    static final int PAGE = 4096;

    /// A completion entry as the host read it.
    record Entry(int dword0, int submissionHead, int submissionId, int commandId, NvmeStatus status) {
        boolean is(StatusCode code) {
            return status.is(code);
        }
    }

    /// The host's side of a submission queue.
    static final class Submission {
        final int id;
        final long base;
        final int slots;
        int tail;

        Submission(int id, long base, int slots) {
            this.id = id;
            this.base = base;
            this.slots = slots;
        }
    }

    /// The host's side of a completion queue.
    static final class Completion {
        final int id;
        final long base;
        final int slots;
        int head;
        boolean phase = true;

        Completion(int id, long base, int slots) {
            this.id = id;
            this.base = base;
            this.slots = slots;
        }
    }

    final VirtualClock clock;
    final GuestMemory memory;
    final List<Integer> interrupts = new ArrayList<>();
    final Map<Integer, Submission> submissions = new HashMap<>();
    final Map<Integer, Completion> completions = new HashMap<>();
    InMemoryController controller;
    int nextCommandId = 1;

    TestHost(InMemoryController controller) {
        this(controller, new GuestMemory(1L << 28));
    }

    TestHost(InMemoryController controller, GuestMemory memory) {
        this.clock = controller.clock();
        this.memory = memory;
        this.controller = controller;
        controller.attach(memory, interrupts::add);
    }

    /// The same guest goes on with another controller.
    void rebind(InMemoryController other) {
        controller = other;
        other.attach(memory, interrupts::add);
    }

    TestHost bringUp() {
        return bringUp(32, 32);
    }

    TestHost bringUp(int submissionSlots, int completionSlots) {
        controller.writeRegister32(NvmRegisters.CC, 0);
        controller.writeRegister32(NvmRegisters.AQA, (completionSlots - 1) << 16 | (submissionSlots - 1));
        controller.writeRegister64(NvmRegisters.ASQ, ADMIN_SUBMISSION);
        controller.writeRegister64(NvmRegisters.ACQ, ADMIN_COMPLETION);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        memory.zero(ADMIN_COMPLETION, completionSlots * 16L);
        submissions.clear();
        completions.clear();
        submissions.put(0, new Submission(0, ADMIN_SUBMISSION, submissionSlots));
        completions.put(0, new Completion(0, ADMIN_COMPLETION, completionSlots));
        assertThat(controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        return this;
    }

    /// Puts an entry into a queue without ringing.
    ///
    /// @return its command identifier
    int put(int queueId, int opcode, Consumer<SubmissionEntryView> fields) {
        var queue = submissions.get(queueId);
        var bytes = MemorySegment.ofArray(new byte[64]);
        var entry = new SubmissionEntryView().wrap(bytes, 0).opcode(opcode).commandId(nextCommandId);
        fields.accept(entry);
        memory.write(queue.base + queue.tail * 64L, bytes, 0, 64);
        queue.tail = (queue.tail + 1) % queue.slots;
        nextCommandId = nextCommandId % 0xFFFE + 1;
        return entry.commandId();
    }

    void ring(int queueId) {
        controller.writeRegister32(0x1000 + 8L * queueId, submissions.get(queueId).tail);
    }

    int submit(int queueId, int opcode, Consumer<SubmissionEntryView> fields) {
        int commandId = put(queueId, opcode, fields);
        ring(queueId);
        return commandId;
    }

    /// {@return new entries of a queue, in order} The head doorbell is not rung.
    List<Entry> peek(int queueId) {
        var queue = completions.get(queueId);
        var found = new ArrayList<Entry>();
        while (true) {
            long at = queue.base + queue.head * 16L;
            int last = memory.getIntAcquire(at + 12);
            if ((last >>> 16 & 1) != (queue.phase ? 1 : 0)) {
                return found;
            }
            int third = memory.getInt(at + 8);
            found.add(new Entry(
                    memory.getInt(at), third & 0xFFFF, third >>> 16, last & 0xFFFF, NvmeStatus.fromBits(last >>> 17)));
            queue.head++;
            if (queue.head == queue.slots) {
                queue.head = 0;
                queue.phase = !queue.phase;
            }
        }
    }

    /// {@return new entries of a queue, in order}
    List<Entry> poll(int queueId) {
        var found = peek(queueId);
        if (!found.isEmpty()) {
            acknowledge(queueId);
        }
        return found;
    }

    void acknowledge(int queueId) {
        controller.writeRegister32(0x1004 + 8L * queueId, completions.get(queueId).head);
    }

    /// Submits a command, runs until everything is done, and takes the one completion there must be.
    Entry execute(int queueId, int completionId, int opcode, Consumer<SubmissionEntryView> fields) {
        int commandId = submit(queueId, opcode, fields);
        clock.runUntilIdle();
        var found = poll(completionId);
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().commandId()).isEqualTo(commandId);
        assertThat(found.getFirst().submissionId()).isEqualTo(queueId);
        return found.getFirst();
    }

    Entry admin(int opcode, Consumer<SubmissionEntryView> fields) {
        return execute(0, 0, opcode, fields);
    }

    Entry createCompletionQueue(int id, long base, int slots, int vector) {
        memory.zero(base, slots * 16L);
        var entry = admin(0x05, e -> e.prp1(base).cdw10((slots - 1) << 16 | id).cdw11(vector << 16 | 3));
        if (entry.status().isSuccess()) {
            completions.put(id, new Completion(id, base, slots));
        }
        return entry;
    }

    Entry createSubmissionQueue(int id, long base, int slots, int completionId) {
        var entry = admin(0x01, e -> e.prp1(base).cdw10((slots - 1) << 16 | id).cdw11(completionId << 16 | 1));
        if (entry.status().isSuccess()) {
            submissions.put(id, new Submission(id, base, slots));
        }
        return entry;
    }

    /// Creates a queue pair with memory of its own.
    TestHost createQueuePair(int id, int slots) {
        assertThat(createCompletionQueue(id, 0x100_0000 + id * 0x20_0000L, slots, id).status().isSuccess())
                .isTrue();
        assertThat(createSubmissionQueue(id, 0x110_0000 + id * 0x20_0000L, slots, id).status().isSuccess())
                .isTrue();
        return this;
    }

    static Consumer<SubmissionEntryView> io(long block, int blocks, long prp1, long prp2) {
        return e -> e.namespaceId(1)
                .prp1(prp1)
                .prp2(prp2)
                .cdw10((int) block)
                .cdw11((int) (block >>> 32))
                .cdw12(blocks - 1);
    }

    void fill(long address, int byteSize, int seed) {
        var bytes = new byte[byteSize];
        new java.util.Random(seed).nextBytes(bytes);
        memory.write(address, MemorySegment.ofArray(bytes), 0, byteSize);
    }

    byte[] bytes(long address, int byteSize) {
        var bytes = MemorySegment.ofArray(new byte[byteSize]);
        memory.read(address, bytes, 0, byteSize);
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }
}

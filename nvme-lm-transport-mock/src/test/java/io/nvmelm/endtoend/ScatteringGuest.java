package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.transport.mock.AddressTranslation;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.NvmRegisters;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A guest of 4 GiB that has its controller write all over its memory: a plain driver, and memory that remembers when the controller
/// wrote which page last. What the guest itself writes does not count.
final class ScatteringGuest {
    static final long MEMORY_BYTES = 1L << 32;
    static final int PAGE = 4096;

    private static final long ADMIN_SUBMISSION = 0x10_0000;
    private static final long ADMIN_COMPLETION = 0x11_0000;
    private static final long IO_SUBMISSION = 0x12_0000;
    private static final long IO_COMPLETION = 0x13_0000;
    /// Number of the first page of the queues, which all lie within [#QUEUE_PAGES] pages.
    static final long FIRST_QUEUE_PAGE = ADMIN_SUBMISSION / PAGE;
    static final int QUEUE_PAGES = 0x40;
    /// Number of the page that the completions of the I/O commands go to.
    static final long COMPLETION_PAGE = IO_COMPLETION / PAGE;
    private static final int SLOTS = 64;
    private static final int READ = 0x02;
    private static final int BLOCKS_OF_A_PAGE = 8;

    /// Number of the last write of the controller to each page.
    final Map<Long, Long> lastWrite = new HashMap<>();
    private final Map<Long, MemorySegment> pages = new HashMap<>();
    private final MemorySegment probed = MemorySegment.ofArray(new long[PAGE / 8]);
    private final GuestMemory memory = GuestMemory.translated(this::piece);
    private final VirtualClock clock;
    private final InMemoryController controller;
    private long writes;
    /// Which of the pages is next.
    private int nextTarget;
    private int outstanding;
    private int tail;
    private int head;
    private int phase = 1;

    ScatteringGuest(InMemoryController controller) {
        this.controller = controller;
        this.clock = controller.clock();
        controller.attach(GuestMemory.translated(this::devicePiece), vector -> {});
        enable();
    }

    /// Sets up the controller and its queues, as after power on or a reset.
    void enable() {
        outstanding = 0;
        tail = 0;
        head = 0;
        phase = 1;
        for (long queue : new long[] {ADMIN_COMPLETION, IO_COMPLETION}) {
            memory.write(queue, MemorySegment.ofArray(new long[SLOTS * 2]), 0, SLOTS * 16);
        }
        controller.writeRegister32(NvmRegisters.AQA, (SLOTS - 1) << 16 | (SLOTS - 1));
        controller.writeRegister64(NvmRegisters.ASQ, ADMIN_SUBMISSION);
        controller.writeRegister64(NvmRegisters.ACQ, ADMIN_COMPLETION);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0001);
        clock.runUntilIdle();
        put(ADMIN_SUBMISSION, 0, 0x05, entry -> entry.prp1(IO_COMPLETION).cdw10((SLOTS - 1) << 16 | 1).cdw11(1));
        put(ADMIN_SUBMISSION, 1, 0x01, entry -> entry.prp1(IO_SUBMISSION).cdw10((SLOTS - 1) << 16 | 1).cdw11(1 << 16
                | 1));
        for (int i = 0; i < 2; i++) {
            controller.writeRegister32(NvmRegisters.DOORBELLS, i + 1);
            clock.runUntilIdle();
            assertThat(memory.getInt(ADMIN_COMPLETION + 16 * i + 12) >>> 17).as("status of command %d", i).isZero();
        }
    }

    private @Nullable MemorySegment devicePiece(long address, long byteSize, AddressTranslation.Access access) {
        var piece = piece(address, byteSize, access);
        if (piece != null && access == AddressTranslation.Access.WRITE) {
            lastWrite.put(address / PAGE, ++writes);
        }
        return piece;
    }

    private @Nullable MemorySegment piece(long address, long byteSize, AddressTranslation.Access access) {
        if (address < 0 || address >= MEMORY_BYTES) {
            return null;
        }
        long offset = address % PAGE;
        long size = Math.min(byteSize, PAGE - offset);
        var page = access == AddressTranslation.Access.PROBE
                ? probed
                : pages.computeIfAbsent(address / PAGE, _ -> MemorySegment.ofArray(new long[PAGE / 8]));
        return page.asSlice(offset, size);
    }

    private void put(long queue, int slot, int opcode, Consumer<SubmissionEntryView> fields) {
        var bytes = MemorySegment.ofArray(new long[8]);
        fields.accept(new SubmissionEntryView().wrap(bytes, 0).opcode(opcode).commandId(slot));
        memory.write(queue + 64L * slot, bytes, 0, 64);
    }

    /// How many writes of the controller there were so far.
    long writes() {
        return writes;
    }

    /// Submits reads into one page after the other of those given, some of them across that and another one far from it, but no more than
    /// the queue has room for. Returns at once.
    void submitReads(SplittableRandom random, int count, long[] targets) {
        if (outstanding + count >= SLOTS) {
            poll();
        }
        int submitted = Math.min(count, SLOTS - 1 - outstanding);
        outstanding += submitted;
        for (int i = 0; i < submitted; i++) {
            long target = targets[nextTarget++ % targets.length];
            long other = targets[random.nextInt(targets.length)];
            int block = random.nextInt(10_000);
            boolean across = random.nextInt(4) == 0;
            long offset = across ? 512L * (1 + random.nextInt(7)) : 0;
            int blocks = across ? BLOCKS_OF_A_PAGE : 1 + random.nextInt(BLOCKS_OF_A_PAGE);
            put(IO_SUBMISSION, tail, READ, entry -> entry.namespaceId(1)
                    .prp1(target * PAGE + offset)
                    .prp2(across ? other * PAGE : 0)
                    .cdw10(block)
                    .cdw12(blocks - 1));
            tail = (tail + 1) % SLOTS;
        }
        controller.writeRegister32(NvmRegisters.DOORBELLS + 8, tail);
    }

    /// Takes the completions that are there.
    int poll() {
        int count = 0;
        while (true) {
            int last = memory.getIntAcquire(IO_COMPLETION + 16L * head + 12);
            if ((last >>> 16 & 1) != phase) {
                break;
            }
            assertThat(last >>> 17).as("status of an I/O command").isZero();
            count++;
            head = (head + 1) % SLOTS;
            phase ^= head == 0 ? 1 : 0;
        }
        outstanding -= count;
        if (count > 0) {
            controller.writeRegister32(NvmRegisters.DOORBELLS + 12, head);
        }
        return count;
    }
}

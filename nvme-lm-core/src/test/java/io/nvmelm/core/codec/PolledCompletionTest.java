package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PolledCompletionTest {
    /// DW0 89ABCDEFh, DW1 FEDCBA98h, head A005h, queue B006h, command C007h, phase 1, Controller Not Suspended (SCT 1, SC 3Ah),
    /// DNR.
    private static final String NOT_SUSPENDED = "efcdab89 98badcfe 05a0 06b0 07c0 7582";

    private final PolledCompletion completion = new PolledCompletion();

    private static MemorySegment segment(String text) {
        return MemorySegment.ofArray(RawState.parse(text));
    }

    @Test
    void everyPartOfAPostedEntryIsTaken() {
        assertThat(completion.poll(segment("ee".repeat(32) + NOT_SUSPENDED), 32, true)).isTrue();

        assertThat(completion.dword0()).isEqualTo(0x89AB_CDEF);
        assertThat(completion.dword1()).isEqualTo(0xFEDC_BA98);
        assertThat(completion.submissionQueueHead()).isEqualTo(0xA005);
        assertThat(completion.submissionQueueId()).isEqualTo(0xB006);
        assertThat(completion.commandId()).isEqualTo(0xC007);
        assertThat(completion.statusBits()).isEqualTo(0x413A);
        assertThat(completion.completion())
                .isEqualTo(new Completion(
                        0x89AB_CDEF,
                        0xFEDC_BA98,
                        NvmeStatus.of(StatusCode.CONTROLLER_NOT_SUSPENDED).withDoNotRetry()));
    }

    @Test
    void anEntryOfThePassBeforeIsNotTaken() {
        var queue = segment(NOT_SUSPENDED + "11".repeat(14) + "0200");

        assertThat(completion.poll(queue, 0, false)).isFalse();
        assertThat(completion.commandId()).isZero();
        assertThat(completion.poll(queue, 0, true)).isTrue();
        assertThat(completion.poll(queue, 16, true)).isFalse();
        assertThat(completion.commandId()).isEqualTo(0xC007);
        assertThat(completion.poll(queue, 16, false)).isTrue();
        assertThat(completion.commandId()).isEqualTo(0x1111);
        assertThat(completion.statusBits()).isEqualTo(1);
    }

    @Test
    void whatIsWrittenLaterDoesNotShow() {
        var queue = segment(NOT_SUSPENDED);
        completion.poll(queue, 0, true);

        queue.fill((byte) 0);

        assertThat(completion.commandId()).isEqualTo(0xC007);
        assertThat(completion.dword0()).isEqualTo(0x89AB_CDEF);
    }

    @Test
    void aPlainSuccessIsAlwaysTheSameValue() {
        completion.poll(segment("00".repeat(14) + "0100"), 0, true);

        assertThat(completion.completion()).isSameAs(Completion.success());
    }

    @Test
    void aResultOrAStatusAloneMakesAValue() {
        completion.poll(segment("07000000" + "00".repeat(10) + "0100"), 0, true);
        assertThat(completion.completion()).isEqualTo(new Completion(7, 0, NvmeStatus.SUCCESS));

        completion.poll(segment("00000000 08000000" + "00".repeat(6) + "0100"), 0, true);
        assertThat(completion.completion()).isEqualTo(new Completion(0, 8, NvmeStatus.SUCCESS));

        completion.poll(segment("00".repeat(14) + "0300"), 0, true);
        assertThat(completion.completion()).isEqualTo(new Completion(0, 0, NvmeStatus.fromBits(1)));
    }

    @Test
    void anEntryThatIsNotInsideTheQueueIsRefusedAndNothingIsTaken() {
        assertRefused(
                () -> completion.poll(segment(NOT_SUSPENDED), 2, true),
                "completion entry size",
                "14 bytes",
                "16 bytes or more",
                -1);
        assertRefused(
                () -> completion.poll(segment(NOT_SUSPENDED), -16, true),
                "completion entry place",
                "offset -16, size 16",
                "neither below 0",
                -1);

        assertThat(completion.commandId()).isZero();
    }

    @Test
    void pollingAllocatesNothing() {
        var queue = segment(NOT_SUSPENDED);

        assertThat(Allocation.bytesOf(() -> {
            for (int i = 0; i < 1000; i++) {
                completion.poll(queue, 0, (i & 1) != 0);
            }
        }))
                .isLessThan(1000);
    }

    @Test
    @Timeout(60)
    void whoSeesThePhaseSeesWhatWasWrittenBeforeIt() throws InterruptedException {
        int rounds = 200_000;
        try (var arena = Arena.ofShared()) {
            var memory = arena.allocate(16, 16);
            var consumed = new AtomicInteger();
            var producer = Thread.ofPlatform().daemon().unstarted(() -> {
                var view = new CompletionEntryView().wrap(memory, 0);
                for (int i = 1; i <= rounds; i++) {
                    view.dword0(i).dword1(-i).commandId(i);
                    view.statusAndPhaseRelease(i & 0x7FFF, (i & 1) != 0);
                    while (consumed.get() < i) {
                        Thread.onSpinWait();
                    }
                }
            });
            producer.start();
            boolean torn = false;
            for (int i = 1; i <= rounds; i++) {
                while (!completion.poll(memory, 0, (i & 1) != 0)) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException("no entry " + i);
                    }
                    Thread.onSpinWait();
                }
                torn |= completion.dword0() != i
                        || completion.dword1() != -i
                        || completion.commandId() != (i & 0xFFFF)
                        || completion.statusBits() != (i & 0x7FFF);
                consumed.set(i);
            }
            producer.join();
            assertThat(torn).isFalse();
        }
    }
}

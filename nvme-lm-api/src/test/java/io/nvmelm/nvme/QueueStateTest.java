package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueStateTest {

    @ParameterizedTest
    @CsvSource({
        // tail, phase in slot 0, phase of the next entry
        "0, false, true", "0, true, false", "1, false, false", "1, true, true", "65535, false, false",
        "65535, true, true"
    })
    void theNextPhaseFollowsFromTailAndSlotZero(int tail, boolean slotZeroPhase, boolean nextPhase) {
        assertThat(CompletionQueueState.nextPhase(tail, slotZeroPhase)).isEqualTo(nextPhase);
        assertThat(CompletionQueueState.slotZeroPhase(tail, nextPhase)).isEqualTo(slotZeroPhase);
        assertThat(completionQueue(tail, slotZeroPhase ? 4 : 0).nextPhase()).isEqualTo(nextPhase);
    }

    @Test
    void aRingTurnsItsPhaseAtEachWrap() {
        boolean slotZero = false;
        int tail = 0;
        var phases = new StringBuilder();
        for (int entry = 0; entry < 7; entry++) {
            boolean phase = CompletionQueueState.nextPhase(tail, slotZero);
            phases.append(phase ? 1 : 0);
            slotZero = tail == 0 ? phase : slotZero;
            tail = (tail + 1) % 2;
        }

        assertThat(phases).hasToString("1100110");
    }

    @Test
    void attributesOfACompletionQueueAreTheStandards() {
        assertThat(CompletionQueueState.attributes(true, true, true, 3)).isEqualTo(0x0003_0007L);
        assertThat(CompletionQueueState.attributes(true, false, false, 0)).isEqualTo(1);
        assertThat(CompletionQueueState.attributes(false, true, false, 0)).isEqualTo(2);
        assertThat(CompletionQueueState.attributes(false, false, true, 0)).isEqualTo(4);
        assertThat(CompletionQueueState.attributes(false, false, false, 0xFFFF)).isEqualTo(0xFFFF_0000L);
    }

    @Test
    void attributesOfACompletionQueueAreReadFromTheirBits() {
        var queue = completionQueue(0, 0xFFFE_0005L);

        assertThat(queue.physicallyContiguous()).isTrue();
        assertThat(queue.interruptsEnabled()).isFalse();
        assertThat(queue.slotZeroPhase()).isTrue();
        assertThat(queue.interruptVector()).isEqualTo(0xFFFE);
    }

    @ParameterizedTest
    @CsvSource({"1, true, 0", "2, false, 1", "4, false, 2", "7, true, 3", "0xFFF8, false, 0"})
    void attributesOfASubmissionQueueAreReadFromTheirBits(int attributes, boolean contiguous, int priority) {
        var queue = new SubmissionQueueState(0, 0, 1, 1, attributes, 0, 0, 0);

        assertThat(queue.physicallyContiguous()).isEqualTo(contiguous);
        assertThat(queue.priority()).isEqualTo(priority);
    }

    @Test
    void slotsAreOneMoreThanTheZeroBasedSize() {
        assertThat(new CompletionQueueState(0, 0xFFFF, 1, 0, 0, 0, 0).slots()).isEqualTo(65_536);
        assertThat(new SubmissionQueueState(0, 0, 1, 1, 0, 0, 0, 0).slots()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, -1})
    void sixteenBitFieldsMustFit(int value) {
        refuses("IOCQQSIZE", () -> new CompletionQueueState(0, value, 0, 0, 0, 0, 0));
        refuses("IOCQQID", () -> new CompletionQueueState(0, 0, value, 0, 0, 0, 0));
        refuses("IOCQHP", () -> new CompletionQueueState(0, 0, 0, value, 0, 0, 0));
        refuses("IOCQTP", () -> new CompletionQueueState(0, 0, 0, 0, value, 0, 0));
        refuses("IV", () -> CompletionQueueState.attributes(false, false, false, value));
        refuses("IOSQQSIZE", () -> new SubmissionQueueState(0, value, 0, 0, 0, 0, 0, 0));
        refuses("IOSQQID", () -> new SubmissionQueueState(0, 0, value, 0, 0, 0, 0, 0));
        refuses("IOSQCQID", () -> new SubmissionQueueState(0, 0, 0, value, 0, 0, 0, 0));
        refuses("IOSQA", () -> new SubmissionQueueState(0, 0, 0, 0, value, 0, 0, 0));
        refuses("IOSQHP", () -> new SubmissionQueueState(0, 0, 0, 0, 0, value, 0, 0));
        refuses("IOSQTP", () -> new SubmissionQueueState(0, 0, 0, 0, 0, 0, value, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {0x1_0000_0000L, -1})
    void thirtyTwoBitFieldsMustFit(long value) {
        refuses("IOCQA", () -> new CompletionQueueState(0, 0, 0, 0, 0, value, 0));
        refuses("reserved", () -> new CompletionQueueState(0, 0, 0, 0, 0, 0, value));
        refuses("reserved", () -> new SubmissionQueueState(0, 0, 0, 0, 0, 0, 0, value));
    }

    @Test
    void theLargestFieldsFit() {
        var completion = new CompletionQueueState(-1, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF_FFFFL, 0xFFFF_FFFFL);
        var submission = new SubmissionQueueState(-1, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF_FFFFL);

        assertThat(completion.interruptVector()).isEqualTo(65_535);
        assertThat(submission.priority()).isEqualTo(3);
    }

    private static CompletionQueueState completionQueue(int tail, long attributes) {
        return new CompletionQueueState(0, 0xFFFF, 1, 0, tail, attributes, 0);
    }

    private static void refuses(String field, Runnable making) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(making::run)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}

package io.nvmelm.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.CompletionQueueState;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionQueuePhaseTest {
    @ParameterizedTest(name = "tail {0}, slot 0 holds {1}: next {2}")
    @CsvSource({
        "0,     false, true",
        "0,     true,  false",
        "1,     false, false",
        "1,     true,  true",
        "65535, false, false",
        "65535, true,  true"
    })
    void thePhaseOfTheNextEntryFollowsFromTailAndSlotZero(int tail, boolean slotZeroPhase, boolean nextPhase) {
        var view = new CompletionQueueStateView().wrap(MemorySegment.ofArray(new byte[24]), 0);
        view.zeroBasedSize(65535).tail(tail).slotZeroPhase(slotZeroPhase);

        assertThat(view.nextPhase()).isEqualTo(nextPhase);
        assertThat(view.state().nextPhase()).isEqualTo(nextPhase);
        assertThat(CompletionQueueState.slotZeroPhase(tail, nextPhase)).isEqualTo(slotZeroPhase);
    }

    @Test
    void aControllerThatWasRestoredAnywhereGoesOnWithTheRightPhase() {
        int slots = 3;
        boolean[] ring = new boolean[slots];
        boolean phase = true;
        int tail = 0;
        var view = new CompletionQueueStateView().wrap(MemorySegment.ofArray(new byte[24]), 0);
        for (int posted = 0; posted < 4 * slots; posted++) {
            view.zeroBasedSize(slots - 1).tail(tail).slotZeroPhase(ring[0]);
            assertThat(view.nextPhase()).as("after %d entries", posted).isEqualTo(phase);
            ring[tail] = phase;
            tail = (tail + 1) % slots;
            phase ^= tail == 0;
        }
    }

    @Test
    void slotsAreOneMoreThanTheField() {
        var segment = MemorySegment.ofArray(new byte[24]);

        assertThat(new CompletionQueueStateView().wrap(segment, 0).zeroBasedSize(65535).slots()).isEqualTo(65536);
        assertThat(new SubmissionQueueStateView().wrap(segment, 0).zeroBasedSize(0).slots()).isEqualTo(1);
    }
}

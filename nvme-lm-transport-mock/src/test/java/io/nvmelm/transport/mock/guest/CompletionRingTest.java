package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.mock.GuestMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionRingTest {

    private static final long ADDRESS = 4096;
    private static final int PHASE = 1 << 16;

    private final GuestMemory memory = new GuestMemory(2 << 20);

    private CompletionRing ring(int entries) {
        return new CompletionRing(3, memory, ADDRESS, entries, 3);
    }

    /// Posts the n-th entry of a queue, n from 0.
    private void post(int entries, long n, int commandId) {
        long at = ADDRESS + n % entries * 16;
        boolean phase = n / entries % 2 == 0;
        memory.setInt(at + 8, 5 << 16 | 7);
        memory.setIntRelease(at + 12, commandId | (phase ? PHASE : 0));
    }

    @Test
    void aFreshRingIsEmpty() {
        var ring = ring(16);

        assertThat(ring.take()).isFalse();
        assertThat(ring.hasNews()).isFalse();
        assertThat(ring.countMisplaced()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16, 4096, 65_536})
    void everyEntryIsTakenOnceOverManyWraps(int entries) {
        var ring = ring(entries);
        long posted = 0;
        for (int round = 0; round < 11; round++) {
            int batch = Math.max(1, entries - 1 - round % 3);
            for (int i = 0; i < batch; i++) {
                post(entries, posted + i, (int) (posted + i) & 0xFFFF);
            }
            for (int i = 0; i < batch; i++) {
                assertThat(ring.take()).isTrue();
                assertThat(ring.entry().commandId()).isEqualTo((int) (posted + i) & 0xFFFF);
                assertThat(ring.entry().submissionQueueId()).isEqualTo(5);
                assertThat(ring.entry().submissionQueueHead()).isEqualTo(7);
            }
            posted += batch;
            assertThat(ring.take()).isFalse();
            assertThat(ring.countMisplaced()).isZero();
            assertThat(ring.hasNews()).isTrue();
            assertThat(ring.announce()).isEqualTo((int) (posted % entries));
            assertThat(ring.hasNews()).isFalse();
        }
    }

    @Test
    void thePhaseInvertsWithTheWrap() {
        var ring = ring(2);
        assertThat(ring.expectedPhase()).isTrue();
        post(2, 0, 1);
        ring.take();
        assertThat(ring.expectedPhase()).isTrue();
        post(2, 1, 2);
        ring.take();
        assertThat(ring.expectedPhase()).isFalse();
        assertThat(ring.headIndex()).isZero();
    }

    @Test
    void anEntryAheadOfItsPlaceIsNotTakenButSeen() {
        var ring = ring(16);
        post(16, 3, 9);

        assertThat(ring.take()).isFalse();
        assertThat(ring.countMisplaced()).isEqualTo(1);
    }

    @Test
    void anEntryWithTheOldPhaseIsNotTaken() {
        var ring = ring(2);
        for (int n = 0; n < 2; n++) {
            post(2, n, n);
            assertThat(ring.take()).isTrue();
        }
        post(2, 0, 9); // the phase of the first pass, in the second

        assertThat(ring.take()).isFalse();
    }

    @Test
    void anOverwrittenEntryOfThisPassIsSeen() {
        var ring = ring(16);
        post(16, 0, 1);
        ring.take();
        memory.setInt(ADDRESS + 12, 1);

        assertThat(ring.countMisplaced()).isEqualTo(1);
    }
}

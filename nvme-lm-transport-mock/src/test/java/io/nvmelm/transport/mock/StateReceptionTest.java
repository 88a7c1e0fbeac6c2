package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.rules.Proves;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Set Controller State in pieces: what a sequence is, and what ends it.
class StateReceptionTest extends StateTransferFixture {
    @Test
    @Proves(device = {"set.first-middle-last", "set.commits-with-last", "set.empty-last"})
    void nothingChangesBeforeTheLastPiece() {
        targetManagement.suspend(1);
        assertThat(send(1, 0, piece(0, 60)).isSuccess()).isTrue();
        assertThat(hasQueues()).isFalse();
        assertThat(send(0, 60, piece(60, 104)).isSuccess()).isTrue();
        assertThat(hasQueues()).isFalse();
        assertThat(send(2, 104, new byte[0]).isSuccess()).isTrue();
        assertThat(hasQueues()).isTrue();
        assertThat(targetManagement.readState(1, 1, 0)).isEqualTo(ONE_PAIR);
    }

    @Test
    void theLastPieceMayCarryData() {
        targetManagement.suspend(1);
        send(1, 0, piece(0, 48));
        assertThat(send(2, 48, piece(48, 104)).isSuccess()).isTrue();
        assertThat(targetManagement.readState(1, 1, 0)).isEqualTo(ONE_PAIR);
    }

    @Test
    void aSequenceEndsWithItsCommit() {
        targetManagement.suspend(1);
        send(1, 0, piece(0, 48));
        send(2, 48, piece(48, 104));
        assertThat(send(2, 104, new byte[0]).status().is(COMMAND_SEQUENCE_ERROR)).isTrue();
        assertThat(targetManagement.resume(1).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "set.first-starts-anew")
    void aNewFirstReplacesTheOpenSequence() {
        targetManagement.suspend(1);
        var wrong = ONE_PAIR.clone();
        wrong[0] = 1;
        send(1, 0, Arrays.copyOf(wrong, 60));
        assertThat(send(1, 0, piece(0, 48)).isSuccess()).isTrue();
        assertThat(send(2, 48, piece(48, 104)).isSuccess()).isTrue();
        assertThat(targetManagement.readState(1, 1, 0)).isEqualTo(ONE_PAIR);
    }

    @Test
    @Proves(device = {"set.first-starts-anew", "set.incomplete"})
    void whatAReplacedSequenceCarriedIsGone() {
        targetManagement.suspend(1);
        send(1, 0, ONE_PAIR);
        send(1, 0, piece(0, 48));
        assertThat(send(2, 104, new byte[0]).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(hasQueues()).isFalse();
    }

    @Test
    @Proves(device = "set.only-replaces-sequence")
    void anOnlyReplacesTheOpenSequence() {
        targetManagement.suspend(1);
        send(1, 0, piece(0, 60));
        assertThat(send(3, 0, ONE_PAIR).isSuccess()).isTrue();
        assertThat(send(0, 60, piece(60, 104)).status().is(COMMAND_SEQUENCE_ERROR)).isTrue();
        assertThat(targetManagement.resume(1).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "resume.with-open-state")
    void resumeIsRefusedWhileASequenceIsOpenAndLeavesItOpen() {
        targetManagement.suspend(1);
        send(1, 0, piece(0, 48));
        assertThat(targetManagement.resume(1).status().is(COMMAND_SEQUENCE_ERROR)).isTrue();
        assertThat(target.controller(1).isSuspended()).isTrue();
        assertThat(send(2, 48, piece(48, 104)).isSuccess()).isTrue();
        assertThat(targetManagement.resume(1).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "set.same-format-in-sequence")
    void aPieceRefusedForItsFieldsLeavesTheSequenceAsItWas() {
        targetManagement.suspend(1);
        send(1, 0, piece(0, 48));
        assertThat(send(0, 50, piece(48, 52)).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(targetManagement.setState(0x0002, 0x2_0001, 48, piece(48, 52)).status().is(INVALID_FIELD_IN_COMMAND))
                .isTrue();
        assertThat(targetManagement.setState(0x3_0002, 0x0_0001, 0, piece(0, 104)).status().is(
                INVALID_FIELD_IN_COMMAND))
                .isTrue();
        assertThat(send(2, 48, piece(48, 104)).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "set.incomplete")
    void aFailedVerificationEndsTheSequence() {
        targetManagement.suspend(1);
        send(1, 0, piece(0, 48));
        assertThat(send(2, 48, piece(48, 100)).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(send(2, 100, piece(100, 104)).status().is(COMMAND_SEQUENCE_ERROR)).isTrue();
        assertThat(targetManagement.resume(1).isSuccess()).isTrue();
    }

    @Test
    void sequencesOfDifferentControllersAreIndependent() {
        targetManagement.suspend(1);
        targetManagement.suspend(2);
        send(1, 0, piece(0, 48));
        targetManagement.setState(0x1_0002, 0x1_0002, 0, piece(0, 60));
        assertThat(send(2, 48, piece(48, 104)).isSuccess()).isTrue();
        assertThat(targetManagement.setState(0x2_0002, 0x1_0002, 60, piece(60, 104)).isSuccess()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void piecesInAnyOrderWithOverlapsCoverTheState(long seed) {
        var random = new SplittableRandom(seed);
        targetManagement.suspend(1);
        send(1, 0, piece(0, 4));
        var covered = new boolean[26];
        covered[0] = true;
        for (int n = 0; n < 200; n++) {
            int from = random.nextInt(26);
            int to = from + 1 + random.nextInt(26 - from);
            Arrays.fill(covered, from, to, true);
            assertThat(send(0, from * 4, piece(from * 4, to * 4)).isSuccess()).isTrue();
            if (random.nextInt(30) == 0) {
                break;
            }
        }
        boolean whole = !Arrays.toString(covered).contains("false");
        assertThat(send(2, 104, new byte[0]).isSuccess()).as("seed %d", seed).isEqualTo(whole);
    }
}

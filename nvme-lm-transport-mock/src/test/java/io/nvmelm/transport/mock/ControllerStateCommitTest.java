package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Verification of a complete state before it takes effect.
class ControllerStateCommitTest extends StateTransferFixture {
    @ParameterizedTest
    @CsvSource({
        // offset, bytes, status
        "0, 01, INVALID_FIELD_IN_COMMAND", // VER of the envelope
        "24, 01, INVALID_FIELD_IN_COMMAND", // NVMECSS beyond 64 bits
        "23, 80, INVALID_FIELD_IN_COMMAND",
        "22, 01, INVALID_FIELD_IN_COMMAND",
        "40, 01, INVALID_FIELD_IN_COMMAND", // VSS beyond 64 bits
        "32, 01, INVALID_FIELD_IN_COMMAND", // vendor specific data without UUID index
        "16, 0d, INVALID_FIELD_IN_COMMAND", // NVMECSS too short for its queues
        "16, 01, INVALID_FIELD_IN_COMMAND", // NVMECSS too short for its header
        "48, 01, INVALID_FIELD_IN_COMMAND", // VER of the NVMe Controller State
        "50, 02, INVALID_FIELD_IN_COMMAND", // NIOSQ
        "52, 02, INVALID_FIELD_IN_COMMAND", // NIOCQ
        "56, 01, INVALID_FIELD_IN_COMMAND", // PRP1 of the submission queue not page aligned
        "64, 0000, INVALID_FIELD_IN_COMMAND", // one slot
        "64, 4000, INVALID_FIELD_IN_COMMAND", // more than MQES
        "66, 0000, INVALID_FIELD_IN_COMMAND", // submission queue 0
        "66, 0400, SUCCESSFUL_COMPLETION",
        "66, 0500, NOT_ENOUGH_RESOURCES", // more queues than there are
        "68, 0200, INVALID_FIELD_IN_COMMAND", // completion queue that is not there
        "70, 0400, INVALID_FIELD_IN_COMMAND", // not contiguous
        "72, 4000, INVALID_FIELD_IN_COMMAND", // head beyond the queue
        "74, 4000, INVALID_FIELD_IN_COMMAND", // tail beyond the queue
        "74, 3f00, SUCCESSFUL_COMPLETION",
        "81, 04, INVALID_FIELD_IN_COMMAND", // PRP1 of the completion queue not page aligned
        "90, 0000, INVALID_FIELD_IN_COMMAND", // completion queue 0
        "92, 4000, INVALID_FIELD_IN_COMMAND", // head beyond the queue
        "94, ffff, INVALID_FIELD_IN_COMMAND", // tail beyond the queue
        "96, 06, INVALID_FIELD_IN_COMMAND", // not contiguous
        "98, 0500, INVALID_FIELD_IN_COMMAND", // vector 5 of 5
        "98, 0400, SUCCESSFUL_COMPLETION",
        "2, 00, SUCCESSFUL_COMPLETION", // CSATTR is information only
        "3, ff, SUCCESSFUL_COMPLETION", // reserved
        "54, ffff, SUCCESSFUL_COMPLETION", // reserved
        "76, ffffffff, SUCCESSFUL_COMPLETION", // reserved
    })
    @Proves(device = {
        "set.verified",
        "set.unknown-version",
        "set.vendor-without-uuid",
        "set.too-many-queues",
        "set.attributes-informational",
        "state.sizes-of-128-bits"
    })
    void contentIsVerifiedBeforeItTakesEffect(int offset, String bytes, StatusCode expected) {
        targetManagement.suspend(1);
        var state = ONE_PAIR.clone();
        var change = ManagementHost.hex(bytes);
        System.arraycopy(change, 0, state, offset, change.length);
        var completion = targetManagement.writeState(1, 1, 0, state);
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
        assertThat(hasQueues()).isEqualTo(expected == SUCCESSFUL_COMPLETION);
    }

    @Test
    @Proves(device = {"set.verified", "state.queues"})
    void queueIdentifiersMustAscend() {
        var host = new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8).createQueuePair(2, 8);
        sourceManagement.suspend(1);
        var good = sourceManagement.readState(1, 1, 0);
        assertThat(host.submissions).hasSize(3);
        targetManagement.suspend(1);
        for (int first : new int[] {56, 56 + 48}) {
            var swapped = good.clone();
            System.arraycopy(good, first, swapped, first + 24, 24);
            System.arraycopy(good, first + 24, swapped, first, 24);
            assertThat(targetManagement.writeState(1, 1, 0, swapped).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
            var twice = good.clone();
            System.arraycopy(good, first, twice, first + 24, 24);
            assertThat(targetManagement.writeState(1, 1, 0, twice).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
        }
        assertThat(targetManagement.writeState(1, 1, 0, good).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "set.queues-exist")
    void aControllerWithQueuesTakesNoOthers() {
        new TestHost(target.controller(1)).bringUp().createQueuePair(1, 8);
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 0, ONE_PAIR).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = "state.no-queues")
    void aStateWithoutQueuesIsAccepted() {
        new TestHost(source.controller(1)).bringUp();
        sourceManagement.suspend(1);
        var state = sourceManagement.readState(1, 1, 0);
        assertThat(state).hasSize(56);
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 0, state).isSuccess()).isTrue();
        assertThat(targetManagement.writeState(1, 1, 0, Arrays.copyOf(new byte[0], 48)).isSuccess())
                .as("header only")
                .isTrue();
    }

    @Test
    @Proves(device = "set.too-many-queues")
    void moreQueuesThanTheTargetHasAreTooMany() {
        var large = new TestHost(source.controller(1)).bringUp();
        for (int id = 1; id <= 4; id++) {
            large.createQueuePair(id, 8);
        }
        sourceManagement.suspend(1);
        var small = subsystem("small").maximumQueuePairs(3).build();
        var management = new ManagementHost(small);
        management.suspend(1);
        // vector 4 is beyond the small one's: give all completion queues vector 0
        var state = sourceManagement.readState(1, 1, 0);
        for (int j = 0; j < 4; j++) {
            state[56 + 4 * 24 + j * 24 + 18] = 0;
        }
        assertThat(management.writeState(1, 1, 0, state).status().is(NOT_ENOUGH_RESOURCES)).isTrue();
    }

    @Test
    void aStateEndsNoFatalStatusThatOnlyAResetEnds() {
        new TestHost(source.controller(1)).bringUp().createQueuePair(1, 8);
        sourceManagement.suspend(1);
        var state = sourceManagement.readState(1, 1, 1);
        target.failFatally(1);
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 1, state).isSuccess()).isTrue();
        assertThat(target.controller(1).readRegister32(NvmRegisters.CSTS))
                .isEqualTo(NvmRegisters.CSTS_CFS_BIT | NvmRegisters.CSTS_RDY_BIT);
        target.controller(1).functionLevelReset();
        assertThat(target.controller(1).readRegister32(NvmRegisters.CSTS)).isZero();
        targetManagement.suspend(1);
        assertThat(targetManagement.writeState(1, 1, 1, state).isSuccess()).isTrue();
        assertThat(target.controller(1).readRegister32(NvmRegisters.CSTS)).isEqualTo(NvmRegisters.CSTS_RDY_BIT);
    }
}

package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The log around suspensions that the controller refuses: what was known before is known again, unless something came between.
class UserDataLogRefusalTest {
    private static final List<NamespaceExtent> NAMESPACES = List.of(new NamespaceExtent(1, 1000, 512));
    private static final Duration SHORT = Duration.ofMillis(20);

    private final RingDevice device = new RingDevice();

    private UserDataLog started(int slots, boolean deleteOnSuspend) {
        var log = new UserDataLog(
                new CommandPort(device),
                TransferOptions.defaults(),
                new UserDataLogOptions(slots, deleteOnSuspend),
                0x12,
                "controller 0012h");
        log.start(NAMESPACES);
        assertThat(log.take().isEverything()).isTrue();
        return log;
    }

    private void suspendAndRead(UserDataLog log) {
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        if (suspension.deletesQueues()) {
            device.reset();
        }
        log.suspended(suspension);
        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
    }

    @Test
    void aSuspensionThatWasRefusedCostsTheNextOneNothing() {
        for (boolean delete : new boolean[] {false, true}) {
            var log = started(8, delete);
            device.change(1, 1, 1, false);
            log.take();
            log.suspensionRefused(log.suspending());
            log.resumed();
            device.change(1, 9, 1, false);
            suspendAndRead(log);
            log.close();
        }
    }

    @Test
    void aSuspensionThatWasRefusedLeavesTheEntryOfAnotherDue() {
        for (boolean firstIsRefused : new boolean[] {true, false}) {
            var log = started(8, false);
            var first = log.suspending();
            var second = log.suspending();
            log.suspensionRefused(firstIsRefused ? first : second);
            log.resumed();
            log.suspending();
            device.marker(EntrySequence.LAST_SUSPENDED);
            assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.LOST);
            log.close();
        }
    }

    @Test
    void aRefusalThatComesBehindAnEntryOfASuspensionLeavesWhatItSays() {
        var log = started(8, false);
        var suspension = log.suspending();
        device.marker(EntrySequence.LAST_SUSPENDED);
        assertThat(log.keepUp()).isEqualTo(UserDataLogState.SUSPENDED);
        log.suspensionRefused(suspension);
        log.suspending();
        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
    }

    @ParameterizedTest
    @EnumSource(value = StatusCode.class, names = {"INVALID_COMMAND_OPCODE", "INVALID_FIELD_IN_COMMAND",
        "INVALID_CONTROLLER_IDENTIFIER",
        "INTERNAL_ERROR", "COMMAND_ABORT_REQUESTED", "CONTROLLER_SUSPENDED"})
    void onlyAStatusThatRefusesBeforeAnythingIsExecutedSaysThatNoEntryWillCome(StatusCode code) {
        boolean refuses = code.name().startsWith("INVALID");
        for (boolean delete : new boolean[] {false, true}) {
            var log = started(8, delete);
            assertThatThrownBy(() -> log.suspend(deletes -> {
                assertThat(deletes).isEqualTo(delete);
                throw new CommandFailedException("Suspend", Completion.failure(code).status());
            })).isInstanceOf(CommandFailedException.class);
            log.resumed();
            assertThat(log.state()).isEqualTo(
                    refuses || !delete ? UserDataLogState.LOGGING : UserDataLogState.LOST);
            var suspension = log.suspending();
            device.marker(EntrySequence.LAST_SUSPENDED);
            log.suspended(suspension);
            assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(
                    refuses ? UserDataLogState.SUSPENDED : UserDataLogState.LOST);
            log.close();
        }
    }
}

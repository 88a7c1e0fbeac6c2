package io.nvmelm.core.controller;

import static io.nvmelm.core.controller.StateTransferTest.controller;
import static io.nvmelm.core.controller.StateTransferTest.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.StateInconsistentException;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A state that is read is of one moment: the controller is suspended all the time, and its header says the same at the end.
class StateConsistencyTest {
    private static final StateFormat FORMAT = StateFormat.ofVersion(0);

    @Test
    void aControllerThatWasNotSuspendedIsRefused() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 8);
        transport.suspended = false;
        assertThatThrownBy(() -> controller(transport, 4096, 4).openSource(FORMAT, OptionalLong.empty()))
                .isInstanceOf(StateInconsistentException.class)
                .hasMessageContaining("controller 0005h of nqn.2014-08.org.example:s");
    }

    @Test
    void aControllerThatStopsBeingSuspendedBetweenPiecesIsRefused() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(100), 1 << 20, 8);
        var controller = controller(transport, 512, 1);
        try (var source = controller.openSource(FORMAT, OptionalLong.empty())) {
            transport.reportsSuspended = false;
            assertThatThrownBy(() -> readAll(source, 512)).isInstanceOf(StateInconsistentException.class);
        }
    }

    @Test
    void aControllerThatNeverReportsCsupIsBelievedByItsHeader() {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        transport.reportsSuspended = false;
        try (var source = controller(transport, 512, 2).openSource(FORMAT, OptionalLong.empty())) {
            assertThat(readAll(source, 512)).isEqualTo(state);
        }
    }

    @Test
    void aStateThatChangesItsSizeWhileItIsReadIsRefused() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(100), 1 << 20, 8);
        try (var source = controller(transport, 512, 2).openSource(FORMAT, OptionalLong.empty())) {
            transport.state = SampleState.withQueuePairs(101);
            assertThatThrownBy(() -> readAll(source, 512))
                    .isInstanceOf(StateInconsistentException.class)
                    .hasMessageContaining("1202")
                    .hasMessageContaining("1214");
        }
    }

    @Test
    void theHeaderIsComparedTogetherWithTheLastPiecesWhereEachSaysThatTheControllerWasSuspended() {
        var state = SampleState.withQueuePairs(10);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        var controller = controller(transport, 136, 4);
        try (var source = controller.openSource(FORMAT, OptionalLong.of(state.length))) {
            assertThat(transport.commandsOf(GetControllerStateCommand.class))
                    .extracting(GetControllerStateCommand::dataByteSize)
                    .containsExactly(136L, 136L, 136L, 128L, 48L);
            assertThat(readAll(source, 1000)).isEqualTo(state);
        }
        assertThat(transport.commandsOf(GetControllerStateCommand.class)).hasSize(5);
    }

    @ParameterizedTest
    @CsvSource({"2,4", "4,5"})
    void theHeaderIsComparedBehindTheLastPieceWhereNoneSaysThatTheControllerWasSuspended(int inFlight, int before) {
        var state = SampleState.withQueuePairs(10);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        transport.reportsSuspended = false;
        try (var source = controller(transport, 136, inFlight).openSource(FORMAT, OptionalLong.of(state.length))) {
            var buffer = ByteBuffer.allocate(state.length);
            while (buffer.hasRemaining()) {
                source.read(buffer);
            }
            assertThat(transport.commandsOf(GetControllerStateCommand.class)).hasSize(before);
            assertThat(source.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThat(transport.commandsOf(GetControllerStateCommand.class)).hasSize(before + 1);
    }

    @Test
    void aHeaderThatWasReadBeforeTheLastPiecesWereAskedForIsReadAgain() {
        var state = SampleState.withQueuePairs(10);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        try (var source = controller(transport, 136, 3).openSource(FORMAT, OptionalLong.of(300))) {
            assertThat(readAll(source, 1000)).isEqualTo(state);
        }
        assertThat(transport.commandsOf(GetControllerStateCommand.class))
                .extracting(GetControllerStateCommand::dataByteSize)
                .containsExactly(136L, 136L, 28L, 48L, 136L, 100L, 48L);
    }

    @Test
    void theComparisonWaitsForRoomInTheTransport() {
        var state = SampleState.withQueuePairs(10);
        var transport = new ScriptedTransport(state, 1 << 20, 4);
        try (var source = controller(transport, 108, 4).openSource(FORMAT, OptionalLong.of(state.length))) {
            source.read(ByteBuffer.allocate(108));
            assertThat(transport.commandsOf(GetControllerStateCommand.class)).hasSize(5);
            source.read(ByteBuffer.allocate(108));
            assertThat(transport.commandsOf(GetControllerStateCommand.class)).hasSize(6);
        }
        assertThat(transport.mostInFlight).isEqualTo(4);
    }

    @Test
    void aSessionThatIsClosedWithTheComparisonUnderWayLeavesNoMemoryBehind() {
        var state = SampleState.withQueuePairs(10);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        var controller = controller(transport, 136, 4);
        controller.openSource(FORMAT, OptionalLong.of(state.length)).close();
        controller.close();
        assertThat(transport.open).isZero();
        assertThat(transport.doubleCloses).isZero();
    }

    @Test
    void aControllerThatResumedBehindTheLastPieceIsNoticed() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(100), 1 << 20, 8);
        transport.reportsSuspended = false;
        try (var source = controller(transport, 4096, 1).openSource(FORMAT, OptionalLong.empty())) {
            var buffer = ByteBuffer.allocate(transport.state.length);
            while (buffer.hasRemaining()) {
                source.read(buffer);
            }
            transport.suspended = false;
            assertThatThrownBy(() -> source.read(ByteBuffer.allocate(1))).isInstanceOf(
                    StateInconsistentException.class);
        }
    }
}

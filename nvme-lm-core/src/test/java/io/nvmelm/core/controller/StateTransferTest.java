package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Reading and writing controller state in pieces.
class StateTransferTest {
    private static final StateFormat FORMAT = StateFormat.ofVersion(0);

    static MigratableController controller(ScriptedTransport transport, int pieceBytes, int inFlight) {
        var options = TransferOptions.defaults().withPieces(pieceBytes, inFlight);
        return ControllingController.open(transport, options).migratable(5);
    }

    static byte[] readAll(StateSource source, int bufferBytes) {
        var result = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(bufferBytes);
        while (source.read(buffer.clear()) >= 0) {
            result.write(buffer.array(), 0, buffer.position());
        }
        return result.toByteArray();
    }

    @Test
    void aStateThatFitsOnePieceCostsOneGet() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 8);
        var controller = controller(transport, 4096, 4);
        try (var source = controller.openSource(FORMAT, OptionalLong.empty())) {
            assertThat(readAll(source, 4096)).isEqualTo(transport.state);
        }
        assertThat(transport.commandsOf(GetControllerStateCommand.class))
                .containsExactly(new GetControllerStateCommand(5, 1, 0, 0, 0, 0, 1024));
    }

    @Test
    void aStateThatFitsOnePieceCostsOneSet() {
        var state = SampleState.withQueuePairs(1);
        var transport = new ScriptedTransport(new byte[0], 1 << 20, 8);
        var controller = controller(transport, 4096, 4);
        try (var target = controller.openTarget(FORMAT)) {
            target.write(ByteBuffer.wrap(state));
            assertThat(transport.commandsOf(SetControllerStateCommand.class)).isEmpty();
            target.commit();
        }
        assertThat(transport.commandsOf(SetControllerStateCommand.class))
                .containsExactly(new SetControllerStateCommand(5, SequenceIndicator.ONLY, 1, 0, 0, 0, state.length
                        / 4));
        assertThat(transport.loaded()).isEqualTo(state);
    }

    @ParameterizedTest
    @CsvSource({"64,1", "64,7", "68,3", "100,2", "1024,4", "4096,8", "65536,2", "1048576,4"})
    void everyPieceSizeReadsAndWritesTheSameBytes(int pieceBytes, int inFlight) {
        var state = SampleState.withQueuePairs(200);
        var transport = new ScriptedTransport(state, 1 << 20, 64);
        var controller = controller(transport, pieceBytes, inFlight);
        try (var source = controller.openSource(FORMAT, OptionalLong.of(state.length))) {
            assertThat(source.totalBytes()).isEqualTo(state.length);
            assertThat(readAll(source, 1000)).isEqualTo(state);
        }
        try (var target = controller.openTarget(FORMAT)) {
            var bytes = ByteBuffer.wrap(state);
            for (int i = 0; bytes.hasRemaining(); i++) {
                int length = Math.min(bytes.remaining(), 1 + i % 97);
                target.write(bytes.slice(bytes.position(), length));
                bytes.position(bytes.position() + length);
            }
            target.commit();
        }
        assertThat(transport.loaded()).isEqualTo(state);
        assertThat(transport.mostInFlight).isLessThanOrEqualTo(inFlight + 1);
        assertThat(transport.allocated - 2 * 4096)
                .isLessThanOrEqualTo(pieceBytes * inFlight + ControllerState.HEADER_BYTES);
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void aStateOf65535QueuePairsIsReadAndWrittenInBoundedMemory() {
        var state = SampleState.withQueuePairs(65_535);
        assertThat(state).hasSize(3_145_736);
        for (int pieceBytes : new int[] {64, 4092, 4096, 65536, 1 << 20, 4 << 20}) {
            var transport = new ScriptedTransport(state, 8 << 20, 64);
            var controller = controller(transport, pieceBytes, 4);
            try (var source = controller.openSource(FORMAT, OptionalLong.empty());
                    var target = controller.openTarget(FORMAT)) {
                var buffer = ByteBuffer.allocate(10_000);
                while (source.read(buffer.clear()) >= 0) {
                    target.write(buffer.flip());
                }
                target.commit();
            }
            assertThat(transport.loaded()).as("pieces of %d", pieceBytes).isEqualTo(state);
            assertThat(transport.allocated)
                    .isLessThanOrEqualTo(2 * 4096 + pieceBytes * (4 + 2) + ControllerState.HEADER_BYTES);
        }
    }

    @Test
    void anExpectedSizeAsksForSeveralPiecesAtOnce() {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 64);
        try (var source = controller(transport, 512, 6).openSource(FORMAT, OptionalLong.of(state.length))) {
            assertThat(transport.mostInFlight).isEqualTo(6);
            assertThat(readAll(source, 512)).isEqualTo(state);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 48, 60, 500, 4000, 4856, 4860, 10_000, 100_000, 1L << 40})
    void aWrongExpectationChangesNothing(long expectedBytes) {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 64);
        var controller = controller(transport, 512, 4);
        try (var source = controller.openSource(FORMAT, OptionalLong.of(expectedBytes))) {
            assertThat(readAll(source, 700)).isEqualTo(state);
        }
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void aSizeAboveTheBoundIsRefusedBeforeAnythingIsAllocatedForIt() {
        var state = SampleState.withQueuePairs(1);
        state[20] = 0x7F;
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        assertThatThrownBy(() -> controller(transport, 4096, 4).openSource(FORMAT, OptionalLong.empty()))
                .isInstanceOfSatisfying(InvalidValueException.class, e -> {
                    assertThat(e.field()).isEqualTo("NVMECSS");
                    assertThat(e.byteOffset()).hasValue(16);
                });
        assertThat(transport.allocated).isLessThanOrEqualTo(2 * 4096 + 4096);
    }

    @Test
    void aCommandThatFailsInTheMiddleIsReportedWithItsStatusAndLeaksNothing() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(100), 1 << 20, 8);
        var count = new AtomicInteger();
        transport.override = command -> command instanceof GetControllerStateCommand && count.incrementAndGet() == 4
                ? Completion.failure(StatusCode.INTERNAL_ERROR)
                : null;
        var controller = controller(transport, 512, 3);
        try (var source = controller.openSource(FORMAT, OptionalLong.empty())) {
            assertThatThrownBy(() -> readAll(source, 512))
                    .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(
                            e.status().is(StatusCode.INTERNAL_ERROR))
                            .isTrue());
        }
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void nothingIsReadAfterAFailedPieceSinceItsBytesAreMissing() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(100), 1 << 20, 8);
        transport.override = command -> command instanceof GetControllerStateCommand get && get.byteOffset() == 1024
                ? Completion.failure(StatusCode.INTERNAL_ERROR)
                : null;
        var source = controller(transport, 512, 3).openSource(FORMAT, OptionalLong.empty());
        assertThatThrownBy(() -> readAll(source, 512)).isInstanceOf(CommandFailedException.class);
        assertThatThrownBy(() -> readAll(source, 512)).isInstanceOf(SessionEndedException.class);
        source.close();
        assertThatThrownBy(() -> readAll(source, 512)).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void memoryOfACommandThatTimedOutIsNeverUsedAgain() {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        transport.never = command -> command instanceof GetControllerStateCommand get && get.byteOffset() == 1024;
        var controller = controller(transport, 512, 2);
        try (var source = controller.openSource(FORMAT, OptionalLong.empty())) {
            assertThatThrownBy(() -> readAll(source, 512)).isInstanceOf(CommandTimeoutException.class);
        }
        transport.never = command -> false;
        int before = transport.allocations;
        try (var source = controller.openSource(FORMAT, OptionalLong.of(state.length))) {
            assertThat(readAll(source, 512)).isEqualTo(state);
        }
        assertThat(transport.allocations).as("a piece and a header").isEqualTo(before + 2);
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void nothingIsSentOfAStateWhoseFirstPieceIsInvalid() {
        var state = SampleState.withQueuePairs(1);
        state[68] = 77;
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        try (var target = controller(transport, 4096, 2).openTarget(FORMAT)) {
            assertThatThrownBy(() -> {
                target.write(ByteBuffer.wrap(state));
                target.commit();
            })
                    .isInstanceOf(InvalidValueException.class);
            assertThat(target.isPartlySent()).isFalse();
        }
        assertThat(transport.commandsOf(SetControllerStateCommand.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 47, 48, 55, 56, 103})
    void anIncompleteStateIsRefusedWithoutACommand(int bytes) {
        var state = SampleState.withQueuePairs(1);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        try (var target = controller(transport, 4096, 2).openTarget(FORMAT)) {
            target.write(ByteBuffer.wrap(state, 0, bytes));
            assertThatThrownBy(target::commit).isInstanceOf(InvalidValueException.class);
            assertThatThrownBy(target::commit).isInstanceOf(SessionEndedException.class);
        }
        assertThat(transport.commandsOf(SetControllerStateCommand.class)).isEmpty();
    }

    @Test
    void bytesBehindTheStateAreRefused() {
        var state = SampleState.withQueuePairs(1);
        var longer = Arrays.copyOf(state, state.length + 4);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        try (var target = controller(transport, 4096, 2).openTarget(FORMAT)) {
            assertThatThrownBy(() -> target.write(ByteBuffer.wrap(longer))).isInstanceOf(InvalidValueException.class);
        }
    }

    @Test
    void aFailedPieceLeavesTheTargetPartlySent() {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        transport.override = command -> command instanceof SetControllerStateCommand set
                && set.sequence() == SequenceIndicator.MIDDLE
                        ? Completion.failure(StatusCode.COMMAND_SEQUENCE_ERROR)
                        : null;
        try (var target = controller(transport, 512, 2).openTarget(FORMAT)) {
            assertThatThrownBy(() -> target.write(ByteBuffer.wrap(state)))
                    .isInstanceOf(LiveMigrationException.class)
                    .hasMessageContaining("Command Sequence Error");
            assertThat(target.isPartlySent()).isTrue();
        }
    }

    @Test
    void piecesAreMarkedFirstMiddleLastAndFollowEachOther() {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        try (var target = controller(transport, 2048, 2).openTarget(FORMAT)) {
            target.write(ByteBuffer.wrap(state));
            target.commit();
        }
        assertThat(transport.commandsOf(SetControllerStateCommand.class))
                .extracting(SetControllerStateCommand::sequence)
                .containsExactly(SequenceIndicator.FIRST, SequenceIndicator.MIDDLE, SequenceIndicator.LAST);
    }

    @Test
    void bytesBehindAStateThatFillsItsPieceAreRefusedAndDoNotHang() {
        var transport = new ScriptedTransport(new byte[0], 1 << 20, 8);
        var state = SampleState.withQueuePairs(1);
        for (int pieceBytes : new int[] {104, 52 * 2}) {
            try (var target = controller(transport, pieceBytes, 2).openTarget(FORMAT)) {
                target.write(ByteBuffer.wrap(state));
                assertThatThrownBy(() -> target.write(ByteBuffer.wrap(new byte[4])))
                        .isInstanceOfSatisfying(InvalidValueException.class, e -> {
                            assertThat(e.field()).isEqualTo("Controller State size");
                            assertThat(e.byteOffset()).hasValue(104);
                        });
            }
        }
        assertThat(transport.commandsOf(SetControllerStateCommand.class)).isEmpty();
    }

    @Test
    void aBadHeaderLeavesNoMemoryBehind() {
        var state = SampleState.withQueuePairs(1);
        state[20] = 0x7F;
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        var controller = controller(transport, 4096, 4);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> controller.openSource(FORMAT, OptionalLong.of(20_000)))
                    .isInstanceOf(InvalidValueException.class);
        }
        controller.close();
        assertThat(transport.open).isZero();
        assertThat(transport.doubleCloses).isZero();
    }

    @Test
    void aTransportWithoutMemoryFailsEveryCallAndLocksNobodyOut() throws Exception {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 8);
        var controller = controller(transport, 4096, 4);
        transport.memoryLeft = 0;
        assertThatThrownBy(controller::isSuspended).isInstanceOf(TransportException.class);
        transport.memoryLeft = 1;
        assertThat(CompletableFuture.supplyAsync(controller::isSuspended).get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTransportThatLendsMoreThanAskedForDoesNotChangeThePieceSize() {
        var state = SampleState.withQueuePairs(100);
        var transport = new ScriptedTransport(state, 1 << 20, 8);
        transport.lendsInUnitsOf = 4096;
        var controller = controller(transport, 512, 2);
        try (var source = controller.openSource(FORMAT, OptionalLong.empty());
                var target = controller.openTarget(FORMAT)) {
            target.write(ByteBuffer.wrap(readAll(source, 4096)));
            target.commit();
        }
        assertThat(transport.commandsOf(SetControllerStateCommand.class))
                .allSatisfy(set -> assertThat(set.dataByteSize()).isLessThanOrEqualTo(512));
    }

    @Test
    void whateverATransportThrowsIsATransportException() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 8);
        var controller = controller(transport, 4096, 4);
        transport.breaks = future -> future.cancel(true);
        assertThatThrownBy(controller::isSuspended).isInstanceOf(TransportException.class);
        transport.breaks = future -> future.completeExceptionally(new IllegalStateException("broken"));
        assertThatThrownBy(controller::isSuspended)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("broken");
        transport.breaks = future -> {
            throw new IllegalStateException("at once");
        };
        assertThatThrownBy(controller::isSuspended)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("at once");
        controller.close();
        assertThat(transport.open).isZero();
    }

    @Test
    void anInterruptDoesNotEndACommandAndIsKept() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 8);
        var controller = controller(transport, 4096, 4);
        transport.breaks = future -> Thread.currentThread().interrupt();
        assertThat(controller.isSuspended()).isTrue();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aReadOnlyBufferIsRefusedAndTheSessionGoesOn() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 8);
        try (var source = controller(transport, 4096, 4).openSource(FORMAT, OptionalLong.empty())) {
            assertThatThrownBy(() -> source.read(ByteBuffer.allocate(8).asReadOnlyBuffer()))
                    .isInstanceOf(InvalidValueException.class);
            assertThat(readAll(source, 64)).isEqualTo(transport.state);
        }
    }

    @Test
    void theTransportLimitsTheCommandsInFlight() {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(100), 1 << 20, 2);
        try (var source = controller(transport, 64, 16).openSource(FORMAT, OptionalLong.of(4856))) {
            assertThat(readAll(source, 100)).isEqualTo(transport.state);
        }
        assertThat(transport.mostInFlight).isEqualTo(2);
    }
}

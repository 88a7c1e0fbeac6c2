package io.nvmelm.core.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.StateInconsistentException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.SampleState;
import io.nvmelm.core.controller.ScriptedTransport;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// One test for each fatal and serious defect that was found in the two proposed Linux drivers (2022 and 2025): what they did must not
/// happen here. The defects of encoding and layout have theirs beside the codecs.
class LinuxDriverDefectTest {

    private static final StateFormat V0 = StateFormat.ofVersion(0);

    private static ScriptedTransport transportWithFunctions(SecondaryController... entries) {
        var transport = new ScriptedTransport(SampleState.withQueuePairs(1), 1 << 20, 16);
        transport.suspended = false;
        transport.secondaries = List.of(entries);
        return transport;
    }

    private static byte[] drain(MigrationData session) {
        var buffer = ByteBuffer.allocate(1 << 20);
        while (session.read(buffer) >= 0) {
            assertThat(buffer.hasRemaining()).isTrue();
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Test
    void defect01CommandsNameTheControllerOfTheFunctionAndNotTheControllingOne() {
        var transport = transportWithFunctions(
                new SecondaryController(0x21, 0, true, 1, 2, 2), new SecondaryController(0x47, 0, true, 2, 2, 2));
        var controller = ControllingController.open(transport).migratableByVirtualFunction(2);
        controller.suspend();
        assertThat(controller.controllerId()).isEqualTo(0x47);
        assertThat(transport.commandsOf(SuspendCommand.class)).extracting(SuspendCommand::controllerId).containsExactly(
                0x47);
    }

    @Test
    void defect02AFunctionWithoutAnEntryOrWithTwoIsATypedRefusal() {
        var transport = transportWithFunctions(
                new SecondaryController(1, 0, true, 1, 2, 2),
                new SecondaryController(2, 0, true, 1, 2, 2),
                new SecondaryController(3, 9, true, 4, 2, 2));
        var controlling = ControllingController.open(transport);
        for (int function : new int[] {1, 2, 4}) {
            assertThatThrownBy(() -> controlling.migratableByVirtualFunction(function))
                    .isInstanceOf(MigrationUnsupportedException.class)
                    .hasMessageContaining("virtual function " + function);
        }
    }

    @Test
    void defect03TheDataSizeIsOfferedInEveryStateAndIsNeverZero() {
        var fixture = DeviceFixture.withQueuePairs(0);
        for (var state : List.of(
                DeviceState.RUNNING,
                DeviceState.RUNNING_P2P,
                DeviceState.STOP,
                DeviceState.STOP_COPY,
                DeviceState.STOP,
                DeviceState.RESUMING)) {
            fixture.device.setState(state);
            assertThat(fixture.device.estimatedStateBytes()).as("in %s", state).isEqualTo(56);
        }
    }

    @Test
    void defect04ADeviceIsUsableWithNothingButATransport() {
        var transport = transportWithFunctions();
        try (var device = NvmeMigratableDevice.open(ControllingController.open(transport).migratable(5), null)) {
            assertThat(drain(device.setState(DeviceState.STOP_COPY).orElseThrow())).hasSize(104);
            device.reset();
            assertThat(transport.suspended).isFalse();
        }
    }

    @Test
    void defect05SizesAreReadFromTheHeaderThatTheControllerReturned() {
        for (int queuePairs : new int[] {0, 1, 7, 85, 86, 1000}) {
            var fixture = DeviceFixture.withQueuePairs(queuePairs);
            var session = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
            assertThat(session.totalBytes()).hasValue(56 + 48L * queuePairs);
        }
    }

    @Test
    void defect06AResumeReachesTheControllerAsResume() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.transport.commandsOf(ResumeCommand.class)).containsExactly(new ResumeCommand(5));
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void defect07TheStateIsAskedForByAnIndexFromOne() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP_COPY);
        assertThat(fixture.transport.commandsOf(GetControllerStateCommand.class))
                .extracting(GetControllerStateCommand::versionIndex)
                .containsExactly(1);
    }

    @Test
    void defect08AndDefect08bTheWholeStateArrivesToTheLastDword() {
        var source = DeviceFixture.withQueuePairs(3);
        byte[] state = drain(source.device.setState(DeviceState.STOP_COPY).orElseThrow());
        var destination = DeviceFixture.withQueuePairs(0);
        destination.device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.wrap(state));
        destination.device.setState(DeviceState.STOP);
        assertThat(destination.transport.loaded()).isEqualTo(source.transport.state);
    }

    @Test
    void defect09EveryIdentifyIsGiven4096Bytes() {
        var transport = transportWithFunctions();
        ControllingController.open(transport).secondaryControllers();
        assertThat(transport.commandsOf(IdentifyCommand.class)).hasSize(3).allSatisfy(command -> assertThat(
                command.dataByteSize())
                .isEqualTo(4096));
        // Two commands of opening share a page, the list has its own.
        assertThat(transport.allocated).isEqualTo(2 * 4096);
        assertThat(transport.open).isZero();
    }

    @Test
    void defect10AFailedGetReleasesItsMemoryExactlyOnce() {
        var fixture = DeviceFixture.withQueuePairs(100, 512);
        fixture.transport.override = command -> command instanceof GetControllerStateCommand get && get.byteOffset() > 0
                ? Completion.failure(StatusCode.DATA_TRANSFER_ERROR)
                : null;
        var session = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        assertThatThrownBy(() -> drain(session)).isInstanceOf(CommandFailedException.class);
        session.close();
        fixture.device.setState(DeviceState.STOP);
        fixture.device.close();
        assertThat(fixture.transport.open).isZero();
        assertThat(fixture.transport.doubleCloses).isZero();
    }

    @Test
    void defect11AnErrorStatusIsNeverTakenForSuccess() {
        for (int bits = 1; bits < 1 << 11; bits++) {
            var status = NvmeStatus.fromBits(bits);
            var fixture = DeviceFixture.withQueuePairs(0);
            fixture.transport.override = command -> command instanceof SuspendCommand
                    ? new Completion(0, 0, status)
                    : null;
            assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP))
                    .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.status()).isEqualTo(
                            status));
            assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
        }
    }

    @Test
    void defect12TwoWritersCannotPassTheBoundTogether() throws Exception {
        var state = SampleState.withQueuePairs(1);
        for (int round = 0; round < 200; round++) {
            var fixture = DeviceFixture.withQueuePairs(0);
            var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
            session.write(ByteBuffer.wrap(state, 0, 100));
            var barrier = new CyclicBarrier(2);
            try (var threads = Executors.newFixedThreadPool(2)) {
                var written = IntStream.range(0, 2)
                        .mapToObj(i -> threads.submit(() -> {
                            barrier.await();
                            return session.write(ByteBuffer.wrap(state, 100, 4));
                        }))
                        .toList();
                assertThat(written.stream().filter(LinuxDriverDefectTest::succeeded)).as("round %d", round).hasSize(1);
            }
            assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(
                    LiveMigrationException.class);
            assertThat(fixture.transport.loaded()).isEmpty();
        }
    }

    private static boolean succeeded(Future<Integer> write) {
        try {
            write.get();
            return true;
        } catch (Exception e) {
            assertThat(e).hasCauseInstanceOf(LiveMigrationException.class);
            return false;
        }
    }

    @Test
    void defect13AFailedResumeFailsTheArcAndTheDeviceDoesNotSayRunning() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.transport.override = command -> command instanceof ResumeCommand
                ? Completion.failure(StatusCode.INTERNAL_ERROR)
                : null;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.RUNNING)).isInstanceOf(
                CommandFailedException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING_P2P);
        fixture.transport.override = command -> null;
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.transport.suspended).isFalse();
    }

    @Test
    void defect14And15AVersionIsComparedWithTheListEntryAndNotWithItsIndex() {
        var transport = transportWithFunctions();
        transport.versions = new int[] {9, 4, 0};
        transport.suspended = true;
        var controller = ControllingController.open(transport).migratable(5);
        try (var source = controller.openSource(V0, OptionalLong.empty())) {
            assertThat(source.totalBytes()).isEqualTo(104);
        }
        assertThat(transport.commandsOf(GetControllerStateCommand.class))
                .extracting(GetControllerStateCommand::versionIndex)
                .containsExactly(3);
        assertThatThrownBy(() -> controller.openSource(StateFormat.ofVersion(4), OptionalLong.empty()))
                .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.byteOffset()).hasValue(48));
        assertThatThrownBy(() -> controller.openSource(StateFormat.ofVersion(3), OptionalLong.empty()))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void defect16AStateAboveTheTransferLimitGoesInPieces() {
        var fixture = DeviceFixture.withQueuePairs(200, 4096);
        byte[] state = drain(fixture.device.setState(DeviceState.STOP_COPY).orElseThrow());
        assertThat(state).isEqualTo(fixture.transport.state);
        assertThat(fixture.transport.commandsOf(GetControllerStateCommand.class)).hasSize(3 + 1);
        var destination = DeviceFixture.withQueuePairs(0, 4096);
        destination.device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.wrap(state));
        destination.device.setState(DeviceState.STOP);
        assertThat(destination.transport.commandsOf(SetControllerStateCommand.class))
                .extracting(SetControllerStateCommand::sequence)
                .containsExactly(SequenceIndicator.FIRST, SequenceIndicator.MIDDLE, SequenceIndicator.LAST);
        assertThat(destination.transport.loaded()).isEqualTo(state);
    }

    @Test
    void defect17SourceAndDestinationHaveOneBound() {
        var options = TransferOptions.defaults().withMaximumStateBytes(1000);
        var transport = transportWithFunctions();
        var controller = ControllingController.open(transport, options).migratable(5);
        for (int queuePairs : new int[] {19, 20}) {
            transport.state = SampleState.withQueuePairs(queuePairs);
            transport.suspended = true;
            boolean fits = transport.state.length <= 1000;
            var target = controller.openTarget(V0);
            if (fits) {
                controller.openSource(V0, OptionalLong.empty()).close();
                target.write(ByteBuffer.wrap(transport.state));
                target.commit();
            } else {
                assertThatThrownBy(() -> controller.openSource(V0, OptionalLong.empty()))
                        .isInstanceOf(InvalidValueException.class);
                assertThatThrownBy(() -> target.write(ByteBuffer.wrap(transport.state)))
                        .isInstanceOf(InvalidValueException.class);
            }
        }
    }

    @Test
    void defect18LeavingResumingWithoutBytesSendsNothing() {
        var fixture = DeviceFixture.withQueuePairs(0);
        fixture.device.setState(DeviceState.RESUMING);
        fixture.sent();
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(InvalidValueException.class);
        assertThat(fixture.sent()).isEmpty();
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RESUMING);
    }

    @Test
    void defect19ALengthThatIsNoMultipleOfFourIsRefused() {
        for (int bytes : new int[] {101, 102, 103}) {
            var fixture = DeviceFixture.withQueuePairs(0);
            fixture.device.setState(DeviceState.RESUMING)
                    .orElseThrow()
                    .write(ByteBuffer.wrap(SampleState.withQueuePairs(1), 0, bytes));
            assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP)).isInstanceOf(
                    InvalidValueException.class);
            assertThat(fixture.transport.loaded()).isEmpty();
        }
    }

    @Test
    void defect20AMalformedStateNeverReachesTheController() {
        for (int damaged : new int[] {0, 16, 24, 32, 40, 48, 50, 52, 68, 72, 74, 88 + 2}) {
            var state = SampleState.withQueuePairs(1);
            state[damaged] = (byte) 0x99;
            var fixture = DeviceFixture.withQueuePairs(0);
            assertThatThrownBy(() -> {
                fixture.device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.wrap(state));
                fixture.device.setState(DeviceState.STOP);
            })
                    .as("byte %d", damaged)
                    .isInstanceOf(InvalidValueException.class);
            assertThat(fixture.transport.loaded()).as("byte %d", damaged).isEmpty();
        }
    }

    @Test
    void defect21TheStateOfAControllerThatRunsIsNotSaved() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.transport.suspended = false;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP_COPY))
                .isInstanceOf(StateInconsistentException.class);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.STOP);
    }

    @Test
    void defect22TheStatusIsKeptWhole() {
        var fixture = DeviceFixture.withQueuePairs(1);
        var status = new NvmeStatus(1, 0x38, 2, true, true);
        fixture.transport.override =
                command -> command instanceof SuspendCommand ? new Completion(0, 0, status) : null;
        assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP))
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining("1/38h Not Enough Resources (do not retry)");
    }

    @Test
    void defect25AfterAResetTheControllerIsAskedAndResumedWhereNeeded() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.function.resetEndsSuspension = false;
        fixture.device.setState(DeviceState.STOP);
        fixture.sent();
        fixture.device.reset();
        assertThat(fixture.sent()).containsExactly("get", "resume");
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void defect26AControllerLeftSuspendedIsFoundAtTheNextOpening() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP);
        fixture.device.close();
        var controller = ControllingController.open(fixture.transport).migratable(5);
        assertThat(NvmeMigratableDevice.open(controller, fixture.function).state()).isEqualTo(DeviceState.STOP);
    }

    @Test
    void defect27AnEndedSessionHasOneAnswer() {
        var fixture = DeviceFixture.withQueuePairs(0);
        var saving = fixture.device.setState(DeviceState.STOP_COPY).orElseThrow();
        drain(saving);
        fixture.device.setState(DeviceState.STOP);
        assertThatThrownBy(() -> saving.read(ByteBuffer.allocate(1))).isInstanceOf(SessionEndedException.class);
        assertThatThrownBy(saving::totalBytes).isInstanceOf(SessionEndedException.class);
        var loading = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
        fixture.device.reset();
        assertThatThrownBy(() -> loading.write(ByteBuffer.allocate(1))).isInstanceOf(SessionEndedException.class);
        assertThatThrownBy(loading::totalBytes).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void defect28SizesThatWouldWrapAreRefused() {
        for (int field : new int[] {16, 32}) {
            for (int top : new int[] {0x7F, 0x80, 0xFF, 0x3F, 0x40, 0x20}) {
                var state = SampleState.withQueuePairs(1);
                state[field + 7] = (byte) top;
                var fixture = DeviceFixture.withQueuePairs(0);
                var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
                assertThatThrownBy(() -> session.write(ByteBuffer.wrap(state))).isInstanceOf(
                        InvalidValueException.class);
                fixture.device.reset();
                fixture.transport.state = state;
                assertThatThrownBy(() -> fixture.device.setState(DeviceState.STOP_COPY))
                        .isInstanceOf(InvalidValueException.class);
            }
        }
    }

    @Test
    void defect29SuspendHasADeadlineOfItsOwnLongerThanThatOfACommand() {
        var options = TransferOptions.defaults();
        assertThat(options.suspendTimeout()).isGreaterThan(options.commandTimeout());
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.STOP_COPY);
        assertThat(fixture.transport.timeouts).containsEntry("SuspendCommand", options.suspendTimeout());
        assertThat(fixture.transport.timeouts).containsEntry("GetControllerStateCommand", options.commandTimeout());
    }

    @Test
    void defect30TheGuestHasNoAccessFromStopUntilItRunsAgain() {
        var fixture = DeviceFixture.withQueuePairs(1);
        fixture.device.setState(DeviceState.RUNNING_P2P);
        assertThat(fixture.function.calls).isEmpty();
        fixture.device.setState(DeviceState.STOP_COPY);
        assertThat(fixture.function.calls).containsExactly("block");
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.function.calls).containsExactly("block", "restore");
    }

    @Test
    void defect31FormatsAreComparedBeforeAnythingIsLoaded() {
        var transport = transportWithFunctions();
        transport.versions = new int[] {3};
        var device = NvmeMigratableDevice.open(ControllingController.open(transport).migratable(5), null);
        assertThat(device.stateFormats()).containsExactly(StateFormat.ofVersion(3));
        assertThatThrownBy(() -> device.selectStateFormat(V0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> device.setState(DeviceState.PRE_COPY)).isInstanceOf(DeviceStateException.class);
    }

    @Test
    void defect32PeerToPeerIsOffered() {
        assertThat(DeviceFixture.withQueuePairs(1).device.capabilities()).contains(MigrationCapability.P2P);
    }
}

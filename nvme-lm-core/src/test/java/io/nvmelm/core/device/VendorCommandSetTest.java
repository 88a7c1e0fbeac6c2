package io.nvmelm.core.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.ScriptedTransport;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A device that is migrated by the vendor specific commands of 2022.
class VendorCommandSetTest {
    private static final long STATE_BYTES = 70_001;

    private final ScriptedTransport transport = new ScriptedTransport(new byte[0], 1 << 20, 4);
    private byte[] state = new byte[(int) STATE_BYTES];
    private long announcedBytes = STATE_BYTES;
    private boolean suspended;
    private byte[] loaded = new byte[0];

    VendorCommandSetTest() {
        transport.oacs = 0;
        transport.firstVendorByte = 1;
        transport.others = this::execute;
        var random = new SplittableRandom(1);
        for (int i = 0; i < state.length; i++) {
            state[i] = (byte) random.nextInt();
        }
    }

    private Completion execute(AdminCommand command, MemorySegment data) {
        var vendor = (VendorMigrationCommand) command;
        if (vendor.functionIndex() != 3) {
            return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
        switch (vendor.operation()) {
            case QUERY_SIZE -> {
                return Completion.success((int) announcedBytes);
            }
            case SUSPEND -> suspended = true;
            case RESUME -> {
                if (!suspended) {
                    return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
                }
                suspended = false;
            }
            case SAVE -> data.copyFrom(MemorySegment.ofArray(state).asSlice(0, data.byteSize()));
            case LOAD -> loaded = data.toArray(ValueLayout.JAVA_BYTE);
        }
        return Completion.success();
    }

    private NvmeMigratableDevice device(TransferOptions options) {
        var device = NvmeMigratableDevice.open(VendorCommandSet.open(ControllingController.open(transport, options), 3),
                null);
        transport.commands.clear();
        return device;
    }

    private NvmeMigratableDevice device() {
        return device(TransferOptions.defaults());
    }

    private List<String> sent() {
        var words = transport.commandsOf(VendorMigrationCommand.class).stream()
                .map(command -> command.operation() + " " + command.dataByteSize())
                .toList();
        transport.commands.clear();
        return words;
    }

    private static byte[] drain(MigrationData session) {
        var buffer = ByteBuffer.allocate(1 << 20);
        var part = ByteBuffer.allocate(999);
        while (session.read(part) >= 0) {
            buffer.put(part.flip());
            part.clear();
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Test
    void aStateIsSavedByOneCommandAndLoadedByOne() {
        try (var device = device()) {
            assertThat(device.stateFormats()).isEmpty();
            assertThat(device.dirtyMemory()).isEmpty();
            assertThat(device.userData()).isEmpty();
            assertThat(device.identity().name()).isEqualTo("virtual function 3 of nqn.2014-08.org.example:s");
            byte[] saved;
            try (var session = device.setState(DeviceState.STOP_COPY).orElseThrow()) {
                assertThat(session.totalBytes()).hasValue(STATE_BYTES);
                saved = drain(session);
            }
            assertThat(saved).isEqualTo(state);
            // Neither entry carries this length on the wire but that of the load.
            assertThat(sent()).containsExactly("SUSPEND 0", "QUERY_SIZE 0", "SAVE 0");
            device.setState(DeviceState.RUNNING);
            assertThat(sent()).containsExactly("RESUME 0");

            try (var session = device.setState(DeviceState.RESUMING).orElseThrow()) {
                assertThat(session.totalBytes()).isEmpty();
                var source = ByteBuffer.wrap(saved);
                while (source.hasRemaining()) {
                    source.limit(Math.min(source.position() + 777, saved.length));
                    session.write(source);
                    source.limit(saved.length);
                }
            }
            assertThat(sent()).containsExactly("SUSPEND 0");
            device.setState(DeviceState.RUNNING);
            assertThat(sent()).containsExactly("LOAD " + STATE_BYTES, "RESUME 0");
            assertThat(loaded).isEqualTo(state);
        }
        assertThat(transport.open).isZero();
    }

    @Test
    void theIndexIsTheNumberOfTheFunctionFromOne() {
        device().setState(DeviceState.STOP);
        assertThat(transport.commandsOf(VendorMigrationCommand.class))
                .extracting(VendorMigrationCommand::functionIndex)
                .containsExactly(3);
    }

    @Test
    void aControllerThatDoesNotAnnounceTheCommandsIsRefusedBeforeAnyIsSent() {
        transport.firstVendorByte = 0;
        assertThatThrownBy(() -> VendorCommandSet.open(ControllingController.open(transport, TransferOptions
                .defaults()), 3))
                .isInstanceOf(MigrationUnsupportedException.class)
                .hasMessageContaining("byte 3072 is 0");
        assertThat(transport.commandsOf(VendorMigrationCommand.class)).isEmpty();
        transport.firstVendorByte = 0x80;
        VendorCommandSet.open(ControllingController.open(transport), 1);
        for (int bad : new int[] {0, -1, 65536}) {
            assertThatThrownBy(() -> VendorCommandSet.open(ControllingController.open(transport, TransferOptions
                    .defaults()), bad))
                    .isInstanceOf(InvalidValueException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, (1 << 20) + 1, 0xFFFF_FFFFL})
    void aStateOfASizeThatCannotBeMovedIsRefusedBeforeItIsSaved(long bytes) {
        announcedBytes = bytes;
        var device = device(TransferOptions.defaults().withMaximumStateBytes(1L << 31));
        assertThatThrownBy(() -> device.setState(DeviceState.STOP_COPY))
                .isInstanceOf(LiveMigrationException.class)
                .hasMessageContaining(bytes == 0 ? "is 0" : Long.toString(bytes));
        assertThat(sent()).containsExactly("SUSPEND 0", "QUERY_SIZE 0");
        assertThat(device.state()).isEqualTo(DeviceState.STOP);
        device.setState(DeviceState.RUNNING);
        assertThat(suspended).isFalse();
    }

    @Test
    void theRefusalNamesTransportAndMdts() {
        transport.mdts = 4;
        assertThatThrownBy(() -> device().estimatedStateBytes())
                .isInstanceOf(CapabilityMissingException.class)
                .hasMessageContaining("move 65536 (transport 1048576, MDTS 4)");
    }

    @Test
    void moreThanTheBoundIsNeitherSavedNorLoaded() {
        var device = device(TransferOptions.defaults().withMaximumStateBytes(1000));
        assertThatThrownBy(device::estimatedStateBytes)
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("maximumStateBytes");
        var session = device.setState(DeviceState.RESUMING).orElseThrow();
        session.write(ByteBuffer.allocate(1000));
        assertThatThrownBy(() -> session.write(ByteBuffer.allocate(1))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> device.setState(DeviceState.STOP)).isInstanceOf(LiveMigrationException.class);
        assertThat(loaded).isEmpty();
    }

    @Test
    void nothingAtAllIsNoState() {
        var device = device();
        device.setState(DeviceState.RESUMING).orElseThrow().close();
        assertThatThrownBy(() -> device.setState(DeviceState.STOP))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("0 bytes");
    }

    @Test
    void anAnnouncedSuspensionAllocatesNothingInTheBlackout() {
        var device = device();
        device.announceSuspension();
        int before = transport.allocations;
        drain(device.setState(DeviceState.STOP_COPY).orElseThrow());
        assertThat(transport.allocations).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(VendorMigrationOperation.class)
    void afterAnyFailureOrSilenceAResetLeadsBackToRunning(VendorMigrationOperation operation) {
        for (boolean silent : new boolean[] {true, false}) {
            var device = device();
            if (silent) {
                transport.never = command -> isOf(command, operation);
            } else {
                transport.override = command -> isOf(command, operation)
                        ? Completion.failure(StatusCode.INTERNAL_ERROR)
                        : null;
            }
            assertThatThrownBy(() -> {
                drain(device.setState(DeviceState.STOP_COPY).orElseThrow());
                device.setState(DeviceState.RUNNING);
                device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.allocate(100));
                device.setState(DeviceState.STOP);
            }).isInstanceOf(silent ? CommandTimeoutException.class : CommandFailedException.class);
            transport.never = command -> false;
            transport.override = command -> null;
            device.reset();
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
            assertThat(suspended).isFalse();
            device.setState(DeviceState.STOP);
            assertThat(suspended).isTrue();
            device.setState(DeviceState.RUNNING);
            device.close();
        }
        transport.endLateCommands();
        assertThat(transport.doubleCloses).isZero();
    }

    private static boolean isOf(AdminCommand command, VendorMigrationOperation operation) {
        return command instanceof VendorMigrationCommand vendor && vendor.operation() == operation;
    }

    @Test
    void aResetOfTheFunctionMayHaveEndedTheSuspension() {
        for (boolean ends : new boolean[] {true, false}) {
            var function = new RecordingFunction(transport);
            var device = NvmeMigratableDevice.open(
                    VendorCommandSet.open(ControllingController.open(transport, TransferOptions.defaults()), 3),
                    function);
            device.setState(DeviceState.STOP);
            transport.override = command -> {
                suspended &= !(ends && function.calls.contains("reset"));
                return null;
            };
            device.reset();
            assertThat(suspended).isFalse();
            assertThat(function.calls).containsExactly("block", "reset", "restore");
            transport.override = command -> null;
        }
    }

    /// A function that is suspended, as far as anybody knows before it was reset.
    private VendorCommandSet afterAReset() {
        var commands = VendorCommandSet.open(ControllingController.open(transport, TransferOptions.defaults()), 3);
        commands.suspend();
        commands.functionWasReset();
        return commands;
    }

    @ParameterizedTest
    @EnumSource(names = {"INVALID_FIELD_IN_COMMAND", "COMMAND_SEQUENCE_ERROR"})
    void aRefusalThatSaysThatItIsNotSuspendedMeansThatItRunsAfterAReset(StatusCode status) {
        var commands = afterAReset();
        transport.override = command -> Completion.failure(status);
        assertThatThrownBy(commands::resume).isInstanceOfSatisfying(
                CommandFailedException.class, refusal -> assertThat(commands.saysNotSuspended(refusal)).isTrue());
        assertThat(commands.isSuspended()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"INTERNAL_ERROR", "SANITIZE_IN_PROGRESS", "INVALID_COMMAND_OPCODE", "NAMESPACE_NOT_READY"})
    void aRefusalForAnotherReasonDoesNotMeanThatItRuns(StatusCode status) {
        var commands = afterAReset();
        transport.override = command -> Completion.failure(status);
        assertThatThrownBy(commands::resume).isInstanceOfSatisfying(
                CommandFailedException.class, refusal -> assertThat(commands.saysNotSuspended(refusal)).isFalse());
        assertThat(commands.isSuspended()).isTrue();
        transport.override = command -> null;
        commands.resume();
        assertThat(suspended).isFalse();
        assertThat(commands.isSuspended()).isFalse();
    }

    @Test
    void aStateIsMovedOnlyWhileTheFunctionIsKnownToBeSuspended() {
        var commands = VendorCommandSet.open(ControllingController.open(transport, TransferOptions.defaults()), 3);
        assertThat(commands.isSuspended()).isFalse();
        assertThatThrownBy(commands::openSource).isInstanceOf(DeviceStateException.class);
        assertThatThrownBy(commands::openTarget).isInstanceOf(DeviceStateException.class);
        commands.suspend();
        commands.suspend();
        assertThat(sent()).containsExactly("SUSPEND 0");
        assertThat(commands.isSuspended()).isTrue();
        commands.functionWasReset();
        assertThatThrownBy(commands::openSource).isInstanceOf(DeviceStateException.class);
        commands.close();
    }

    @Test
    void thereIsNoFormatToChoose() {
        var device = device();
        assertThatThrownBy(() -> device.selectStateFormat(StateFormat.ofVersion(0)))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aFunctionThatRunsIsNotResumedSilently() {
        var commands = VendorCommandSet.open(ControllingController.open(transport, TransferOptions.defaults()), 3);
        assertThatThrownBy(commands::resume).isInstanceOf(CommandFailedException.class);
    }
}

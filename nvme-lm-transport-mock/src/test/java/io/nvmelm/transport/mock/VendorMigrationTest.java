package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The vendor specific commands of 2022. Virtual functions 1 and 2 are controllers 7 and 8.
class VendorMigrationTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem source = subsystem("a").build();
    private final InMemorySubsystem target = subsystem("b").build();
    private final ManagementHost sourceManagement = new ManagementHost(source);
    private final ManagementHost targetManagement = new ManagementHost(target);
    private final TestHost host = new TestHost(source.controller(7)).bringUp().createQueuePair(1, 8);

    private InMemorySubsystemBuilder subsystem(String name) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.example:" + name)
                .migratableControllers(2)
                .secondaryIdsFrom(7)
                .stateVersions()
                .vendorFormats()
                .vendorCommands2022()
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)));
    }

    @AfterEach
    void nothingHappenedWhileSuspended() {
        assertThat(source.violations()).isEmpty();
        assertThat(target.violations()).isEmpty();
    }

    private static void assertStatus(Completion completion, StatusCode expected) {
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
    }

    private static Completion command(ManagementHost management, int opcode, int function) {
        return management.start(ManagementHost.entry(opcode, function, 0, 0, 0, 0)).join();
    }

    private static byte[] save(ManagementHost management, int function) {
        int byteSize = command(management, 0xC4, function).dword0();
        try (TransferMemory memory = management.transport.allocate(byteSize)) {
            assertStatus(
                    management.transport
                            .submit(ManagementHost.entry(0xD2, function, 0, 0, 0, 0), memory, byteSize,
                                    ManagementHost.TIMEOUT)
                            .join(),
                    SUCCESSFUL_COMPLETION);
            return memory.segment().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static Completion load(ManagementHost management, int function, byte[] state, int byteSize) {
        try (TransferMemory memory = management.transport.allocate(Math.max(state.length, 1))) {
            memory.segment().asSlice(0, state.length).copyFrom(MemorySegment.ofArray(state));
            return management.transport
                    .submit(ManagementHost.entry(0xD5, function, byteSize, 0, 0, 0), memory, state.length,
                            ManagementHost.TIMEOUT)
                    .join();
        }
    }

    @Test
    @Proves(device = {
        "vendor.save-load",
        "vendor.suspend-resume",
        "vendor.query",
        "vendor.index-from-one",
        "vendor.layout"
    })
    void aControllerGoesOnExactlyWhereItStopped() {
        int request = host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        int flush = host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        assertStatus(command(sourceManagement, 0xC8, 1), SUCCESSFUL_COMPLETION);
        assertThat(source.controller(7).isSuspended()).isTrue();
        assertThat(source.controller(8).isSuspended()).isFalse();
        assertThat(host.poll(1)).extracting(TestHost.Entry::commandId).containsExactly(flush);
        int queued = host.submit(1, 0x00, e -> e.namespaceId(1));
        var state = save(sourceManagement, 1);

        command(targetManagement, 0xC8, 2);
        assertStatus(load(targetManagement, 2, state, state.length), SUCCESSFUL_COMPLETION);
        assertThat(save(targetManagement, 2)).isEqualTo(state);
        host.rebind(target.controller(8));
        assertStatus(command(targetManagement, 0xCC, 2), SUCCESSFUL_COMPLETION);
        clock.runUntilIdle();
        assertThat(host.poll(1)).extracting(TestHost.Entry::commandId).containsExactly(queued);
        target.controller(8).raiseAsynchronousEvent(1, 3, 2);
        clock.runUntilIdle();
        assertThat(host.poll(0)).extracting(TestHost.Entry::commandId).containsExactly(request);
    }

    @Test
    void saveDoesNotDisableTheControllerAndItCanBeResumed() {
        command(sourceManagement, 0xC8, 1);
        assertStatus(command(sourceManagement, 0xC8, 1), SUCCESSFUL_COMPLETION);
        save(sourceManagement, 1);
        assertThat(source.controller(7).readRegister32(NvmRegisters.CSTS)).isEqualTo(1);
        assertStatus(command(sourceManagement, 0xCC, 1), SUCCESSFUL_COMPLETION);
        assertThat(host.execute(1, 1, 0x00, e -> e.namespaceId(1)).status().isSuccess()).isTrue();
    }

    @Test
    @Proves(device = "vendor.query")
    void theSizeDependsOnTheNumberOfQueues() {
        int one = command(sourceManagement, 0xC4, 1).dword0();
        host.createQueuePair(2, 8);
        assertThat(command(sourceManagement, 0xC4, 1).dword0()).isEqualTo(one + 48);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xC4, 0xC8, 0xCC, 0xD2, 0xD5})
    @Proves(device = {"vendor.unknown-function", "vendor.index-from-one"})
    void unknownVirtualFunctionsAreRefused(int opcode) {
        for (int function : new int[] {0, 3, 7, 0xFFFF}) {
            assertStatus(command(sourceManagement, opcode, function), INVALID_FIELD_IN_COMMAND);
        }
    }

    @Test
    void whileAControllerRunsItsStateIsNeitherSavedNorLoadedNorResumed() {
        command(sourceManagement, 0xC8, 1);
        var state = save(sourceManagement, 1);
        command(sourceManagement, 0xCC, 1);
        assertStatus(command(sourceManagement, 0xCC, 1), COMMAND_SEQUENCE_ERROR);
        assertStatus(command(sourceManagement, 0xD2, 1), COMMAND_SEQUENCE_ERROR);
        assertStatus(load(targetManagement, 1, state, state.length), COMMAND_SEQUENCE_ERROR);
    }

    @Test
    @Proves(device = "vendor.load-size")
    void aLoadThatIsNotAWholeStateIsRefusedAndChangesNothing() {
        command(sourceManagement, 0xC8, 1);
        var state = save(sourceManagement, 1);
        command(targetManagement, 0xC8, 1);
        var before = save(targetManagement, 1);
        assertStatus(load(targetManagement, 1, state, 0), INVALID_FIELD_IN_COMMAND);
        assertStatus(load(targetManagement, 1, state, -1), INVALID_FIELD_IN_COMMAND);
        assertStatus(load(targetManagement, 1, state, state.length + 4), DATA_TRANSFER_ERROR);
        for (int length = 1; length < state.length; length++) {
            assertStatus(load(targetManagement, 1, state, length), INVALID_FIELD_IN_COMMAND);
        }
        assertStatus(load(targetManagement, 1, Arrays.copyOf(state, state.length + 4), state.length + 4),
                INVALID_FIELD_IN_COMMAND);
        assertThat(save(targetManagement, 1)).isEqualTo(before);
    }

    @Test
    void aLoadWithAnyBitTurnedIsRefused() {
        command(sourceManagement, 0xC8, 1);
        var state = save(sourceManagement, 1);
        command(targetManagement, 0xC8, 1);
        for (int i = 0; i < state.length; i++) {
            var damaged = state.clone();
            damaged[i] ^= (byte) (1 << i % 8);
            assertStatus(load(targetManagement, 1, damaged, damaged.length), INVALID_FIELD_IN_COMMAND);
        }
        assertStatus(load(targetManagement, 1, state, state.length), SUCCESSFUL_COMPLETION);
        // the controller has queues now
        assertStatus(load(targetManagement, 1, state, state.length), INVALID_FIELD_IN_COMMAND);
    }

    @Test
    @Proves(device = "vendor.load-size")
    void statesLongerThanACommandMayMoveAreRefused() {
        var large = subsystem("c").vendorStatePadding(1 << 20).mdts(1).build();
        var management = new ManagementHost(large);
        assertThat(command(management, 0xC4, 1).dword0()).isGreaterThan(1 << 20);
        command(management, 0xC8, 1);
        assertStatus(command(management, 0xD2, 1), INVALID_FIELD_IN_COMMAND);
        assertStatus(load(management, 1, new byte[8196], 8196), INVALID_FIELD_IN_COMMAND);
    }

    @Test
    void saveWithoutRoomForTheStateIsADataTransferError() {
        command(sourceManagement, 0xC8, 1);
        assertStatus(command(sourceManagement, 0xD2, 1), DATA_TRANSFER_ERROR);
    }

    @Test
    @Proves(device = {"vendor.support-byte", "discovery.hmlms"})
    void theDeviceAnnouncesTheseCommandsAndNotThoseOfTheStandard() {
        var bytes = sourceManagement.identify(1);
        assertThat(bytes[3072]).isEqualTo((byte) 1);
        assertThat(bytes[257]).isZero();
        assertThat(Arrays.copyOfRange(bytes, 570, 588)).containsOnly(0);
        for (int opcode : new int[] {0x3D, 0x3E, 0x41, 0x42, 0x45}) {
            assertStatus(command(sourceManagement, opcode, 0), INVALID_COMMAND_OPCODE);
        }
        assertStatus(command(sourceManagement, 0x06, 0x20), INVALID_FIELD_IN_COMMAND);
    }

    @ParameterizedTest
    @CsvSource({"0xC4", "0xC8", "0xCC", "0xD2", "0xD5"})
    @Proves(device = "vendor.on-virtual-function")
    void otherControllersHaveNoneOfTheCommands(String opcode) {
        int value = Integer.decode(opcode);
        assertThat(host.admin(value, e -> e.cdw10(1)).is(INVALID_COMMAND_OPCODE)).isTrue();
        var standard = new ManagementHost(InMemorySubsystem.builder(clock).build());
        assertStatus(command(standard, value, 1), INVALID_COMMAND_OPCODE);
    }
}

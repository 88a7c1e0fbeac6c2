package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The vendor specific commands of 2022 on a device.
class DeviceRulesVendorTest {
    private final RuleWorld world = new RuleWorld(InMemorySubsystemBuilder::vendorCommands2022);

    private RawCommand vendor(int opcode, int function) {
        return world.command(opcode).dword(10, function);
    }

    @Test
    @Proves(device = "vendor.support-byte")
    void theFirstVendorByteSaysThatTheyExist() {
        assertThat(world.identify(1).bytes()[3072]).isEqualTo((byte) 1);
        assertThat(new RuleWorld().identify(1).bytes()[3072]).isZero();
        assertThat(new RuleWorld().command(0xC4).dword(10, 1).answer().status().is(StatusCode.INVALID_COMMAND_OPCODE))
                .isTrue();
    }

    @Test
    @Proves(device = {"vendor.suspend-resume", "vendor.index-from-one", "vendor.layout"})
    void suspendStopsTheFunctionOfTheIndexAndResumeLetsItRun() {
        vendor(0xC8, 2).must();
        assertThat(world.subsystem.controller(A).isSuspended()).isFalse();
        assertThat(world.subsystem.controller(B).isSuspended()).isTrue();
        vendor(0xCC, 2).must();
        assertThat(world.subsystem.controller(B).isSuspended()).isFalse();
    }

    @Test
    @Proves(device = {"vendor.query", "vendor.save-load", "vendor.layout"})
    void saveMovesWhatTheQuerySaysAndLoadRestoresIt() {
        var guest = world.guest(A);
        guest.write(0, 1);
        vendor(0xC8, 1).must();
        int size = vendor(0xC4, 1).must().dword0();
        assertThat(size).isGreaterThan(48);
        var state = vendor(0xD2, 1).room(size).bytes();
        int queued = guest.submit(1, 0x08, QueueHost.blocks(8, 1));
        int queuedAdmin = guest.submit(0, 0x0A, e -> e.cdw10(7));
        state = vendor(0xD2, 1).room(size).bytes();

        vendor(0xC8, 2).must();
        vendor(0xD5, 2).dword(11, size).data(state).must();
        world.subsystem.controller(B).attach(guest.memory, vector -> {});
        vendor(0xCC, 2).must();
        world.settle();
        guest.poll();
        assertThat(guest.answers).containsKeys(queued, queuedAdmin);
        assertThat(guest.answers.get(queuedAdmin).isSuccess()).isTrue();
    }

    @Test
    @Proves(device = {"vendor.load-size", "vendor.unknown-function"})
    void aLoadOfAnotherSizeIsRefused() {
        vendor(0xC8, 1).must();
        int size = vendor(0xC4, 1).must().dword0();
        var state = vendor(0xD2, 1).room(size).bytes();
        for (int wrong : new int[] {0, size - 4, 64 << 10}) {
            assertThat(vendor(0xD5, 1).dword(11, wrong).data(state).answer().status()
                    .is(StatusCode.INVALID_FIELD_IN_COMMAND)).as("%d bytes", wrong).isTrue();
        }
        vendor(0xD5, 1).dword(11, size).data(state).must();
        assertThat(vendor(0xC4, 4).answer().status().is(StatusCode.INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0xC4, 0xC8, 0xCC, 0xD2, 0xD5})
    @Proves(device = "vendor.on-virtual-function")
    void aVirtualFunctionDoesNotExecuteThem(int opcode) {
        var guest = world.guest(A);
        assertThat(guest.execute(0, opcode, e -> e.cdw10(1).prp1(QueueHost.DATA)).status()
                .is(StatusCode.INVALID_COMMAND_OPCODE)).isTrue();
        assertThat(guest.controller.isSuspended()).isFalse();
    }
}

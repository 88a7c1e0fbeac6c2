package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/// The library and the vendor specific commands of 2022.
class HostRulesVendorTest {
    private final RuleWorld world = new RuleWorld(InMemorySubsystemBuilder::vendorCommands2022);
    private final ObservedTransport transport = new ObservedTransport(world.transport);

    private VendorCommandSet function(int number) {
        return VendorCommandSet.open(ControllingController.open(transport, TransferOptions.defaults()), number);
    }

    @Test
    @Proves(host = {"vendor.support-byte", "vendor.explicit"})
    void theyAreUsedWhereTheyWereChosenAndAreAnnounced() {
        var standard = new RuleWorld();
        assertThatThrownBy(() -> VendorCommandSet.open(ControllingController.open(standard.transport, TransferOptions
                .defaults()), 1))
                .isInstanceOf(MigrationUnsupportedException.class)
                .hasMessageContaining("3072");
        assertThat(standard.subsystem.adminCommandLog()).allMatch(c -> c.opcode() == 0x06);
        assertThatThrownBy(() -> ControllingController.open(transport).migratableByVirtualFunction(1))
                .isInstanceOf(MigrationUnsupportedException.class);
        assertThat(transport.sent).as("never guessed").allMatch(c -> c.opcode() == 0x06);
        function(1).close();
    }

    @Test
    @Proves(host = {"vendor.layout", "vendor.index-from-one", "vendor.query", "vendor.suspend-resume"})
    void commandsNameTheFunctionFromOne() {
        var second = function(2);
        long size = second.estimatedStateBytes();
        second.suspend();
        assertThat(world.subsystem.controller(B).isSuspended()).isTrue();
        second.resume();
        assertThat(world.subsystem.controller(B).isSuspended()).isFalse();
        assertThat(size).isEqualTo(world.command(0xC4).dword(10, 2).must().dword0());
        for (int opcode : new int[] {0xC4, 0xC8, 0xCC}) {
            var sent = transport.sent(opcode).getFirst();
            assertThat(sent.dwords()).containsExactly(2, 0, 0, 0, 0, 0);
            assertThat(sent.namespace()).isZero();
        }
        second.close();
    }

    @Test
    @Proves(host = {"vendor.save-load", "vendor.layout"})
    void aStateIsSavedAndLoadedByOneCommandEach() {
        var guest = world.guest(A);
        guest.write(0, 1);
        var saved = ByteBuffer.allocate(1 << 16);
        try (var source = NvmeMigratableDevice.open(function(1), world.subsystem.controller(A).function());
                var target = NvmeMigratableDevice.open(function(2), world.subsystem.controller(B).function())) {
            try (var session = source.setState(DeviceState.STOP_COPY).orElseThrow()) {
                while (session.read(saved) >= 0) {
                    assertThat(saved.hasRemaining()).isTrue();
                }
            }
            saved.flip();
            int size = saved.remaining();
            target.setState(DeviceState.RESUMING).orElseThrow().write(saved);
            target.setState(DeviceState.STOP);
            guest.rebind(world.subsystem.controller(B));
            target.setState(DeviceState.RUNNING);
            guest.write(8, 1);
            assertThat(guest.execute(0, 0x0A, e -> e.cdw10(7)).isSuccess()).as("its admin queue").isTrue();
            assertThat(transport.sent(0xD2)).singleElement().matches(c -> c.dword(10) == 1);
            assertThat(transport.sent(0xD5)).singleElement().matches(c -> c.dword(10) == 2 && c.dword(11) == size);
        }
    }
}

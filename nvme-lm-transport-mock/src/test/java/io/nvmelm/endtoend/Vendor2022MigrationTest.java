package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.DeviceState;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.RunPermission;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The same guest, load and migration as in [RoundTripTest], over the vendor specific commands of 2022.
class Vendor2022MigrationTest {
    private static final int[] QUEUE_PAIRS = {1, 8, 64};
    private static final int[] ENTRIES = {2, 3, 5, 16, 64, 1024, 4096};

    private static TwoHosts hosts(long seed, UnaryOperator<InMemorySubsystemBuilder> variation) {
        var hosts = new TwoHosts(seed, false, builder -> variation.apply(builder.vendorCommands2022()));
        hosts.vendorCommands = true;
        return hosts;
    }

    private static GuestDriver guest(TwoHosts hosts) {
        return GuestDriver.builder(hosts.clock, hosts.memory)
                .queuePairs(4)
                .queueEntries(64)
                .blocks(0, 4096)
                .seed(1)
                .start(TwoHosts.controller(hosts.a));
    }

    @Test
    @Proves(host = {
        "vendor.layout", "vendor.index-from-one", "vendor.query", "vendor.suspend-resume", "vendor.save-load",
        "vendor.support-byte"
    })
    void twoHundredSeedsOfLoadAndShape() throws IOException {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new SplittableRandom(seed);
            int queuePairs = QUEUE_PAIRS[random.nextInt(QUEUE_PAIRS.length)];
            int entries = ENTRIES[random.nextInt(ENTRIES.length)];
            int fetched = 1 + random.nextInt(32);
            var hosts = hosts(seed, builder -> builder.maximumFetchedCommands(fetched));
            RoundTripTest.thereAndBack(
                    hosts, random, seed, queuePairs, entries, false,
                    "seed " + seed + ", " + queuePairs + " queue pairs of " + entries + " entries");
        }
    }

    @Test
    void theStateTravelsByOneCommandEachWay() throws IOException {
        var hosts = hosts(1, builder -> builder);
        var guest = guest(hosts);
        guest.run(100);
        var reports = hosts.migrate(guest, hosts.a, hosts.b);
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
        assertThat(hosts.blackoutCommands)
                .containsExactlyInAnyOrder(
                        "opcode " + AdminOpcode.VENDOR_SUSPEND.value(),
                        "opcode " + AdminOpcode.VENDOR_QUERY_STATE_SIZE.value(),
                        "opcode " + AdminOpcode.VENDOR_SAVE_STATE.value(),
                        "opcode " + AdminOpcode.VENDOR_LOAD_STATE.value(),
                        "opcode " + AdminOpcode.VENDOR_RESUME.value());
        assertThat(guest.drain()).isTrue();
    }

    @Test
    @Proves(host = {"vendor.load-size", "discovery.data-within-mdts"})
    void aStateThatDoesNotFitOneCommandIsRefusedAndTheGuestRunsOn() throws IOException {
        var hosts = hosts(2, builder -> builder.vendorStatePadding(64 << 10).mdts(3));
        var guest = guest(hosts);
        var reports = hosts.migrate(guest, hosts.a, hosts.b);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(reports.source().failure()).isInstanceOf(CapabilityMissingException.class);
        guest.attach(TwoHosts.controller(hosts.a));
        try (var device = hosts.open(hosts.a)) {
            assertThatThrownBy(device::estimatedStateBytes)
                    .isInstanceOf(CapabilityMissingException.class)
                    .hasMessageContaining("MDTS 3");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VENDOR_SUSPEND", "VENDOR_QUERY_STATE_SIZE", "VENDOR_SAVE_STATE", "VENDOR_LOAD_STATE"})
    void afterAFailedMigrationTheNextOneSucceeds(AdminOpcode failing) throws IOException {
        var hosts = hosts(3, builder -> builder);
        var guest = guest(hosts);
        guest.run(50);
        var faulty = failing == AdminOpcode.VENDOR_LOAD_STATE ? hosts.b : hosts.a;
        faulty.faults().on(failing).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
        var reports = hosts.migrate(guest, hosts.a, hosts.b);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(reports.source().failure()).isNotNull();
        guest.rebind(TwoHosts.controller(hosts.a));
        guest.run(50);
        hosts.migrate(guest, hosts.a, hosts.b).source().throwIfFailed();
        assertThat(guest.drain()).isTrue();
        assertThat(guest.verifyMedium()).isZero();
        assertThat(guest.report().isClean()).isTrue();
    }

    @Test
    @Proves(host = {"vendor.unknown-function"})
    void aFunctionThatDoesNotExistIsAnInvalidField() {
        var hosts = hosts(4, builder -> builder);
        try (var commands = VendorCommandSet.open(ControllingController.open(hosts.a.controllingTransport(),
                TransferOptions.defaults()), 3)) {
            assertThatThrownBy(commands::suspend)
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessageContaining("no virtual function with this index");
        }
    }

    @Test
    @Proves(host = {"vendor.explicit", "vendor.support-byte"})
    void neitherSetIsTakenForTheOther() {
        var vendor = hosts(5, builder -> builder);
        var controlling = ControllingController.open(vendor.a.controllingTransport());
        assertThatThrownBy(() -> controlling.migratable(1)).isInstanceOf(MigrationUnsupportedException.class);
        var standard = new TwoHosts(5, false, builder -> builder);
        assertThatThrownBy(() -> VendorCommandSet.open(ControllingController.open(standard.a.controllingTransport(),
                TransferOptions.defaults()), 1))
                .isInstanceOf(MigrationUnsupportedException.class)
                .hasMessageContaining("byte 3072");
        assertThat(standard.a.adminCommandLog()).noneMatch(command -> command.opcode() >= 0xC0);
    }

    @Test
    void aBlockThatIsNotAStateIsRefusedAndAResetLeadsBack() {
        var hosts = hosts(6, builder -> builder);
        try (NvmeMigratableDevice device = hosts.open(hosts.b)) {
            device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.allocate(1000));
            assertThatThrownBy(() -> device.setState(DeviceState.STOP))
                    .isInstanceOf(CommandFailedException.class)
                    .hasMessageContaining("not one of its own");
            device.reset();
            assertThat(device.state()).isEqualTo(DeviceState.RUNNING);
        }
    }
}

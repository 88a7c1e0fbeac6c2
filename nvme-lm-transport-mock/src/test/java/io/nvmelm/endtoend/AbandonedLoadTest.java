package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.RunPermission;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A load that does not come to its end leaves nothing that stands in the way of the next one.
class AbandonedLoadTest {

    /// A controller keeps a part of a state over its own reset and then refuses to resume: the device has it forget the part.
    @Test
    void aControllerThatGotAPartOfAStateCanBeSuspendedAndResumedAfterAReset() {
        var hosts = new TwoHosts(1, false, builder -> builder);
        hosts.options = TransferOptions.defaults().withPieces(64, 2);
        var guest = GuestDriver.builder(hosts.clock, hosts.memory).start(TwoHosts.controller(hosts.a));
        var state = ByteBuffer.allocate(4096);
        try (var source = hosts.open(hosts.a);
                var destination = hosts.open(hosts.b)) {
            guest.pause();
            var saving = source.setState(DeviceState.STOP_COPY).orElseThrow();
            while (saving.read(state) >= 0) {
                assertThat(state.hasRemaining()).isTrue();
            }
            var loading = destination.setState(DeviceState.RESUMING).orElseThrow();
            loading.write(state.flip().limit(200));
            assertThatThrownBy(() -> destination.setState(DeviceState.STOP)).isInstanceOf(LiveMigrationException.class);
            assertThat(destination.state()).isEqualTo(DeviceState.ERROR);

            destination.reset();
            destination.setState(DeviceState.STOP);
            destination.setState(DeviceState.RUNNING);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    @Proves(host = {"set.failed-piece", "procedure.source-resumes"})
    void theMigrationAfterAFailedOneSucceeds(int failingPiece) throws IOException {
        var hosts = new TwoHosts(failingPiece, false, builder -> builder);
        hosts.options = TransferOptions.defaults().withPieces(128, 2);
        var guest = GuestDriver.builder(hosts.clock, hosts.memory).queuePairs(4).start(TwoHosts.controller(hosts.a));
        guest.run(100);
        hosts.lastAct = () -> guest.submit(20);
        hosts.b.faults()
                .on(AdminOpcode.MIGRATION_SEND)
                .onSelect(2)
                .nth(failingPiece)
                .failsWith(StatusCode.NOT_ENOUGH_RESOURCES);
        var failed = hosts.migrate(guest, hosts.a, hosts.b);
        assertThat(failed.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(failed.source().runsHere()).isTrue();
        assertThat(failed.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
        assertThat(guest.drain()).isTrue();

        hosts.migrate(guest, hosts.a, hosts.b).source().throwIfFailed();
        assertThat(guest.drain()).isTrue();
        assertThat(guest.verifyMedium()).isZero();
        assertThat(guest.report().isClean()).as(guest.report().toString()).isTrue();
        assertThat(hosts.a.violations()).isEmpty();
        assertThat(hosts.b.violations()).isEmpty();
    }

    /// The one line that a tester writes.
    @Test
    void theThirdReadOfStateTimesOutAndTheGuestGoesOnAtTheSource() throws IOException {
        var hosts = new TwoHosts(3, false, builder -> builder);
        hosts.options = TransferOptions.defaults().withPieces(128, 1);
        var guest = GuestDriver.builder(hosts.clock, hosts.memory).queuePairs(4).start(TwoHosts.controller(hosts.a));
        hosts.a.faults().on(AdminOpcode.MIGRATION_RECEIVE).nth(5).timesOut();
        var reports = hosts.migrate(guest, hosts.a, hosts.b);
        assertThat(reports.source().failure()).hasMessageContaining("was not completed within 10000 ms");
        assertThat(reports.source().runsHere()).isTrue();
        guest.run(100);
        assertThat(guest.report().isClean()).isTrue();
    }
}

package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.TransferOptions;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/// Inside the blackout no command is issued that could have been issued before it.
class BlackoutCommandsTest {

    private static TwoHosts migrate(TransferOptions options) throws IOException {
        var hosts = new TwoHosts(1, false, builder -> builder);
        hosts.options = options;
        var guest = GuestDriver.builder(hosts.clock, hosts.memory)
                .queuePairs(64)
                .queueEntries(16)
                .seed(1)
                .start(TwoHosts.controller(hosts.a));
        guest.run(500);
        hosts.lastAct = () -> guest.submit(100);
        hosts.migrate(guest, hosts.a, hosts.b).source().throwIfFailed();
        assertThat(guest.drain()).isTrue();
        return hosts;
    }

    @Test
    @Proves(host = {"set.only", "suspend.ends-by-resume"})
    void aStateThatFitsOneTransferTakesExactlySuspendGetSetResume() throws IOException {
        var hosts = migrate(TransferOptions.defaults());
        assertThat(hosts.blackoutCommands).containsExactly("Suspend", "Get", "Set", "Resume");
    }

    @Test
    @Proves(host = {"set.first-middle-last", "discovery.data-within-mdts"})
    void aStateInPiecesTakesOneGetAndOneSetForEachAndOneGetToCompare() throws IOException {
        var hosts = migrate(TransferOptions.defaults().withPieces(1024, 3));
        int pieces = Collections.frequency(hosts.blackoutCommands, "Set");
        assertThat(pieces).isGreaterThan(2);
        assertThat(hosts.blackoutCommands)
                .startsWith("Suspend")
                .endsWith("Resume")
                .hasSize(2 + 2 * pieces + 1);
        assertThat(Collections.frequency(hosts.blackoutCommands, "Get")).isEqualTo(pieces + 1);
    }
}

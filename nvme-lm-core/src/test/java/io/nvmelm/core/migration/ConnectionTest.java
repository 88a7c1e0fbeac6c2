package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.PeerException;
import io.nvmelm.RunPermission;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a sender and a receiver take as their connection.
@Timeout(60)
class ConnectionTest {
    private final Pair pair = new Pair(new byte[100]);

    @AfterEach
    void close() {
        pair.close();
    }

    /// As one of a TLS library.
    private static final class Tunnel implements ByteChannel {
        @Override
        public int read(ByteBuffer target) {
            return -1;
        }

        @Override
        public int write(ByteBuffer source) {
            return 0;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void aChannelThatMayBlockForEverIsRefusedUnlessSomebodySaysThatItMay() {
        var in = Channels.newChannel(new ByteArrayInputStream(new byte[0]));
        var out = Channels.newChannel(new ByteArrayOutputStream());
        assertThatThrownBy(() -> new MigrationSender(pair.source, new Tunnel()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("blocking()");
        assertThatThrownBy(() -> new MigrationReceiver(pair.source, new Tunnel()))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new MigrationSender(pair.source, in, out)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new MigrationReceiver(pair.source, in, out)).isInstanceOf(InvalidValueException.class);
        var report = new MigrationSender(pair.sources, MigrationChannels.blocking(in, out)).run();
        assertThat(report.failure()).isInstanceOf(PeerException.class);
        assertThat(report.mayRun()).isEqualTo(RunPermission.SOURCE);
    }

    @Test
    void twoPipesAreLentAndGivenBackAsTheyWere() throws IOException {
        var there = Pipe.open();
        var back = Pipe.open();
        var receiver = new MigrationReceiver(pair.destination, there.source(), back.sink());
        var received = CompletableFuture.supplyAsync(receiver::run);
        new MigrationSender(pair.source, back.source(), there.sink()).run().throwIfFailed();
        received.join().throwIfFailed();
        for (var channel : new SelectableChannel[] {
            there.source(), there.sink(), back.source(), back.sink()}) {
            assertThat(channel.isOpen()).isTrue();
            assertThat(channel.isBlocking()).isTrue();
            channel.close();
        }
    }

    @Test
    void aSocketThatIsNotConnectedIsNamedAndNothingIsDone() throws IOException {
        try (var socket = SocketChannel.open()) {
            var sender = new MigrationSender(pair.source, socket);
            assertThatThrownBy(sender::run)
                    .isInstanceOf(PeerException.class)
                    .hasMessageContaining("Connect it first");
            assertThat(socket.isBlocking()).isTrue();
            assertThat(pair.log).isEmpty();
            assertThat(pair.source.migrationClaim().take()).isTrue();
        }
    }
}

package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationChannel;
import io.nvmelm.PeerException;
import io.nvmelm.core.migration.MigrationChannels;
import io.nvmelm.transport.mock.testkit.MigrationChannelContract;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every way to make a channel keeps the contract, and what each promises beyond it.
@Timeout(120)
class MigrationChannelsTest {

    private record Sockets(SocketChannel one, SocketChannel other) {
        static Sockets connect() throws IOException {
            try (var server = ServerSocketChannel.open()
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                var one = SocketChannel.open(server.getLocalAddress());
                return new Sockets(one, server.accept());
            }
        }
    }

    @Nested
    class OfASocket extends MigrationChannelContract {
        @Override
        protected Ends connect() throws IOException {
            var sockets = Sockets.connect();
            return new Ends(MigrationChannels.of(sockets.one), MigrationChannels.of(sockets.other));
        }
    }

    @Nested
    class OfTwoPipes extends MigrationChannelContract {
        @Override
        protected Ends connect() throws IOException {
            var there = Pipe.open();
            var back = Pipe.open();
            return new Ends(
                    MigrationChannels.of(back.source(), there.sink()),
                    MigrationChannels.of(there.source(), back.sink()));
        }
    }

    @Nested
    class WithAnExecutor extends MigrationChannelContract {
        private final ExecutorService executor = Executors.newCachedThreadPool();

        @Override
        protected Ends connect() throws IOException {
            var there = Pipe.open();
            var back = Pipe.open();
            return new Ends(
                    MigrationChannels.of(back.source(), there.sink(), executor),
                    MigrationChannels.of(there.source(), back.sink(), executor));
        }

        @AfterEach
        void stop() {
            closeChannels();
            executor.close();
        }
    }

    @Nested
    class Blocking extends MigrationChannelContract {
        @Override
        protected Ends connect() throws IOException {
            var there = Pipe.open();
            var back = Pipe.open();
            return new Ends(
                    MigrationChannels.blocking(back.source(), there.sink()),
                    MigrationChannels.blocking(there.source(), back.sink()));
        }

        @Override
        protected boolean waitingEnds() {
            return false;
        }
    }

    @Test
    void closingClosesWhatWasGiven() throws IOException {
        var sockets = Sockets.connect();
        try (var other = sockets.other) {
            MigrationChannels.of(sockets.one).close();
            assertThat(sockets.one.isOpen()).isFalse();
            assertThat(other.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aLentSocketComesBackInItsModeWithWhatWasNotRead() throws IOException {
        for (boolean blocking : new boolean[] {true, false}) {
            var sockets = Sockets.connect();
            try (var one = sockets.one;
                    var other = sockets.other) {
                one.configureBlocking(blocking);
                var channel = MigrationChannels.lent(one);
                other.write(ByteBuffer.wrap(new byte[] {1, 2}));
                assertThat(channel.read(ByteBuffer.allocate(1), Long.MAX_VALUE)).isOne();
                channel.close();
                channel.close();
                assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
                assertThat(one.isOpen()).isTrue();
                assertThat(one.isBlocking()).isEqualTo(blocking);
                assertThat(one.read(ByteBuffer.allocate(1))).isOne();
            }
        }
    }

    @Test
    void aSocketThatSomebodyClosesEndsAWaitingCall() throws IOException {
        var sockets = Sockets.connect();
        try (var other = sockets.other) {
            var channel = MigrationChannels.of(sockets.one);
            var waiting = CompletableFuture.supplyAsync(() -> failureOfRead(channel));
            sockets.one.close();
            assertThat(waiting.join()).isInstanceOf(IOException.class);
            channel.close();
            assertThat(other.isOpen()).isTrue();
        }
    }

    private static Exception failureOfRead(MigrationChannel channel) {
        try {
            channel.read(ByteBuffer.allocate(1), Long.MAX_VALUE);
            throw new AssertionError("the read ended");
        } catch (IOException e) {
            return e;
        }
    }

    @Test
    void anInterruptEndsNoWaitAndIsKept() throws IOException {
        var sockets = Sockets.connect();
        var pipe = Pipe.open();
        try (var executor = Executors.newCachedThreadPool();
                var other = sockets.other;
                var bySelector = MigrationChannels.of(sockets.one);
                var byExecutor = MigrationChannels.of(pipe.source(), pipe.sink(), executor)) {
            for (var channel : new MigrationChannel[] {bySelector, byExecutor}) {
                Thread.currentThread().interrupt();
                int bytes = channel.read(ByteBuffer.allocate(1), 1_000_000);
                assertThat(Thread.interrupted()).isTrue();
                assertThat(bytes).isZero();
            }
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void aClosedSocketIsRefused() throws IOException {
        var socket = SocketChannel.open();
        socket.close();
        assertThatThrownBy(() -> MigrationChannels.of(socket)).isInstanceOf(IOException.class);

        var open = Pipe.open();
        var gone = Pipe.open();
        gone.sink().close();
        assertThatThrownBy(() -> MigrationChannels.of(open.source(), gone.sink())).isInstanceOf(IOException.class);
        assertThat(open.source().isBlocking()).isTrue();
        open.source().close();
        open.sink().close();
        gone.source().close();
    }

    @Test
    void aChannelInNonBlockingModeIsRefusedWhereABlockingOneIsNeeded() throws IOException {
        var pipe = Pipe.open();
        try (var in = pipe.source();
                var out = pipe.sink()) {
            in.configureBlocking(false);
            assertThatThrownBy(() -> MigrationChannels.blocking(in, out))
                    .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.field()).isEqualTo("in"));
            in.configureBlocking(true);
            out.configureBlocking(false);
            assertThatThrownBy(() -> MigrationChannels.of(in, out, Runnable::run))
                    .isInstanceOfSatisfying(InvalidValueException.class, e -> assertThat(e.field()).isEqualTo("out"));
        }
    }

    @Test
    void lookingAtABlockingChannelReadsNothing() throws IOException {
        var pipe = Pipe.open();
        try (var channel = MigrationChannels.blocking(pipe.source(), pipe.sink())) {
            assertThat(channel.read(ByteBuffer.allocate(1), 0)).isZero();
            assertThat(channel.write(ByteBuffer.allocate(3), 0)).isEqualTo(3);
            assertThat(channel.read(ByteBuffer.allocate(1), 0)).isZero();
            assertThat(channel.read(ByteBuffer.allocate(8), 1)).isEqualTo(3);
        }
    }

    @Test
    void whatTheChannelThrowsIsToldByEachCall() throws IOException {
        var broken = new BrokenChannel();
        var channel = MigrationChannels.blocking(broken, broken);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("no reading");
            assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("no writing");
        }
        assertThatThrownBy(channel::close).isInstanceOf(PeerException.class).hasMessageContaining("no closing")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void anExecutorThatTakesNothingFailsTheCall() throws IOException {
        var pipe = Pipe.open();
        try (var channel = MigrationChannels.of(pipe.source(), pipe.sink(), task -> {
            throw new RejectedExecutionException("full");
        })) {
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("full");
            var source = ByteBuffer.allocate(1);
            assertThatThrownBy(() -> channel.write(source, 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("full");
            assertThat(source.position()).isZero();
        }
    }

    @Test
    void aChannelThatEndedIsNotReadAgain() throws IOException {
        var reads = new AtomicInteger();
        var in = new IdleChannel() {
            @Override
            public int read(ByteBuffer target) {
                reads.incrementAndGet();
                return -1;
            }
        };
        try (var channel = MigrationChannels.blocking(in, in)) {
            assertThat(channel.read(ByteBuffer.allocate(1), 1)).isEqualTo(-1);
            assertThat(channel.read(ByteBuffer.allocate(1), 1)).isEqualTo(-1);
        }
        assertThat(reads).hasValue(1);
    }

    @Test
    void aChannelThatDoesNothingIsNotWaitedForForEver() {
        var idle = new IdleChannel();
        try (var channel = MigrationChannels.blocking(idle, idle)) {
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("returned no byte");
            assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), 1)).isInstanceOf(IOException.class)
                    .hasMessageContaining("took no byte");
        }
    }

    private static final class BrokenChannel implements ReadableByteChannel, WritableByteChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            throw new IOException("no reading");
        }

        @Override
        public int write(ByteBuffer source) {
            throw new IllegalArgumentException("no writing");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            throw new IOException("no closing");
        }
    }

    private static class IdleChannel implements ReadableByteChannel, WritableByteChannel {
        @Override
        public int read(ByteBuffer target) {
            return 0;
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
}

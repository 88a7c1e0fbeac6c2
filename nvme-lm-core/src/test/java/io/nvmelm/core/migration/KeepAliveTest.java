package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationRole;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Silence that a source announced.
@Timeout(60)
class KeepAliveTest {
    private final Pair pair = new Pair(new byte[100]);
    private final FakeClock clock = new FakeClock();
    /// How long nothing arrives before the next byte.
    private long gapNanos;

    @AfterEach
    void close() {
        pair.close();
    }

    /// A channel on which nothing arrives for a while, in the time of the clock.
    private record Slow(MigrationChannel channel, KeepAliveTest test) implements MigrationChannel {
        @Override
        public int read(ByteBuffer target, long nanos) throws IOException {
            if (test.gapNanos > 0) {
                test.clock.pass(test.gapNanos);
                test.gapNanos = 0;
                return 0;
            }
            return channel.read(target, nanos);
        }

        @Override
        public int write(ByteBuffer source, long nanos) throws IOException {
            return channel.write(source, nanos);
        }

        @Override
        public void wakeUp() {
            channel.wakeUp();
        }

        @Override
        public void close() {
            channel.close();
        }
    }

    @Test
    void aSourceMaySendStateAndThenBeSilentForAsLongAsItSaid() {
        var interval = Duration.ofSeconds(3);
        var options = MigrationOptions.defaults()
                .withKeepAlive(interval, Duration.ofSeconds(1))
                .withProgressInterval(Duration.ZERO);
        var receiver = new MigrationReceiver(pair.destinations, new Slow(pair.destinationChannel(), this))
                .options(options)
                .clock(clock)
                .listener(progress -> {
                    if (progress.phase() == MigrationPhase.PRE_COPY && progress.bytesTransferred() > 0) {
                        gapNanos = interval.toNanos();
                    }
                });
        var received = CompletableFuture.supplyAsync(receiver::run);
        var source = pair.byHand(MigrationRole.SOURCE);
        source.open(List.of(pair.source.manifest()));
        assertThat(source.reader().next()).isEqualTo(RecordType.ACCEPT);
        assertThat(source.reader().next()).isEqualTo(RecordType.READY);
        source.writer().write(RecordType.ALIVE, RecordType.WHOLE_STREAM, Records.alive(interval));
        assertThat(source.reader().next()).isEqualTo(RecordType.ALIVE);
        for (int i = 0; i < 3; i++) {
            source.writer().write(RecordType.STATE, 0, ByteBuffer.wrap(new byte[] {1}));
        }
        source.writer().write(RecordType.SUSPENDING, RecordType.WHOLE_STREAM, Records.alive(interval));
        assertThat(source.reader().next()).isEqualTo(RecordType.ALIVE);
        pair.close();
        assertThat(received.join().failure()).hasMessageContaining("the connection");
        assertThat(clock.nanos).isGreaterThan(3 * interval.toNanos());
    }
}

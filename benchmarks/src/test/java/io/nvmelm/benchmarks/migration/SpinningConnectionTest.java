package io.nvmelm.benchmarks.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The connection of the whole migrations loses nothing.
class SpinningConnectionTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(60);

    @Test
    void moreBytesThanTheRingHoldsArriveInOrder() throws Exception {
        var connection = new SpinningConnection();
        var sent = new byte[5 << 20];
        new Random(1).nextBytes(sent);
        var received = CompletableFuture.supplyAsync(() -> {
            var bytes = ByteBuffer.allocateDirect(sent.length);
            try (var end = connection.destination()) {
                while (bytes.hasRemaining()) {
                    assertThat(end.read(bytes, LONG)).isPositive();
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            return bytes.flip();
        });
        var source = connection.source();
        var left = ByteBuffer.wrap(sent);
        while (left.hasRemaining()) {
            assertThat(source.write(left, LONG)).isPositive();
        }
        assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(ByteBuffer.wrap(sent));
        assertThat(source.read(ByteBuffer.allocate(1), LONG)).as("the other end was closed").isEqualTo(-1);
    }

    @Test
    void waitingEndsByTimeByWakeUpAndByClose() throws Exception {
        var end = new SpinningConnection().source();
        assertThat(end.read(ByteBuffer.allocate(1), 0)).isZero();
        end.wakeUp();
        assertThat(end.read(ByteBuffer.allocate(1), LONG)).isZero();
        end.close();
        assertThatThrownBy(() -> end.read(ByteBuffer.allocate(1), LONG)).isInstanceOf(ClosedChannelException.class);
    }
}

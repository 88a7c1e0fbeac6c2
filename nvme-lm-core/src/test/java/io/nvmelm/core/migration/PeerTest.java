package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeadlineExceededException;
import io.nvmelm.MigrationCancelledException;
import io.nvmelm.PeerException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PeerTest {
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final ScriptedChannel channel = new ScriptedChannel();
    private final Decision decision = new Decision();
    private final Peer peer = new Peer(channel, channel.clock, decision, SILENCE);

    private long seconds() {
        return Duration.ofNanos(channel.clock.nanoTime()).toSeconds();
    }

    @Test
    void aWaitEndsWithItsPhase() {
        peer.deadline("LOAD", Duration.ofSeconds(42));
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("the phase LOAD took longer than PT42S");
        assertThat(seconds()).isEqualTo(42);
    }

    @Test
    void aWaitEndsWhenTheOtherSideIsSilentForLongerThanItSaid() {
        peer.deadline("PRE_COPY", Duration.ofHours(1));
        peer.watchSilence();
        channel.incoming.add(new byte[] {1});
        assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(1);
        peer.mayBeSilent(Duration.ofSeconds(5).toNanos());
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("sign of life");
        assertThat(seconds()).isEqualTo(15);
    }

    @Test
    void everyByteHeardIsASignOfLife() {
        peer.deadline("PRE_COPY", Duration.ofHours(1));
        peer.watchSilence();
        int[] waits = {0};
        channel.whileWaiting = () -> {
            if (++waits[0] < 5) {
                channel.clock.await(Duration.ofSeconds(9).toNanos());
                channel.incoming.add(new byte[] {1});
            }
        };
        for (int i = 0; i < 4; i++) {
            assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(1);
        }
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1))).isInstanceOf(DeadlineExceededException.class);
        assertThat(seconds()).isEqualTo(4 * 9 + 10);
    }

    @Test
    void whatTheOtherSideAskedForHoldsUntilItAsksForSomethingElse() {
        peer.deadline("PRE_COPY", Duration.ofHours(1));
        peer.watchSilence();
        peer.mayBeSilent(Duration.ofSeconds(30).toNanos());
        channel.clock.pass(Duration.ofSeconds(5).toNanos());
        peer.listensAgain();
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1))).isInstanceOf(DeadlineExceededException.class);
        assertThat(seconds()).isEqualTo(45);
    }

    @Test
    void theLongestBlackoutEndsEveryPhaseUntilTheDecision() {
        peer.blackoutBegins(Duration.ofSeconds(20));
        peer.deadline("SUSPEND", Duration.ofSeconds(5));
        channel.clock.pass(Duration.ofSeconds(4).toNanos());
        peer.deadline("LOAD", Duration.ofMinutes(2));
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("the blackout took longer than PT20S");
        assertThat(seconds()).isEqualTo(20);
        peer.decided();
        peer.deadline("RESUME", Duration.ofSeconds(42));
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1))).hasMessageContaining("RESUME");
        assertThat(seconds()).isEqualTo(62);
    }

    @Test
    void theRateIsKeptWhereTimeWrapsAround() {
        channel.clock.nanos = Long.MAX_VALUE - Duration.ofSeconds(2).toNanos();
        long begun = channel.clock.nanos;
        peer.deadline("TRANSFER", Duration.ofMinutes(2));
        peer.rate(1000);
        peer.write(ByteBuffer.allocate(5000));
        peer.write(ByteBuffer.allocate(1));
        assertThat(Duration.ofNanos(channel.clock.nanos - begun).toSeconds()).isBetween(4L, 5L);
    }

    @Test
    void aCancellationEndsAWaitAndASend() {
        channel.whileWaiting = decision::cancel;
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1))).isInstanceOf(MigrationCancelledException.class);
        assertThatThrownBy(() -> peer.write(ByteBuffer.allocate(1))).isInstanceOf(MigrationCancelledException.class);
        assertThat(channel.written.size()).isZero();
    }

    @Test
    void aCancellationIsNotHeededOnceItMustNotBe() {
        decision.cancel();
        peer.decided();
        peer.write(ByteBuffer.allocate(3));
        assertThat(channel.written.size()).isEqualTo(3);
    }

    @Test
    void theEndOfTheConnectionAndItsFailureAreThePeers() {
        channel.incoming.add(new byte[0]);
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("the connection ended");
        assertThatThrownBy(peer::hasSaidSomething).isInstanceOf(PeerException.class);
        channel.broken = true;
        assertThatThrownBy(() -> peer.read(ByteBuffer.allocate(1)))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("broken");
        assertThatThrownBy(() -> peer.write(ByteBuffer.allocate(1)))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("broken");
        assertThatThrownBy(peer::hasSaidSomething).isInstanceOf(PeerException.class);
    }

    @Test
    void whatWasSeenAheadIsReadFirst() {
        assertThat(peer.hasSaidSomething()).isFalse();
        channel.incoming.add(new byte[] {7, 8});
        assertThat(peer.hasSaidSomething()).isTrue();
        assertThat(peer.hasSaidSomething()).isTrue();
        var target = ByteBuffer.allocate(2);
        assertThat(peer.read(target)).isEqualTo(1);
        assertThat(peer.read(target)).isEqualTo(1);
        assertThat(target.array()).containsExactly(7, 8);
        assertThat(channel.clock.waitedNanos).isZero();
    }

    @Test
    void aConnectionThatTakesNothingIsGivenUp() {
        channel.takes = 0;
        peer.deadline("TRANSFER", Duration.ofMinutes(2));
        assertThatThrownBy(() -> peer.write(ByteBuffer.allocate(1)))
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("took no byte");
        assertThat(seconds()).isEqualTo(10);
    }

    @Test
    void whoTakesNothingAndSaysSomethingIsListenedTo() {
        channel.takes = 0;
        channel.whileWaiting = () -> channel.incoming.add(new byte[] {1});
        peer.onIncoming(() -> {
            throw new PeerException("it failed", "Look there", null);
        });
        assertThatThrownBy(() -> peer.write(ByteBuffer.allocate(1)))
                .isInstanceOf(PeerException.class)
                .hasMessageContaining("it failed");
    }

    @Test
    void theRateIsKept() {
        peer.deadline("TRANSFER", Duration.ofMinutes(2));
        peer.rate(1000);
        peer.write(ByteBuffer.allocate(5000));
        peer.write(ByteBuffer.allocate(1));
        assertThat(channel.written.size()).isEqualTo(5001);
        assertThat(seconds()).isBetween(4L, 5L);
        peer.rate(Long.MAX_VALUE);
        peer.write(ByteBuffer.allocate(1 << 20));
        assertThat(seconds()).isBetween(4L, 5L);
    }

    @Test
    void theMeasuredRateIsThatOfTheTimeSpentSending() {
        assertThat(peer.measuredRate()).isZero();
        peer.deadline("TRANSFER", Duration.ofHours(1));
        channel.nanosPerByte = 10_000;
        peer.write(ByteBuffer.allocate(1_000_000));
        channel.clock.await(Duration.ofMinutes(1).toNanos());
        assertThat(peer.measuredRate()).isEqualTo(100_000);
    }

    @Test
    void whatItsOwnLimitHeldBackDoesNotCountAsSlow() {
        peer.deadline("PRE_COPY", Duration.ofHours(1));
        channel.nanosPerByte = 10_000;
        peer.rate(1000);
        peer.write(ByteBuffer.allocate(100_000));
        assertThat(peer.measuredRate()).isEqualTo(100_000);
    }
}

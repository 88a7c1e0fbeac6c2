package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.MigrationChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What [MigrationChannel] promises, whatever carries the bytes. To be extended by a test of each implementation.
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
@Timeout(120)
public abstract class MigrationChannelContract {
    private static final long FOR_EVER = Long.MAX_VALUE;
    private static final int MANY_BYTES = 1 << 20;
    private static final long SEED = 20_261_121;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Both ends of one connection.
    ///
    /// @param one   one end
    /// @param other the other one
    public record Ends(MigrationChannel one, MigrationChannel other) {}

    private final List<MigrationChannel> opened = new ArrayList<>();

    /// For subclasses.
    protected MigrationChannelContract() {}

    /// Opens a connection. The contract closes both ends, some of them twice.
    ///
    /// @return its ends, with nothing under way
    /// @throws IOException when there is none
    protected abstract Ends connect() throws IOException;

    /// {@return whether waiting ends when the time is over or somebody calls [MigrationChannel#wakeUp()]} To be overridden for a channel
    /// that says it cannot.
    protected boolean waitingEnds() {
        return true;
    }

    private Ends open() throws IOException {
        var ends = connect();
        opened.add(ends.one());
        opened.add(ends.other());
        return ends;
    }

    /// Closes what the test opened.
    @AfterEach
    public void closeChannels() {
        opened.forEach(MigrationChannel::close);
    }

    /// Every byte arrives once and in order, in both directions at the same time, whatever the sizes of the pieces.
    ///
    /// @throws IOException when the connection failed
    @Test
    public void bytesArriveInOrder() throws IOException {
        var ends = open();
        var there = Background.start("writer there", () -> writePattern(ends.one(), 1));
        var arrived = Background.start("reader there", () -> readPattern(ends.other(), 1));
        there.join(PATIENCE);
        arrived.join(PATIENCE);
        var back = Background.start("writer back", () -> writePattern(ends.other(), 2));
        readPattern(ends.one(), 2);
        back.join(PATIENCE);
    }

    private static void writePattern(MigrationChannel channel, int stream) throws IOException {
        var random = new SplittableRandom(SEED + stream);
        for (int sent = 0; sent < MANY_BYTES;) {
            int size = Math.min(MANY_BYTES - sent, random.nextInt(1, 50_000));
            var piece = random.nextBoolean() ? ByteBuffer.allocateDirect(size + 7) : ByteBuffer.allocate(size + 7);
            piece.position(7);
            for (int i = sent; piece.hasRemaining(); i++) {
                piece.put(patternAt(i, stream));
            }
            piece.position(7);
            var source = piece.asReadOnlyBuffer();
            while (source.hasRemaining()) {
                int before = source.position();
                int taken = channel.write(source, FOR_EVER);
                assertThat(taken).isEqualTo(source.position() - before).isPositive();
            }
            sent += size;
        }
    }

    private static void readPattern(MigrationChannel channel, int stream) throws IOException {
        var random = new SplittableRandom(SEED - stream);
        for (int received = 0; received < MANY_BYTES;) {
            int size = random.nextInt(1, 50_000);
            var target = random.nextBoolean() ? ByteBuffer.allocateDirect(size + 7) : ByteBuffer.allocate(size + 7);
            target.position(7);
            int bytes = channel.read(target, FOR_EVER);
            assertThat(bytes).isEqualTo(target.position() - 7).isPositive();
            target.flip().position(7);
            while (target.hasRemaining()) {
                assertThat(target.get()).as("byte %s", received).isEqualTo(patternAt(received, stream));
                received++;
            }
        }
    }

    private static byte patternAt(int index, int stream) {
        return (byte) (index * 31 + index / 257 + stream);
    }

    /// What holds also for a channel whose waits do not end early.
    private static void assertThatALookDoesNotWait(Ends ends) throws IOException {
        var target = ByteBuffer.allocate(16).position(3);
        assertThat(ends.one().read(target, 0)).isZero();
        assertThat(target.position()).isEqualTo(3);
        assertThat(ends.other().write(ByteBuffer.wrap(new byte[] {9}), FOR_EVER)).isOne();
        assertThat(ends.one().read(target, FOR_EVER)).isOne();
        assertThat(target.get(3)).isEqualTo((byte) 9);
    }

    /// Looking does not wait, and a wait ends when its time is over; neither changes the buffer.
    ///
    /// @throws IOException when the connection failed
    @Test
    public void aReadEndsWhenItsTimeIsOver() throws IOException {
        var ends = open();
        if (!waitingEnds()) {
            assertThatALookDoesNotWait(ends);
            return;
        }
        var target = ByteBuffer.allocate(16).position(3);
        assertThat(ends.one().read(target, 0)).isZero();
        assertThat(ends.one().read(target, 1)).isZero();
        assertThat(ends.one().read(target, 2_000_000)).isZero();
        assertThat(target.position()).isEqualTo(3);
        assertThat(ends.other().write(ByteBuffer.wrap(new byte[] {9}), FOR_EVER)).isOne();
        assertThat(ends.one().read(target, FOR_EVER)).isOne();
        assertThat(target.get(3)).isEqualTo((byte) 9);
    }

    /// A peer that takes nothing holds up nobody, and exactly the bytes that were taken arrive.
    ///
    /// @throws IOException when the connection failed
    @Test
    public void aWriteEndsWhenItsTimeIsOver() throws IOException {
        var ends = open();
        if (!waitingEnds()) {
            assertThatALookDoesNotWait(ends);
            return;
        }
        long taken = fill(ends.one());
        assertThat(ends.one().write(ByteBuffer.allocate(1), 0)).isZero();
        assertThat(ends.one().write(ByteBuffer.allocate(1), 2_000_000)).isZero();

        var drained = Background.start("drain", () -> drain(ends.other(), taken + 1));
        var last = ByteBuffer.wrap(new byte[] {1});
        assertThat(ends.one().write(last, FOR_EVER)).isOne();
        assertThat(last.hasRemaining()).isFalse();
        drained.join(PATIENCE);
        assertThat(ends.other().read(ByteBuffer.allocate(1), 0)).isZero();
    }

    private static long fill(MigrationChannel channel) throws IOException {
        long taken = 0;
        int refused = 0;
        while (refused < 20) {
            int bytes = channel.write(ByteBuffer.allocate(1 << 16), 5_000_000);
            taken += bytes;
            refused = bytes == 0 ? refused + 1 : 0;
        }
        return taken;
    }

    private static void drain(MigrationChannel channel, long bytes) throws IOException {
        var target = ByteBuffer.allocate(1 << 16);
        byte last = 0;
        for (long left = bytes; left > 0;) {
            int some = channel.read(target.clear().limit((int) Math.min(left, target.capacity())), FOR_EVER);
            assertThat(some).isPositive();
            last = target.get(some - 1);
            left -= some;
        }
        assertThat(last).isOne();
    }

    /// A wake-up before a call ends that call, and no other.
    ///
    /// @throws IOException when the connection failed
    @Test
    public void aWakeUpBeforeACallEndsTheNextOne() throws IOException {
        var ends = open();
        ends.one().wakeUp();
        ends.one().wakeUp();
        assertThat(ends.one().read(ByteBuffer.allocate(1), FOR_EVER)).isZero();
        ends.one().wakeUp();
        var source = ByteBuffer.allocate(1);
        assertThat(ends.one().write(source, FOR_EVER)).isZero();
        assertThat(ends.one().write(source, FOR_EVER)).isOne();
        assertThat(ends.other().read(ByteBuffer.allocate(8), FOR_EVER)).isOne();
    }

    /// Somebody else ends a wait.
    ///
    /// @throws IOException when the connection failed
    @Test
    public void aWakeUpEndsAWaitingCall() throws IOException {
        var ends = open();
        if (!waitingEnds()) {
            assertThatALookDoesNotWait(ends);
            return;
        }
        var reader = Background.startAndAwait("reader", PATIENCE, isUnderWay -> {
            isUnderWay.run();
            assertThat(ends.one().read(ByteBuffer.allocate(1), FOR_EVER)).isZero();
        });
        ends.one().wakeUp();
        reader.join(PATIENCE);

        fill(ends.one());
        var writer = Background.startAndAwait("writer", PATIENCE, isUnderWay -> {
            isUnderWay.run();
            assertThat(ends.one().write(ByteBuffer.allocate(1), FOR_EVER)).isZero();
        });
        ends.one().wakeUp();
        writer.join(PATIENCE);
    }

    /// What was sent before the peer closed is read, then the end, again and again.
    ///
    /// @throws IOException when the connection failed
    @Test
    public void theEndComesAfterTheLastByte() throws IOException {
        var ends = open();
        assertThat(ends.one().write(ByteBuffer.wrap(new byte[] {1, 2, 3}), FOR_EVER)).isEqualTo(3);
        ends.one().close();
        var target = ByteBuffer.allocate(16);
        while (target.position() < 3) {
            assertThat(ends.other().read(target, FOR_EVER)).isPositive();
        }
        assertThat(ends.other().read(target, FOR_EVER)).isEqualTo(-1);
        assertThat(ends.other().read(target, FOR_EVER)).isEqualTo(-1);
        assertThat(target.position()).isEqualTo(3);
    }

    /// Writing to a peer that is gone fails sooner or later, and never lasts for ever.
    ///
    /// @throws IOException when there is no connection
    @Test
    public void writingToAPeerThatIsGoneFails() throws IOException {
        var ends = open();
        ends.other().close();
        assertThatThrownBy(() -> {
            while (true) {
                ends.one().write(ByteBuffer.allocate(1 << 16), FOR_EVER);
            }
        }).isInstanceOf(IOException.class);
    }

    /// Nothing can be done with a closed channel, but closing it again.
    ///
    /// @throws IOException when there is no connection
    @Test
    public void aClosedChannelRefuses() throws IOException {
        var channel = open().one();
        channel.close();
        channel.close();
        channel.wakeUp();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), FOR_EVER)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1), FOR_EVER)).isInstanceOf(IOException.class);
    }

    /// Closing ends a call that waits in another thread.
    ///
    /// @throws IOException when there is no connection
    @Test
    public void closingEndsAWaitingCall() throws IOException {
        var ends = open();
        var reader = Background.startAndAwait("reader", PATIENCE, isUnderWay -> {
            isUnderWay.run();
            assertThatThrownBy(() -> ends.one().read(ByteBuffer.allocate(1), FOR_EVER))
                    .isInstanceOf(IOException.class);
        });
        ends.one().close();
        reader.join(PATIENCE);
    }
}

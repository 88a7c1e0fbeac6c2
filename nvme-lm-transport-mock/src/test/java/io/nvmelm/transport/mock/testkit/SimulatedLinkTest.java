package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationRole;
import io.nvmelm.transport.mock.VirtualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimulatedLinkTest {
    private static final long FOREVER = Long.MAX_VALUE;
    private static final long MILLI = 1_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final SimulatedLink link = new SimulatedLink(clock);

    private static void send(MigrationChannel channel, int... bytes) throws IOException {
        var source = ByteBuffer.allocate(bytes.length);
        Arrays.stream(bytes).forEach(b -> source.put((byte) b));
        source.flip();
        while (source.hasRemaining()) {
            channel.write(source, FOREVER);
        }
    }

    /// Reads to the end, however it comes, and says when each piece came.
    private List<String> readAll(MigrationChannel channel) {
        var pieces = new ArrayList<String>();
        var target = ByteBuffer.allocate(1000);
        try {
            while (channel.read(target.clear(), 1000 * MILLI) > 0) {
                pieces.add(clock.nanoTime() / MILLI + " " + Arrays.toString(
                        Arrays.copyOf(target.array(), target.position())));
            }
            pieces.add(clock.nanoTime() / MILLI + (channel.read(target, 0) < 0 ? " end" : " silence"));
        } catch (IOException e) {
            pieces.add(clock.nanoTime() / MILLI + " " + e.getMessage());
        }
        return pieces;
    }

    private List<String> sendAndRead(int... bytes) {
        Callable<Boolean> sender = () -> {
            send(link.source(), bytes);
            link.source().close();
            return true;
        };
        return link.run(sender, () -> readAll(link.destination())).destination().get();
    }

    @Test
    void bytesArriveAfterTheLatencyAndThenTheEnd() {
        link.latency(Duration.ofMillis(3));

        assertThat(sendAndRead(1, 2, 3)).containsExactly("3 [1, 2, 3]", "3 end");
        assertThat(link.fromSource().writtenBytes()).isEqualTo(3);
    }

    @Test
    void bytesWaitForThoseBeforeThem() {
        link.latency(Duration.ofMillis(3)).bandwidth(1000);

        assertThat(link.run(
                () -> {
                    send(link.source(), 1, 2, 3);
                    send(link.source(), 4);
                    return true;
                },
                () -> readAll(link.destination())).destination().get())
                .containsExactly("6 [1, 2, 3]", "7 [4]", "1007 silence");
    }

    @Test
    void aFullWindowHoldsTheWriterUp() {
        link.window(2);
        var target = ByteBuffer.allocate(2);

        var endings = link.run(
                () -> {
                    send(link.source(), 1, 2, 3, 4);
                    return clock.nanoTime();
                },
                () -> {
                    clock.advance(Duration.ofMillis(5));
                    return link.destination().read(target, FOREVER);
                });

        assertThat(endings.source().get()).isEqualTo(5 * MILLI);
        assertThat(endings.destination().get()).isEqualTo(2);
        assertThat(target.array()).containsExactly(1, 2);
    }

    @Test
    void aWriteIntoAFullWindowEndsWithItsTime() {
        link.window(1);

        var endings = link.run(
                () -> {
                    send(link.source(), 1);
                    return link.source().write(ByteBuffer.allocate(1), MILLI);
                },
                clock::nanoTime);

        assertThat(endings.source().get()).isZero();
        assertThat(clock.nanoTime()).isEqualTo(MILLI);
    }

    @Test
    void aBrokenConnectionFailsOnBothSidesWhenTheByteWouldArrive() {
        link.latency(Duration.ofMillis(3)).fromSource().breaksAt(2);

        var endings = link.run(
                () -> {
                    send(link.source(), 1, 2, 3, 4);
                    var answer = readAll(link.source());
                    assertThatThrownBy(() -> send(link.source(), 5)).isInstanceOf(IOException.class);
                    return answer;
                },
                () -> readAll(link.destination()));

        assertThat(endings.destination().get()).containsExactly("3 [1, 2]", "3 Connection reset by peer");
        assertThat(endings.source().get()).containsExactly("3 Connection reset by peer");
    }

    @Test
    void whatWasUnderWayWhenItBrokeIsLost() {
        link.latency(Duration.ofMillis(3));

        var read = link.run(
                () -> {
                    send(link.source(), 1);
                    clock.advance(Duration.ofMillis(2));
                    send(link.source(), 2);
                    clock.advance(Duration.ofMillis(2));
                    link.breakNow();
                    return true;
                },
                () -> readAll(link.destination())).destination().get();

        assertThat(read).containsExactly("4 [1]", "4 Connection reset by peer");
    }

    @Test
    void aStallKeepsWhatComesBehindIt() {
        link.fromSource().stallsAt(1);
        assertThat(sendAndRead(1, 2, 3)).containsExactly("0 [1]", "1000 silence");
    }

    @Test
    void aStallMayEnd() {
        link.fromSource().stallsAt(1, Duration.ofMillis(7));
        assertThat(sendAndRead(1, 2, 3)).containsExactly("0 [1]", "7 [2, 3]", "7 end");
    }

    @Test
    void aDelayIsForAllThatFollows() {
        link.fromSource().delaysFrom(1, Duration.ofMillis(7));
        assertThat(sendAndRead(1, 2, 3)).containsExactly("0 [1]", "7 [2, 3]", "7 end");
    }

    @Test
    void stallAndDelayMeetInOneWrite() {
        link.fromSource().stallsAt(1, Duration.ofMillis(7)).delaysFrom(2, Duration.ofMillis(2));
        assertThat(sendAndRead(1, 2, 3)).containsExactly("0 [1]", "7 [2]", "9 [3]", "9 end");
    }

    @Test
    void bytesAreCorruptedDroppedAndDoubled() {
        link.fromSource().corrupts(1, 0x80).drops(3, 2).duplicates(6, 2);
        assertThat(sendAndRead(0, 1, 2, 3, 4, 5, 6, 7, 8))
                .containsExactly("0 [0, -127, 2, 5, 6, 7, 6, 7, 8]", "0 end");
    }

    @Test
    void faultsKeepTheirPlaceOverSeveralWrites() {
        link.fromSource().corrupts(3, 1).drops(1, 2);

        assertThat(link.run(
                () -> {
                    send(link.source(), 10, 11);
                    send(link.source(), 12, 13);
                    link.source().close();
                    return true;
                },
                () -> readAll(link.destination())).destination().get()).containsExactly("0 [10, 12]", "0 end");
    }

    @Test
    void aHalfClosedDirectionEndsAndTheOtherGoesOn() {
        link.fromSource().closesAt(1);

        var endings = link.run(
                () -> {
                    send(link.source(), 1, 2);
                    return readAll(link.source());
                },
                () -> {
                    var read = readAll(link.destination());
                    send(link.destination(), 9);
                    return read;
                });

        assertThat(endings.destination().get()).containsExactly("0 [1]", "0 end");
        assertThat(endings.source().get()).containsExactly("0 [9]", "1000 silence");
    }

    @Test
    void aClosedEndRefusesAndItsPeerCannotWrite() {
        link.source().close();

        assertThatThrownBy(() -> send(link.source(), 1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> send(link.destination(), 1)).isInstanceOf(IOException.class);
    }

    @Test
    void wakeUpEndsTheNextCallAlone() throws IOException {
        link.source().wakeUp();

        assertThat(link.source().read(ByteBuffer.allocate(1), FOREVER)).isZero();
        assertThat(link.source().read(ByteBuffer.allocate(1), MILLI)).isZero();
        assertThat(clock.nanoTime()).isEqualTo(MILLI);
    }

    @Test
    void aWaitThatEndedBeforeTheBytesCameHasEnded() {
        var endings = link.run(
                () -> {
                    // A command that takes long: the other side gets no turn meanwhile.
                    link.source().read(ByteBuffer.allocate(1), 1);
                    clock.advance(Duration.ofMillis(50));
                    send(link.source(), 1);
                    return true;
                },
                () -> link.destination().read(ByteBuffer.allocate(1), 10 * MILLI));

        assertThat(endings.destination().get()).isZero();
    }

    @Test
    void exactlyOneSideRunsAndTheOrderIsTheSameEachTime() {
        var orders = new ArrayList<List<String>>();
        for (int run = 0; run < 20; run++) {
            var order = new ArrayList<String>(); // not thread-safe, which is the point
            var pair = new SimulatedLink(new VirtualClock()).latency(Duration.ofNanos(10));
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                pair.run(() -> talk(pair.source(), "s", order), () -> talk(pair.destination(), "d", order), executor);
            }
            orders.add(order);
        }
        assertThat(orders.getFirst()).hasSize(20).startsWith("s0", "d0", "s1");
        assertThat(orders).allSatisfy(order -> assertThat(order).isEqualTo(orders.getFirst()));
    }

    private static Boolean talk(MigrationChannel channel, String name, List<String> order) throws IOException {
        for (int i = 0; i < 10; i++) {
            order.add(name + i);
            send(channel, i);
            channel.read(ByteBuffer.allocate(1), FOREVER);
        }
        return true;
    }

    @Test
    void anEndedProcessIsUnwoundAndItsPeerReadsWhatItWrote() {
        var endings = link.run(
                () -> {
                    send(link.source(), 1);
                    link.endProcess(MigrationRole.SOURCE, true);
                    return true;
                },
                () -> readAll(link.destination()));

        assertThat(endings.source().failure()).isInstanceOf(ProcessEndedError.class);
        assertThat(endings.destination().get()).containsExactly("0 [1]", "0 end");
        assertThat(link.hasProcessEnded(MigrationRole.SOURCE)).isTrue();
        assertThatThrownBy(() -> link.requireAlive(MigrationRole.SOURCE)).isInstanceOf(ProcessEndedError.class);
        link.requireAlive(MigrationRole.DESTINATION);
    }

    @Test
    void aProcessMayEndWhileItWaitsAndNobodyBeTold() {
        var endings = link.run(
                () -> {
                    link.source().read(ByteBuffer.allocate(1), 1);
                    link.endProcess(MigrationRole.DESTINATION, false);
                    return readAll(link.source());
                },
                () -> link.destination().read(ByteBuffer.allocate(1), FOREVER));

        assertThat(endings.source().get()).containsExactly("1000 silence");
        assertThat(endings.destination().failure()).isInstanceOfSatisfying(
                ProcessEndedError.class,
                ended -> assertThat(ended.role()).isEqualTo(MigrationRole.DESTINATION));
    }

    @Test
    void bothWaitingForEverFailsWithBothStacks() {
        assertThatThrownBy(() -> link.run(
                () -> link.source().read(ByteBuffer.allocate(1), FOREVER),
                () -> link.destination().read(ByteBuffer.allocate(1), FOREVER)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("for ever")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .hasSize(2)
                        .allSatisfy(side -> assertThat(side.getStackTrace())
                                .anyMatch(frame -> frame.getMethodName().equals("read"))));
    }

    @Test
    void sidesThatNeverComeToAnEndAreStopped() {
        link.timeLimit(Duration.ofSeconds(1));
        Callable<Integer> poll = () -> {
            while (true) {
                link.source().read(ByteBuffer.allocate(1), MILLI);
            }
        };
        assertThatThrownBy(() -> link.run(poll, clock::nanoTime)).hasMessageContaining("time allowed");
    }
}

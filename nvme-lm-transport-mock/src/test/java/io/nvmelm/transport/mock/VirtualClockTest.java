package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtualClockTest {
    private final VirtualClock clock = new VirtualClock();
    private final List<String> happened = new ArrayList<>();

    @Test
    void eventsRunByTimeThenByOrderOfScheduling() {
        clock.schedule(20, () -> happened.add("c"));
        clock.schedule(10, () -> happened.add("a"));
        clock.schedule(20, () -> happened.add("d"));
        clock.schedule(10, () -> happened.add("b"));
        clock.runUntilIdle();
        assertThat(happened).containsExactly("a", "b", "c", "d");
        assertThat(clock.nanoTime()).isEqualTo(20);
    }

    @Test
    void timeStandsStillUntilItIsMoved() {
        clock.schedule(0, () -> happened.add("a"));
        assertThat(happened).isEmpty();
        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void anEventWithoutDelayRunsAfterWhatIsDueNow() {
        clock.schedule(5, () -> {
            happened.add("first");
            clock.schedule(0, () -> happened.add("third"));
        });
        clock.schedule(5, () -> happened.add("second"));
        clock.runUntilIdle();
        assertThat(happened).containsExactly("first", "second", "third");
    }

    @Test
    void advanceRunsWhatIsDueAndStopsAtItsTime() {
        clock.schedule(1_000, () -> happened.add("a"));
        clock.schedule(1_001, () -> happened.add("b"));
        clock.advance(Duration.ofNanos(1_000));
        assertThat(happened).containsExactly("a");
        assertThat(clock.nanoTime()).isEqualTo(1_000);
        clock.advance(Duration.ofSeconds(1));
        assertThat(happened).containsExactly("a", "b");
        assertThat(clock.nanoTime()).isEqualTo(1_000_001_000);
    }

    @Test
    void runNextJumpsToTheNextEvent() {
        clock.schedule(7, () -> happened.add("a"));
        assertThat(clock.runNext()).isTrue();
        assertThat(clock.nanoTime()).isEqualTo(7);
        assertThat(clock.runNext()).isFalse();
        assertThat(clock.nanoTime()).isEqualTo(7);
    }

    @Test
    void aCancelledEventDoesNotRunAndDoesNotMoveTime() {
        var event = new TimerEvent(() -> happened.add("a"));
        clock.enter();
        clock.start(event, 5);
        clock.cancel(event);
        clock.cancel(event);
        clock.exit();
        clock.runUntilIdle();
        assertThat(happened).isEmpty();
        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void callbacksRunAfterTheEventAndWithoutTheLock() {
        clock.schedule(1, () -> {
            clock.callBack(() -> {
                happened.add("callback");
                var other = new Thread(() -> happened.add("other thread at " + clock.nanoTime()));
                other.start();
                join(other);
            });
            happened.add("event");
        });
        clock.runUntilIdle();
        assertThat(happened).containsExactly("event", "callback", "other thread at 1");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void badTimesAreRefused() {
        assertThatThrownBy(() -> clock.schedule(-1, () -> {})).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1))).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void veryLongTimesDoNotWrap() {
        clock.schedule(Long.MAX_VALUE, () -> happened.add("end of time"));
        clock.schedule(3, () -> happened.add("soon"));
        clock.advance(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(happened).containsExactly("soon", "end of time");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void anyMixOfStartsAndCancelsKeepsTheOrder(long seed) {
        var random = new SplittableRandom(seed);
        record Expected(long time, int number) {}
        var expected = new ArrayList<Expected>();
        var ran = new ArrayList<Integer>();
        var events = new ArrayList<TimerEvent>();
        clock.enter();
        for (int i = 0; i < 500; i++) {
            int number = i;
            var event = new TimerEvent(() -> ran.add(number));
            long delay = random.nextInt(50);
            clock.start(event, delay);
            events.add(event);
            expected.add(new Expected(delay, i));
            if (random.nextInt(3) == 0) {
                int victim = random.nextInt(events.size());
                if (events.get(victim).isQueued()) {
                    clock.cancel(events.get(victim));
                    expected.removeIf(e -> e.number() == victim);
                }
            }
        }
        clock.exit();
        clock.runUntilIdle();
        assertThat(ran)
                .as("seed %d", seed)
                .isEqualTo(expected.stream()
                        .sorted(Comparator.comparingLong(Expected::time).thenComparingInt(Expected::number))
                        .map(Expected::number)
                        .toList());
    }
}

package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GuestLoadTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final GuestWorld world = new GuestWorld();

    static void awaitProgress(GuestLoad load, int commands) {
        long from = load.submitted();
        long end = System.nanoTime() + LIMIT.toNanos();
        while (load.submitted() < from + commands) {
            assertThat(System.nanoTime()).as("the load makes progress").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    @Test
    void aLoadOnAThreadIsCleanOverManyPauses() throws Exception {
        var driver = world.guest().queuePairs(8).seed(17).start(world.controller());
        var load = new GuestLoad(driver, 64);
        try (var executor = Executors.newSingleThreadExecutor()) {
            var run = executor.submit(load);
            try {
                for (int i = 0; i < 50; i++) {
                    awaitProgress(load, 1000);
                    driver.pause();
                    int inFlight = driver.inFlight();
                    world.clock.runUntilIdle();
                    assertThat(driver.inFlight()).as("commands in flight in pause %d", i).isEqualTo(inFlight);
                    driver.resume();
                }
            } finally {
                load.stop();
            }
            run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().violations()).isEmpty();
        assertThat(driver.report().commands()).isGreaterThanOrEqualTo(50_000);
    }

    @Test
    void aPausedLoadCanBeStopped() throws Exception {
        var driver = world.guest().queuePairs(2).seed(18).start(world.controller());
        var load = new GuestLoad(driver, 8);
        try (var executor = Executors.newSingleThreadExecutor()) {
            var run = executor.submit(load);
            try {
                awaitProgress(load, 1000);
                driver.pause();
            } finally {
                load.stop();
            }
            run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        driver.resume();

        assertThat(driver.drain()).isTrue();
        assertThat(driver.report().violations()).isEmpty();
    }

    @Test
    void aBurstIsAtLeastOneCommand() {
        var driver = world.guest().start(world.controller());

        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new GuestLoad(driver, 0));
    }
}

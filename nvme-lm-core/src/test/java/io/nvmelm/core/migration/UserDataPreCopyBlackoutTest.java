package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ChangesLostException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.PreCopyVerdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The end of a copy of user data: what [UserDataPreCopy#finish(Duration)] waits for, gives up and refuses.
class UserDataPreCopyBlackoutTest {
    private static final long BLOCK = 512;
    private static final long ALL = 1000 * BLOCK;

    private final PreCopyWorld world = PreCopyWorld.full();

    @Test
    void theWaitForTheDeviceEndsByACancellation() {
        var copy = world.copy();
        copy.run();
        world.tracking.before = call -> {
            if (world.tracking.waits.size() == 3) {
                copy.cancel();
            }
        };
        assertThat(copy.finish(Duration.ofHours(1)).verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(world.tracking.waits).hasSize(3).allMatch(wait -> wait.toMillis() <= 250);
        world.tracking.guest(1, 5, 1, 9);
        assertThat(world.finish(copy).copiedBytes()).isEqualTo(BLOCK);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void theWaitForTheDeviceEndsByAnInterrupt() {
        var copy = world.copy();
        copy.run();
        world.tracking.before = call -> Thread.currentThread().interrupt();
        var outcome = copy.finish(Duration.ofHours(1));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(world.tracking.waits).hasSize(1);
    }

    @Test
    void theWaitForTheDeviceIsNoLongerThanAllowedAndTheFailureSaysHowLong() {
        var copy = world.copy();
        copy.run();
        assertThatExceptionOfType(CommandTimeoutException.class)
                .isThrownBy(() -> copy.finish(Duration.ofMillis(1234)))
                .satisfies(e -> assertThat(e.timeout()).isEqualTo(Duration.ofMillis(1234)));
        assertThat(world.tracking.waits.stream().mapToLong(Duration::toMillis).sum()).isEqualTo(1234);

        world.tracking.waits.clear();
        world.tracking.before = call -> world.clock.pass(1_000_000_000);
        assertThatThrownBy(() -> copy.finish(Duration.ofMillis(2500))).isInstanceOf(CommandTimeoutException.class);
        assertThat(world.tracking.waits).as("commands take time too").hasSize(3);
    }

    @Test
    void aCancellationBeforeTheEndIsHeededEvenWhenNothingIsLeft() {
        var copy = world.copy();
        copy.run();
        copy.cancel();
        assertThat(world.finish(copy).verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(world.target.flushes).isZero();
        assertThat(world.finish(copy).verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
    }

    @Test
    void aCancellationThatCameTooLateForTheEndDoesNotEndTheNextRun() {
        var copy = world.copy();
        copy.run();
        world.target.before = call -> {
            if (call.equals("flush")) {
                copy.cancel();
            }
        };
        assertThat(world.finish(copy).verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
        world.tracking.suspended = false;
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
    }

    @Test
    void everythingIsNotCopiedInTheBlackoutUnaskedWhenTheFirstRoundWasCancelled() {
        var copy = world.copy();
        world.target.before = call -> copy.cancel();
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        world.target.before = call -> {};
        long before = world.target.bytesWritten;
        assertThatExceptionOfType(ChangesLostException.class)
                .isThrownBy(() -> world.finish(copy))
                .satisfies(e -> assertThat(e.byteCount()).isEqualTo(ALL));
        assertThat(world.target.bytesWritten).isEqualTo(before);

        var outcome = world.finish(copy.everythingInBlackoutWhenLost());
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
        assertThat(outcome.copiedBytes()).isEqualTo(ALL);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void anErrorWhileChangesAreCountedLosesNone() {
        var copy = world.copy();
        copy.run();
        world.tracking.guest(1, 5, 3, 9);
        world.tracking.visiting = () -> {
            throw new OutOfMemoryError("in a test");
        };
        assertThatThrownBy(copy::run).isInstanceOf(OutOfMemoryError.class);
        assertThatThrownBy(() -> world.finish(copy)).isInstanceOf(OutOfMemoryError.class);
        world.tracking.visiting = () -> {};
        assertThat(world.finish(copy).copiedBytes()).isEqualTo(3 * BLOCK);
        assertThat(world.source.difference(world.target)).isEmpty();
    }
}

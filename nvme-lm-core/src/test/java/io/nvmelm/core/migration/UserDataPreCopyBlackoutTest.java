package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ChangesLostException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
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
            if (call.equals("look")) {
                copy.cancel();
            }
        };
        assertThat(copy.finish(Duration.ofHours(1)).verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(world.tracking.calls).endsWith("takeAfterSuspension", "look");
        world.tracking.before = call -> {};
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
    void theTrackingWaitsForTheDeviceAsLongAsAllowedWithoutAnEndInBetween() {
        var copy = world.copy();
        copy.run();
        assertThatExceptionOfType(CommandTimeoutException.class)
                .isThrownBy(() -> copy.finish(Duration.ofMillis(1234)))
                .satisfies(e -> assertThat(e.timeout()).isEqualTo(Duration.ofMillis(1234)));
        assertThat(world.tracking.waits).containsExactly(Duration.ofMillis(1234));
    }

    @Test
    void aCommandThatIsNotAnsweredWhileTheLastChangesAreTakenIsAFailure() {
        var copy = world.copy();
        copy.run();
        world.tracking.before = call -> {
            throw new CommandTimeoutException("a command of " + call, Duration.ofMillis(7));
        };
        assertThatThrownBy(() -> world.finish(copy))
                .isInstanceOf(CommandTimeoutException.class)
                .hasMessageContaining("a command of takeAfterSuspension was not completed within 7 ms");
        world.tracking.before = call -> {};
        assertThat(world.finish(copy).verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
    }

    @Test
    void everythingIsNotCopiedFromADeviceThatIsNotSuspended() {
        var copy = world.copy().everythingInBlackoutWhenLost();
        long before = world.target.bytesWritten;
        assertThatThrownBy(() -> copy.finish(PreCopyWorld.TIMEOUT))
                .isInstanceOf(DeviceStateException.class)
                .hasMessageContaining("is not suspended");
        assertThat(world.target.bytesWritten).isEqualTo(before);
        assertThat(world.target.flushes).isZero();
        assertThat(world.finish(copy).copiedBytes()).isEqualTo(ALL);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void everythingThatWasCopiedWhileTheDeviceWasResumedIsWorthNothing() {
        var copy = world.copy().everythingInBlackoutWhenLost();
        copy.run();
        world.tracking.lose();
        world.target.before = call -> {
            if (world.tracking.suspended) {
                world.tracking.suspended = false;
                world.tracking.guest(1, 0, 1, 9);
            }
        };
        assertThatExceptionOfType(DeviceStateException.class)
                .isThrownBy(() -> world.finish(copy))
                .satisfies(e -> assertThat(e.state()).isEqualTo(DeviceState.RUNNING))
                .withMessageContaining("is not any more");
        assertThat(world.target.flushes).isZero();
        world.target.before = call -> {};
        assertThat(world.finish(copy).copiedBytes()).as("everything once more").isEqualTo(ALL);
        assertThat(world.source.difference(world.target)).isEmpty();
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

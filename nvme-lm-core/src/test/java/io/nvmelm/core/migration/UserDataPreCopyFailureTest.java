package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.BlockCopyException;
import io.nvmelm.CallbackException;
import io.nvmelm.ChangesLostException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.UserDataLogState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A copy of user data that fails, is cancelled, or whose log loses changes, at every call.
class UserDataPreCopyFailureTest {

    /// A world whose guest writes and deallocates before the calls of source and target, and something that happens at one call.
    private static final class Busy {
        final PreCopyWorld world = new PreCopyWorld(new NamespaceExtent(2, 200, 512), new NamespaceExtent(5, 60, 4096));
        final UserDataPreCopy copy;
        private int calls;
        private int acts;
        private final int eventAt;
        private final ModelMedium.Hook event;

        /// @param tracking whether the calls of the tracking count too
        Busy(int eventAt, boolean tracking, Function<Busy, ModelMedium.Hook> event) {
            this.eventAt = eventAt;
            world.tracking.guest(2, 20, 90, 3);
            world.tracking.guest(5, 0, 31, 4);
            copy = new UserDataPreCopy(world.tracking, world.source, world.target, world.namespaces)
                    .clock(world.clock).budget(4096).pieceBytes(16 << 10).everythingInBlackoutWhenLost();
            this.event = event.apply(this);
            world.source.before = this::call;
            world.target.before = this::call;
            if (tracking) {
                world.tracking.before = this::call;
            }
        }

        private void call(String name) throws IOException {
            if (!world.tracking.suspended && ++acts < 40) {
                world.tracking.guest(2, acts * 71 % 190, 1 + acts % 9, acts % 3 == 0 ? 0 : 1000 + acts);
                world.tracking.guest(5, acts * 31 % 58, 2, acts % 4 == 0 ? 0 : 1000 + acts);
            }
            if (++calls == eventAt) {
                event.call(name);
            }
        }

        /// Copies until it is complete, again after each failure. {@return the failures and verdicts}
        List<Object> toTheEnd() {
            var log = new ArrayList<>();
            while (true) {
                var outcome = attempt(log, copy::run);
                if (outcome != null && outcome.verdict() == PreCopyVerdict.CONVERGED) {
                    break;
                }
            }
            world.tracking.guest(2, 0, 1, 77);
            world.tracking.suspended = true;
            while (true) {
                var outcome = attempt(log, () -> copy.finish(Duration.ofSeconds(1)));
                if (outcome != null && outcome.verdict() == PreCopyVerdict.COMPLETE) {
                    return log;
                }
            }
        }

        private static @Nullable PreCopyOutcome attempt(
                List<Object> log, Supplier<PreCopyOutcome> call) {
            assertThat(log).hasSizeLessThan(20);
            try {
                var outcome = call.get();
                log.add(outcome.verdict());
                return outcome;
            } catch (LiveMigrationException e) {
                log.add(e);
                return null;
            }
        }
    }

    private static int callsWithoutFailure(boolean tracking) {
        var busy = new Busy(Integer.MAX_VALUE, tracking, b -> name -> {});
        assertThat(busy.toTheEnd()).containsExactly(PreCopyVerdict.CONVERGED, PreCopyVerdict.COMPLETE);
        assertThat(busy.world.source.difference(busy.world.target)).isEmpty();
        assertThat(busy.world.target.deallocations).isPositive();
        return busy.calls;
    }

    @Test
    void aFailureOfAnyCallOfSourceAndTargetLosesNothing() {
        int calls = callsWithoutFailure(false);
        assertThat(calls).isGreaterThan(50);
        for (int at = 1; at <= calls; at++) {
            var busy = new Busy(at, false, b -> name -> {
                throw new IOException("unplugged in " + name);
            });
            var log = busy.toTheEnd();

            assertThat(busy.world.source.difference(busy.world.target)).as("call %d", at).isEmpty();
            var failures = log.stream().filter(BlockCopyException.class::isInstance).toList();
            assertThat(failures).as("call %d: %s", at, log).hasSize(1);
            var failure = (BlockCopyException) failures.getFirst();
            assertThat(failure).hasMessageContaining("unplugged in").hasCauseInstanceOf(IOException.class);
            assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
            if (failure.blockCount() > 0) {
                assertThat(failure).hasMessageContaining(
                        failure.blockCount() + " blocks from block " + failure.firstBlock() + " of namespace "
                                + failure.namespaceId());
                assertThat(failure.namespaceId()).isIn(2L, 5L);
            } else {
                assertThat(failure).hasMessageContaining("flush");
            }
        }
    }

    @Test
    void whateverTheEmbeddersCodeThrowsLosesNothing() {
        int calls = callsWithoutFailure(false);
        for (int at = 1; at <= calls; at++) {
            var busy = new Busy(at, false, b -> name -> {
                throw new IllegalStateException("a defect in " + name);
            });
            var log = busy.toTheEnd();
            assertThat(busy.world.source.difference(busy.world.target)).as("call %d", at).isEmpty();
            assertThat(log).as("call %d", at).hasAtLeastOneElementOfType(CallbackException.class);
        }
    }

    @Test
    void aFailureOfAnyCallOfTheTrackingLosesNothing() {
        int calls = callsWithoutFailure(true);
        for (int at = 1; at <= calls; at++) {
            var busy = new Busy(at, true, b -> name -> {
                throw new CommandTimeoutException(name, Duration.ofSeconds(1));
            });
            var log = busy.toTheEnd();
            assertThat(busy.world.source.difference(busy.world.target)).as("call %d", at).isEmpty();
            assertThat(log).as("call %d", at).hasAtLeastOneElementOfType(CommandTimeoutException.class);
        }
    }

    @Test
    void aRoundThatCannotBePutBackIsAnotherCopyOfEverything() {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        world.target.before = call -> {
            throw new IOException("full");
        };
        world.tracking.before = call -> {
            if (call.equals("putBack")) {
                throw new CommandTimeoutException(call, Duration.ofSeconds(1));
            }
        };
        assertThatThrownBy(copy::run).isInstanceOf(BlockCopyException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        world.target.before = call -> {};
        world.tracking.before = call -> {};
        copy.run();
        assertThat(world.tracking.calls.stream().filter("start"::equals)).hasSize(2);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void whatATargetDidNotFlushIsCopiedAgainAltogether() {
        var world = PreCopyWorld.full();
        var copy = world.copy().everythingInBlackoutWhenLost();
        copy.run();
        world.target.before = call -> {
            throw new IOException("no space in " + call);
        };
        assertThatThrownBy(() -> world.finish(copy)).isInstanceOf(BlockCopyException.class)
                .hasMessageContaining("no space in flush");
        world.target.before = call -> {};
        assertThat(world.finish(copy).copiedBytes()).isEqualTo(1000 * 512);
    }

    @Test
    void aCancellationAtAnyCallLosesNothing() {
        int calls = callsWithoutFailure(true);
        for (int at = 1; at <= calls; at++) {
            var busy = new Busy(at, true, b -> name -> b.copy.cancel());
            var log = busy.toTheEnd();
            assertThat(busy.world.source.difference(busy.world.target)).as("call %d", at).isEmpty();
            if (at < calls - 5) {
                assertThat(log).as("call %d", at).contains(PreCopyVerdict.CANCELLED);
            }
        }
    }

    @Test
    void aCopyIsCancelledBeforeItBeginsAndByAnInterrupt() {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        copy.cancel();
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(world.tracking.calls).isEmpty();

        Thread.currentThread().interrupt();
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
    }

    @Test
    void aWaitForTheRateLimitIsCancelled() {
        var world = PreCopyWorld.full();
        var copy = world.copy().rateLimit(1);
        world.clock.whileWaiting = waited -> copy.cancel();
        var outcome = copy.run();
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.CANCELLED);
        assertThat(outcome.elapsed()).isLessThanOrEqualTo(Duration.ofMillis(10));
        assertThat(outcome.remainingBytes()).isEqualTo(1000 * 512);
    }

    @Test
    void changesLostAtAnyCallAreCopiedAgain() {
        int calls = callsWithoutFailure(true);
        for (int at = 2; at <= calls; at++) {
            var busy = new Busy(at, true, b -> name -> b.world.tracking.lose());
            busy.toTheEnd();
            assertThat(busy.world.source.difference(busy.world.target)).as("call %d", at).isEmpty();
        }
    }

    @Test
    void whatWasDeallocatedWhileChangesWereLostIsDeallocatedAtTheTarget() {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        copy.run();
        world.tracking.lose();
        world.tracking.guest(1, 100, 300, 0);
        var outcome = copy.run();
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
        assertThat(outcome.restarts()).isEqualTo(1);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void changesLostTooOftenEndIt(int allowed) {
        var world = PreCopyWorld.full();
        world.target.before = call -> world.tracking.lose();
        var outcome = world.copy().maximumRestarts(allowed).run();
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.WILL_NOT_CONVERGE);
        assertThat(outcome.restarts()).isEqualTo(allowed + 1);
        assertThat(outcome.remainingBytes()).isEqualTo(1000 * 512);
        assertThat(outcome.reason()).contains("lost " + (allowed + 1) + " times");
        assertThat(world.target.bytesWritten).as("a lost round is not copied to its end")
                .isEqualTo((allowed + 1) * 10L * 512);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOPPED", "OFF"})
    void aLogThatSomebodyElseStoppedIsStartedAgain(UserDataLogState state) {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        copy.run();
        world.tracking.guest(1, 0, 1, 8);
        world.tracking.state = state;
        world.tracking.guest(1, 5, 1, 9);
        assertThat(copy.run().copiedBytes()).isEqualTo(1000 * 512);
        assertThat(world.tracking.calls.stream().filter("start"::equals)).hasSize(2);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void changesLostInTheEndAreAFailureUnlessEverythingMayBeCopied() {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        copy.run();
        world.tracking.guest(1, 5, 1, 9);
        world.tracking.lose();
        world.tracking.suspended = true;
        assertThatExceptionOfType(ChangesLostException.class)
                .isThrownBy(() -> copy.finish(PreCopyWorld.TIMEOUT))
                .satisfies(e -> assertThat(e.byteCount()).isEqualTo(1000 * 512))
                .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.ABORT_MIGRATION));
        assertThat(world.target.flushes).isZero();
        assertThat(world.finish(world.copy().everythingInBlackoutWhenLost()).copiedBytes())
                .as("without a log").isEqualTo(1000 * 512);

        var outcome = copy.everythingInBlackoutWhenLost().finish(PreCopyWorld.TIMEOUT);
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
        assertThat(outcome.copiedBytes()).isEqualTo(1000 * 512);
        assertThat(outcome.restarts()).isEqualTo(1);
        assertThat(outcome.reason()).contains("everything was copied in the blackout");
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void aDeviceThatDoesNotSayThatItIsSuspendedIsATimeoutAndCanBeAskedAgain() {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        copy.run();
        world.tracking.guest(1, 5, 1, 9);
        assertThatThrownBy(() -> copy.finish(PreCopyWorld.TIMEOUT)).isInstanceOf(CommandTimeoutException.class);
        assertThat(world.finish(copy).copiedBytes()).isEqualTo(512);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void changesLostInTheEndAreNoRestartOfTheNextRun() {
        var world = PreCopyWorld.full();
        var copy = world.copy().maximumRestarts(0);
        copy.run();
        world.tracking.lose();
        assertThatThrownBy(() -> world.finish(copy)).isInstanceOf(ChangesLostException.class);
        world.tracking.suspended = false;
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
    }

    @Test
    void changesOutsideOfTheNamespacesAreRefusedAndNothingIsLost() {
        var world = PreCopyWorld.full();
        var copy = new UserDataPreCopy(
                world.tracking, world.source, world.target, List.of(new NamespaceExtent(1, 999, 512)))
                .clock(world.clock);
        assertThatThrownBy(copy::run).isInstanceOf(InvalidValueException.class).hasMessageContaining("of 999 blocks");
        assertThat(world.tracking.calls).endsWith("putBack");
        assertThat(world.target.bytesWritten).isZero();
    }

    @Test
    void aMigrationThatFailedAfterTheBlackoutGoesOnWhereItWas() {
        var world = PreCopyWorld.full();
        var copy = world.copy();
        copy.run();
        world.finish(copy);
        world.tracking.suspended = false;
        world.tracking.state = UserDataLogState.LOGGING;
        world.tracking.guest(1, 5, 3, 9);
        assertThat(copy.run().copiedBytes()).isEqualTo(3 * 512);
        assertThat(world.finish(copy).verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
        assertThat(world.source.difference(world.target)).isEmpty();
    }
}

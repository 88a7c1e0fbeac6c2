package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CallbackException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyProgress;
import io.nvmelm.PreCopyVerdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rounds, budget, rate and verdict of a copy of user data.
class UserDataPreCopyTest {
    private static final long BLOCK = 512;
    private static final long ALL = 1000 * BLOCK;

    private final PreCopyWorld world = PreCopyWorld.full();

    /// Has the guest change the first blocks of the namespace once in each round, at its end.
    private void changeInRounds(int... blocks) {
        var round = new int[1];
        world.tracking.before = call -> {
            if (call.equals("take") && round[0] > 0 && round[0] <= blocks.length && blocks[round[0] - 1] > 0) {
                world.tracking.guest(1, 0, blocks[round[0] - 1], 100 + round[0]);
            }
            round[0] += call.equals("take") ? 1 : 0;
        };
    }

    @Test
    void aGuestThatStandsStillIsCopiedInOneRound() {
        var copy = world.copy();
        var outcome = copy.run();

        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
        assertThat(outcome.rounds()).isEqualTo(1);
        assertThat(outcome.copiedBytes()).isEqualTo(ALL);
        assertThat(outcome.remainingBytes()).isZero();
        assertThat(outcome.expectedBlackout()).isZero();
        assertThat(world.target.flushes).isZero();
        assertThat(world.finish(copy).verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
        assertThat(world.target.flushes).isEqualTo(1);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void whatIsLeftIsCopiedAfterTheSuspension() {
        changeInRounds(400, 50, 8);
        var copy = world.copy().budget(8 * BLOCK);
        var outcome = copy.run();

        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
        assertThat(outcome.rounds()).isEqualTo(3);
        assertThat(outcome.remainingBytes()).isEqualTo(8 * BLOCK);
        assertThat(world.source.difference(world.target)).isNotEmpty();
        var end = world.finish(copy);
        assertThat(end.copiedBytes()).isEqualTo(8 * BLOCK);
        assertThat(end.remainingBytes()).isZero();
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8, 9})
    void oneByteMoreThanTheBudgetIsAnotherRound(int blocks) {
        changeInRounds(blocks);
        assertThat(world.copy().budget(8 * BLOCK).run().rounds()).isEqualTo(blocks <= 8 ? 1 : 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {49, 50, 51})
    void aBudgetOfTimeIsMeasuredByTheRateOfSourceAndTarget(int blocks) {
        changeInRounds(blocks);
        world.target.before = call -> world.clock.pass(10_000); // a piece of ten blocks
        var copy = world.copy().budget(Duration.ofNanos(50_000)).rateLimit(100 * BLOCK);

        var outcome = copy.run();

        assertThat(outcome.rounds()).isEqualTo(blocks <= 50 ? 1 : 2);
        if (blocks <= 50) {
            assertThat(outcome.copyBytesPerSecond()).isEqualTo(BLOCK * 1_000_000);
            assertThat(outcome.expectedBlackout()).isEqualTo(Duration.ofNanos(blocks * 1000L));
        }
    }

    @Test
    void unallocatedBlocksAreSkippedAndLaterDeallocatedOnesAreDeallocated() {
        var sparse = new PreCopyWorld(new NamespaceExtent(3, 1000, 4096), new NamespaceExtent(9, 50, 512));
        sparse.tracking.guest(3, 500, 3, 1);
        sparse.tracking.guest(9, 49, 1, 2);
        var copy = new UserDataPreCopy(sparse.tracking, sparse.source, sparse.target, sparse.namespaces)
                .clock(sparse.clock).budget(0).pieceBytes(4096);
        copy.run();

        assertThat(sparse.target.bytesWritten).isEqualTo(3 * 4096 + 512);
        assertThat(sparse.target.deallocations).isZero();

        sparse.tracking.guest(3, 501, 2, 0);
        assertThat(copy.run().copiedBytes()).as("a deallocated range counts as a block").isEqualTo(4096);
        assertThat(sparse.target.deallocations).isEqualTo(1);
        assertThat(sparse.target.bytesWritten).isEqualTo(3 * 4096 + 512);
        sparse.finish(copy);
        assertThat(sparse.source.difference(sparse.target)).isEmpty();
    }

    @Test
    void aTargetThatHoldsDataIsDeallocatedWhereTheSourceIs() {
        var sparse = new PreCopyWorld(new NamespaceExtent(1, 100, 512));
        Arrays.fill(Objects.requireNonNull(sparse.target.content.get(1L)), 99);
        sparse.tracking.guest(1, 40, 1, 5);

        sparse.copy().targetHoldsData().run();

        assertThat(sparse.target.bytesWritten).isEqualTo(10 * 512);
        assertThat(sparse.source.difference(sparse.target)).isEmpty();
    }

    @Test
    void neighbouringRangesAreCopiedTogetherInPieces() {
        var writes = new ArrayList<Long>();
        var copy = world.copy();
        copy.run();
        world.tracking.guest(1, 100, 25, 4);
        world.tracking.guest(1, 125, 3, 0);
        world.tracking.guest(1, 128, 4, 5);
        world.target.before = call -> writes.add(call.equals("write") ? world.source.bytesRead : -1);
        long before = world.source.bytesRead;
        copy.run();

        assertThat(writes).containsExactly(
                before + 10 * BLOCK, before + 20 * BLOCK, before + 25 * BLOCK, -1L, before + 29 * BLOCK);
    }

    @Test
    void rangesOfTwoNamespacesAreNotOne() {
        var two = new PreCopyWorld(new NamespaceExtent(1, 100, 512), new NamespaceExtent(2, 200, 512));
        var copy = new UserDataPreCopy(two.tracking, two.source, two.target, two.namespaces)
                .clock(two.clock).budget(0);
        copy.run();
        two.tracking.guest(1, 90, 10, 3);
        two.tracking.guest(2, 100, 10, 4);
        copy.run();
        assertThat(two.source.difference(two.target)).isEmpty();
    }

    @Test
    void everythingIsCopiedOnceEvenWhenItFitsTheBudget() {
        var calls = new ArrayList<String>();
        world.source.before = calls::add;
        var copy = world.copy().budget(Long.MAX_VALUE);
        assertThat(copy.run().copiedBytes()).isEqualTo(ALL);
        assertThat(calls).contains("nextAllocated");
        calls.clear();
        world.tracking.guest(1, 5, 1, 5);
        copy.budget(0).run();
        assertThat(calls).as("what changed is read without asking").containsExactly("read");
    }

    @Test
    void aGuestThatAlwaysChangesTheSameDoesNotConverge() {
        changeInRounds(200, 200, 200, 200, 200, 200, 200, 200);
        world.target.before = call -> world.clock.pass(10_000);
        var copy = world.copy().budget(100 * BLOCK);
        var outcome = copy.run();

        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.WILL_NOT_CONVERGE);
        assertThat(outcome.rounds()).isEqualTo(4);
        assertThat(outcome.remainingBytes()).isEqualTo(200 * BLOCK);
        assertThat(outcome.writeBytesPerSecond()).isEqualTo(BLOCK * 1_000_000);
        assertThat(outcome.reason()).contains("102400 bytes are left", "512000000 bytes per second change", "3 rounds");
        assertThat(world.finish(copy).copiedBytes()).as("nothing is lost").isEqualTo(200 * BLOCK);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void aRoundThatLeavesLessThanAllBeforeGoesOn() {
        changeInRounds(200, 250, 300, 199, 199, 199, 198, 197, 1, 0);
        assertThat(world.copy().run().verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
    }

    @Test
    void whatWasMeasuredBeforeARestartCountsNoMore() {
        var left = new int[] {10, -1, 50, 40, 30, 20, 0};
        var round = new int[1];
        world.tracking.before = call -> {
            if (call.equals("take") && round[0]++ > 0 && round[0] - 2 < left.length) {
                int blocks = left[round[0] - 2];
                if (blocks < 0) {
                    world.tracking.lose();
                } else if (blocks > 0) {
                    world.tracking.guest(1, 0, blocks, 100 + round[0]);
                }
            }
        };
        var outcome = world.copy().run();
        assertThat(outcome.restarts()).isEqualTo(1);
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
    }

    @Test
    void aBudgetOfTimeHeedsThatSmallPiecesAreSlow() {
        changeInRounds(60, 20, 4);
        world.target.before = call -> world.clock.pass(10_000); // whatever its size
        world.source.before = call -> {
            if (world.target.bytesWritten > ALL) {
                world.clock.pass(90_000);
            }
        };
        var outcome = world.copy().budget(Duration.ofNanos(50_000)).run();
        assertThat(outcome.rounds()).isEqualTo(3);
        assertThat(outcome.remainingBytes()).isEqualTo(4 * BLOCK);
    }

    @Test
    void theMaximumOfRoundsEndsIt() {
        changeInRounds(200, 190, 180, 170);
        var outcome = world.copy().maximumRounds(3).run();
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.WILL_NOT_CONVERGE);
        assertThat(outcome.rounds()).isEqualTo(3);
        assertThat(outcome.reason()).contains("maximum of 3 rounds");
    }

    @ParameterizedTest
    @ValueSource(longs = {511, 512, 5000, 100_000, 123_456_789, 5_000_000_000L})
    void theRateLimitIsKeptToTheNanosecond(long limit) {
        var outcome = world.copy().rateLimit(limit).run();

        long pieceNanos = (long) Math.ceil(10 * BLOCK * 1e9 / limit);
        assertThat(outcome.elapsed()).isEqualTo(Duration.ofNanos(100 * pieceNanos));
        assertThat(world.clock.waitedNanos).isEqualTo(100 * pieceNanos);
    }

    @Test
    void theTimeThatCopyingTakesIsPartOfTheRateLimit() {
        world.target.before = call -> world.clock.pass(400);
        assertThat(world.copy().rateLimit(10 * BLOCK * 1_000_000).run().elapsed()).isEqualTo(Duration.ofNanos(100_000));
        assertThat(world.clock.waitedNanos).isEqualTo(60_000);
    }

    @Test
    void thereIsNoRateLimitInTheBlackout() {
        var copy = world.copy().rateLimit(512);
        copy.run();
        world.tracking.guest(1, 0, 500, 3);
        assertThat(world.finish(copy).elapsed()).isZero();
    }

    @Test
    void moreChangesThanTheRateLimitAllowsEndItSoon() {
        changeInRounds(900, 900, 900, 900, 900);
        var outcome = world.copy().rateLimit(100 * BLOCK).run();
        assertThat(outcome.rounds()).as("the first one is slower than the guest").isEqualTo(3);
        assertThat(outcome.verdict()).isEqualTo(PreCopyVerdict.WILL_NOT_CONVERGE);
        assertThat(outcome.reason()).contains("limit of 51200");
        assertThat(outcome.writeBytesPerSecond()).isEqualTo(100 * BLOCK);
    }

    @Test
    void theLogIsKeptUpWithBetweenPiecesAndWhileItWaits() {
        world.copy().rateLimit(10 * BLOCK).run(); // a piece takes a second
        assertThat(world.tracking.calls.stream().filter("keepUp"::equals)).hasSize(100 * (1 + 100));
    }

    @Test
    void theListenerHearsOfEachRoundAndNotMoreOftenThanItAsked() {
        var heard = new ArrayList<PreCopyProgress>();
        changeInRounds(20);
        world.target.before = call -> world.clock.pass(1_000_000);
        world.copy().listener(heard::add, Duration.ofMillis(30)).run();

        assertThat(heard).extracting(PreCopyProgress::round).containsExactly(1, 1, 1, 1, 2);
        assertThat(heard).extracting(PreCopyProgress::copiedBytes)
                .containsExactly(0L, 300 * BLOCK, 600 * BLOCK, 900 * BLOCK, 1000 * BLOCK);
        assertThat(heard).extracting(PreCopyProgress::remainingBytes)
                .containsExactly(ALL, 700 * BLOCK, 400 * BLOCK, 100 * BLOCK, 20 * BLOCK);
        assertThat(heard.getLast().writeBytesPerSecond()).isEqualTo(20 * BLOCK * 10);
        assertThat(heard.getLast().copyBytesPerSecond()).isEqualTo(10 * BLOCK * 1000);
    }

    @Test
    void aCopyThatCallsItselfIsRefused() {
        var copy = world.copy();
        copy.listener(progress -> copy.run());
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(copy::run);
        assertThat(world.copy().run().verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
    }

    @Test
    void aListenerThatThrowsEndsItAndNothingIsLost() {
        var copy = world.copy().listener(progress -> {
            throw new IllegalStateException("mine");
        });
        assertThatThrownBy(copy::run).isInstanceOf(CallbackException.class).hasMessageContaining("mine");
        copy.listener(progress -> {});
        assertThat(copy.run().verdict()).isEqualTo(PreCopyVerdict.CONVERGED);
        assertThat(world.source.difference(world.target)).isEmpty();
    }

    @Test
    void optionsOutOfBoundsAreRefused() {
        var copy = world.copy();
        assertRefused("budget", () -> copy.budget(-1));
        assertRefused("budget", () -> copy.budget(Duration.ZERO));
        assertRefused("rateLimit", () -> copy.rateLimit(0));
        assertRefused("pieceBytes", () -> copy.pieceBytes(511));
        assertRefused("maximumRounds", () -> copy.maximumRounds(0));
        assertRefused("maximumRestarts", () -> copy.maximumRestarts(-1));
        assertRefused("interval", () -> copy.listener(progress -> {}, Duration.ofSeconds(-1)));
        assertRefused("timeout", () -> copy.finish(Duration.ZERO));
        var one = new NamespaceExtent(1, 1, 512);
        assertRefused("namespaces",
                () -> new UserDataPreCopy(world.tracking, world.source, world.target, List.of(one, one)));
        assertRefused("namespaces", () -> new UserDataPreCopy(world.tracking, world.source, world.target, List.of()));
    }

    private static void assertRefused(String field, ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(call)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }

    @Test
    void theExpectedBlackoutIsWhatRemainsAtTheMeasuredRate() {
        var outcome = new PreCopyOutcome(PreCopyVerdict.CONVERGED, 1, 0, 9, 3000, 1500, 0, Duration.ZERO, "");
        assertThat(outcome.expectedBlackout()).isEqualTo(Duration.ofSeconds(2));
    }
}

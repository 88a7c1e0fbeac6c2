package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random guests, failures, losses and cancellations: in the end the target is the source.
class UserDataPreCopyModelTest {
    private static final int SEEDS = 200;

    @Test
    void theTargetEqualsTheSourceInTheEnd() {
        int failures = 0;
        int refusals = 0;
        int restarts = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            var run = new Run(seed);
            run.toTheEnd();
            assertThat(run.world.source.difference(run.world.target)).as("seed %d", seed).isEmpty();
            failures += run.failures;
            refusals += run.refusals;
            restarts += run.restarts;
        }
        assertThat(failures).as("failures").isGreaterThan(SEEDS);
        assertThat(refusals).as("verdicts against it").isGreaterThan(SEEDS / 4);
        assertThat(restarts).as("restarts").isGreaterThan(SEEDS / 4);
    }

    private static final class Run {
        final SplittableRandom random;
        final PreCopyWorld world;
        final UserDataPreCopy copy;
        final int trouble;
        int failures;
        int refusals;
        int restarts;
        private long nextValue = 1;
        private int patience = 400;

        Run(long seed) {
            random = new SplittableRandom(seed);
            var namespaces = new NamespaceExtent[1 + random.nextInt(3)];
            for (int i = 0; i < namespaces.length; i++) {
                namespaces[i] = new NamespaceExtent(1 + 3 * i, 1 + random.nextInt(300), 512 << random.nextInt(4));
            }
            world = new PreCopyWorld(namespaces);
            world.source.knowsAllocation = random.nextInt(4) != 0;
            world.target.before = this::disturb;
            world.source.before = this::disturb;
            world.tracking.before = name -> act();
            trouble = 20 + random.nextInt(200);
            for (int i = random.nextInt(20); i > 0; i--) {
                write();
            }
            copy = new UserDataPreCopy(world.tracking, world.source, world.target, world.namespaces)
                    .clock(world.clock)
                    .pieceBytes(4096 + random.nextInt(20_000))
                    .budget(random.nextInt(3) == 0 ? 0 : random.nextInt(20_000))
                    .maximumRounds(1 + random.nextInt(20))
                    .maximumRestarts(random.nextInt(4))
                    .everythingInBlackoutWhenLost();
            if (random.nextBoolean()) {
                copy.rateLimit(1 + random.nextInt(1 << 26));
            }
        }

        private void write() {
            var namespace = world.namespaces.get(random.nextInt(world.namespaces.size()));
            int first = random.nextInt((int) namespace.blockCount());
            int count = 1 + random.nextInt((int) Math.min(12, namespace.blockCount() - first));
            world.tracking.guest(namespace.namespaceId(), first, count, random.nextInt(3) == 0 ? 0 : nextValue++);
        }

        private void act() {
            if (!world.tracking.suspended && patience-- > 0 && random.nextInt(3) == 0) {
                write();
            }
        }

        private void disturb(String name) throws IOException {
            world.clock.pass(random.nextInt(100_000));
            act();
            if (patience < -400) {
                return;
            }
            patience -= world.tracking.suspended ? 20 : 0;
            switch (random.nextInt(trouble)) {
                case 0 -> throw new IOException("disturbed " + name);
                case 1 -> throw new IllegalStateException("disturbed " + name);
                case 2 -> world.tracking.lose();
                case 3 -> copy.cancel();
                default -> {}
            }
        }

        void toTheEnd() {
            for (int i = random.nextInt(6); i >= 0; i--) {
                attempt(copy::run);
            }
            world.tracking.suspended = true;
            while (attempt(() -> copy.finish(PreCopyWorld.TIMEOUT)) != PreCopyVerdict.COMPLETE) {
                assertThat(failures + refusals).isLessThan(10_000);
            }
        }

        private @Nullable PreCopyVerdict attempt(
                Supplier<PreCopyOutcome> call) {
            try {
                var outcome = call.get();
                restarts += outcome.restarts();
                refusals += outcome.verdict() == PreCopyVerdict.WILL_NOT_CONVERGE ? 1 : 0;
                return outcome.verdict();
            } catch (LiveMigrationException e) {
                failures++;
                return null;
            }
        }
    }
}

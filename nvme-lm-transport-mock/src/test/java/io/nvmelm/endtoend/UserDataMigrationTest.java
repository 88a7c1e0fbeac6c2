package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.PreCopyVerdict;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest moves together with namespaces that the destination does not reach, while it writes, writes zeroes and deallocates on four
/// queue pairs, in one namespace or, started anew meanwhile, in one after the other.
class UserDataMigrationTest {
    private static UserDataLogOptions slots(int slots) {
        return UserDataLogOptions.defaults().withSlots(slots);
    }

    @Test
    @Proves(device = {
        "procedure.media-equal",
        "log.writes",
        "log.write-zeroes",
        "log.deallocated",
        "log.after-effect",
        "suspend.posts-entry"
    }, host = {
        "procedure.log-before-copy",
        "procedure.copy-until-small",
        "log.full-entry",
        "log.full-needs-start",
        "procedure.data-until-suspend-entry",
        "procedure.media-equal",
        "log.writes",
        "log.write-zeroes",
        "log.deallocated",
        "suspend.deletes-after-entry"
    })
    void twoHundredSeedsOfSustainedWritesZeroesAndDeallocates() {
        long copied = 0;
        int rounds = 0;
        int restarts = 0;
        long commands = 0;
        for (long seed = 1; seed <= 200; seed++) {
            var random = new SplittableRandom(seed);
            boolean overflows = seed % 4 < 2;
            int slots = overflows ? 64 << random.nextInt(2) : 512 << random.nextInt(6);
            var log = slots(slots).withDeleteOnSuspend(random.nextBoolean());
            long namespaceId = 1 + random.nextInt(2);
            try (var migration = new MediaMigration(seed, log, false, builder -> builder, namespaceId)) {
                if (random.nextInt(3) == 0) {
                    migration.copy.rateLimit((100 + random.nextInt(1000)) * 1_000_000L);
                }
                migration.burst = 1 + random.nextInt(8);
                if (overflows) {
                    migration.storms(1 + random.nextInt(3), 2 * slots);
                    migration.lastCommands = slots / 8;
                }
                if (seed % 5 == 0) {
                    migration.restartOnTheOtherNamespace();
                }
                var outcome = migration.converge();
                copied += outcome.copiedBytes();
                rounds += outcome.rounds();
                commands += migration.guest.report().commands();
                assertThat(migration.didEverything()).as(migration.what).isTrue();
                if (overflows) {
                    restarts += outcome.restarts();
                    assertThat(outcome.restarts()).as(migration.what).isPositive();
                    assertThat(migration.commandsSinceStorms()).as(migration.what).isGreaterThan(20);
                }
                migration.switchOver();
                migration.assertNothingLost();
            }
        }
        assertThat(copied).isGreaterThan(200L << 20);
        assertThat(rounds).isGreaterThan(400);
        assertThat(restarts).isGreaterThan(100);
        assertThat(commands).isGreaterThan(200 * 200);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16, 32})
    @Proves(host = {"log.full-entry", "log.full-needs-start", "procedure.copy-until-small"})
    void aQueueThatOverflowsIsSurvived(int slots) {
        for (long seed = 1; seed <= 5; seed++) {
            try (var migration = new MediaMigration(seed, slots(slots), false, builder -> builder)) {
                migration.burst = 60;
                var refused = migration.copy.run();
                assertThat(refused.verdict()).as(migration.what).isEqualTo(PreCopyVerdict.WILL_NOT_CONVERGE);
                assertThat(refused.restarts()).as(migration.what).isEqualTo(4);
                migration.burst = 1;
                migration.lastCommands = Math.max(1, slots / 8);
                if (slots < 16) {
                    migration.media.act = bytes -> {}; // one command of the guest alone is too much
                } else {
                    migration.bytesPerCommand = (1 << 20) / slots;
                    migration.copy.maximumRestarts(50);
                }
                migration.converge();
                migration.switchOver();
                migration.assertNothingLost();
            }
        }
    }

    @Test
    @Proves(host = "log.full-then-suspend")
    void changesThatTheLastMomentLosesAreCopiedInTheBlackout() {
        for (long seed = 1; seed <= 10; seed++) {
            try (var migration = new MediaMigration(seed, slots(2), false, builder -> builder)) {
                migration.media.act = bytes -> {};
                migration.copy.everythingInBlackoutWhenLost();
                migration.converge();
                assertThat(migration.guest.run(20)).isTrue();
                var outcome = migration.switchOver();
                assertThat(outcome.reason()).as(migration.what).contains("everything was copied in the blackout");
                migration.assertNothingLost();
            }
        }
    }

    @Test
    void theKnownPublicEmulationIsSurvived() {
        for (long seed = 1; seed <= 10; seed++) {
            try (var migration = new MediaMigration(seed, slots(512), true,
                    InMemorySubsystemBuilder::likePublicEmulation)) {
                migration.converge();
                migration.switchOver();
                migration.assertNothingLost();
            }
        }
    }

    @ParameterizedTest
    @Proves(host = {"suspend.entry-may-come-late", "suspend.entry-only-while-logging", "log.merging"})
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"MEMORY_CHANGES_HELD_BACK", "COARSE_MEMORY_REPORTS"})
    void everyVariantOfQueuesIsSurvived(DeviceVariant variant) {
        for (long seed = 1; seed <= 4; seed++) {
            var log = slots(seed % 2 == 0 ? 64 : 512).withDeleteOnSuspend(seed > 2);
            try (var migration = new MediaMigration(seed, log, false, builder -> builder.variants(variant))) {
                migration.copy.maximumRounds(100).everythingInBlackoutWhenLost();
                migration.burst = 60;
                var first = migration.copy.run();
                assertThat(first.restarts()).as(migration.what).isGreaterThan(seed % 2 == 0 ? 0 : -1);
                migration.burst = 2;
                migration.converge();
                migration.switchOver();
                migration.assertNothingLost();
            }
        }
    }
}

package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLog;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.LatencyModel;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The library's log of user data changes on a device that posts entries.
class HostRulesLogTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final LatencyModel LATENCY =
            LatencyModel.none().with(LatencyModel.CommandClass.ADMIN, Duration.ofNanos(20_000));

    /// A log of controller A, and the guest whose changes it has.
    private static final class Logged implements AutoCloseable {
        final RuleWorld world;
        final ObservedTransport transport;
        final QueueHost guest;
        final MigratableController controller;
        final UserDataLog log;

        Logged(int slots, boolean deleteOnSuspend, DeviceVariant... variants) {
            world = new RuleWorld(device -> device.variants(variants).latency(LATENCY));
            transport = new ObservedTransport(world.transport);
            guest = world.guest(A);
            controller = ControllingController.open(transport).migratable(A);
            log = controller.userDataLog(new UserDataLogOptions(slots, deleteOnSuspend));
        }

        Logged started() {
            log.start(controller.attachedNamespaces());
            assertThat(log.take().isEverything()).isTrue();
            return this;
        }

        @Override
        public void close() {
            controller.close();
        }
    }

    private static BitSet modified(UserDataChanges changes) {
        assertThat(changes.isEverything()).isFalse();
        var blocks = new BitSet();
        changes.forEachRange((namespace, first, count, deallocated) -> {
            if (!deallocated) {
                blocks.set((int) first, (int) (first + count));
            }
        });
        return blocks;
    }

    private static BitSet blocks(int first, int count) {
        var blocks = new BitSet();
        blocks.set(first, first + count);
        return blocks;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 8, 33})
    @Proves(host = {"ring.slots", "ring.wraps", "ring.phase", "ring.head-by-feature", "feature.head-to-tail"})
    void entriesAreFollowedOverManyPassesAndReleasedTogether(int slots) {
        try (var logged = new Logged(slots, false).started()) {
            int entries = 0;
            for (int round = 0; round < 30; round++) {
                var expected = new BitSet();
                for (int i = 0; i < slots - slots / 4 - 2 + round % 2; i++) {
                    int first = (round * 64 + i) * 8;
                    logged.guest.write(first, 2);
                    expected.set(first, first + 2);
                    entries++;
                }
                assertThat(modified(logged.log.take())).as("round %d", round).isEqualTo(expected);
                assertThat(logged.log.state()).isEqualTo(UserDataLogState.LOGGING);
            }
            var releases = logged.transport.sent(0x09);
            assertThat(releases).isNotEmpty().allMatch(c -> (c.dword(10) & 0xFF) == 0x21);
            if (slots > 8) {
                assertThat(releases.size()).as("many slots with one command").isLessThan(entries / 2);
            }
        }
    }

    @Test
    @Proves(host = {"queue-create.zeroed", "queue-create.memory-stays", "queue-delete.layout"})
    void theRingIsZeroBeforeAndStaysUntilItsQueueIsDeleted() {
        try (var logged = new Logged(16, false)) {
            logged.transport.before = command -> {
                if (command.is(0x45, 0)) {
                    assertThat(command.ring().isZero()).isTrue();
                }
                assertThat(logged.transport.rings).as("while commands are sent").noneMatch(ring -> ring.closed);
            };
            logged.started();
            logged.guest.write(0, 8);
            logged.controller.suspend();
            logged.log.takeAfterSuspension(TIMEOUT);
            logged.controller.resume();
            logged.log.stop();
            logged.log.take();
            assertThat(logged.transport.lastRing().closed).isFalse();
            logged.log.close();
            assertThat(logged.transport.sent.getLast().is(0x45, 1)).isTrue();
            assertThat(logged.transport.lastRing().closed).isTrue();
            logged.transport.before = command -> {};
        }
    }

    @Test
    @Proves(host = "queue-create.memory-stays")
    void aTransportWithoutSuchMemoryIsRefusedWithTheReason() {
        var world = new RuleWorld();
        var transport = new ObservedTransport(world.transport);
        transport.noRings = "the kernel unmaps memory with each command";
        try (var controller = ControllingController.open(transport).migratable(A)) {
            assertThat(controller.userDataLogUnavailable()).anyMatch(r -> r.contains("the kernel unmaps memory"));
            assertThatThrownBy(controller::userDataLog)
                    .isInstanceOf(CapabilityMissingException.class)
                    .hasMessageContaining("the kernel unmaps memory");
        }
    }

    @Test
    @Proves(host = {"log.start-stop", "log.last-entry", "log.nothing-when-off", "log.stop-not-logging"})
    void whatChangesBetweenStartAndStopIsTaken() {
        try (var logged = new Logged(64, false)) {
            logged.log.stop();
            logged.guest.write(0, 1);
            logged.started();
            logged.guest.write(8, 2);
            logged.log.stop();
            logged.guest.write(16, 1);
            var changes = logged.log.take();
            assertThat(modified(changes)).isEqualTo(blocks(8, 2));
            assertThat(changes.state()).isEqualTo(UserDataLogState.STOPPED);
            logged.log.stop();
        }
    }

    @ParameterizedTest
    @EnumSource(value = DeviceVariant.class, names = {
        "SUSPEND_ENTRY_WITHOUT_LOGGING",
        "REPEATED_SUSPEND_POSTS_AGAIN",
        "SUSPEND_ENTRY_AFTER_ANSWER",
        "ENTRIES_MERGED",
        "FULL_ENTRY_WITHOUT_RANGE"
    })
    @Proves(host = {
        "suspend.posts-entry",
        "suspend.entry-only-while-logging",
        "suspend.entry-once",
        "suspend.entry-may-come-late",
        "log.suspend-entry",
        "resume.logging-goes-on",
        "procedure.data-until-suspend-entry"
    })
    void allChangesAreTakenAfterASuspensionAndTheLogGoesOnWithResume(DeviceVariant variant) {
        try (var logged = new Logged(64, false, variant).started()) {
            for (int round = 0; round < 4; round++) {
                int first = round * 1000;
                logged.guest.write(first, 4);
                logged.controller.suspend();
                logged.controller.suspend();
                var last = logged.log.takeAfterSuspension(TIMEOUT);
                assertThat(last.state()).isEqualTo(UserDataLogState.SUSPENDED);
                assertThat(modified(last)).isEqualTo(blocks(first, 4));
                logged.controller.resume();
                logged.guest.write(first + 100, 4);
                logged.world.settle();
                var next = logged.log.take();
                assertThat(next.state()).isEqualTo(UserDataLogState.LOGGING);
                assertThat(modified(next)).isEqualTo(blocks(first + 100, 4));
            }
        }
    }

    @Test
    @Proves(host = {"suspend.deletes-queue", "suspend.deletes-after-entry", "procedure.data-until-suspend-entry"})
    void theRingIsReadToItsEndWhenTheSuspensionDeletedItsQueue() {
        try (var logged = new Logged(64, true).started()) {
            logged.guest.write(24, 4);
            logged.controller.suspend();
            assertThat(logged.transport.sent(0x41)).singleElement().matches(c -> c.dword(11) == 0x8001_0012);
            var last = logged.log.takeAfterSuspension(TIMEOUT);
            assertThat(last.state()).isEqualTo(UserDataLogState.SUSPENDED);
            assertThat(modified(last)).isEqualTo(blocks(24, 4));
        }
    }

    @Test
    @Proves(host = {"log.full-entry", "log.full-needs-start", "log.full-then-suspend", "log.start-full"})
    void aFullQueueMeansEverythingUntilLoggingIsStartedAgain() {
        for (var variants : new DeviceVariant[][] {
            {},
            {DeviceVariant.FULL_ENTRY_WITHOUT_RANGE},
            {DeviceVariant.START_REFUSED_WHEN_FULL},
            {DeviceVariant.LOGGING_GOES_ON_AFTER_FULL}
        }) {
            try (var logged = new Logged(4, false, variants).started()) {
                for (int i = 0; i < 10; i++) {
                    logged.guest.write(i * 8L, 1);
                }
                logged.controller.suspend();
                var changes = logged.log.takeAfterSuspension(TIMEOUT);
                assertThat(changes.state()).isEqualTo(UserDataLogState.LOST);
                assertThat(changes.isEverything()).isTrue();
                logged.controller.resume();
                logged.started();
                logged.guest.write(40, 1);
                assertThat(modified(logged.log.take())).isEqualTo(blocks(40, 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Proves(host = {"event.tail-pointer", "event.trigger-slot", "feature.one-shot"})
    void beingToldOfEntriesTakesOneRequestEach(boolean early) {
        var variants = early
                ? new DeviceVariant[] {DeviceVariant.TAIL_EVENT_ONE_SLOT_EARLY}
                : new DeviceVariant[0];
        try (var logged = new Logged(16, false, variants).started()) {
            int[] told = {0};
            for (int round = 0; round < 6; round++) {
                assertThat(logged.log.notifyWhenPosted(4, () -> told[0]++)).isTrue();
                logged.guest.write(round * 64L, 1);
                logged.guest.write(round * 64L + 8, 1);
                assertThat(told[0]).as("after two").isEqualTo(round);
                logged.guest.write(round * 64L + 16, 1);
                logged.guest.write(round * 64L + 24, 1);
                logged.guest.write(round * 64L + 32, 1);
                assertThat(told[0]).as("after five").isEqualTo(round + 1);
                logged.log.take();
            }
        }
    }

    @Test
    @Proves(host = "feature.rearming")
    void entriesThatArePostedWhileTheTriggerIsArmedAreNotMissed() {
        try (var logged = new Logged(16, false).started()) {
            int[] told = {0};
            logged.transport.before = command -> {
                if (command.opcode() == 0x09 && command.dword(11) < 0) {
                    for (int i = 0; i < 5; i++) {
                        logged.guest.write(i * 8L, 1);
                    }
                }
            };
            boolean will = logged.log.notifyWhenPosted(3, () -> told[0]++);
            logged.world.settle();
            assertThat(will ? told[0] : 1).as("told, or said that it will not be").isEqualTo(1);
            assertThat(modified(logged.log.take()).cardinality()).isEqualTo(5);
        }
    }

    @Test
    @Proves(host = "event.full")
    void whoWaitsIsToldThatTheQueueIsFull() {
        try (var logged = new Logged(8, false).started()) {
            int[] told = {0};
            logged.log.notifyWhenPosted(2, () -> told[0] += 100);
            logged.guest.write(0, 1);
            logged.guest.write(8, 1);
            logged.log.take();
            assertThat(logged.log.notifyWhenPosted(7, () -> told[0]++)).isTrue();
            for (int i = 0; i < 12; i++) {
                logged.guest.write(i * 8L, 1);
            }
            assertThat(told[0]).isEqualTo(101);
            assertThat(logged.log.take().state()).isEqualTo(UserDataLogState.LOST);
        }
    }

    @Test
    @Proves(host = "reset.controlling-deletes-queues")
    void aResetOfTheControllingOneMeansEverything() {
        try (var logged = new Logged(16, false).started()) {
            logged.guest.write(0, 1);
            logged.world.subsystem.controllingController().functionLevelReset();
            logged.guest.write(8, 1);
            logged.controller.suspend();
            var changes = logged.log.takeAfterSuspension(TIMEOUT);
            assertThat(changes.state()).isEqualTo(UserDataLogState.LOST);
            assertThat(changes.isEverything()).isTrue();
            logged.controller.resume();
            logged.started();
            logged.guest.write(16, 1);
            assertThat(modified(logged.log.take())).isEqualTo(blocks(16, 1));
        }
    }
}

package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.RunPermission;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest under load goes from A to B and back to A and loses nothing.
class RoundTripTest {
    /// Commands lie in their queues for longer than a migration takes in virtual time.
    private static final LatencyModel SLOW_FETCH = TwoHosts.LATENCY.withFetchDelay(Duration.ofMillis(10));
    private static final int[] QUEUE_PAIRS = {1, 8, 64};
    private static final int[] ENTRIES = {2, 3, 5, 16, 64, 1024, 4096};

    /// Asserts that every command completed once, that every block is as written, and that no device broke a rule.
    private static void assertNothingLost(TwoHosts hosts, GuestDriver guest, String what) {
        assertThat(guest.drain()).as("drain: %s\n%s", what, guest.report()).isTrue();
        assertThat(guest.verifyMedium()).as("wrong blocks: %s", what).isZero();
        assertThat(guest.report().isClean()).as("%s\n%s", what, guest.report()).isTrue();
        assertThat(hosts.a.violations()).as(what).isEmpty();
        assertThat(hosts.b.violations()).as(what).isEmpty();
    }

    private static void migrate(TwoHosts hosts, GuestDriver guest, boolean there) throws IOException {
        var reports = there ? hosts.migrate(guest, hosts.a, hosts.b) : hosts.migrate(guest, hosts.b, hosts.a);
        reports.source().throwIfFailed();
        reports.destination().throwIfFailed();
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.DESTINATION);
        assertThat(reports.source().stateBytes()).isEqualTo(reports.destination().stateBytes());
    }

    @Test
    @Proves(host = {
        "procedure.state-after-suspend",
        "suspend.finishes-what-was-fetched",
        "suspend.unfetched-stay",
        "resume.restarts",
        "discovery.data-within-mdts",
        "set.first-middle-last",
        "set.creates-queues"
    })
    void twoHundredSeedsOfLoadAndShape() throws IOException {
        for (long seed = 1; seed <= 200; seed++) {
            var random = new SplittableRandom(seed);
            int queuePairs = QUEUE_PAIRS[random.nextInt(QUEUE_PAIRS.length)];
            int entries = ENTRIES[random.nextInt(ENTRIES.length)];
            boolean standardStateOnly = random.nextInt(3) == 0;
            var what = "seed " + seed + ", " + queuePairs + " queue pairs of " + entries + " entries"
                    + (standardStateOnly ? ", standard state only" : "");
            int fetched = 1 + random.nextInt(32);
            var hosts = new TwoHosts(seed, standardStateOnly, builder -> builder.maximumFetchedCommands(fetched));
            hosts.options = TransferOptions.defaults()
                    .withPieces(64 + 4 * random.nextInt(200), 1 + random.nextInt(5));
            thereAndBack(hosts, random, seed, queuePairs, entries, standardStateOnly, what);
        }
    }

    /// A guest of the given shape goes there and back under load; what else happens is random.
    static void thereAndBack(
            TwoHosts hosts,
            SplittableRandom random,
            long seed,
            int queuePairs,
            int entries,
            boolean standardStateOnly,
            String what)
            throws IOException {
        var guest = GuestDriver.builder(hosts.clock, hosts.memory)
                .queuePairs(queuePairs)
                .queueEntries(entries)
                .asynchronousEventRequests(standardStateOnly ? 0 : 2)
                .blocks(0, 4096)
                .seed(seed)
                .start(TwoHosts.controller(hosts.a));
        hosts.lastAct = () -> {
            // Of these, some are finished when the controller is to be suspended, some fetched, some in their queues.
            guest.submit(1 + random.nextInt(100));
            hosts.clock.advance(Duration.ofNanos(random.nextInt(60_000)));
            if (random.nextBoolean()) {
                guest.poll();
                guest.submit(1 + random.nextInt(100));
                hosts.clock.advance(Duration.ofNanos(random.nextInt(3_000)));
            }
        };
        for (boolean there : new boolean[] {true, false}) {
            guest.run(random.nextInt(300));
            // The standard's state leaves the admin queue out, so there it works until the first migration alone.
            int admin = standardStateOnly || random.nextInt(4) != 0 ? 0 : random.nextInt(70);
            for (; admin > 0; admin--) {
                guest.identify();
            }
            migrate(hosts, guest, there);
            if (random.nextBoolean()) {
                // Nothing rings a doorbell: what was in the queues must go on by itself.
                assertThat(guest.drain()).as("drain: %s\n%s", what, guest.report()).isTrue();
            }
            if (!standardStateOnly) {
                assertThat(guest.identify().controllerId()).as(what).isEqualTo(there ? 0x40 : 1);
            }
        }
        guest.run(random.nextInt(200));
        assertNothingLost(hosts, guest, what);
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "1, 4096", "8, 64", "64, 2", "64, 64", "64, 4096"})
    @Proves(host = {"state.queues", "state.vendor-opaque", "set.vendor-data"})
    void everyShapeUnderLoad(int queuePairs, int entries) throws IOException {
        var hosts = new TwoHosts(7, false, builder -> builder);
        var guest = GuestDriver.builder(hosts.clock, hosts.memory)
                .queuePairs(queuePairs)
                .queueEntries(entries)
                .seed(7)
                .start(TwoHosts.controller(hosts.a));
        hosts.lastAct = () -> {
            guest.submit(queuePairs * 4);
            hosts.clock.advance(Duration.ofNanos(20_000));
            guest.submit(queuePairs * 4);
        };
        for (int round = 0; round < 4; round++) {
            guest.run(Math.min(2_000, 3L * queuePairs * entries));
            migrate(hosts, guest, round % 2 == 0);
            assertThat(guest.drain()).isTrue();
        }
        assertNothingLost(hosts, guest, queuePairs + " queue pairs of " + entries);
    }

    /// With a slow fetch everything is still in the queues at suspension, with a fast one it is under way.
    @ParameterizedTest
    @CsvSource({"2, true", "3, true", "4, true", "8, true", "2, false", "3, false", "4, false", "8, false"})
    @Proves(host = {"state.slot-zero-phase", "set.creates-queues"})
    void headsAndTailsAtEveryWrapPosition(int entries, boolean slowFetch) throws IOException {
        for (int position = 0; position <= 2 * entries; position++) {
            for (int queued = 0; queued < entries; queued++) {
                var hosts = new TwoHosts(
                        position, position % 2 == 0, builder -> slowFetch ? builder.latency(SLOW_FETCH) : builder);
                var guest = GuestDriver.builder(hosts.clock, hosts.memory)
                        .queuePairs(1)
                        .queueEntries(entries)
                        .blocks(0, 256)
                        .seed(entries)
                        .start(TwoHosts.controller(hosts.a));
                int commands = queued;
                hosts.lastAct = () -> guest.submit(commands);
                guest.run(position);
                migrate(hosts, guest, true);
                assertThat(guest.drain()).isTrue();
                guest.run(position + 1);
                migrate(hosts, guest, false);
                assertThat(guest.drain()).isTrue();
                guest.run(2 * entries);
                assertNothingLost(hosts, guest, entries + " entries, position " + position + ", queued " + queued);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8})
    @Proves(host = {"suspend.unfetched-stay", "state.submission-queue"})
    void whatWasNotFetchedIsInTheStateAtEveryWrapPosition(int entries) {
        for (int position = 0; position <= 2 * entries; position++) {
            for (int queued = 0; queued < entries; queued++) {
                var hosts = new TwoHosts(position, true, builder -> builder.latency(SLOW_FETCH));
                var guest = GuestDriver.builder(hosts.clock, hosts.memory)
                        .queuePairs(1)
                        .queueEntries(entries)
                        .start(TwoHosts.controller(hosts.a));
                guest.run(position);
                try (var device = hosts.open(hosts.a)) {
                    guest.submit(queued);
                    var bytes = ByteBuffer.allocate(4096);
                    try (var session = device.setState(DeviceState.STOP_COPY).orElseThrow()) {
                        while (session.read(bytes) >= 0) {
                            assertThat(bytes.hasRemaining()).isTrue();
                        }
                    }
                    var state = ControllerStateCodec.decode(
                            MemorySegment.ofArray(bytes.array()), 0, bytes.position());
                    var queue = ((NvmeControllerState.Version0) state.nvmeState()).submissionQueues().getFirst();
                    assertThat(queue.slots()).isEqualTo(entries);
                    assertThat(queue.head()).isEqualTo(position % entries);
                    assertThat(queue.tail()).isEqualTo((position + queued) % entries);
                    device.setState(DeviceState.RUNNING);
                }
                assertThat(guest.drain()).isTrue();
            }
        }
    }
}

package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.CommandFailedException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MemoryTracker;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.FaultScript;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever one command of the tracking meets, a VMM that copies what is reported has every page in the end.
class MemoryTrackerFaultsTest {
    private static final int RANGES = 12;
    private static final long PAGE = ScatteringGuest.PAGE;
    private static final int ATTEMPTS = 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("fails", occurrence -> occurrence.failsWith(StatusCode.INTERNAL_ERROR)),
                fault("fails as not tracked", occurrence -> occurrence.failsWith(
                        StatusCode.INVALID_CONTROLLER_IDENTIFIER)),
                fault("is refused by a sanitize operation", occurrence -> occurrence.failsWith(
                        StatusCode.SANITIZE_IN_PROGRESS)),
                fault("times out", FaultScript.Occurrence::timesOut),
                fault("loses its completion", FaultScript.Occurrence::losesCompletion),
                fault("meets a failing transport", FaultScript.Occurrence::transportError),
                fault("is slow", occurrence -> occurrence.completesLate(Duration.ofMillis(700))),
                fault("is late", occurrence -> occurrence.completesLate(Duration.ofMillis(1100))),
                fault("is later", occurrence -> occurrence.completesLate(Duration.ofMillis(1700))),
                fault("is much later", occurrence -> occurrence.completesLate(Duration.ofMillis(3300))));
    }

    private static Arguments fault(String name, Consumer<FaultScript.Occurrence> fault) {
        return Arguments.of(name, fault);
    }

    /// A VMM with one guest: tracks, copies what is reported, and starts again where it has to.
    private static final class Vmm {
        final SplittableRandom random;
        final InMemorySubsystem subsystem;
        final ScatteringGuest guest;
        final MigratableController controller;
        final MemoryTracker tracker;
        final List<MemoryRange> ranges = new ArrayList<>();
        final long[] targets;
        /// How many writes of the device the copy of each page has.
        final Map<Long, Long> copied = new HashMap<>();
        boolean suspended;
        int failures;

        Vmm(long seed) {
            random = new SplittableRandom(seed);
            subsystem = InMemorySubsystem.builder(new VirtualClock())
                    .latency(TwoHosts.LATENCY)
                    .seed(seed)
                    .build();
            guest = new ScatteringGuest(TwoHosts.controller(subsystem));
            var options = TransferOptions.defaults().withPieces(128, 1).withTimeouts(TIMEOUT, TIMEOUT.multipliedBy(60));
            controller = ControllingController.open(subsystem.controllingTransport(), options)
                    .migratableByVirtualFunction(1);
            tracker = controller.memoryTracker();
            for (int i = 0; i < RANGES; i++) {
                ranges.add(new MemoryRange((1024 + 100L * i) * PAGE, 20 * PAGE));
            }
            targets = random.longs(60, 0, RANGES).map(range -> 1024 + 100 * range + random.nextInt(20)).toArray();
        }

        void copy(long page) {
            copied.put(page, guest.writes());
        }

        void copyAll() {
            for (var range : ranges) {
                for (long page = range.deviceAddress() / PAGE; page < (range.deviceAddress() + range.byteSize())
                        / PAGE; page++) {
                    copy(page);
                }
            }
        }

        void start() {
            retry(() -> tracker.start(ranges, PAGE));
            copyAll();
        }

        void stop() {
            retry(tracker::stop);
        }

        private void retry(Runnable operation) {
            for (int attempt = 0;; attempt++) {
                try {
                    operation.run();
                    return;
                } catch (LiveMigrationException e) {
                    failures++;
                    assertThat(attempt).as("failure %s", e).isLessThan(ATTEMPTS);
                    write(5);
                }
            }
        }

        void write(int commands) {
            guest.poll();
            guest.submitReads(random, commands, targets);
            subsystem.clock().advance(Duration.ofMillis(50).plusNanos(random.nextInt(50_000_000)));
        }

        void reportAll() {
            for (var range : ranges) {
                report(range);
            }
        }

        private void report(MemoryRange range) {
            for (int attempt = 0;; attempt++) {
                var bitmap = new byte[3];
                try {
                    tracker.report(range, PAGE, MemorySegment.ofArray(bitmap));
                    copyPages(range, bitmap);
                    return;
                } catch (CommandFailedException e) {
                    failures++;
                    copyPages(range, bitmap);
                    if (e.status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER)) {
                        if (suspended) {
                            // Nothing is written any more, so one copy of everything is the end of it.
                            copyAll();
                        } else {
                            start();
                        }
                        return;
                    }
                } catch (LiveMigrationException e) {
                    failures++;
                }
                assertThat(attempt).isLessThan(ATTEMPTS);
                if (!suspended) {
                    write(3);
                }
            }
        }

        private void copyPages(MemoryRange range, byte[] bitmap) {
            BitSet.valueOf(bitmap).stream().forEach(bit -> copy(range.deviceAddress() / PAGE + bit));
        }

        /// The life of a guest that is migrated: tracking that is given up, tracking anew, suspension.
        void live() {
            start();
            for (int round = 0; round < 3; round++) {
                write(10);
                reportAll();
            }
            stop();
            write(10);
            start();
            for (int round = 0; round < 12; round++) {
                write(8);
                if (round % 4 == 3) {
                    reportAll();
                } else {
                    report(ranges.get(round % RANGES));
                }
            }
            write(20);
            controller.suspend();
            suspended = true;
            for (int round = 0; round == 0 || (!tracker.isQuiescent() && round < ATTEMPTS); round++) {
                reportAll();
                subsystem.clock().advance(Duration.ofMillis(300));
            }
        }

        void assertNothingLost(String what) {
            var lost = new ArrayList<Long>();
            copied.forEach((page, copy) -> {
                if (guest.lastWrite.getOrDefault(page, 0L) > copy) {
                    lost.add(page);
                }
            });
            assertThat(lost).as("pages that were written after they were copied: %s", what).isEmpty();
            assertThat(subsystem.violations()).as(what).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    @Proves(host = {"report.removes", "report.not-tracked", "memory.already-tracked", "memory.start-stop"})
    void noPageIsLostAtAnyPosition(String name, Consumer<FaultScript.Occurrence> fault) {
        for (var opcode : List.of(AdminOpcode.TRACK_SEND, AdminOpcode.TRACK_RECEIVE)) {
            long seed = opcode.value();
            var undisturbed = new Vmm(seed);
            undisturbed.live();
            undisturbed.assertNothingLost("without a fault");
            assertThat(undisturbed.failures).isZero();
            assertThat(undisturbed.tracker.isQuiescent()).isTrue();
            int commands = (int) undisturbed.subsystem.adminCommandLog().stream()
                    .filter(command -> command.opcode() == opcode.value())
                    .count();
            assertThat(commands).isGreaterThan(opcode == AdminOpcode.TRACK_SEND ? 2 : 80);
            for (int position = 1; position <= commands; position++) {
                var vmm = new Vmm(seed);
                fault.accept(vmm.subsystem.faults().on(opcode).nth(position));
                vmm.live();
                vmm.assertNothingLost(opcode + " " + position + " of " + commands + " " + name);
                // A slow command is in time, and one that finds tracking as it should be is no failure.
                if (!name.equals("is slow") && !(name.equals("fails as not tracked")
                        && opcode == AdminOpcode.TRACK_SEND)) {
                    assertThat(vmm.failures).as("%s %d", opcode, position).isPositive();
                }
            }
        }
    }
}

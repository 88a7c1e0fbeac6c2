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
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever one command of the tracking meets, suspension and resumption among them, and at whatever command either controller is reset:
/// a VMM that copies what is reported has every page in the end, the queues' own among them.
class MemoryTrackerFaultsTest {
    private static final int RANGES = 12;
    private static final long PAGE = ScatteringGuest.PAGE;
    private static final int ATTEMPTS = 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    /// Longer than any command is late.
    private static final Duration LATEST = Duration.ofSeconds(5);

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

    /// A reset at one command.
    ///
    /// @param position of the command, from 1
    /// @param underWay whether it was sent before the reset
    /// @param action   what is reset
    private record ResetAt(int position, boolean underWay, Consumer<Vmm> action) {}

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

        /// How many commands were sent since the controllers were identified.
        int commands;
        private boolean identified;
        /// What happens at one of them.
        private final ResetAt reset;

        Vmm(long seed) {
            this(seed, new ResetAt(0, false, vmm -> {}));
        }

        Vmm(long seed, ResetAt reset) {
            this.reset = reset;
            random = new SplittableRandom(seed);
            subsystem = InMemorySubsystem.builder(new VirtualClock())
                    .latency(TwoHosts.LATENCY)
                    .seed(seed)
                    .build();
            guest = new ScatteringGuest(TwoHosts.controller(subsystem));
            var options = TransferOptions.defaults().withPieces(128, 1).withTimeouts(TIMEOUT, TIMEOUT);
            controller = ControllingController.open(new Watched(subsystem.controllingTransport()), options)
                    .migratableByVirtualFunction(1);
            tracker = controller.memoryTracker();
            identified = true;
            for (int i = 0; i < RANGES; i++) {
                ranges.add(new MemoryRange((1024 + 100L * i) * PAGE, 20 * PAGE));
            }
            ranges.add(new MemoryRange(ScatteringGuest.FIRST_QUEUE_PAGE * PAGE, ScatteringGuest.QUEUE_PAGES * PAGE));
            targets = random.longs(60, 0, RANGES).map(range -> 1024 + 100 * range + random.nextInt(20)).toArray();
        }

        /// The transport, which says when a command is sent.
        private final class Watched implements AdminTransport {
            private final AdminTransport transport;

            Watched(AdminTransport transport) {
                this.transport = transport;
            }

            @Override
            public TransportLimits limits() {
                return transport.limits();
            }

            @Override
            public TransferMemory allocate(long byteSize) {
                return transport.allocate(byteSize);
            }

            @Override
            public CompletableFuture<Completion> submit(
                    MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
                commands += identified ? 1 : 0;
                boolean now = identified && commands == reset.position();
                if (now && !reset.underWay()) {
                    reset.action().accept(Vmm.this);
                }
                var future = transport.submit(entry, data, dataByteSize, timeout);
                if (now && reset.underWay()) {
                    reset.action().accept(Vmm.this);
                }
                return future;
            }

            @Override
            public void close() {
                transport.close();
            }
        }

        void resetControlling() {
            subsystem.controllingController().function().reset();
        }

        /// Resets the guest's controller, which its driver sets up again.
        void resetMigratable() {
            TwoHosts.controller(subsystem).function().reset();
            guest.enable();
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

        void suspend() {
            migrationSend(controller::suspend);
            suspended = true;
        }

        void resume() {
            suspended = false;
            migrationSend(() -> {
                try {
                    controller.resume();
                } catch (CommandFailedException e) {
                    if (!e.status().is(StatusCode.CONTROLLER_NOT_SUSPENDED)) {
                        throw e;
                    }
                }
            });
        }

        /// What was not answered may still be executed, which would undo what is done next: that is waited for.
        private void migrationSend(Runnable operation) {
            retry(() -> {
                try {
                    operation.run();
                } catch (LiveMigrationException e) {
                    subsystem.clock().advance(LATEST);
                    throw e;
                }
            });
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
                var bitmap = new byte[(int) (range.byteSize() / PAGE + 7) / 8];
                try {
                    tracker.report(range, PAGE, MemorySegment.ofArray(bitmap));
                    copyPages(range, bitmap);
                    return;
                } catch (CommandFailedException e) {
                    failures++;
                    copyPages(range, bitmap);
                    if (e.status().is(StatusCode.INVALID_CONTROLLER_IDENTIFIER)) {
                        if (suspended) {
                            // What ended the tracking may have ended the suspension. Then nothing is written any more, so one copy
                            // of everything is the end of it.
                            suspend();
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

        /// Reports until nothing is left. Something may have ended the suspension, so it is made sure of each time.
        void reportUntilQuiescent() {
            suspend();
            for (int round = 0; round == 0 || (!tracker.isQuiescent() && round < ATTEMPTS); round++) {
                reportAll();
                subsystem.clock().advance(Duration.ofMillis(300));
                if (!tracker.isQuiescent()) {
                    suspend();
                }
            }
        }

        /// The life of a guest that is migrated: tracking that is given up, tracking anew, a suspension that is given up, another one.
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
            reportUntilQuiescent();
            resume();
            assertThat(tracker.isQuiescent()).as("the controller runs again").isFalse();
            for (int round = 0; round < 2; round++) {
                write(10);
                reportAll();
            }
            write(20);
            reportUntilQuiescent();
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
        for (var opcode : List.of(AdminOpcode.TRACK_SEND, AdminOpcode.TRACK_RECEIVE, AdminOpcode.MIGRATION_SEND)) {
            long seed = opcode.value();
            var undisturbed = new Vmm(seed);
            undisturbed.live();
            undisturbed.assertNothingLost("without a fault");
            assertThat(undisturbed.failures).isZero();
            assertThat(undisturbed.tracker.isQuiescent()).isTrue();
            int commands = (int) undisturbed.subsystem.adminCommandLog().stream()
                    .filter(command -> command.opcode() == opcode.value())
                    .count();
            assertThat(commands).isGreaterThan(opcode == AdminOpcode.TRACK_RECEIVE ? 80 : 2);
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

    @ParameterizedTest(name = "controlling: {0}, command under way: {1}")
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void noPageIsLostWhenAControllerIsResetAtAnyCommand(boolean controlling, boolean underWay) {
        long seed = 7;
        var undisturbed = new Vmm(seed);
        undisturbed.live();
        undisturbed.assertNothingLost("without a reset");
        assertThat(undisturbed.commands).isGreaterThan(80);
        for (int position = 1; position <= undisturbed.commands; position++) {
            var vmm = new Vmm(seed, new ResetAt(position, underWay, controlling
                    ? Vmm::resetControlling
                    : Vmm::resetMigratable));
            vmm.live();
            vmm.assertNothingLost("reset at command " + position + " of " + undisturbed.commands);
        }
    }
}

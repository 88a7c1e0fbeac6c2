package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.CommandFailedException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLog;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.transport.mock.FaultScript;
import io.nvmelm.transport.mock.guest.GuestDriver;
import io.nvmelm.transport.mock.guest.LoadMix;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever one command of the log meets, a host that copies what is reported has every block in the end.
class UserDataLogFaultsTest {
    private static final int ATTEMPTS = 20;
    private static final int PIECE_BYTES = 64 << 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LAST_CHANGES = Duration.ofMillis(50);
    private static final List<AdminOpcode> COMMANDS = List.of(
            AdminOpcode.CONTROLLER_DATA_QUEUE,
            AdminOpcode.TRACK_SEND,
            AdminOpcode.SET_FEATURES,
            AdminOpcode.GET_FEATURES,
            AdminOpcode.MIGRATION_SEND,
            AdminOpcode.MIGRATION_RECEIVE);

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("fails", occurrence -> occurrence.failsWith(StatusCode.INTERNAL_ERROR)),
                fault("fails on a field", occurrence -> occurrence.failsWith(StatusCode.INVALID_FIELD_IN_COMMAND)),
                fault("finds no queue", occurrence -> occurrence.failsWith(StatusCode.INVALID_CONTROLLER_DATA_QUEUE)),
                fault("finds a full queue", occurrence -> occurrence.failsWith(StatusCode.CONTROLLER_DATA_QUEUE_FULL)),
                fault("is refused", occurrence -> occurrence.failsWith(StatusCode.CONTROLLER_SUSPENDED)),
                fault("times out", FaultScript.Occurrence::timesOut),
                fault("loses its completion", FaultScript.Occurrence::losesCompletion),
                fault("meets a failing transport", FaultScript.Occurrence::transportError),
                fault("is slow", occurrence -> occurrence.completesLate(Duration.ofMillis(700))),
                fault("is late", occurrence -> occurrence.completesLate(Duration.ofMillis(1100))),
                fault("is much later", occurrence -> occurrence.completesLate(Duration.ofMillis(1600))));
    }

    private static Arguments fault(String name, Consumer<FaultScript.Occurrence> fault) {
        return Arguments.of(name, fault);
    }

    /// A host that copies the media of a guest's controller while the guest writes, and starts again where it has to.
    private static final class Host {
        final PrivateMedia media;
        final SplittableRandom random;
        GuestDriver guest;
        final MigratableController controller;
        final UserDataLog log;
        final List<NamespaceExtent> namespaces;
        int failures;
        int steps;
        /// What happens before the step of this number.
        int incidentAt;
        Consumer<Host> incident = host -> {};

        Host(long seed, UserDataLogOptions options) {
            media = new PrivateMedia(seed, builder -> builder);
            random = new SplittableRandom(seed);
            guest = startGuest(seed);
            guest.run(20);
            var transfer = TransferOptions.defaults().withTimeouts(TIMEOUT, TIMEOUT.multipliedBy(60));
            controller = ControllingController.open(media.a.controllingTransport(), transfer)
                    .migratableByVirtualFunction(1);
            namespaces = controller.attachedNamespaces();
            log = controller.userDataLog(options);
            media.a.clearAdminCommandLog();
        }

        private GuestDriver startGuest(long seed) {
            return GuestDriver.builder(media.clock, media.memory)
                    .queuePairs(2)
                    .queueEntries(64)
                    .blocks(0, 512)
                    .scattered(16)
                    .mix(LoadMix.CHANGES)
                    .seed(seed)
                    .start(PrivateMedia.controller(media.a));
        }

        /// The guest resets its controller and starts anew.
        void resetGuest() {
            PrivateMedia.controller(media.a).function().reset();
            guest = startGuest(random.nextLong());
        }

        void resetControllingController() {
            media.a.controllingController().function().reset();
        }

        private void step() {
            if (++steps == incidentAt) {
                incident.accept(this);
            }
        }

        void suspend() {
            step();
            while (!tried(controller::suspend)) {
                media.clock.advance(TIMEOUT);
            }
            step();
        }

        /// Resumes; a controller that is not suspended runs.
        void resume() {
            step();
            while (!tried(() -> {
                try {
                    controller.resume();
                } catch (CommandFailedException e) {
                    if (!e.status().is(StatusCode.CONTROLLER_NOT_SUSPENDED)) {
                        throw e;
                    }
                }
            })) {
                media.clock.advance(TIMEOUT);
            }
            step();
        }

        void write(int commands) {
            step();
            guest.submit(commands);
            media.clock.advance(Duration.ofMillis(20).plusNanos(random.nextInt(20_000_000)));
            guest.poll();
        }

        boolean tried(Runnable operation) {
            try {
                operation.run();
                return true;
            } catch (LiveMigrationException e) {
                assertThat(++failures).as("%s", e).isLessThan(ATTEMPTS);
                return false;
            }
        }

        void start() {
            step();
            while (!tried(() -> log.start(namespaces))) {
                // A queue that nobody can name, because its creation was not answered, ends with the next suspension.
                suspend();
                resume();
                write(1);
            }
        }

        void take() {
            step();
            tried(() -> {
                var changes = log.take();
                if (changes.state() == UserDataLogState.LOST || changes.state() == UserDataLogState.STOPPED) {
                    start();
                    copy(log.take());
                } else {
                    copy(changes);
                }
            });
        }

        void copy(UserDataChanges changes) {
            changes.forEachRange((namespace, first, count, deallocated) -> copy((int) namespace - 1, first, first
                    + count));
        }

        private void copy(int index, long first, long end) {
            var source = media.here.get(index);
            var destination = media.there.get(index);
            int pieceBlocks = PIECE_BYTES / source.blockByteSize();
            var piece = MemorySegment.ofArray(new byte[PIECE_BYTES]);
            long at = first;
            while (true) {
                at = Math.min(source.nextAllocated(at, end), destination.nextAllocated(at, end));
                if (at >= end) {
                    return;
                }
                int blocks = (int) Math.min(pieceBlocks, end - at);
                source.readBlocks(at, blocks, piece, 0);
                destination.writeBlocks(at, blocks, piece, 0);
                at += blocks;
            }
        }

        /// The life of a log: rounds, a suspension that is taken back, an overflow, a stop, a last suspension.
        void live() {
            start();
            take();
            for (int round = 0; round < 8; round++) {
                write(4);
                take();
            }
            suspend();
            tried(() -> copy(log.takeAfterSuspension(LAST_CHANGES)));
            resume();
            write(3);
            take();
            write(40);
            take();
            write(4);
            take();
            tried(log::stop);
            write(2);
            start();
            write(4);
            take();
            write(4);
            take();
            guest.submit(3);
            boolean done = false;
            for (int attempt = 0; !done; attempt++) {
                assertThat(attempt).as("stuck in state %s", log.state()).isLessThan(4);
                suspend();
                done = tried(() -> copy(log.takeAfterSuspension(LAST_CHANGES)));
            }
        }

        void assertNothingLost(String what) {
            assertThat(media.difference()).as(what).isEmpty();
            assertThat(media.a.violations()).as(what).isEmpty();
            while (!tried(controller::close)) {
                media.clock.advance(TIMEOUT);
            }
        }
    }

    private static int count(Host host, AdminOpcode opcode) {
        return (int) host.media.a.adminCommandLog().stream()
                .filter(command -> command.opcode() == opcode.value())
                .count();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    @Proves(host = {"log.start-stop", "log.already-logging", "log.stop-unknown-queue", "log.unknown-queue",
        "queue-delete.unknown",
        "feature.set-unknown-queue", "feature.get-unknown-queue", "log.start-full"})
    void noBlockIsLostAtAnyPosition(String name, Consumer<FaultScript.Occurrence> fault) {
        for (boolean deleteOnSuspend : new boolean[] {false, true}) {
            var options = new UserDataLogOptions(32, deleteOnSuspend);
            for (var opcode : COMMANDS) {
                long seed = opcode.value();
                var undisturbed = new Host(seed, options);
                undisturbed.live();
                undisturbed.assertNothingLost("without a fault");
                assertThat(undisturbed.failures).isZero();
                int commands = count(undisturbed, opcode);
                for (int position = 1; position <= commands; position++) {
                    String what = opcode + " " + position + " of " + commands + " " + name + ", " + options;
                    var host = new Host(seed, options);
                    fault.accept(host.media.a.faults().on(opcode).nth(position));
                    try {
                        host.live();
                        host.assertNothingLost(what);
                    } catch (RuntimeException | AssertionError e) {
                        throw new AssertionError(what, e);
                    }
                }
            }
        }
    }

    static Stream<Arguments> resets() {
        return Stream.of(
                incident("the controlling controller is reset", Host::resetControllingController),
                incident("the guest resets its controller", Host::resetGuest),
                incident("the guest resets its controller, and the log is told", host -> {
                    host.resetGuest();
                    host.controller.functionWasReset();
                }),
                incident("both are reset", host -> {
                    host.resetControllingController();
                    host.resetGuest();
                }));
    }

    private static Arguments incident(String name, Consumer<Host> incident) {
        return Arguments.of(name, incident);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("resets")
    void noBlockIsLostWhenAControllerIsResetAtAnyTime(String name, Consumer<Host> incident) {
        for (boolean deleteOnSuspend : new boolean[] {false, true}) {
            var options = new UserDataLogOptions(32, deleteOnSuspend);
            long seed = 5;
            var undisturbed = new Host(seed, options);
            undisturbed.live();
            assertThat(undisturbed.steps).isGreaterThan(20);
            for (int position = 1; position <= undisturbed.steps; position++) {
                String what = name + " before step " + position + " of " + undisturbed.steps + ", " + options;
                var host = new Host(seed, options);
                host.incidentAt = position;
                host.incident = incident;
                try {
                    host.live();
                    host.assertNothingLost(what);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(what, e);
                }
            }
        }
    }
}

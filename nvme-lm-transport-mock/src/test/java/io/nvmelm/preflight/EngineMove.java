package io.nvmelm.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.GuestControl;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.MigrationClock;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.endtoend.RegisterSupplement;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.NvmRegisters;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import io.nvmelm.transport.mock.testkit.SimulatedLink;
import io.nvmelm.transport.mock.testkit.SimulatedLink.Ending;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// One migration by the library's sender and receiver, over a connection in virtual time.
final class EngineMove {
    private static final int COMMANDS_AFTERWARDS = 60;
    private static final String BEFORE_THE_START = "START";
    private static final Pattern STATUS = Pattern.compile("was answered with (\\d/..h [^(\\n]*)");

    private final VirtualClock clock;
    private final NvmeMigratableDevice source;
    private final NvmeMigratableDevice destination;
    private final InMemoryController from;
    private final InMemoryController to;
    private final GuestDriver guest;
    private final GeneratedPair pair;

    EngineMove(
            VirtualClock clock,
            NvmeMigratableDevice source,
            NvmeMigratableDevice destination,
            InMemoryController from,
            InMemoryController to,
            GuestDriver guest,
            GeneratedPair pair) {
        this.clock = clock;
        this.source = source;
        this.destination = destination;
        this.from = from;
        this.to = to;
        this.guest = guest;
        this.pair = pair;
    }

    /// How both sides ended.
    ///
    /// @param failures    what failed, as the side reports it on which it did; empty when the guest was handed over
    /// @param source      the source's report, or what it threw
    /// @param destination the destination's
    record Outcome(
            List<Failure> failures, Ending<MigrationReport> source, Ending<MigrationReport> destination) {}

    /// Migrates. Each side has its own options.
    Outcome run(MigrationOptions sourceOptions, MigrationOptions destinationOptions) {
        var link = new SimulatedLink(clock);
        var ends = link.run(
                () -> {
                    try (var channel = link.source()) {
                        var sender = new MigrationSender(List.of(source), channel)
                                .options(sourceOptions)
                                .clock(time())
                                .guest(leaving());
                        if (pair.supplied) {
                            sender.supplement(source, new RegisterSupplement(from));
                        }
                        return sender.run();
                    }
                },
                () -> {
                    try (var channel = link.destination()) {
                        var receiver = new MigrationReceiver(List.of(destination), channel)
                                .options(destinationOptions)
                                .clock(time())
                                .guest(arriving());
                        if (pair.supplied) {
                            receiver.supplement(destination, new RegisterSupplement(to));
                        }
                        return receiver.run();
                    }
                });
        var failures = new ArrayList<Failure>();
        collect(MigrationRole.SOURCE, ends.source(), failures);
        collect(MigrationRole.DESTINATION, ends.destination(), failures);
        requireTold(ends.source(), failures);
        requireTold(ends.destination(), failures);
        return new Outcome(failures, ends.source(), ends.destination());
    }

    /// What the other side says of a failure explains nothing: that side has it as its own.
    private static void collect(MigrationRole role, Ending<MigrationReport> ending, List<Failure> failures) {
        var thrown = ending.failure();
        if (thrown instanceof LiveMigrationException refusal) {
            failures.add(Failure.of(role, BEFORE_THE_START, refusal));
        } else if (thrown != null) {
            throw new AssertionError(thrown);
        } else {
            var report = ending.get();
            if (report.failure() != null && !(report.failure() instanceof PeerException)) {
                failures.add(Failure.of(role, phase(report).toString(), report.failure()));
            }
        }
    }

    /// Whoever looks at the other side's report alone finds the same failure there. A side that refused to start told nobody.
    private static void requireTold(Ending<MigrationReport> ending, List<Failure> failures) {
        if (ending.value() != null && ending.value().failure() instanceof PeerException told) {
            assertThat(failures).as("what ended it: %s", told).singleElement().satisfies(failure -> {
                if (!failure.step().startsWith(BEFORE_THE_START)) {
                    assertThat(told).hasMessageContaining(failure.detail());
                }
            });
        }
    }

    private static MigrationPhase phase(MigrationReport report) {
        return report.phases().stream()
                .map(MigrationReport.PhaseTime::phase)
                .filter(phase -> phase != MigrationPhase.ROLL_BACK)
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private MigrationClock time() {
        return new MigrationClock() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public void await(long nanos) {
                clock.advance(Duration.ofNanos(nanos));
            }
        };
    }

    private GuestControl leaving() {
        return new GuestControl() {
            @Override
            public void pause() {
                guest.submit(pair.commandsInQueues);
                guest.pause();
                guest.attach(to);
            }

            @Override
            public void resume() {
                guest.resume();
            }
        };
    }

    private GuestControl arriving() {
        return new GuestControl() {
            @Override
            public void pause() {}

            @Override
            public void resume() {
                guest.rebind(to);
                guest.resume();
            }
        };
    }

    /// Lets the guest use all that it had, at the destination.
    ///
    /// @param before what it knew at the source
    /// @return what it lost
    List<Failure> guestGoesOn(GuestNamespaces before) {
        if (guest.drain() && guest.run(COMMANDS_AFTERWARDS)) {
            guest.verifyMedium();
        }
        var report = guest.report();
        if (report.lost() > 0) {
            return List.of(Failure.ofGuest("I/O", "no answer" + reasonForSilence(), report));
        }
        var failures = new ArrayList<Failure>();
        if (report.wrongBlocks() > 0) {
            failures.add(Failure.ofGuest("I/O", "wrong blocks", report));
        }
        report.violations().stream()
                .flatMap(text -> STATUS.matcher(text).results())
                .map(found -> found.group(1).strip())
                .distinct()
                .forEach(status -> failures.add(Failure.ofGuest("I/O", status, report)));
        if (failures.isEmpty() && !report.isClean()) {
            failures.add(Failure.ofGuest("I/O", "violations", report));
        }
        if (pair.carriesVendorData()) {
            failures.addAll(lookAgain(before));
        }
        return failures;
    }

    /// What a driver reads when its commands are not answered.
    private String reasonForSilence() {
        int status = to.readRegister32(NvmRegisters.CSTS);
        if ((status & NvmRegisters.CSTS_CFS_BIT) != 0) {
            return ", CSTS.CFS is 1";
        }
        return (status & NvmRegisters.CSTS_RDY_BIT) == 0 ? ", CSTS.RDY is 0" : "";
    }

    private List<Failure> lookAgain(GuestNamespaces before) {
        try {
            return before.losses(GuestNamespaces.lookAgain(guest)).stream()
                    .map(loss -> Failure.ofGuest("looking again", loss, loss))
                    .toList();
        } catch (LiveMigrationException e) {
            return List.of(Failure.ofGuest("looking again", e.getClass().getSimpleName(), e));
        }
    }
}

package io.nvmelm.faults;

import io.nvmelm.BlackoutBudgetException;
import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.RunPermission;
import io.nvmelm.transport.mock.testkit.ProcessEndedError;
import io.nvmelm.transport.mock.testkit.SimulatedLink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One case: the migration with its faults, what an embedder does after it, and one more migration, without faults.
final class FaultRun {
    private static final Pattern CONTROLLING_RESET =
            Pattern.compile("reset the controlling controller", Pattern.CASE_INSENSITIVE);

    /// What came of a case.
    ///
    /// @param violations   what must never be, in words; empty when all is well
    /// @param steps        what was done during the migration
    /// @param sourceBytes  bytes that the source wrote
    /// @param answerBytes  bytes that the destination wrote
    /// @param source       what the source said; null when its process ended
    /// @param destination  what the destination said; null when its process ended
    record Result(
            List<String> violations,
            List<Step> steps,
            long sourceBytes,
            long answerBytes,
            @Nullable MigrationReport source,
            @Nullable MigrationReport destination) {}

    private final FaultCase faultCase;
    private final FaultWorld world;
    private final List<String> violations;
    private final Executor executor;
    private final Parties parties;
    private final Party sourceParty;
    private final Party destinationParty;
    private @Nullable MigrationReport source;
    private @Nullable MigrationReport destination;

    private FaultRun(FaultCase faultCase, Parties parties, Executor executor) {
        this.faultCase = faultCase;
        this.executor = executor;
        this.parties = parties;
        world = new FaultWorld(faultCase);
        violations = world.violations;
        world.vm.attach(world.b);
        sourceParty = parties.source(world, world.a, world.link.source());
        destinationParty = parties.destination(world, world.b, world.link.destination());
        world.parties(sourceParty, destinationParty);
    }

    /// Runs a case.
    ///
    /// @param executor runs two tasks at the same time
    static Result of(FaultCase faultCase, Executor executor) {
        return of(faultCase, Parties.ENGINE, executor);
    }

    /// Runs a case with other senders and receivers.
    static Result of(FaultCase faultCase, Parties parties, Executor executor) {
        var run = new FaultRun(faultCase, parties, executor);
        run.migrate();
        var result = run.result();
        if (result.violations().isEmpty()) {
            run.embed();
            run.checkEnd();
            run.migrateAgain();
        }
        return new Result(
                List.copyOf(run.violations), result.steps(), result.sourceBytes(), result.answerBytes(),
                result.source(), result.destination());
    }

    private Result result() {
        return new Result(
                List.copyOf(violations),
                List.copyOf(world.steps.log()),
                world.link.fromSource().writtenBytes(),
                world.link.fromDestination().writtenBytes(),
                source,
                destination);
    }

    private void migrate() {
        world.vm.work();
        world.steps.arm(true);
        try {
            var endings = world.link.run(sourceParty::run, destinationParty::run, executor);
            source = reportOf(endings.source(), MigrationRole.SOURCE);
            destination = reportOf(endings.destination(), MigrationRole.DESTINATION);
        } catch (AssertionError e) {
            violations.add("The migration did not end: " + describe(e));
        }
        world.steps.arm(false);
        world.look();
        checkReports();
        expect(!world.vm.wasHurt() || faultCase.faults().stream().anyMatch(fault -> fault.kind().explainsReset()),
                "A device of the guest was reset for nothing");
    }

    private @Nullable MigrationReport reportOf(SimulatedLink.Ending<MigrationReport> ending, MigrationRole role) {
        var failure = ending.failure();
        if (failure instanceof ProcessEndedError || failure != null && hasNotBegun(role)) {
            return null;
        }
        if (failure instanceof InjectedError && !world.link.hasProcessEnded(role)) {
            var kept = (role == MigrationRole.SOURCE ? sourceParty : destinationParty).kept();
            expect(kept != null, "The " + role + " threw an error and kept no report");
            return kept;
        }
        if (failure != null && !(failure instanceof InjectedError)) {
            violations.add("The " + role + " threw " + describe(failure));
        }
        if (world.link.hasProcessEnded(role)) {
            return null; // it ended in its way, but there is nobody to read what it says
        }
        expect(!metError(role) || ending.value() == null || tellsOfError(ending.value()),
                "The " + role + " hides the error that it met");
        return ending.value();
    }

    /// {@return whether a side got no further than to see whether its devices run; then nothing was done, and there is no report}
    private boolean hasNotBegun(MigrationRole role) {
        return world.steps.log().stream().noneMatch(step -> step.side() == role && step.kind() != Step.Kind.STATE);
    }

    private boolean metError(MigrationRole role) {
        return faultCase.faults().stream().anyMatch(fault -> fault.isError() && !world.steps.isAbsent(fault)
                && fault.side() == role
                && fault.position() < world.steps.count(role));
    }

    private static boolean tellsOfError(MigrationReport report) {
        return isOrHasError(report.failure()) || report.warnings().stream().anyMatch(FaultRun::isOrHasError);
    }

    private static boolean isOrHasError(@Nullable Throwable thrown) {
        return thrown instanceof InjectedError || thrown != null
                && (isOrHasError(thrown.getCause())
                        || Arrays.stream(thrown.getSuppressed()).anyMatch(FaultRun::isOrHasError));
    }

    private static String describe(Throwable thrown) {
        var text = new StringBuilder(String.valueOf(thrown));
        for (var frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith("io.nvmelm.core")) {
                text.append(" at ").append(frame);
                break;
            }
        }
        for (var suppressed : thrown.getSuppressed()) {
            text.append(" [").append(describe(suppressed)).append(']');
        }
        return text.toString();
    }

    /// What the reports say has to fit together, and to be true.
    private void checkReports() {
        var s = source;
        var d = destination;
        if (s != null) {
            checkOthersRun(s);
            expect(s.mayRun() != RunPermission.NOT_HERE, "The source says NOT_HERE");
            expect(s.runsHere() == (world.vm.runsAt() == world.a), "The source says runsHere=" + s.runsHere());
            expect(s.mayRun() == RunPermission.SOURCE || !s.runsHere(), "The source runs and may not");
            expect(s.succeeded() == (s.mayRun() == RunPermission.DESTINATION), "The source says " + s.mayRun()
                    + " and succeeded=" + s.succeeded());
            expect(!sourceParty.wasCancelled() || s.mayRun() == RunPermission.SOURCE,
                    "The source was cancelled and says " + s.mayRun());
        }
        if (d != null) {
            expect(d.mayRun() == RunPermission.NOT_HERE || d.mayRun() == RunPermission.DESTINATION,
                    "The destination says " + d.mayRun());
            expect(d.runsHere() == (world.vm.runsAt() == world.b), "The destination says runsHere=" + d.runsHere());
            expect(d.mayRun() == RunPermission.DESTINATION || !d.runsHere(), "The destination runs and may not");
            expect(d.succeeded() == d.runsHere(), "The destination says runsHere=" + d.runsHere() + " and succeeded="
                    + d.succeeded());
            expect(!destinationParty.wasCancelled() || d.mayRun() == RunPermission.NOT_HERE,
                    "The destination was cancelled and says " + d.mayRun());
        }
        expect(s == null || s.mayRun() == RunPermission.SOURCE || world.vm.wasHurt() || !world.a.isActive(),
                "A device of the source runs, and the source must not");
        expect(d == null || d.mayRun() == RunPermission.DESTINATION || !world.b.isActive(),
                "A device of the destination runs, and the destination must not");
        if (s != null && d != null) {
            expect(s.mayRun() != RunPermission.SOURCE || d.mayRun() == RunPermission.NOT_HERE, "Both may run");
            expect(s.mayRun() != RunPermission.DESTINATION || d.mayRun() == RunPermission.DESTINATION,
                    "Nobody may run");
            expect(!faultCase.faults().isEmpty() || s.succeeded() && d.succeeded(), "A migration without fault failed: "
                    + s.failure() + ", " + d.failure());
            expect(faultCase.faults().isEmpty() || !faultCase.faults().stream().allMatch(Fault::isHarmless)
                    || s.succeeded() && d.succeeded() || s.failure() instanceof BlackoutBudgetException,
                    "A migration with nothing but harmless faults failed: " + s.failure() + ", " + d.failure());
            expect(s.migrationId().equals(d.migrationId()) || !s.succeeded(), "The migration has two ids");
        }
    }

    /// However the calls of one device fail, the source brings every other device back.
    private void checkOthersRun(MigrationReport report) {
        if (report.mayRun() != RunPermission.SOURCE
                || !faultCase.faults().stream().allMatch(fault -> fault.kind().isOfOneCall())) {
            return;
        }
        var failing = world.steps.log().stream()
                .filter(step -> faultCase.faults().stream()
                        .anyMatch(f -> f.side() == step.side() && f.position() == step.number()))
                .map(Step::what)
                .toList();
        for (int i = 0; i < faultCase.shape().devices(); i++) {
            var name = report.devices().get(i);
            expect(report.resetDevices().contains(name) || world.a.isActive(i)
                    || failing.stream().anyMatch(what -> what.startsWith(name)),
                    "The source did not bring back " + name + ", of which no call failed");
        }
    }

    private void expect(boolean fine, String otherwise) {
        if (!fine) {
            violations.add(otherwise);
        }
    }

    /// What an embedder does with the reports: it asks the other side, and then decides.
    private void embed() {
        try {
            for (var fault : faultCase.faults()) {
                if (fault.kind() == Fault.Kind.CONTROLLING_FATAL || fault.kind() == Fault.Kind.CONTROLLER_FATAL) {
                    world.host(fault.side()).repair(world.vm);
                }
            }
            settleDestination();
            settleSource();
            followRemedy(world.a, source);
            followRemedy(world.b, destination);
        } catch (LiveMigrationException | IllegalStateException e) {
            violations.add("What the embedder is to do throws " + describe(e));
        }
    }

    /// Resets the controlling controller where the guest runs and the report asks for that, which ends what is still under way there.
    private void followRemedy(Host host, @Nullable MigrationReport report) {
        if (report != null && report.failure() != null && host == world.vm.runsAt()
                && CONTROLLING_RESET.matcher(report.failure().remedy()).find()) {
            host.subsystem.controllingController().functionLevelReset();
        }
    }

    private void settleDestination() {
        var d = destination;
        if (d == null) {
            if (world.vm.ranAt(world.b)) {
                loseGuest();
            } else {
                world.b.restart();
                world.b.devices().forEach(device -> device.reset());
            }
        } else if (d.mayRun() == RunPermission.DESTINATION && !d.runsHere()) {
            if (faultCase.faults().getFirst().position() % 2 == 0) {
                d = destinationParty.take();
                expect(d.mayRun() == RunPermission.DESTINATION, "retryResume() says " + d.mayRun());
            }
            if (!d.runsHere()) {
                d = destinationParty.giveUp();
                expect(d.mayRun() == RunPermission.NOT_HERE && !d.runsHere(), "relinquish() says " + d.mayRun());
                expect(!world.b.isActive() || world.vm.wasHurt(), "relinquish() left a device running");
            }
            destination = d;
        }
    }

    private void settleSource() {
        var s = source;
        if (s == null) {
            if (world.vm.runsAt() == null) {
                loseGuest();
            }
        } else if (world.vm.isDead() || world.vm.runsAt() == world.b) {
            expect(s.mayRun() != RunPermission.SOURCE, "The source may run beside the destination");
            if (s.mayRun() == RunPermission.ASK_DESTINATION) {
                var after = sourceParty.giveUp();
                source = after;
                expect(after.mayRun() == RunPermission.DESTINATION && !after.runsHere(), "abandon() says "
                        + after.mayRun());
            }
        } else if (s.mayRun() == RunPermission.ASK_DESTINATION) {
            s = sourceParty.take();
            source = s;
            expect(s.mayRun() == RunPermission.SOURCE, "reclaim() says " + s.mayRun());
            resumeByHand(s);
        } else if (s.mayRun() == RunPermission.SOURCE) {
            resumeByHand(s);
        } else {
            violations.add("The source gave the guest away and nobody has it");
        }
    }

    /// The source may run, and does not: what it could not do is done by hand.
    private void resumeByHand(MigrationReport report) {
        if (report.runsHere()) {
            return;
        }
        for (var device : world.a.devices()) {
            try {
                device.setState(DeviceState.RUNNING);
            } catch (LiveMigrationException e) {
                device.reset();
                world.vm.isHurt(world.a);
            }
        }
        world.vm.control(world.a, world.steps).resume();
    }

    private void loseGuest() {
        world.vm.dies();
    }

    private void checkEnd() {
        if (!violations.isEmpty()) {
            return;
        }
        if (source != null) {
            violations.addAll(sourceParty.complaints(source.mayRun()));
        }
        world.look();
        var host = world.vm.runsAt();
        if (!world.vm.isDead()) {
            expect(host != null, "Nobody runs");
            expect(host == null || world.vm.wasHurt() || host.isWhollyActive(),
                    "A device of the running side stands still");
        }
        world.vm.check();
        checkModel();
    }

    private void checkModel() {
        for (var host : List.of(world.a, world.b)) {
            host.subsystem.violations().forEach(v -> violations.add("A device of the " + host.home + ": " + v));
        }
    }

    /// The same devices migrate again, from where the guest is, without fault.
    private void migrateAgain() {
        if (!violations.isEmpty()) {
            return;
        }
        try {
            for (var host : List.of(world.a, world.b)) {
                if (world.link.hasProcessEnded(host.home) && (host == world.a || world.vm.ranAt(world.b))) {
                    host.restart();
                }
            }
            var from = world.vm.runsAt() == world.b ? world.b : world.a;
            var to = from == world.a ? world.b : world.a;
            to.devices().forEach(device -> device.reset());
            to.wasReset();
            if (faultCase.shape().privateMedium()) {
                to.medium.zeroBlocks(0, to.medium.blockCount());
            }
            if (world.vm.isDead() || world.vm.wasHurt()) {
                world.vm.stop();
                from.devices().forEach(device -> device.reset());
                world.vm = new Vm(from, faultCase.shape(), true, violations);
            }
            from.deleteUnnamedQueues();
            world.vm.attach(to);
            var link = world.newLink();
            var endings = link.run(
                    parties.source(world, from, link.source())::run,
                    parties.destination(world, to, link.destination())::run,
                    executor);
            endings.source().get().throwIfFailed();
            endings.destination().get().throwIfFailed();
            expect(world.vm.runsAt() == to, "The second migration left the guest where it was");
            world.vm.check();
            checkModel();
            world.vm.stop();
            var leaks = new ArrayList<>(world.a.stop());
            leaks.addAll(world.b.stop());
            violations.addAll(leaks);
        } catch (LiveMigrationException | AssertionError e) {
            violations.add("The next migration: " + describe(e));
        }
    }
}

package io.nvmelm.preflight;

import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceManifest;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.PreflightReport;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.MigrationSupport;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.Preflight;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Two hosts as a [GeneratedPair] has them, with a guest at work: first the dry run, then the migration itself.
final class DryRunAndMove {
    /// Every reason waived that can be.
    static final MigrationOptions WAIVING = MigrationOptions.defaults()
            .waiving(Stream.of(PreflightReason.values())
                    .filter(reason -> reason != PreflightReason.NO_COMMON_FORMAT)
                    .filter(reason -> reason != PreflightReason.DEVICE_MISMATCH)
                    .toArray(PreflightReason[]::new));

    private final VirtualClock clock = new VirtualClock();
    private final GuestMemory memory = new GuestMemory(1L << 32);
    private final GeneratedPair pair;
    private final InMemorySubsystem from;
    private final InMemorySubsystem to;
    private final GuestDriver guest;
    private final GuestNamespaces namespaces;
    private final ControllingController controllingFrom;
    private final ControllingController controllingTo;
    private @Nullable NvmeMigratableDevice source;
    private @Nullable NvmeMigratableDevice destination;
    final List<PreflightFinding> findings = new ArrayList<>();
    /// Those of them that the sender and the receiver of a migration find by themselves.
    PreflightReport between = new PreflightReport(List.of());
    private final List<Failure> unopened = new ArrayList<>();

    DryRunAndMove(GeneratedPair pair) {
        this.pair = pair;
        from = pair.source.build(clock);
        to = pair.target.build(clock);
        controllingFrom = ControllingController.open(from.controllingTransport(), pair.source.options());
        controllingTo = ControllingController.open(to.controllingTransport(), pair.target.options());
        assignResources(pair.source, controllingFrom);
        assignResources(pair.target, controllingTo);
        guest = GuestDriver.builder(clock, memory)
                .queuePairs(pair.guestQueuePairs)
                .queueEntries(pair.guestQueueEntries)
                .maximumTransferBytes(pair.guestTransferBytes)
                .asynchronousEventRequests(pair.standardStateOnly ? 0 : 2)
                .blocks(0, 4096)
                .start(controller(from));
        namespaces = GuestNamespaces.lookAgain(guest);
        guest.run(40);
        if (pair.target.usedByAnotherGuest) {
            GuestDriver.builder(clock, new GuestMemory(1L << 32)).queuePairs(1).queueEntries(16).start(controller(to));
        }
        if (pair.target.failed) {
            to.failFatally(SidePlan.CONTROLLER_ID);
        }
        suspendByOthers(pair.source, controllingFrom);
        suspendByOthers(pair.target, controllingTo);
        source = open(MigrationRole.SOURCE, controllingFrom, from);
        destination = open(MigrationRole.DESTINATION, controllingTo, to);
        if (pair.source.sanitizing) {
            from.sanitizeNamespace(1, true);
        }
        if (pair.target.sanitizing) {
            to.sanitizeNamespace(1, true);
        }
    }

    private static InMemoryController controller(InMemorySubsystem subsystem) {
        return subsystem.controller(SidePlan.CONTROLLER_ID);
    }

    private static void assignResources(SidePlan side, ControllingController controlling) {
        if (side.assignedQueues > 0 && !side.offline) {
            controlling.secondaries().assignQueues(SidePlan.CONTROLLER_ID, side.assignedQueues);
            controlling.secondaries().assignInterrupts(SidePlan.CONTROLLER_ID, side.assignedVectors);
            controlling.secondaries().bringOnline(SidePlan.CONTROLLER_ID);
        }
    }

    private static void suspendByOthers(SidePlan side, ControllingController controlling) {
        if (side.suspendedByOthers && controlling.unsupportedReasons().isEmpty()) {
            try (var controller = controlling.migratable(SidePlan.CONTROLLER_ID)) {
                controller.suspend();
            }
        }
    }

    private @Nullable NvmeMigratableDevice open(
            MigrationRole role, ControllingController controlling, InMemorySubsystem host) {
        try {
            return NvmeMigratableDevice.open(
                    controlling.migratable(SidePlan.CONTROLLER_ID), controller(host).function());
        } catch (MigrationUnsupportedException e) {
            unopened.add(Failure.of(role, "OPEN", e));
            return null;
        }
    }

    /// Asks both sides and compares them. The guest works on meanwhile.
    DryRunAndMove dryRun(MigrationOptions options) {
        findings.clear();
        from.clearAdminCommandLog();
        to.clearAdminCommandLog();
        var here = source;
        var there = destination;
        findings.addAll(MigrationSupport.preflight(controllingFrom, MigrationRole.SOURCE));
        findings.addAll(MigrationSupport.preflight(controllingTo, MigrationRole.DESTINATION));
        if (here != null) {
            findings.addAll(Preflight.source(List.of(here), options).findings());
        }
        if (there != null) {
            findings.addAll(Preflight.destination(List.of(there), options).findings());
        }
        var mine = manifest(here);
        var theirs = manifest(there);
        between = mine.isPresent() && theirs.isPresent()
                ? Preflight.between(List.of(mine.get()), List.of(theirs.get()), options)
                : new PreflightReport(List.of());
        findings.addAll(between.findings());
        return this;
    }

    private Optional<DeviceManifest> manifest(@Nullable NvmeMigratableDevice device) {
        try {
            return Optional.ofNullable(device).map(open -> open.manifest().withSupplied(pair.supplied));
        } catch (LiveMigrationException e) {
            return Optional.empty();
        }
    }

    /// {@return what blocks}
    Set<Blocker> named() {
        return findings.stream()
                .filter(finding -> finding.severity() == Severity.BLOCKER)
                .map(Blocker::of)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Blocker.class)));
    }

    /// {@return fields of what only differs}
    Set<String> differences() {
        return findings.stream()
                .filter(finding -> finding.severity() != Severity.BLOCKER)
                .map(PreflightFinding::field)
                .collect(Collectors.toSet());
    }

    Set<PreflightReason> blockers() {
        return findings.stream()
                .filter(finding -> finding.severity() == Severity.BLOCKER)
                .map(PreflightFinding::reason)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(PreflightReason.class)));
    }

    String text() {
        return findings.stream()
                .map(finding -> "\n  " + finding.severity() + " " + finding.reason() + " " + finding.text())
                .collect(Collectors.joining());
    }

    /// What the dry run sent to both controlling controllers.
    boolean onlyRead() {
        return from.adminCommandLog().stream().allMatch(ReadingCommands::isReading)
                && to.adminCommandLog().stream().allMatch(ReadingCommands::isReading);
    }

    /// Migrates whatever the dry run said: every reason is waived that can be.
    ///
    /// @return what failed; empty when the guest goes on at the destination and lost nothing
    List<Failure> move() {
        var here = source;
        var there = destination;
        if (here == null || there == null) {
            return List.copyOf(unopened);
        }
        var move = new EngineMove(clock, here, there, controller(from), controller(to), guest, pair);
        var failures = move.run(WAIVING, WAIVING).failures();
        if (!failures.isEmpty()) {
            return failures;
        }
        var losses = new ArrayList<>(move.guestGoesOn(namespaces));
        to.violations().forEach(text -> losses.add(Failure.ofGuest("controller", text, text)));
        from.violations().forEach(text -> losses.add(Failure.ofGuest("controller", text, text)));
        return losses;
    }

    /// Migrates between two devices that could be opened.
    EngineMove.Outcome tryToMove(MigrationOptions sourceOptions, MigrationOptions destinationOptions) {
        return new EngineMove(
                clock,
                Objects.requireNonNull(source),
                Objects.requireNonNull(destination),
                controller(from),
                controller(to),
                guest,
                pair)
                .run(sourceOptions, destinationOptions);
    }

    /// What both controllers show a host.
    List<Optional<ControllerRegisters>> registers() {
        return List.of(
                controller(from).function().registers(), controller(to).function().registers());
    }

    /// The guest goes on at the source, which a dry run must not have touched.
    boolean guestIsFine() {
        return guest.run(20) && guest.report().isClean();
    }
}

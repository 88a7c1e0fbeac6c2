package io.nvmelm.preflight;

import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.MigrationSupport;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.Preflight;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NvmRegisters;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Two hosts as a [GeneratedPair] has them, with a guest at work: first the dry run, then the migration itself, by the device
/// interface alone.
final class DryRunAndMove {
    /// Where a migration failed, and the reasons that explain a failure there.
    enum Step {
        OPEN(PreflightReason.MIGRATION_UNSUPPORTED), CHOOSE_FORMAT(PreflightReason.NO_COMMON_FORMAT), SUSPEND(
                PreflightReason.DEVICE_CONDITION, PreflightReason.UNKNOWN), SAVE(PreflightReason.STATE_SIZE,
                        PreflightReason.DEVICE_CONDITION, PreflightReason.UNKNOWN), PREPARE(
                                PreflightReason.DEVICE_CONDITION, PreflightReason.STATE_SIZE,
                                PreflightReason.UNKNOWN), LOAD(
                                        PreflightReason.STATE_SIZE,
                                        PreflightReason.QUEUE_LIMIT,
                                        PreflightReason.VECTOR_LIMIT,
                                        PreflightReason.NO_COMMON_FORMAT,
                                        PreflightReason.DEVICE_CONDITION,
                                        PreflightReason.UNKNOWN), RESUME(PreflightReason.DEVICE_CONDITION,
                                                PreflightReason.UNKNOWN), GUEST(
                                                        PreflightReason.PART_NOT_CARRIED,
                                                        PreflightReason.TRANSFER_LIMIT,
                                                        PreflightReason.NAMESPACE_DIFFERS,
                                                        PreflightReason.IDENTITY_DIFFERS,
                                                        PreflightReason.DEVICE_CONDITION,
                                                        PreflightReason.RESOURCES,
                                                        PreflightReason.UNKNOWN);

        final Set<PreflightReason> explanations;

        Step(PreflightReason first, PreflightReason... others) {
            explanations = EnumSet.of(first, others);
        }
    }

    /// How a migration failed.
    record Failure(Step step, String message) {}

    private final VirtualClock clock = new VirtualClock();
    private final GuestMemory memory = new GuestMemory(1L << 32);
    private final GeneratedPair pair;
    private final InMemorySubsystem from;
    private final InMemorySubsystem to;
    private final GuestDriver guest;
    private final ControllingController controllingFrom;
    private final ControllingController controllingTo;
    private @Nullable NvmeMigratableDevice source;
    private @Nullable NvmeMigratableDevice destination;
    final List<PreflightFinding> findings = new ArrayList<>();

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
        guest.run(40);
        if (pair.target.usedByAnotherGuest) {
            GuestDriver.builder(clock, new GuestMemory(1L << 32)).queuePairs(1).queueEntries(16).start(controller(to));
        }
        if (pair.target.failed) {
            controller(to).writeRegister32(NvmRegisters.CC, NvmRegisters.CC_EN_BIT | 0xF << NvmRegisters.CC_MPS_SHIFT);
        }
        suspendByOthers(pair.source, controllingFrom);
        suspendByOthers(pair.target, controllingTo);
        source = open(controllingFrom, from);
        destination = open(controllingTo, to);
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

    private static @Nullable NvmeMigratableDevice open(ControllingController controlling, InMemorySubsystem host) {
        return controlling.unsupportedReasons().isEmpty()
                ? NvmeMigratableDevice.open(
                        controlling.migratable(SidePlan.CONTROLLER_ID), controller(host).function())
                : null;
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
        if (mine.isPresent() && theirs.isPresent()) {
            findings.addAll(Preflight.between(List.of(mine.get()), List.of(theirs.get()), options).findings());
        }
        return this;
    }

    private Optional<DeviceManifest> manifest(@Nullable NvmeMigratableDevice device) {
        try {
            return Optional.ofNullable(device).map(open -> open.manifest().withSupplied(pair.supplied));
        } catch (LiveMigrationException e) {
            return Optional.empty();
        }
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

    /// Migrates, whatever the dry run said.
    ///
    /// @return how that failed; empty when the guest goes on at the destination and lost nothing
    Optional<Failure> move() {
        var here = source;
        var there = destination;
        if (here == null || there == null) {
            return Optional.of(new Failure(Step.OPEN, "no live migration"));
        }
        var step = Step.CHOOSE_FORMAT;
        try {
            var format = here.stateFormats().stream().filter(there.stateFormats()::contains).findFirst();
            if (format.isEmpty()) {
                return Optional.of(new Failure(step, "no common format"));
            }
            here.selectStateFormat(format.get());
            there.selectStateFormat(format.get());
            guest.submit(pair.commandsInQueues);
            guest.pause();
            guest.attach(controller(to));
            if (pair.supplied && format.get().vendorUuid().isEmpty()) {
                copyProperties();
            }
            step = Step.SUSPEND;
            here.setState(DeviceState.STOP);
            step = Step.SAVE;
            var state = read(here);
            step = Step.PREPARE;
            there.setState(DeviceState.STOP);
            var loading = there.setState(DeviceState.RESUMING).orElseThrow();
            step = Step.LOAD;
            loading.write(state);
            there.setState(DeviceState.STOP);
            step = Step.RESUME;
            there.setState(DeviceState.RUNNING);
            step = Step.GUEST;
            return guestGoesOn() ? Optional.empty() : Optional.of(new Failure(step, guest.report().toString()));
        } catch (LiveMigrationException e) {
            return Optional.of(new Failure(step, e.toString()));
        }
    }

    private static ByteBuffer read(NvmeMigratableDevice device) {
        var state = ByteBuffer.allocate(1 << 20);
        try (var saving = device.setState(DeviceState.STOP_COPY).orElseThrow()) {
            while (saving.read(state) > 0) {
                // until nothing is left
            }
        }
        return state.flip();
    }

    private boolean guestGoesOn() {
        guest.rebind(controller(to));
        guest.resume();
        boolean completed = guest.drain() && guest.run(60) && guest.verifyMedium() == 0;
        if (completed && !pair.standardStateOnly) {
            guest.identify();
        }
        return completed && guest.report().isClean() && to.violations().isEmpty() && from.violations().isEmpty();
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

    /// What a VMM carries where the state has queues alone.
    private void copyProperties() {
        var old = controller(from);
        var target = controller(to);
        target.writeRegister32(NvmRegisters.AQA, old.readRegister32(NvmRegisters.AQA));
        target.writeRegister64(NvmRegisters.ASQ, old.readRegister64(NvmRegisters.ASQ));
        target.writeRegister64(NvmRegisters.ACQ, old.readRegister64(NvmRegisters.ACQ));
        target.writeRegister32(NvmRegisters.CC, old.readRegister32(NvmRegisters.CC));
        while ((target.readRegister32(NvmRegisters.CSTS) & 1) == 0 && clock.runNext()) {
            // until it is ready
        }
    }
}

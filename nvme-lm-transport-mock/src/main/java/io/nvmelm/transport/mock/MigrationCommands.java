package io.nvmelm.transport.mock;

import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Migration Send and Migration Receive of the controlling controller (Base 2.3 clauses 5.2.17 and 5.2.16). Checks are
/// made in this order: select, coded fields, controller identifier, state of the controller, alignment and ranges,
/// format indices, data transfer, content, resources.
final class MigrationCommands {
    /// Delete User Data Migration Queue (DUDMQ), CDW11 of Suspend.
    private static final int DELETE_QUEUE_BIT = 1 << 31;
    private static final int NOT_SUSPENDED = 0;
    private static final int CONTROLLER_SUSPENDED = 1;
    private static final MemorySegment SCRIBBLE = scribble();

    private final InMemorySubsystem subsystem;
    private final SubsystemConfiguration configuration;
    private final @Nullable StateReception[] receptions;

    MigrationCommands(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.subsystem = subsystem;
        this.configuration = configuration;
        this.receptions = new @Nullable StateReception[configuration.migratableCount()];
    }

    void send(Command command) {
        switch (command.entry.cdw10() & 0xFF) {
            case SuspendCommand.SELECT -> suspend(command);
            case ResumeCommand.SELECT -> resume(command);
            case SetControllerStateCommand.SELECT -> setState(command);
            default -> command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
    }

    void receive(Command command) {
        if ((command.entry.cdw10() & 0xFF) == GetControllerStateCommand.SELECT) {
            getState(command);
        } else {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
    }

    /// The controlling controller was reset: what was received in part is lost.
    void reset() {
        Arrays.fill(receptions, null);
    }

    private void suspend(Command command) {
        int type = command.entry.cdw11() >>> 16 & 0xFF;
        var target = target(command);
        if (hasNamespace(command) || type > SuspendType.SUSPEND.value()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
        } else if (type == SuspendType.NOTIFICATION.value()) {
            command.succeed();
        } else {
            target.suspension().suspend(command, (command.entry.cdw11() & DELETE_QUEUE_BIT) != 0);
        }
    }

    private void resume(Command command) {
        var target = target(command);
        if (hasNamespace(command)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
        } else if (!target.suspension().isSuspended()) {
            command.fail(StatusCode.CONTROLLER_NOT_SUSPENDED);
        } else if (receptions[target.place()] != null) {
            command.fail(StatusCode.COMMAND_SEQUENCE_ERROR);
        } else {
            target.suspension().resume();
            command.succeed();
        }
    }

    private void getState(Command command) {
        var entry = command.entry;
        int versionIndex = entry.cdw10() >>> 16 & 0xFF;
        int vendorIndex = entry.cdw11() >>> 16 & 0xFF;
        long offset = offset(command);
        long byteSize = CommandSizes.getState(entry);
        var target = target(command);
        if (hasNamespace(command)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
            return;
        }
        if ((offset & 3) != 0 || byteSize > configuration.maximumDataBytes() || !areListed(versionIndex, vendorIndex)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        boolean suspended = command.suspensionEpoch != Suspension.NOT_SUSPENDED
                && command.suspensionEpoch == target.suspension().epochIfSuspended();
        int version = versionIndex == 0
                ? ControllerStateSnapshot.NONE
                : configuration.stateVersions().get(versionIndex - 1);
        var state = target.snapshot().take(version, vendorIndex != 0, suspended);
        if (UncertainReadings.isBeyond(offset, state.byteSize())) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        long valid = Math.min(byteSize, state.byteSize() - offset);
        command.writeHost(0, state, offset, valid);
        for (long done = valid; done < byteSize; done += SCRIBBLE.byteSize()) {
            command.writeHost(done, SCRIBBLE, 0, Math.min(byteSize - done, SCRIBBLE.byteSize()));
        }
        command.succeed(
                suspended && configuration.reportSuspendedInCompletion() ? CONTROLLER_SUSPENDED : NOT_SUSPENDED);
    }

    private void setState(Command command) {
        var entry = command.entry;
        var sequence = SequenceIndicator.fromValue(entry.cdw10() >>> 16);
        int versionIndex = entry.cdw11() >>> 16 & 0xFF;
        int vendorIndex = entry.cdw11() >>> 24;
        long offset = offset(command);
        long byteSize = CommandSizes.setState(entry);
        var target = target(command);
        if (hasNamespace(command) || (byteSize == 0 && sequence != SequenceIndicator.LAST)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
            return;
        }
        if (configuration.has(DeviceVariant.ONLY_WHOLE_STATES) && sequence != SequenceIndicator.ONLY) {
            command.fail(StatusCode.INTERNAL_ERROR);
            return;
        }
        if (!UncertainReadings.maySetState(target)) {
            command.fail(UncertainReadings.UNFIT_CONTROLLER);
            return;
        }
        var open = UncertainReadings.needsOpenSequence(sequence) ? receptions[target.place()] : null;
        if (open == null && UncertainReadings.needsOpenSequence(sequence)) {
            command.fail(StatusCode.COMMAND_SEQUENCE_ERROR);
            return;
        }
        if ((offset & 3) != 0
                || byteSize > configuration.maximumDataBytes()
                || (open != null && UncertainReadings.isBeyond(offset, open.stateBytes()))
                || !areListed(versionIndex, vendorIndex)
                || (versionIndex == 0 && vendorIndex == 0)
                || (open != null && !isSameFormat(open, versionIndex, vendorIndex))) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        long room = configuration.maximumStateBytes() - byteSize;
        if (room < 0 || UncertainReadings.isBeyond(offset, room)) {
            command.fail(UncertainReadings.STATE_TOO_LONG);
            return;
        }
        var status = byteSize == 0 ? StatusCode.SUCCESSFUL_COMPLETION : command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var reception = open == null ? new StateReception(versionIndex, vendorIndex, offset + byteSize) : open;
        reception.receive(command, offset, byteSize);
        if (UncertainReadings.commits(sequence)) {
            commit(command, target, reception);
        } else {
            receptions[target.place()] = reception;
            command.succeed();
        }
    }

    private void commit(Command command, InMemoryController target, StateReception reception) {
        receptions[target.place()] = null;
        var commit = new ControllerStateCommit(
                configuration, target, reception.received(), reception.versionIndex, reception.vendorIndex);
        var status = commit.verify();
        if (status == StatusCode.SUCCESSFUL_COMPLETION) {
            commit.apply();
            command.succeed();
        } else {
            command.fail(status);
        }
    }

    private static boolean isSameFormat(StateReception open, int versionIndex, int vendorIndex) {
        return UncertainReadings.mayChangeFormat()
                || (open.versionIndex == versionIndex && open.vendorIndex == vendorIndex);
    }

    /// {@return whether both indices are 0 or in the lists of CNS 20h}
    private boolean areListed(int versionIndex, int vendorIndex) {
        return versionIndex <= configuration.stateVersions().size()
                && vendorIndex <= configuration.vendorFormats().size();
    }

    /// {@return the migratable controller that CDW11 15:0 names; null where there is none}
    private @Nullable InMemoryController target(Command command) {
        return subsystem.migratable(command.entry.cdw11() & 0xFFFF);
    }

    private static boolean hasNamespace(Command command) {
        return command.entry.namespaceId() != 0;
    }

    private static long offset(Command command) {
        return (long) command.entry.cdw13() << 32 | Integer.toUnsignedLong(command.entry.cdw12());
    }

    private static MemorySegment scribble() {
        var pattern = MemorySegment.ofArray(new byte[4096]);
        pattern.fill((byte) 0xA5);
        return pattern.asReadOnly();
    }
}

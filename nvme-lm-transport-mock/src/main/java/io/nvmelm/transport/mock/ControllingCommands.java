package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import org.jspecify.annotations.Nullable;

/// The admin commands that exist on the controlling controller alone: live migration of the standard or of the vendor,
/// tracking, and virtualization, as far as the subsystem was built with them.
final class ControllingCommands {
    private final SubsystemConfiguration configuration;
    private final MigrationCommands migration;
    private final DataQueueCommands dataQueues;
    private final MemoryTrackingCommands memory;
    private final VendorMigrationCommands vendor;
    private final @Nullable VirtualizationCommands virtualization;

    ControllingCommands(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.configuration = configuration;
        this.migration = new MigrationCommands(subsystem, configuration);
        this.dataQueues = new DataQueueCommands(subsystem, configuration);
        this.memory = new MemoryTrackingCommands(subsystem, configuration);
        this.vendor = new VendorMigrationCommands(subsystem, configuration);
        this.virtualization =
                configuration.virtualizationManagement() ? new VirtualizationCommands(subsystem) : null;
    }

    DataQueueCommands dataQueues() {
        return dataQueues;
    }

    /// The controlling controller was reset.
    void reset() {
        migration.reset();
        dataQueues.reset();
        memory.reset();
    }

    /// {@return success; Invalid Command Opcode when the subsystem was built without the command; or Invalid Field in
    /// Command when the command has no such operation (SEL)}
    StatusCode offered(AdminOpcode opcode, Command command) {
        if (!exists(opcode)) {
            return StatusCode.INVALID_COMMAND_OPCODE;
        }
        return hasOperation(opcode, command.entry.cdw10() & 0xFF)
                ? StatusCode.SUCCESSFUL_COMPLETION
                : StatusCode.INVALID_FIELD_IN_COMMAND;
    }

    /// Processes a command that is [#offered(AdminOpcode, Command)].
    void execute(AdminOpcode opcode, Command command) {
        switch (opcode) {
            case MIGRATION_SEND -> migration.send(command);
            case MIGRATION_RECEIVE -> migration.receive(command);
            case CONTROLLER_DATA_QUEUE -> dataQueues.queue(command);
            case TRACK_SEND -> trackSend(command);
            case TRACK_RECEIVE -> memory.receive(command);
            case VENDOR_QUERY_STATE_SIZE,
                    VENDOR_SUSPEND,
                    VENDOR_RESUME,
                    VENDOR_SAVE_STATE,
                    VENDOR_LOAD_STATE -> vendor.execute(opcode, command);
            default -> virtualize(command);
        }
    }

    private boolean exists(AdminOpcode opcode) {
        var tracking = configuration.tracking();
        return switch (opcode) {
            case MIGRATION_SEND, MIGRATION_RECEIVE -> !configuration.hasVendorCommands();
            case CONTROLLER_DATA_QUEUE -> tracking.userDataChanges();
            case TRACK_SEND -> tracking.userDataChanges() || tracking.hostMemoryChanges();
            case TRACK_RECEIVE -> tracking.hostMemoryChanges();
            case VENDOR_QUERY_STATE_SIZE,
                    VENDOR_SUSPEND,
                    VENDOR_RESUME,
                    VENDOR_SAVE_STATE,
                    VENDOR_LOAD_STATE -> configuration.hasVendorCommands();
            case VIRTUALIZATION_MANAGEMENT -> virtualization != null;
            default -> false;
        };
    }

    private boolean hasOperation(AdminOpcode opcode, int select) {
        var tracking = configuration.tracking();
        return switch (opcode) {
            case MIGRATION_SEND -> select == SuspendCommand.SELECT
                    || select == ResumeCommand.SELECT
                    || select == SetControllerStateCommand.SELECT;
            case MIGRATION_RECEIVE -> select == GetControllerStateCommand.SELECT;
            case CONTROLLER_DATA_QUEUE -> select == CreateControllerDataQueueCommand.SELECT
                    || select == DeleteControllerDataQueueCommand.SELECT;
            case TRACK_SEND -> (select == LogUserDataChangesCommand.SELECT && tracking.userDataChanges())
                    || (select == TrackMemoryChangesCommand.SELECT && tracking.hostMemoryChanges());
            case TRACK_RECEIVE -> select == TrackedMemoryChangesCommand.SELECT;
            default -> true;
        };
    }

    private void trackSend(Command command) {
        if ((command.entry.cdw10() & 0xFF) == LogUserDataChangesCommand.SELECT) {
            dataQueues.logUserData(command);
        } else {
            memory.track(command);
        }
    }

    private void virtualize(Command command) {
        if (virtualization == null) {
            command.fail(StatusCode.INVALID_COMMAND_OPCODE);
        } else {
            virtualization.execute(command);
        }
    }
}

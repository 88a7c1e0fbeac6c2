package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
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

    void execute(AdminOpcode opcode, Command command) {
        if (!exists(opcode)) {
            command.fail(StatusCode.INVALID_COMMAND_OPCODE);
            return;
        }
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

    private void trackSend(Command command) {
        int select = command.entry.cdw10() & 0xFF;
        var tracking = configuration.tracking();
        if (select == LogUserDataChangesCommand.SELECT && tracking.userDataChanges()) {
            dataQueues.logUserData(command);
        } else if (select == TrackMemoryChangesCommand.SELECT && tracking.hostMemoryChanges()) {
            memory.track(command);
        } else {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
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

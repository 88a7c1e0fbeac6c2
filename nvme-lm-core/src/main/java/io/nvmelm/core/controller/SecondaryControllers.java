package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.ControllerResourceType;
import io.nvmelm.nvme.VirtualizationAction;
import io.nvmelm.nvme.VirtualizationManagementCommand;

/// The secondary controllers of a primary controller that has Virtualization Management (Base 2.3 clause 8.2.6): takes them offline
/// and online and gives them resources.
///
/// For a usable one: take it offline, assign queues and interrupts, have its virtual function enabled (`sriov_numvfs`), bring it
/// online, reset the function. A reset of the primary controller takes all of them offline. Each operation blocks for one command.
/// Thread-safe.
public final class SecondaryControllers {
    private final ControllingController primary;
    private final CommandPort port;
    private final TransferOptions options;

    SecondaryControllers(ControllingController primary, CommandPort port, TransferOptions options) {
        this.primary = primary;
        this.port = port;
        this.options = options;
    }

    /// Takes a secondary controller offline: it is reset, no host can use it, and it loses its flexible resources. No error when it
    /// is offline already.
    ///
    /// @param controllerId its CNTLID
    /// @throws InvalidValueException  when the identifier is the primary controller's own or names no controller
    /// @throws CommandFailedException with Invalid Controller Identifier when it is no secondary controller of this primary
    /// @throws LiveMigrationException when the command failed otherwise
    public void takeOffline(int controllerId) {
        requireSecondary(controllerId);
        execute(VirtualizationManagementCommand.offline(controllerId));
    }

    /// Brings a secondary controller online, so that a host can enable it. No error when it is online already.
    ///
    /// @param controllerId its CNTLID
    /// @throws InvalidValueException  when the identifier is the primary controller's own or names no controller
    /// @throws CommandFailedException with Invalid Secondary Controller State when it has fewer than two VQ resources or no VI
    ///                                resource, or its virtual function is not enabled
    /// @throws LiveMigrationException when the command failed otherwise
    public void bringOnline(int controllerId) {
        requireSecondary(controllerId);
        execute(VirtualizationManagementCommand.online(controllerId));
    }

    /// Assigns queues to a secondary controller that is offline, in place of those it has.
    ///
    /// @param controllerId its CNTLID
    /// @param queuePairs   how many pairs of queues it shall have, the admin queues included: 0 to 65 535; at least 2 to go online
    /// @return how many it has now, as the controller says; it may round up to its granularity
    /// @throws InvalidValueException  when the identifier is the primary controller's own or names no controller, or the number has
    ///                                more than 16 bits
    /// @throws CommandFailedException with Invalid Secondary Controller State when it is online, with Invalid Number of Controller
    ///                                Resources or Invalid Resource Identifier when it cannot have so many
    /// @throws LiveMigrationException when the command failed otherwise
    public int assignQueues(int controllerId, int queuePairs) {
        return assign(controllerId, ControllerResourceType.QUEUE, "queuePairs", queuePairs);
    }

    /// Assigns interrupt vectors to a secondary controller that is offline, in place of those it has.
    ///
    /// @param controllerId its CNTLID
    /// @param vectors      how many vectors it shall have, 0 to 65 535; at least 1 to go online
    /// @return how many it has now, as the controller says; it may round up to its granularity
    /// @throws InvalidValueException  when the identifier is the primary controller's own or names no controller, or the number has
    ///                                more than 16 bits
    /// @throws CommandFailedException with Invalid Secondary Controller State when it is online, with Invalid Number of Controller
    ///                                Resources or Invalid Resource Identifier when it cannot have so many
    /// @throws LiveMigrationException when the command failed otherwise
    public int assignInterrupts(int controllerId, int vectors) {
        return assign(controllerId, ControllerResourceType.INTERRUPT, "vectors", vectors);
    }

    /// Says how many flexible resources the primary controller itself shall have; the fewer, the more are left for the others. Takes
    /// effect at its next reset that is more than a Controller Reset (CC.EN), for instance a function level reset.
    ///
    /// @param type  which resources
    /// @param count how many, 0 to 65 535
    /// @return how many it will have, as the controller says
    /// @throws InvalidValueException  when the number has more than 16 bits
    /// @throws CommandFailedException with Invalid Number of Controller Resources or Invalid Resource Identifier when it cannot have
    ///                                so many
    /// @throws LiveMigrationException when the command failed otherwise
    public int allocateToPrimary(ControllerResourceType type, int count) {
        requireCount("count", count);
        return execute(new VirtualizationManagementCommand(
                VirtualizationAction.ALLOCATE_PRIMARY, type, primary.identity().controllerId(), count));
    }

    private int assign(int controllerId, ControllerResourceType type, String parameter, int count) {
        requireSecondary(controllerId);
        requireCount(parameter, count);
        return execute(VirtualizationManagementCommand.assign(controllerId, type, count));
    }

    /// Executes a command and returns the Number of Controller Resources Modified (NRM).
    private int execute(VirtualizationManagementCommand command) {
        try {
            return primary.withVirtualizationManagement(
                    () -> port.execute(command, null, options.commandTimeout()))
                    .dword0() & 0xFFFF;
        } catch (LiveMigrationException e) {
            throw e.at(primary.name(command.controllerId()), null);
        }
    }

    private void requireSecondary(int controllerId) {
        primary.requireOther(controllerId);
    }

    private static void requireCount(String parameter, int count) {
        if (count < 0 || count > 0xFFFF) {
            throw new InvalidValueException(parameter, Integer.toString(count), "0 to 65535");
        }
    }
}

package io.nvmelm.transport.mock;

import io.nvmelm.nvme.ControllerResourceType;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.VirtualizationAction;

/// Virtualization Management of the controlling controller (opcode 1Ch, Base 2.3 clause 8.2.6). Checks are made in this
/// order: coded fields, controller identifier, state of the controller, number of resources, free resources. Virtual
/// functions are always enabled.
final class VirtualizationCommands {
    private final InMemorySubsystem subsystem;
    private final ControllerResources resources;

    VirtualizationCommands(InMemorySubsystem subsystem) {
        this.subsystem = subsystem;
        this.resources = subsystem.resources();
    }

    void execute(Command command) {
        int cdw10 = command.entry.cdw10();
        int controllerId = cdw10 >>> 16;
        int count = command.entry.cdw11() & 0xFFFF;
        var action = VirtualizationAction.fromValue(cdw10).orElse(null);
        var type = ControllerResourceType.fromValue(cdw10 >>> 8).orElse(null);
        if (command.entry.namespaceId() != 0 || action == null || type == null) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (action == VirtualizationAction.ALLOCATE_PRIMARY) {
            allocatePrimary(command, controllerId, resources.pool(type), count);
            return;
        }
        var target = subsystem.migratable(controllerId);
        if (target == null) {
            command.fail(StatusCode.INVALID_CONTROLLER_IDENTIFIER);
            return;
        }
        switch (action) {
            case ASSIGN -> assign(command, target, resources.pool(type), count);
            case ONLINE -> bringOnline(command, target);
            default -> takeOffline(command, target);
        }
    }

    private void allocatePrimary(
            Command command, int controllerId, ControllerResources.Pool pool, int count) {
        if (controllerId != subsystem.controllingController().controllerId()) {
            command.fail(StatusCode.INVALID_CONTROLLER_IDENTIFIER);
        } else if (count > pool.total) {
            command.fail(StatusCode.INVALID_NUMBER_OF_CONTROLLER_RESOURCES);
        } else if (count > pool.total - pool.assigned()) {
            command.fail(StatusCode.INVALID_RESOURCE_IDENTIFIER);
        } else {
            pool.allocateToPrimary(count);
            command.succeed(count);
        }
    }

    private void assign(Command command, InMemoryController target, ControllerResources.Pool pool, int count) {
        int place = target.place();
        if (resources.isOnline(place)) {
            command.fail(StatusCode.INVALID_SECONDARY_CONTROLLER_STATE);
        } else if (count > pool.secondaryMaximum) {
            command.fail(StatusCode.INVALID_NUMBER_OF_CONTROLLER_RESOURCES);
        } else if (count - pool.assigned(place) > pool.free()) {
            command.fail(StatusCode.INVALID_RESOURCE_IDENTIFIER);
        } else {
            pool.assign(place, count);
            target.controllerLevelReset(true);
            command.succeed(count);
        }
    }

    private void bringOnline(Command command, InMemoryController target) {
        int place = target.place();
        if (!resources.isSufficient(place)) {
            command.fail(StatusCode.INVALID_SECONDARY_CONTROLLER_STATE);
            return;
        }
        resources.bringOnline(place);
        target.stateChanged();
        command.succeed();
        target.continueWork();
    }

    private void takeOffline(Command command, InMemoryController target) {
        resources.takeOffline(target.place());
        target.controllerLevelReset(true);
        command.succeed();
    }
}

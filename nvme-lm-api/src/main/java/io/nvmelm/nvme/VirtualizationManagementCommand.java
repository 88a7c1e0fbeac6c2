package io.nvmelm.nvme;

/// Virtualization Management (opcode 1Ch, Base 2.3 clause 8.2.6): gives flexible resources to controllers and takes
/// secondary controllers online and offline. Dword 0 of its completion has in bits 15:0 the number of resources that
/// were really given (NRM).
///
/// @param action        Action (ACT), CDW10 3:0
/// @param resourceType  Resource Type (RT), CDW10 10:8; the actions Offline and Online do not use it
/// @param controllerId  the controller that is changed (CNTLID), CDW10 31:16
/// @param resourceCount Number of Controller Resources (NR), CDW11 15:0; the actions Offline and Online do not use it
public record VirtualizationManagementCommand(
        VirtualizationAction action,
        ControllerResourceType resourceType,
        int controllerId,
        int resourceCount) implements AdminCommand {

    /// Checks every field.
    public VirtualizationManagementCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        FieldBounds.requireUnsigned16("NR", resourceCount);
    }

    /// {@return the command that takes a secondary controller offline}
    ///
    /// @param controllerId the secondary controller, 0 to 65 535
    public static VirtualizationManagementCommand offline(int controllerId) {
        return new VirtualizationManagementCommand(
                VirtualizationAction.OFFLINE, ControllerResourceType.QUEUE, controllerId, 0);
    }

    /// {@return the command that brings a secondary controller online}
    ///
    /// @param controllerId the secondary controller, 0 to 65 535
    public static VirtualizationManagementCommand online(int controllerId) {
        return new VirtualizationManagementCommand(
                VirtualizationAction.ONLINE, ControllerResourceType.QUEUE, controllerId, 0);
    }

    /// {@return the command that assigns resources to a secondary controller, in place of those it has}
    ///
    /// @param controllerId the secondary controller, 0 to 65 535
    /// @param type         which resources
    /// @param count        how many it shall have, 0 to 65 535
    public static VirtualizationManagementCommand assign(int controllerId, ControllerResourceType type, int count) {
        return new VirtualizationManagementCommand(VirtualizationAction.ASSIGN, type, controllerId, count);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.VIRTUALIZATION_MANAGEMENT;
    }

    @Override
    public long dataByteSize() {
        return 0;
    }
}

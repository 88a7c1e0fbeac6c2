package io.nvmelm.nvme;

/// Migration Send, Suspend (Base 2.3 clause 5.2.17.1.1).
///
/// @param controllerId                 the migratable controller (CNTLID), CDW11 15:0
/// @param type                         Suspend Type, CDW11 23:16
/// @param deleteUserDataMigrationQueue Delete User Data Migration Queue (DUDMQ), CDW11 31: on success delete the queue
///                                     of that controller
public record SuspendCommand(int controllerId, SuspendType type,
        boolean deleteUserDataMigrationQueue) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 0;

    /// Checks every field.
    public SuspendCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.MIGRATION_SEND;
    }

    @Override
    public long dataByteSize() {
        return 0;
    }
}

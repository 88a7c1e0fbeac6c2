package io.nvmelm.nvme;

/// Migration Send, Resume (Base 2.3 clause 5.2.17.1.2). Select value 1; step lists of Base 2.1 and 2.2 misprint it.
///
/// @param controllerId the migratable controller (CNTLID), CDW11 15:0
public record ResumeCommand(int controllerId) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 1;

    /// Checks the field.
    public ResumeCommand {
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

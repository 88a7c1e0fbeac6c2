package io.nvmelm.nvme;

/// Track Send, Log User Data Changes (Base 2.3 clause 5.2.28.1.1).
///
/// @param queueId identifier of the User Data Migration Queue (CDQID), CDW11 15:0
/// @param start   Logging Action (LACT), CDW10 19:16: 1h to start, 0h to stop
public record LogUserDataChangesCommand(int queueId, boolean start) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 0;

    /// Checks the field.
    public LogUserDataChangesCommand {
        FieldBounds.requireUnsigned16("CDQID", queueId);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.TRACK_SEND;
    }

    @Override
    public long dataByteSize() {
        return 0;
    }
}

package io.nvmelm.nvme;

/// Controller Data Queue, Delete (Base 2.3 clause 5.2.4.2). Ends the logging that fills the queue.
///
/// @param queueId identifier of the queue (CDQID), CDW11 15:0
public record DeleteControllerDataQueueCommand(int queueId) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 1;

    /// Checks the field.
    public DeleteControllerDataQueueCommand {
        FieldBounds.requireUnsigned16("CDQID", queueId);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.CONTROLLER_DATA_QUEUE;
    }

    @Override
    public long dataByteSize() {
        return 0;
    }
}

package io.nvmelm.nvme;

/// Get Features, Controller Data Queue (FID 21h, Base 2.3 figs. 443 to 446), current value. Dword 0 of the completion is laid out
/// as CDW11 of Set Features; the pointers are in the data, see [QueueHead].
///
/// @param queueId identifier of the queue (CDQID), CDW11 15:0
public record GetQueueHeadCommand(int queueId) implements AdminCommand {

    /// Bytes of the data.
    public static final int DATA_BYTES = 512;

    /// Checks the field.
    public GetQueueHeadCommand {
        FieldBounds.requireUnsigned16("CDQID", queueId);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.GET_FEATURES;
    }

    @Override
    public long dataByteSize() {
        return DATA_BYTES;
    }
}

package io.nvmelm.nvme;

import java.util.OptionalLong;

/// Set Features, Controller Data Queue (FID 21h, Base 2.3 clause 5.2.26.1.23): gives slots of a queue back and arms or disarms its
/// tail pointer trigger. Pointers count slots. The feature cannot be saved.
///
/// @param queueId     identifier of the queue (CDQID), CDW11 15:0
/// @param headSlot    new head: the first slot that was not consumed (HP), CDW12, unsigned 32 bits
/// @param triggerSlot slot whose entry raises the one-shot event (TPT), CDW13, unsigned 32 bits; empty for no event (ETPT, CDW11 31,
///                    is 0)
public record SetQueueHeadCommand(int queueId, long headSlot, OptionalLong triggerSlot) implements AdminCommand {

    /// Identifier of the feature (FID).
    public static final int FEATURE = 0x21;

    /// Checks every field.
    public SetQueueHeadCommand {
        FieldBounds.requireUnsigned16("CDQID", queueId);
        FieldBounds.requireUnsigned32("HP", headSlot);
        FieldBounds.requireUnsigned32("TPT", triggerSlot.orElse(0));
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.SET_FEATURES;
    }

    @Override
    public long dataByteSize() {
        return 0;
    }
}

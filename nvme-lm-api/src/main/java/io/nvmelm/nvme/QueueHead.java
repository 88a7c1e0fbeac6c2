package io.nvmelm.nvme;

/// Data of Get Features, Controller Data Queue (Base 2.3 fig. 446), 512 bytes of which 8 are used.
///
/// @param headSlot    HP, bytes 0 to 3, unsigned: the first slot that was not consumed
/// @param triggerSlot TPT, bytes 4 to 7, unsigned: slot whose entry raises the one-shot event; 0 when none does
public record QueueHead(long headSlot, long triggerSlot) {

    /// Checks every field.
    public QueueHead {
        FieldBounds.requireUnsigned32("HP", headSlot);
        FieldBounds.requireUnsigned32("TPT", triggerSlot);
    }
}

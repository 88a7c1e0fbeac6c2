package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.QueueHead;
import java.lang.foreign.MemorySegment;

/// What Get Features returns for feature 21h (Base 2.3 figs. 443 and 446): 512 bytes of data to and from records, and
/// completion dword 0.
///
/// ```
///   data:              0    4     8              512
///                      | HP | TPT | rsvd         |
///
///   completion dword 0:  31 ETPT   30:16 rsvd   15:0 CDQID
/// ```
public final class QueueHeadCodec {
    private static final int HP_OFFSET = 0;
    private static final int TPT_OFFSET = 4;
    private static final int TRIGGER_ENABLE = 1 << 31;
    private static final String STRUCTURE = "Controller Data Queue feature data";

    private QueueHeadCodec() {}

    /// {@return the pointers of a queue}
    ///
    /// @param data at least 512 bytes that start with the data
    /// @throws InvalidValueException when there are fewer
    public static QueueHead decode(MemorySegment data) {
        Layouts.requireInside(STRUCTURE, data, 0, GetQueueHeadCommand.DATA_BYTES);
        return new QueueHead(
                Integer.toUnsignedLong(data.get(Layouts.DWORD, HP_OFFSET)),
                Integer.toUnsignedLong(data.get(Layouts.DWORD, TPT_OFFSET)));
    }

    /// Writes the pointers of a queue; every other byte becomes 0.
    ///
    /// @param head the pointers
    /// @param data at least 512 bytes, of which the first 512 are written
    /// @throws InvalidValueException when there are fewer
    public static void encode(QueueHead head, MemorySegment data) {
        Layouts.requireInside(STRUCTURE, data, 0, GetQueueHeadCommand.DATA_BYTES);
        data.asSlice(0, GetQueueHeadCommand.DATA_BYTES).fill((byte) 0);
        data.set(Layouts.DWORD, HP_OFFSET, (int) head.headSlot());
        data.set(Layouts.DWORD, TPT_OFFSET, (int) head.triggerSlot());
    }

    /// {@return identifier of the queue (CDQID)}
    ///
    /// @param completionDword0 dword 0 of the completion
    public static int queueId(int completionDword0) {
        return completionDword0 & 0xFFFF;
    }

    /// {@return whether the tail pointer trigger is armed (ETPT)}
    ///
    /// @param completionDword0 dword 0 of the completion
    public static boolean triggerArmed(int completionDword0) {
        return (completionDword0 & TRIGGER_ENABLE) != 0;
    }

    /// {@return dword 0 of the completion}
    ///
    /// @param queueId      identifier of the queue (CDQID), 16 bits
    /// @param triggerArmed whether the tail pointer trigger is armed (ETPT)
    public static int completionDword0(int queueId, boolean triggerArmed) {
        return (triggerArmed ? TRIGGER_ENABLE : 0) | (queueId & 0xFFFF);
    }
}

package io.nvmelm.transport.mock;

import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.EntrySequence;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The bytes of LBA Migration Queue entries, type 0 (NVM Command Set 1.2 fig. 177), written by numbers so that they do
/// not share a mistake with the code that reads them.
///
/// ```
///   0      4       8               16 ...     31
///   | NSID | NLB-1 | SLBA          | reserved | LBACIR 7:6, DLBA 5, ESA 3:1, CDQP 0 |
/// ```
final class UserDataEntry {
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int NSID = 0;
    private static final int NLB = 4;
    private static final int SLBA = 8;
    private static final int ATTRIBUTES = 31;

    private UserDataEntry() {}

    /// Fills in an entry that names no blocks.
    static void marker(MemorySegment entry, EntrySequence sequence) {
        entry.fill((byte) 0);
        attributes(entry, sequence, ChangeScope.NONE, false);
    }

    /// Fills in an entry for all blocks of a namespace; only with a sequence that is not ordinary.
    static void namespace(MemorySegment entry, EntrySequence sequence, int namespaceId, boolean deallocated) {
        entry.fill((byte) 0);
        entry.set(DWORD, NSID, namespaceId);
        attributes(entry, sequence, ChangeScope.NAMESPACE, deallocated);
    }

    /// Fills in an entry for a range.
    ///
    /// @param count 1 to 2^32 blocks
    static void range(
            MemorySegment entry,
            EntrySequence sequence,
            int namespaceId,
            long first,
            long count,
            boolean deallocated) {
        entry.fill((byte) 0);
        entry.set(DWORD, NSID, namespaceId);
        entry.set(DWORD, NLB, (int) (count - 1));
        entry.set(QUADWORD, SLBA, first);
        attributes(entry, sequence, ChangeScope.RANGE, deallocated);
    }

    /// Sets the phase tag.
    static void phase(MemorySegment entry, boolean phase) {
        int others = entry.get(ValueLayout.JAVA_BYTE, ATTRIBUTES) & ~1;
        entry.set(ValueLayout.JAVA_BYTE, ATTRIBUTES, (byte) (others | (phase ? 1 : 0)));
    }

    private static void attributes(
            MemorySegment entry, EntrySequence sequence, ChangeScope scope, boolean deallocated) {
        int value = scope.value() << 6 | (deallocated ? 1 << 5 : 0) | sequence.value() << 1;
        entry.set(ValueLayout.JAVA_BYTE, ATTRIBUTES, (byte) value);
    }
}

package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.LbaMigrationEntry;
import java.lang.foreign.MemorySegment;

/// LBA Migration Queue entries, type 0 (NVM Command Set 1.2 fig. 177) to and from records.
public final class LbaMigrationEntryCodec {
    private static final String STRUCTURE = "LBA Migration Queue entry";

    private LbaMigrationEntryCodec() {}

    /// {@return an entry} Fields that its scope gives no meaning are not looked at and are 0 in the record: NLB and
    /// SLBA unless it is a range, NSID when the entry is a marker.
    ///
    /// @param ring       memory of the entries
    /// @param byteOffset where the entry starts in it
    /// @throws InvalidValueException when it does not fit there, ESA or LBACIR is reserved, they do not go together, or
    ///                               the blocks go beyond 2^64; names the field and its byte in the entry
    public static LbaMigrationEntry decode(MemorySegment ring, long byteOffset) {
        Layouts.requireInside(STRUCTURE, ring, byteOffset, LbaMigrationEntryView.BYTES);
        int attributes = LbaMigrationEntryView.attributesAcquire(ring, byteOffset);
        int sequenceBits = LbaMigrationEntryView.sequence(attributes);
        int scopeBits = LbaMigrationEntryView.scope(attributes);
        var sequence = EntrySequence.fromValue(sequenceBits)
                .orElseThrow(() -> refusal("ESA", sequenceBits, "0 to 3, or 7"));
        var scope = ChangeScope.fromValue(scopeBits).orElseThrow(() -> refusal("LBACIR", scopeBits, "0 to 2"));
        if (sequence == EntrySequence.ORDINARY && scope != ChangeScope.RANGE) {
            throw refusal("LBACIR", scopeBits, "0 in an entry that is neither first nor last");
        }
        boolean range = scope == ChangeScope.RANGE;
        long firstBlock = range ? LbaMigrationEntryView.firstBlock(ring, byteOffset) : 0;
        long blockCount = range ? LbaMigrationEntryView.blockCount(ring, byteOffset) : 0;
        if (range && Long.compareUnsigned(firstBlock + (blockCount - 1), firstBlock) < 0) {
            throw new InvalidValueException(
                    "SLBA",
                    Long.toUnsignedString(firstBlock),
                    blockCount + " blocks that end before 2^64",
                    LbaMigrationEntryView.SLBA_OFFSET);
        }
        return new LbaMigrationEntry(
                scope == ChangeScope.NONE ? 0 : LbaMigrationEntryView.namespaceId(ring, byteOffset),
                firstBlock,
                blockCount,
                LbaMigrationEntryView.deallocated(attributes),
                sequence,
                scope,
                LbaMigrationEntryView.phase(attributes));
    }

    /// Writes an entry, its last byte last (release).
    ///
    /// @param entry      the entry
    /// @param ring       memory of the entries
    /// @param byteOffset where the entry starts in it
    /// @throws InvalidValueException when it does not fit there
    public static void encode(LbaMigrationEntry entry, MemorySegment ring, long byteOffset) {
        Layouts.requireInside(STRUCTURE, ring, byteOffset, LbaMigrationEntryView.BYTES);
        LbaMigrationEntryView.post(
                ring,
                byteOffset,
                entry.namespaceId(),
                entry.firstBlock(),
                entry.scope() == ChangeScope.RANGE ? entry.blockCount() - 1 : 0,
                LbaMigrationEntryView.attributesOf(
                        entry.sequence(), entry.scope(), entry.deallocated(), entry.phase()));
    }

    private static InvalidValueException refusal(String field, int value, String bound) {
        return new InvalidValueException(field, Integer.toString(value), bound, LbaMigrationEntryView.LBAMQA_OFFSET);
    }
}

package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;

/// An entry of an LBA Migration Queue, type 0, 32 bytes (NVM Command Set 1.2 fig. 177): the User Data Migration Queue of the NVM Command
/// Set.
///
/// @param namespaceId namespace (NSID), bytes 0 to 3; 0 in an entry without scope
/// @param firstBlock  first logical block address (SLBA), bytes 8 to 15, unsigned; 0 unless the scope is a range
/// @param blockCount  number of blocks, 1 to 2^32. A plain count here; the field NLB in bytes 4 to 7 is 0's based. 0 unless the
///                    scope is a range
/// @param deallocated Deallocated (DLBA): the blocks were deallocated, else they were written or deallocated
/// @param sequence    place in the sequence of entries (ESA)
/// @param scope       what changed (LBACIR)
/// @param phase       phase tag (CDQP)
public record LbaMigrationEntry(
        long namespaceId,
        long firstBlock,
        long blockCount,
        boolean deallocated,
        EntrySequence sequence,
        ChangeScope scope,
        boolean phase) {

    /// Bytes of an entry.
    public static final int BYTES = 32;

    /// Checks that the fields go together.
    public LbaMigrationEntry {
        FieldBounds.requireUnsigned32("NSID", namespaceId);
        if (scope == ChangeScope.RANGE) {
            if (blockCount < 1 || blockCount > 1L << 32) {
                throw new InvalidValueException("blockCount", Long.toString(blockCount), "1 to 4294967296");
            }
        } else {
            FieldBounds.require("blockCount", blockCount, 0);
            FieldBounds.require("SLBA", firstBlock, 0);
            if (sequence == EntrySequence.ORDINARY) {
                throw new InvalidValueException("LBACIR", scope.toString(),
                        "RANGE in an entry that is neither first nor last");
            }
        }
        if (scope == ChangeScope.NONE) {
            FieldBounds.require("NSID", namespaceId, 0);
        }
    }
}

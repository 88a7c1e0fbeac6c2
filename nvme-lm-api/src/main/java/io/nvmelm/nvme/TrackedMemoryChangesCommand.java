package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;

/// Track Receive, Tracked Memory Changes (Base 2.3 clause 5.2.27.1.1). What it reports is removed: a completion that gets lost loses
/// the changes.
///
/// @param controllerId controller that is watched (CNTLID), CDW11 15:0
/// @param dwordCount   dwords to return, 4 to 2^32. A plain count here; the field NUMDL in CDW12 is 0's based
public record TrackedMemoryChangesCommand(int controllerId, long dwordCount) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 0;

    /// Checks every field.
    public TrackedMemoryChangesCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        if (dwordCount < 4 || dwordCount > 1L << 32) {
            throw new InvalidValueException("dwordCount", Long.toString(dwordCount), "4 to 4294967296");
        }
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.TRACK_RECEIVE;
    }

    @Override
    public long dataByteSize() {
        return dwordCount * 4;
    }
}

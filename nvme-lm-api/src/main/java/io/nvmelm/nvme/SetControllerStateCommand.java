package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;

/// Migration Send, Set Controller State (Base 2.3 clause 5.2.17.1.3). Select value 2; step lists of Base 2.1 and 2.2
/// misprint it.
///
/// @param controllerId     the controller to be written (CNTLID), CDW11 15:0
/// @param sequence         Sequence Indicator, CDW10 17:16
/// @param versionIndex     Controller State Version Index (CSVI), CDW11 23:16: place from 1 in the list of supported
///                         formats of *this* controlling controller, 0 when the state has no NVMe Controller State
/// @param vendorUuidIndex  Controller State UUID Index (CSUUIDI), CDW11 31:24: place from 1 in that list, 0 when the
///                         state has no vendor specific data
/// @param byteOffset       offset of this piece in the Controller State, unsigned, a multiple of 4; CDW12 and CDW13
/// @param uuidIndex        UUID Index (UIDX), CDW14 6:0; unrelated to `vendorUuidIndex`
/// @param dwordCount       dwords in this piece (NUMD), CDW15: a plain count; 0 only for the last piece
public record SetControllerStateCommand(
        int controllerId,
        SequenceIndicator sequence,
        int versionIndex,
        int vendorUuidIndex,
        long byteOffset,
        int uuidIndex,
        long dwordCount) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 2;

    /// Checks every field.
    public SetControllerStateCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        FieldBounds.requireUnsigned8("CSVI", versionIndex);
        FieldBounds.requireUnsigned8("CSUUIDI", vendorUuidIndex);
        FieldBounds.require("UIDX", uuidIndex, 0x7F);
        FieldBounds.requireUnsigned32("NUMD", dwordCount);
        if ((byteOffset & 3) != 0) {
            throw new InvalidValueException("CSO", Long.toUnsignedString(byteOffset), "a multiple of 4");
        }
        if (versionIndex == 0 && vendorUuidIndex == 0) {
            throw new InvalidValueException("CSVI and CSUUIDI", "0", "at least one of them 1 or more");
        }
        if (dwordCount == 0 && sequence != SequenceIndicator.LAST) {
            throw new InvalidValueException("NUMD", "0", "1 or more unless the piece is the last of several");
        }
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.MIGRATION_SEND;
    }

    @Override
    public long dataByteSize() {
        return dwordCount * 4;
    }
}

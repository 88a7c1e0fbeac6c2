package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;

/// Migration Receive, Get Controller State (Base 2.3 clause 5.2.16.1.1).
///
/// @param controllerId    the controller to be read (CNTLID), CDW11 15:0
/// @param versionIndex    Controller State Version Index (CSVI), CDW10 23:16: place from 1 in the list of supported
///                        formats of *this* controlling controller, 0 to leave the NVMe Controller State out
/// @param vendorUuidIndex Controller State UUID Index (CSUUIDI), CDW11 23:16: place from 1 in that list, 0 to leave
///                        vendor specific data out
/// @param vendorParameter Controller State UUID Index Parameter (CSUIDXP), CDW11 31:24: vendor specific; ignored when
///                        `vendorUuidIndex` is 0
/// @param byteOffset      offset in the Controller State, unsigned, a multiple of 4; CDW12 and CDW13
/// @param uuidIndex       UUID Index (UIDX), CDW14 6:0; unrelated to `vendorUuidIndex`
/// @param dwordCount      dwords to return, 1 to 2^32. A plain count here; the field NUMDL in CDW15 is 0's based,
///                        unlike that of Set Controller State
public record GetControllerStateCommand(
        int controllerId,
        int versionIndex,
        int vendorUuidIndex,
        int vendorParameter,
        long byteOffset,
        int uuidIndex,
        long dwordCount) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 0;

    /// Checks every field.
    public GetControllerStateCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        FieldBounds.requireUnsigned8("CSVI", versionIndex);
        FieldBounds.requireUnsigned8("CSUUIDI", vendorUuidIndex);
        FieldBounds.requireUnsigned8("CSUIDXP", vendorParameter);
        FieldBounds.require("UIDX", uuidIndex, 0x7F);
        if ((byteOffset & 3) != 0) {
            throw new InvalidValueException("OFFSET", Long.toUnsignedString(byteOffset), "a multiple of 4");
        }
        if (dwordCount < 1 || dwordCount > 1L << 32) {
            throw new InvalidValueException("dwordCount", Long.toString(dwordCount), "1 to 4294967296");
        }
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.MIGRATION_RECEIVE;
    }

    @Override
    public long dataByteSize() {
        return dwordCount * 4;
    }
}

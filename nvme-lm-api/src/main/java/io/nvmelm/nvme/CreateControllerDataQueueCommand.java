package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;

/// Controller Data Queue, Create, of a User Data Migration Queue (Base 2.3 clause 5.2.4.1, queue type 0h). The command names
/// ring memory, which the data pointer is set to by the transport. Dword 0 of its completion has the queue's identifier
/// (CDQID) in 15:0.
///
/// @param controllerId         migratable controller whose changes will be logged (CQS), CDW11 31:16
/// @param physicallyContiguous Physically Contiguous (PC), CDW11 0: whether the data pointer is the ring itself and no list of its
///                             pages
/// @param dwordCount           size of the ring in dwords (CDQSIZE), CDW12, a plain count from 1 to 2^32 - 1
public record CreateControllerDataQueueCommand(int controllerId, boolean physicallyContiguous,
        long dwordCount) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 0;

    /// Checks every field.
    public CreateControllerDataQueueCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        if (dwordCount < 1 || dwordCount > 0xFFFF_FFFFL) {
            throw new InvalidValueException("CDQSIZE", Long.toString(dwordCount), "1 to 4294967295");
        }
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.CONTROLLER_DATA_QUEUE;
    }

    @Override
    public long dataByteSize() {
        return 0;
    }
}

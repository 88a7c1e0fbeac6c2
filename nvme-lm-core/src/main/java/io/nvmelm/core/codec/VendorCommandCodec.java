package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.AdminCommandCodec.refusal;

import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import java.lang.foreign.MemorySegment;

/// The vendor specific commands of 2022, to and from submission entries of 64 bytes.
///
/// ```
///          31:16   | 15:0
///   Query size (C4h), Suspend (C8h), Resume (CCh), Save (D2h)
///   CDW10  rsvd    | VF index, from 1
///
///   Load (D5h)
///   CDW10  rsvd    | VF index, from 1
///   CDW11  size in bytes
/// ```
///
/// Save names no size: the host provides what Query size returned.
final class VendorCommandCodec {
    private static final int CDW10 = SubmissionEntryView.CDW10_OFFSET;
    private static final int CDW11 = SubmissionEntryView.CDW11_OFFSET;

    private VendorCommandCodec() {}

    static void encode(VendorMigrationCommand command, MemorySegment entry) {
        int byteSize = command.operation() == VendorMigrationOperation.LOAD ? (int) command.dataByteSize() : 0;
        AdminCommandCodec.encode(command, entry, command.functionIndex(), byteSize);
    }

    static AdminCommand decode(VendorMigrationOperation operation, SubmissionEntryView view) {
        int functionIndex = view.cdw10() & 0xFFFF;
        if (functionIndex == 0) {
            throw refusal("VF index", 0, "1 to 65535", CDW10);
        }
        long byteSize = 0;
        if (operation == VendorMigrationOperation.LOAD) {
            byteSize = Integer.toUnsignedLong(view.cdw11());
            if (byteSize == 0) {
                throw refusal("size", 0, "1 to 4294967295", CDW11);
            }
        }
        return new VendorMigrationCommand(operation, functionIndex, byteSize);
    }
}

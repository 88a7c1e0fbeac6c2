package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Why a passthrough command cannot name memory that the controller goes on using: a queue, a ring, a doorbell buffer. The kernel
/// would pass such a command on, and the controller would write into pages that belong to somebody else by then, so these few
/// commands are refused here.
final class RingMemory {
    /// The reason, for [io.nvmelm.spi.TransportLimits#noRingMemoryReason()].
    static final String UNAVAILABLE =
            "the kernel unmaps the memory of a passthrough command when the command is complete, so the controller cannot go on"
                    + " writing there; a controller that is opened through VFIO in user space (NvmeAdminTransport) can hold"
                    + " rings";

    /// Doorbell Buffer Config (Base 2.3 fig. 142).
    private static final int DOORBELL_BUFFER_CONFIG = 0x7C;
    /// SEL of Controller Data Queue, CDW10 7:0: create.
    private static final int CREATE = 0;

    private RingMemory() {}

    /// {@return whether the command of an entry hands such memory to the controller}
    static boolean isNamedBy(MemorySegment entry) {
        int opcode = Byte.toUnsignedInt(entry.get(ValueLayout.JAVA_BYTE, SubmissionEntryView.OPCODE_OFFSET));
        int select = entry.get(ValueLayout.JAVA_BYTE, SubmissionEntryView.CDW10_OFFSET);
        return opcode == DOORBELL_BUFFER_CONFIG
                || opcode == AdminOpcode.CREATE_IO_SUBMISSION_QUEUE.value()
                || opcode == AdminOpcode.CREATE_IO_COMPLETION_QUEUE.value()
                || (opcode == AdminOpcode.CONTROLLER_DATA_QUEUE.value() && select == CREATE);
    }

    static TransportException refusal() {
        return new TransportException(
                FailureCategory.ABORT_MIGRATION,
                "the command names memory that the controller would use after it: " + UNAVAILABLE,
                "Bind the controller to vfio-pci and open it in user space with NvmeController.open, whose transport is an"
                        + " NvmeAdminTransport",
                0,
                null);
    }
}

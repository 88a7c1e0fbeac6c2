package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.DataDirection;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// What a submission entry has to keep to so that the kernel can pass it on. The kernel does not check any of this: it
/// would do something else than the entry says, or the controller would write where it must not.
final class EntryRules {
    private static final ValueLayout.OfInt CDW10 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong MPTR =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// SEL of Get Features, CDW10 10:8, and its value for the capabilities of a feature, which come without data.
    private static final int FEATURE_SELECT_SHIFT = 8;
    private static final int FEATURE_SELECT_MASK = 7;
    private static final int FEATURE_CAPABILITIES = 3;

    private EntryRules() {}

    /// Checks an entry of 64 bytes.
    ///
    /// @param entry        the entry
    /// @param hasData      whether memory is named
    /// @param dataByteSize bytes of it that the command may move
    /// @return why the kernel cannot have the command; null when it can
    /// @throws InvalidValueException when the entry, or the entry with these data, is no command at all
    static @Nullable TransportException check(MemorySegment entry, boolean hasData, long dataByteSize) {
        try {
            int opcode = Byte.toUnsignedInt(entry.get(ValueLayout.JAVA_BYTE, SubmissionEntryView.OPCODE_OFFSET));
            requireData(opcode, entry.get(CDW10, SubmissionEntryView.CDW10_OFFSET), hasData, dataByteSize);
            requireNoMetadata(entry.get(MPTR, SubmissionEntryView.MPTR_OFFSET));
            if (opcode == AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST.value()) {
                return eventRefusal();
            }
            return RingMemory.isNamedBy(entry) ? RingMemory.refusal() : null;
        } catch (IllegalStateException | WrongThreadException e) {
            throw unreadable(entry, e);
        }
    }

    /// {@return what it means that the entry could not be read}
    ///
    /// @param entry the entry
    /// @param cause what reading it threw
    static InvalidValueException unreadable(MemorySegment entry, RuntimeException cause) {
        return new InvalidValueException(
                "entry",
                entry.toString(),
                "a segment that is alive and can be read by this thread: " + cause.getMessage());
    }

    /// Identify writes all of its structure (Base 2.3 clause 5.2.13), Get Features all of the attributes of a Controller Data Queue
    /// (fig. 446), and the kernel maps as much as it is told: what is missing would be written behind the memory. Other commands of
    /// migration and tracking say their size, or read what they are given.
    private static void requireData(int opcode, int cdw10, boolean hasData, long dataByteSize) {
        if (hasData && DataDirection.ofOpcode(opcode) == DataDirection.BIDIRECTIONAL) {
            throw new InvalidValueException(
                    "opcode", Integer.toString(opcode), "with data one way, as the kernel maps them for one");
        }
        if (opcode == AdminOpcode.IDENTIFY.value() && dataByteSize < IdentifyCommand.DATA_BYTES) {
            throw new InvalidValueException(
                    "dataByteSize",
                    Long.toString(dataByteSize),
                    IdentifyCommand.DATA_BYTES + " or more, as Identify always writes " + IdentifyCommand.DATA_BYTES
                            + " bytes");
        }
        if (opcode == AdminOpcode.GET_FEATURES.value()
                && (cdw10 & 0xFF) == SetQueueHeadCommand.FEATURE
                && (cdw10 >>> FEATURE_SELECT_SHIFT & FEATURE_SELECT_MASK) != FEATURE_CAPABILITIES
                && dataByteSize < GetQueueHeadCommand.DATA_BYTES) {
            throw new InvalidValueException(
                    "dataByteSize",
                    Long.toString(dataByteSize),
                    GetQueueHeadCommand.DATA_BYTES
                            + " or more, as Get Features of a Controller Data Queue always writes "
                            + GetQueueHeadCommand.DATA_BYTES + " bytes");
        }
    }

    private static void requireNoMetadata(long pointer) {
        if (pointer != 0) {
            throw new InvalidValueException(
                    "metadata pointer (MPTR)",
                    Long.toHexString(pointer) + "h",
                    "0, as no metadata pass through the kernel with an admin command");
        }
    }

    private static TransportException eventRefusal() {
        return new TransportException(
                FailureCategory.ABORT_MIGRATION,
                "Asynchronous Event Request was not sent: the events of the controller belong to the kernel's driver,"
                        + " which would reset the controller when the request had waited for all its time",
                "See events in the kernel's log with: dmesg | grep nvme; or open the controller through VFIO in user"
                        + " space (NvmeController) and listen there",
                0,
                null);
    }
}

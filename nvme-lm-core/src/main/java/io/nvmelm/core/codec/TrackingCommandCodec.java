package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.AdminCommandCodec.refusal;

import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/// The commands that track changes of user data and of host memory, to and from submission entries of 64 bytes.
///
/// ```
///          31:24   | 23:16   | 15:8 | 7:0
///   Controller Data Queue (45h, Base 2.3 clause 5.2.4.1): Create (SEL 0)
///   CDW10  rsvd    | QT      | rsvd | SEL           QT is 0, a User Data Migration Queue
///   CDW11  CNTLID            | rsvd        | PC     PC in bit 0
///   CDW12  CDQSIZE, a plain count of dwords
///
///   Controller Data Queue (45h, clause 5.2.4.2): Delete (SEL 1)
///   CDW10  rsvd                     | SEL
///   CDW11  rsvd              | CDQID
///
///   Track Send (3Dh, clause 5.2.28.1.1): Log User Data Changes (SEL 0)
///   CDW10  LACT in 19:16     | rsvd | SEL
///   CDW11  rsvd              | CDQID
///
///   Track Send (3Dh, clause 5.2.28.1.2): Track Memory Changes (SEL 1)
///   CDW10  TACT in 16        | rsvd | SEL
///   CDW11  rsvd              | CNTLID
///
///   Track Receive (3Eh, clause 5.2.27.1.1): Tracked Memory Changes (SEL 0)
///   CDW10  rsvd                     | SEL
///   CDW11  rsvd              | CNTLID
///   CDW12  NUMDL, a 0's based count of dwords
///
///   Set Features (09h, clause 5.2.26.1.23), feature 21h
///   CDW10  SV in 31  | rsvd         | FID           SV is 0
///   CDW11  ETPT in 31        | CDQID
///   CDW12  HP
///   CDW13  TPT, which does not matter when ETPT is 0
///
///   Get Features (0Ah, figs. 443 to 446), feature 21h
///   CDW10  rsvd | SEL in 10:8       | FID           SEL is 0, the current value
///   CDW11  rsvd              | CDQID
/// ```
final class TrackingCommandCodec {
    private static final int NSID = SubmissionEntryView.NSID_OFFSET;
    private static final int CDW10 = SubmissionEntryView.CDW10_OFFSET;
    private static final int CDW12 = SubmissionEntryView.CDW12_OFFSET;
    private static final long ALL_NAMESPACES = 0xFFFF_FFFFL;
    private static final int TRIGGER_ENABLE = 1 << 31;
    private static final int MINIMUM_REPORT_DWORDS = 4;

    private TrackingCommandCodec() {}

    static void encode(CreateControllerDataQueueCommand command, MemorySegment entry) {
        int contiguous = command.physicallyContiguous() ? 1 : 0;
        AdminCommandCodec.encode(
                command,
                entry,
                CreateControllerDataQueueCommand.SELECT,
                command.controllerId() << 16 | contiguous,
                (int) command.dwordCount(),
                0);
    }

    static void encode(DeleteControllerDataQueueCommand command, MemorySegment entry) {
        AdminCommandCodec.encode(command, entry, DeleteControllerDataQueueCommand.SELECT, command.queueId());
    }

    static void encode(LogUserDataChangesCommand command, MemorySegment entry) {
        int action = command.start() ? 1 << 16 : 0;
        AdminCommandCodec.encode(command, entry, action | LogUserDataChangesCommand.SELECT, command.queueId());
    }

    static void encode(TrackMemoryChangesCommand command, MemorySegment entry) {
        int action = command.start() ? 1 << 16 : 0;
        AdminCommandCodec.encode(command, entry, action | TrackMemoryChangesCommand.SELECT, command.controllerId());
    }

    static void encode(TrackedMemoryChangesCommand command, MemorySegment entry) {
        AdminCommandCodec.encode(
                command,
                entry,
                TrackedMemoryChangesCommand.SELECT,
                command.controllerId(),
                (int) (command.dwordCount() - 1),
                0);
    }

    static void encode(SetQueueHeadCommand command, MemorySegment entry) {
        int trigger = command.triggerSlot().isPresent() ? TRIGGER_ENABLE : 0;
        AdminCommandCodec.encode(
                command,
                entry,
                SetQueueHeadCommand.FEATURE,
                trigger | command.queueId(),
                (int) command.headSlot(),
                (int) command.triggerSlot().orElse(0));
    }

    static void encode(GetQueueHeadCommand command, MemorySegment entry) {
        AdminCommandCodec.encode(command, entry, SetQueueHeadCommand.FEATURE, command.queueId());
    }

    static AdminCommand decodeQueue(SubmissionEntryView view) {
        int select = view.cdw10() & 0xFF;
        return switch (select) {
            case CreateControllerDataQueueCommand.SELECT -> decodeCreate(view);
            case DeleteControllerDataQueueCommand.SELECT ->
                new DeleteControllerDataQueueCommand(view.cdw11() & 0xFFFF);
            default -> throw refusal("SEL", select, "0 to 1", CDW10);
        };
    }

    private static AdminCommand decodeCreate(SubmissionEntryView view) {
        int type = view.cdw10() >>> 16 & 0xFF;
        long dwordCount = Integer.toUnsignedLong(view.cdw12());
        if (type != 0) {
            throw refusal("QT", type, "0", CDW10 + 2);
        }
        if (dwordCount == 0) {
            throw refusal("CDQSIZE", dwordCount, "1 to 4294967295", CDW12);
        }
        return new CreateControllerDataQueueCommand(view.cdw11() >>> 16, (view.cdw11() & 1) != 0, dwordCount);
    }

    static AdminCommand decodeSend(SubmissionEntryView view) {
        int select = view.cdw10() & 0xFF;
        return switch (select) {
            case LogUserDataChangesCommand.SELECT -> decodeLog(view);
            case TrackMemoryChangesCommand.SELECT ->
                new TrackMemoryChangesCommand(view.cdw11() & 0xFFFF, (view.cdw10() & 1 << 16) != 0, 0);
            default -> throw refusal("SEL", select, "0 to 1", CDW10);
        };
    }

    private static AdminCommand decodeLog(SubmissionEntryView view) {
        int action = view.cdw10() >>> 16 & 0xF;
        if (action > 1) {
            throw refusal("LACT", action, "0 to 1", CDW10 + 2);
        }
        return new LogUserDataChangesCommand(view.cdw11() & 0xFFFF, action == 1);
    }

    static AdminCommand decodeReceive(SubmissionEntryView view) {
        int select = view.cdw10() & 0xFF;
        if (select != TrackedMemoryChangesCommand.SELECT) {
            throw refusal("SEL", select, "0", CDW10);
        }
        long dwordCount = Integer.toUnsignedLong(view.cdw12()) + 1;
        if (dwordCount < MINIMUM_REPORT_DWORDS) {
            throw refusal("NUMDL", dwordCount - 1, "3 to 4294967295", CDW12);
        }
        return new TrackedMemoryChangesCommand(view.cdw11() & 0xFFFF, dwordCount);
    }

    static AdminCommand decodeSetFeatures(SubmissionEntryView view) {
        requireFeature(view);
        if (view.cdw10() < 0) {
            throw refusal("SV", 1, "0", CDW10 + 3);
        }
        boolean trigger = (view.cdw11() & TRIGGER_ENABLE) != 0;
        return new SetQueueHeadCommand(
                view.cdw11() & 0xFFFF,
                Integer.toUnsignedLong(view.cdw12()),
                trigger ? OptionalLong.of(Integer.toUnsignedLong(view.cdw13())) : OptionalLong.empty());
    }

    static AdminCommand decodeGetFeatures(SubmissionEntryView view) {
        requireFeature(view);
        int select = view.cdw10() >>> 8 & 7;
        if (select != 0) {
            throw refusal("SEL", select, "0", CDW10 + 1);
        }
        return new GetQueueHeadCommand(view.cdw11() & 0xFFFF);
    }

    /// Refuses every feature but that of the queue, and a namespace, which it does not have.
    private static void requireFeature(SubmissionEntryView view) {
        int feature = view.cdw10() & 0xFF;
        if (feature != SetQueueHeadCommand.FEATURE) {
            throw refusal("FID", feature, "33", CDW10);
        }
        if (view.namespaceId() != 0 && view.namespaceId() != ALL_NAMESPACES) {
            throw refusal("NSID", view.namespaceId(), "0 or 4294967295", NSID);
        }
    }
}

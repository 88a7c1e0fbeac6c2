package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.ControllerResourceType;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import io.nvmelm.nvme.VirtualizationAction;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import java.lang.foreign.MemorySegment;

/// Admin commands to and from submission entries of 64 bytes.
///
/// ```
///          31:24   | 23:16   | 15:8 | 7:0
///   Identify (06h, Base 2.3 clause 5.2.13)
///   CDW10  CNTID             | rsvd | CNS
///   CDW11  CSI     | rsvd    | CNS specific identifier
///   CDW14                             UIDX
///
///   Migration Send (41h, clause 5.2.17): Suspend (SEL 0), Resume (SEL 1)
///   CDW10  0                 | rsvd | SEL
///   CDW11  DUDMQ in 31, STYPE in 23:16, CNTLID in 15:0; Resume has CNTLID alone
///
///   Migration Send (41h, clause 5.2.17.1.3): Set Controller State (SEL 2)
///   CDW10  SEQIND in 17:16   | rsvd | SEL
///   CDW11  CSUUIDI | CSVI    | CNTLID
///   CDW12, CDW13   byte offset, low dword first
///   CDW14                             UIDX
///   CDW15  NUMD, a plain count of dwords
///
///   Migration Receive (42h, clause 5.2.16): Get Controller State (SEL 0)
///   CDW10  rsvd    | CSVI    | rsvd | SEL
///   CDW11  CSUIDXP | CSUUIDI | CNTLID
///   CDW12, CDW13   byte offset, low dword first
///   CDW14                             UIDX
///   CDW15  NUMDL, a 0's based count of dwords
///
///   Virtualization Management (1Ch, clause 8.2.6)
///   CDW10  CNTLID            | RT   | ACT           RT in 10:8, ACT in 3:0
///   CDW11  rsvd              | NR
///
///   Controller Data Queue (45h, clause 5.2.4)
///   CDW10  rsvd    | QT      | rsvd | SEL           0 create, 1 delete
///   CDW11  create: CNTLID in 31:16, PC in 0; delete: CDQID in 15:0
///   CDW12  create: CDQSIZE, a plain count of dwords
///
///   Track Send (3Dh, clause 5.2.28), Track Receive (3Eh, clause 5.2.27)
///   CDW10  action in 19:16   | rsvd | SEL           send: 0 log user data, 1 track memory; receive: 0
///   CDW11  rsvd              | CDQID, or CNTLID
///   CDW12  receive: NUMDL, a 0's based count of dwords
///
///   Set Features (09h), Get Features (0Ah), feature 21h alone (figs. 443 to 446)
///   CDW10  SV in 31 | get: SEL in 10:8 | FID        both 0
///   CDW11  set: ETPT in 31   | CDQID
///   CDW12  set: HP; CDW13 TPT
///
///   Vendor specific commands of 2022 (C4h, C8h, CCh, D2h, D5h)
///   CDW10  rsvd              | VF index
///   CDW11  D5h: size in bytes
/// ```
///
/// Reserved fields are written as 0 and not looked at when read; reserved values of defined fields are refused.
public final class AdminCommandCodec {
    private static final int NSID = SubmissionEntryView.NSID_OFFSET;
    private static final int CDW10 = SubmissionEntryView.CDW10_OFFSET;
    private static final int CDW11 = SubmissionEntryView.CDW11_OFFSET;
    private static final int CDW12 = SubmissionEntryView.CDW12_OFFSET;
    private static final int CDW15 = SubmissionEntryView.CDW15_OFFSET;
    private static final int DUDMQ = 1 << 31;
    private static final int UIDX_MASK = 0x7F;
    private static final String KNOWN_OPCODES =
            "6, 9, 10, 28, 61, 62, 65, 66, 69, 196, 200, 204, 210 or 213";

    private AdminCommandCodec() {}

    /// Writes a command as a submission entry. Command identifier and data pointer stay 0: they are the transport's.
    ///
    /// @param command the command
    /// @param entry   at least 64 bytes, of which the first 64 are written
    /// @throws InvalidValueException when there are fewer
    public static void encode(AdminCommand command, MemorySegment entry) {
        Layouts.requireInside("submission entry", entry, 0, SubmissionEntryView.BYTES);
        switch (command) {
            case IdentifyCommand identify -> encode(identify, entry);
            case SuspendCommand suspend -> encode(suspend, entry);
            case ResumeCommand resume -> encode(resume, entry);
            case SetControllerStateCommand set -> encode(set, entry);
            case GetControllerStateCommand get -> encode(get, entry);
            case VirtualizationManagementCommand manage -> encode(manage, entry);
            case CreateControllerDataQueueCommand create -> TrackingCommandCodec.encode(create, entry);
            case DeleteControllerDataQueueCommand delete -> TrackingCommandCodec.encode(delete, entry);
            case LogUserDataChangesCommand log -> TrackingCommandCodec.encode(log, entry);
            case TrackMemoryChangesCommand track -> TrackingCommandCodec.encode(track, entry);
            case TrackedMemoryChangesCommand tracked -> TrackingCommandCodec.encode(tracked, entry);
            case SetQueueHeadCommand setHead -> TrackingCommandCodec.encode(setHead, entry);
            case GetQueueHeadCommand getHead -> TrackingCommandCodec.encode(getHead, entry);
            case VendorMigrationCommand vendor -> VendorCommandCodec.encode(vendor, entry);
        }
    }

    private static void encode(IdentifyCommand command, MemorySegment entry) {
        SubmissionEntryView.write(
                entry,
                0,
                command.opcode().value(),
                command.namespaceId(),
                command.controllerId() << 16 | command.structure(),
                command.commandSetIdentifier() << 24 | command.specificIdentifier(),
                0,
                0,
                command.uuidIndex(),
                0);
    }

    private static void encode(SuspendCommand command, MemorySegment entry) {
        int deletion = command.deleteUserDataMigrationQueue() ? DUDMQ : 0;
        encode(
                command,
                entry,
                SuspendCommand.SELECT,
                deletion | command.type().value() << 16 | command.controllerId());
    }

    private static void encode(ResumeCommand command, MemorySegment entry) {
        encode(command, entry, ResumeCommand.SELECT, command.controllerId());
    }

    private static void encode(VirtualizationManagementCommand command, MemorySegment entry) {
        encode(
                command,
                entry,
                command.controllerId() << 16 | command.resourceType().value() << 8 | command.action().value(),
                command.resourceCount());
    }

    private static void encode(SetControllerStateCommand command, MemorySegment entry) {
        SubmissionEntryView.write(
                entry,
                0,
                command.opcode().value(),
                0,
                command.sequence().value() << 16 | SetControllerStateCommand.SELECT,
                command.vendorUuidIndex() << 24 | command.versionIndex() << 16 | command.controllerId(),
                (int) command.byteOffset(),
                (int) (command.byteOffset() >>> 32),
                command.uuidIndex(),
                (int) command.dwordCount());
    }

    private static void encode(GetControllerStateCommand command, MemorySegment entry) {
        SubmissionEntryView.write(
                entry,
                0,
                command.opcode().value(),
                0,
                command.versionIndex() << 16 | GetControllerStateCommand.SELECT,
                command.vendorParameter() << 24 | command.vendorUuidIndex() << 16 | command.controllerId(),
                (int) command.byteOffset(),
                (int) (command.byteOffset() >>> 32),
                command.uuidIndex(),
                (int) (command.dwordCount() - 1));
    }

    /// Writes a command that has nothing in command dwords 12 to 15.
    static void encode(AdminCommand command, MemorySegment entry, int cdw10, int cdw11) {
        encode(command, entry, cdw10, cdw11, 0, 0);
    }

    /// Writes a command that has nothing in command dwords 14 and 15.
    static void encode(AdminCommand command, MemorySegment entry, int cdw10, int cdw11, int cdw12, int cdw13) {
        SubmissionEntryView.write(entry, 0, command.opcode().value(), 0, cdw10, cdw11, cdw12, cdw13, 0, 0);
    }

    /// {@return the command of a submission entry} Command identifier, data pointer and flags are not part of it.
    ///
    /// @param entry at least 64 bytes that start with the entry
    /// @throws InvalidValueException when there are fewer, when the entry is none of the known commands, or when a
    ///                               field has a value that the standard does not allow; names the field and the byte
    ///                               of the entry at which it stands
    public static AdminCommand decode(MemorySegment entry) {
        var view = new SubmissionEntryView().wrap(entry, 0);
        return switch (AdminOpcode.fromValue(view.opcode()).orElseThrow(() -> unknown(view))) {
            case IDENTIFY -> decodeIdentify(view);
            case SET_FEATURES -> TrackingCommandCodec.decodeSetFeatures(view);
            case GET_FEATURES -> TrackingCommandCodec.decodeGetFeatures(view);
            case VIRTUALIZATION_MANAGEMENT -> decodeManagement(withoutNamespace(view));
            case TRACK_SEND -> TrackingCommandCodec.decodeSend(withoutNamespace(view));
            case TRACK_RECEIVE -> TrackingCommandCodec.decodeReceive(withoutNamespace(view));
            case MIGRATION_SEND -> decodeSend(withoutNamespace(view));
            case MIGRATION_RECEIVE -> decodeReceive(withoutNamespace(view));
            case CONTROLLER_DATA_QUEUE -> TrackingCommandCodec.decodeQueue(withoutNamespace(view));
            case VENDOR_QUERY_STATE_SIZE -> VendorCommandCodec.decode(VendorMigrationOperation.QUERY_SIZE, view);
            case VENDOR_SUSPEND -> VendorCommandCodec.decode(VendorMigrationOperation.SUSPEND, view);
            case VENDOR_RESUME -> VendorCommandCodec.decode(VendorMigrationOperation.RESUME, view);
            case VENDOR_SAVE_STATE -> VendorCommandCodec.decode(VendorMigrationOperation.SAVE, view);
            case VENDOR_LOAD_STATE -> VendorCommandCodec.decode(VendorMigrationOperation.LOAD, view);
            default -> throw unknown(view);
        };
    }

    private static InvalidValueException unknown(SubmissionEntryView view) {
        return refusal("OPC", view.opcode(), KNOWN_OPCODES, SubmissionEntryView.OPCODE_OFFSET);
    }

    private static AdminCommand decodeIdentify(SubmissionEntryView view) {
        return new IdentifyCommand(
                view.cdw10() & 0xFF,
                view.cdw10() >>> 16,
                view.namespaceId(),
                view.cdw11() & 0xFFFF,
                view.cdw11() >>> 24,
                view.cdw14() & UIDX_MASK);
    }

    private static AdminCommand decodeSend(SubmissionEntryView view) {
        int select = view.cdw10() & 0xFF;
        return switch (select) {
            case SuspendCommand.SELECT -> decodeSuspend(view);
            case ResumeCommand.SELECT -> new ResumeCommand(view.cdw11() & 0xFFFF);
            case SetControllerStateCommand.SELECT -> decodeSet(view);
            default -> throw refusal("SEL", select, "0 to 2", CDW10);
        };
    }

    private static AdminCommand decodeSuspend(SubmissionEntryView view) {
        int type = view.cdw11() >>> 16 & 0xFF;
        return switch (type) {
            case 0 -> suspend(view, SuspendType.NOTIFICATION);
            case 1 -> suspend(view, SuspendType.SUSPEND);
            default -> throw refusal("STYPE", type, "0 to 1", CDW11 + 2);
        };
    }

    private static SuspendCommand suspend(SubmissionEntryView view, SuspendType type) {
        return new SuspendCommand(view.cdw11() & 0xFFFF, type, (view.cdw11() & DUDMQ) != 0);
    }

    private static AdminCommand decodeSet(SubmissionEntryView view) {
        var sequence = SequenceIndicator.fromValue(view.cdw10() >>> 16);
        int versionIndex = view.cdw11() >>> 16 & 0xFF;
        int vendorUuidIndex = view.cdw11() >>> 24;
        long dwordCount = Integer.toUnsignedLong(view.cdw15());
        if (versionIndex == 0 && vendorUuidIndex == 0) {
            throw refusal("CSVI and CSUUIDI", 0, "at least one of them 1 or more", CDW11 + 2);
        }
        if (dwordCount == 0 && sequence != SequenceIndicator.LAST) {
            throw refusal("NUMD", 0, "1 or more unless the piece is the last of several", CDW15);
        }
        return new SetControllerStateCommand(
                view.cdw11() & 0xFFFF,
                sequence,
                versionIndex,
                vendorUuidIndex,
                byteOffset("CSO", view),
                view.cdw14() & UIDX_MASK,
                dwordCount);
    }

    private static AdminCommand decodeReceive(SubmissionEntryView view) {
        int select = view.cdw10() & 0xFF;
        if (select != GetControllerStateCommand.SELECT) {
            throw refusal("SEL", select, "0", CDW10);
        }
        return new GetControllerStateCommand(
                view.cdw11() & 0xFFFF,
                view.cdw10() >>> 16 & 0xFF,
                view.cdw11() >>> 16 & 0xFF,
                view.cdw11() >>> 24,
                byteOffset("OFFSET", view),
                view.cdw14() & UIDX_MASK,
                Integer.toUnsignedLong(view.cdw15()) + 1);
    }

    private static AdminCommand decodeManagement(SubmissionEntryView view) {
        int action = view.cdw10() & 0xF;
        int type = view.cdw10() >>> 8 & 7;
        return new VirtualizationManagementCommand(
                VirtualizationAction.fromValue(action).orElseThrow(() -> refusal("ACT", action, "1, 7, 8 or 9", CDW10)),
                ControllerResourceType.fromValue(type).orElseThrow(() -> refusal("RT", type, "0 to 1", CDW10 + 1)),
                view.cdw10() >>> 16,
                view.cdw11() & 0xFFFF);
    }

    private static long byteOffset(String field, SubmissionEntryView view) {
        long offset = Integer.toUnsignedLong(view.cdw12()) | (long) view.cdw13() << 32;
        if ((offset & 3) != 0) {
            throw new InvalidValueException(field, Long.toUnsignedString(offset), "a multiple of 4", CDW12);
        }
        return offset;
    }

    private static SubmissionEntryView withoutNamespace(SubmissionEntryView view) {
        if (view.namespaceId() != 0) {
            throw refusal("NSID", view.namespaceId(), "0", NSID);
        }
        return view;
    }

    /// A field of an entry that has a value outside its bound.
    static InvalidValueException refusal(String field, long value, String bound, int byteOffset) {
        return new InvalidValueException(field, Long.toString(value), bound, byteOffset);
    }
}

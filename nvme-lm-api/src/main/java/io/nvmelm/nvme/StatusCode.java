package io.nvmelm.nvme;

import java.util.Optional;

/// Status codes by name: all generic ones (Base 2.3 fig. 102), and of the command specific (fig. 103) and media ones
/// those that live migration, virtualization management and queue handling use.
public enum StatusCode {
    /// Successful Completion, 0/00h.
    SUCCESSFUL_COMPLETION(0, 0x00, "Successful Completion"),
    /// Invalid Command Opcode, 0/01h.
    INVALID_COMMAND_OPCODE(0, 0x01, "Invalid Command Opcode"),
    /// Invalid Field in Command, 0/02h.
    INVALID_FIELD_IN_COMMAND(0, 0x02, "Invalid Field in Command"),
    /// Command ID Conflict, 0/03h.
    COMMAND_ID_CONFLICT(0, 0x03, "Command ID Conflict"),
    /// Data Transfer Error, 0/04h.
    DATA_TRANSFER_ERROR(0, 0x04, "Data Transfer Error"),
    /// Commands Aborted due to Power Loss Notification, 0/05h.
    ABORTED_POWER_LOSS(0, 0x05, "Commands Aborted due to Power Loss Notification"),
    /// Internal Error, 0/06h.
    INTERNAL_ERROR(0, 0x06, "Internal Error"),
    /// Command Abort Requested, 0/07h.
    COMMAND_ABORT_REQUESTED(0, 0x07, "Command Abort Requested"),
    /// Command Aborted due to SQ Deletion, 0/08h.
    ABORTED_SQ_DELETION(0, 0x08, "Command Aborted due to SQ Deletion"),
    /// Command Aborted due to Failed Fused Command, 0/09h.
    ABORTED_FAILED_FUSED(0, 0x09, "Command Aborted due to Failed Fused Command"),
    /// Command Aborted due to Missing Fused Command, 0/0Ah.
    ABORTED_MISSING_FUSED(0, 0x0A, "Command Aborted due to Missing Fused Command"),
    /// Invalid Namespace or Format, 0/0Bh.
    INVALID_NAMESPACE_OR_FORMAT(0, 0x0B, "Invalid Namespace or Format"),
    /// Command Sequence Error, 0/0Ch.
    COMMAND_SEQUENCE_ERROR(0, 0x0C, "Command Sequence Error"),
    /// Invalid SGL Segment Descriptor, 0/0Dh.
    INVALID_SGL_SEGMENT_DESCRIPTOR(0, 0x0D, "Invalid SGL Segment Descriptor"),
    /// Invalid Number of SGL Descriptors, 0/0Eh.
    INVALID_NUMBER_OF_SGL_DESCRIPTORS(0, 0x0E, "Invalid Number of SGL Descriptors"),
    /// Data SGL Length Invalid, 0/0Fh.
    DATA_SGL_LENGTH_INVALID(0, 0x0F, "Data SGL Length Invalid"),
    /// Metadata SGL Length Invalid, 0/10h.
    METADATA_SGL_LENGTH_INVALID(0, 0x10, "Metadata SGL Length Invalid"),
    /// SGL Descriptor Type Invalid, 0/11h.
    SGL_DESCRIPTOR_TYPE_INVALID(0, 0x11, "SGL Descriptor Type Invalid"),
    /// Invalid Use of Controller Memory Buffer, 0/12h.
    INVALID_USE_OF_CMB(0, 0x12, "Invalid Use of Controller Memory Buffer"),
    /// PRP Offset Invalid, 0/13h.
    PRP_OFFSET_INVALID(0, 0x13, "PRP Offset Invalid"),
    /// Atomic Write Unit Exceeded, 0/14h.
    ATOMIC_WRITE_UNIT_EXCEEDED(0, 0x14, "Atomic Write Unit Exceeded"),
    /// Operation Denied, 0/15h.
    OPERATION_DENIED(0, 0x15, "Operation Denied"),
    /// SGL Offset Invalid, 0/16h.
    SGL_OFFSET_INVALID(0, 0x16, "SGL Offset Invalid"),
    /// Host Identifier Inconsistent Format, 0/18h.
    HOST_IDENTIFIER_INCONSISTENT_FORMAT(0, 0x18, "Host Identifier Inconsistent Format"),
    /// Keep Alive Timer Expired, 0/19h.
    KEEP_ALIVE_TIMER_EXPIRED(0, 0x19, "Keep Alive Timer Expired"),
    /// Keep Alive Timeout Invalid, 0/1Ah.
    KEEP_ALIVE_TIMEOUT_INVALID(0, 0x1A, "Keep Alive Timeout Invalid"),
    /// Command Aborted due to Preempt and Abort, 0/1Bh.
    ABORTED_PREEMPT(0, 0x1B, "Command Aborted due to Preempt and Abort"),
    /// Sanitize Failed, 0/1Ch.
    SANITIZE_FAILED(0, 0x1C, "Sanitize Failed"),
    /// Sanitize In Progress, 0/1Dh.
    SANITIZE_IN_PROGRESS(0, 0x1D, "Sanitize In Progress"),
    /// SGL Data Block Granularity Invalid, 0/1Eh.
    SGL_DATA_BLOCK_GRANULARITY_INVALID(0, 0x1E, "SGL Data Block Granularity Invalid"),
    /// Command Not Supported for Queue in CMB, 0/1Fh.
    COMMAND_NOT_SUPPORTED_IN_CMB(0, 0x1F, "Command Not Supported for Queue in CMB"),
    /// Namespace is Write Protected, 0/20h.
    NAMESPACE_WRITE_PROTECTED(0, 0x20, "Namespace is Write Protected"),
    /// Command Interrupted, 0/21h.
    COMMAND_INTERRUPTED(0, 0x21, "Command Interrupted"),
    /// Transient Transport Error, 0/22h.
    TRANSIENT_TRANSPORT_ERROR(0, 0x22, "Transient Transport Error"),
    /// Command Prohibited by Command and Feature Lockdown, 0/23h.
    PROHIBITED_BY_LOCKDOWN(0, 0x23, "Command Prohibited by Command and Feature Lockdown"),
    /// Admin Command Media Not Ready, 0/24h.
    ADMIN_COMMAND_MEDIA_NOT_READY(0, 0x24, "Admin Command Media Not Ready"),
    /// Invalid Key Tag, 0/25h.
    INVALID_KEY_TAG(0, 0x25, "Invalid Key Tag"),
    /// Host Dispersed Namespace Support Not Enabled, 0/26h.
    HOST_DISPERSED_NAMESPACE_NOT_ENABLED(0, 0x26, "Host Dispersed Namespace Support Not Enabled"),
    /// Host Identifier Not Initialized, 0/27h.
    HOST_IDENTIFIER_NOT_INITIALIZED(0, 0x27, "Host Identifier Not Initialized"),
    /// Incorrect Key, 0/28h.
    INCORRECT_KEY(0, 0x28, "Incorrect Key"),
    /// FDP Disabled, 0/29h.
    FDP_DISABLED(0, 0x29, "FDP Disabled"),
    /// Invalid Placement Handle List, 0/2Ah.
    INVALID_PLACEMENT_HANDLE_LIST(0, 0x2A, "Invalid Placement Handle List"),
    /// Sanitize Namespace In Progress, 0/2Ch.
    SANITIZE_NAMESPACE_IN_PROGRESS(0, 0x2C, "Sanitize Namespace In Progress"),
    /// LBA Out of Range, 0/80h.
    LBA_OUT_OF_RANGE(0, 0x80, "LBA Out of Range"),
    /// Capacity Exceeded, 0/81h.
    CAPACITY_EXCEEDED(0, 0x81, "Capacity Exceeded"),
    /// Namespace Not Ready, 0/82h.
    NAMESPACE_NOT_READY(0, 0x82, "Namespace Not Ready"),
    /// Reservation Conflict, 0/83h.
    RESERVATION_CONFLICT(0, 0x83, "Reservation Conflict"),
    /// Format In Progress, 0/84h.
    FORMAT_IN_PROGRESS(0, 0x84, "Format In Progress"),
    /// Invalid Value Size, 0/85h.
    INVALID_VALUE_SIZE(0, 0x85, "Invalid Value Size"),
    /// Invalid Key Size, 0/86h.
    INVALID_KEY_SIZE(0, 0x86, "Invalid Key Size"),
    /// KV Key Does Not Exist, 0/87h.
    KV_KEY_DOES_NOT_EXIST(0, 0x87, "KV Key Does Not Exist"),
    /// Unrecovered Error, 0/88h.
    UNRECOVERED_ERROR(0, 0x88, "Unrecovered Error"),
    /// Key Exists, 0/89h.
    KEY_EXISTS(0, 0x89, "Key Exists"),
    /// Completion Queue Invalid, 1/00h.
    COMPLETION_QUEUE_INVALID(1, 0x00, "Completion Queue Invalid"),
    /// Invalid Queue Identifier, 1/01h.
    INVALID_QUEUE_IDENTIFIER(1, 0x01, "Invalid Queue Identifier"),
    /// Invalid Queue Size, 1/02h.
    INVALID_QUEUE_SIZE(1, 0x02, "Invalid Queue Size"),
    /// Abort Command Limit Exceeded, 1/03h.
    ABORT_COMMAND_LIMIT_EXCEEDED(1, 0x03, "Abort Command Limit Exceeded"),
    /// Asynchronous Event Request Limit Exceeded, 1/05h.
    ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED(1, 0x05, "Asynchronous Event Request Limit Exceeded"),
    /// Invalid Interrupt Vector, 1/08h.
    INVALID_INTERRUPT_VECTOR(1, 0x08, "Invalid Interrupt Vector"),
    /// Invalid Log Page, 1/09h.
    INVALID_LOG_PAGE(1, 0x09, "Invalid Log Page"),
    /// Invalid Queue Deletion, 1/0Ch.
    INVALID_QUEUE_DELETION(1, 0x0C, "Invalid Queue Deletion"),
    /// Feature Identifier Not Saveable, 1/0Dh.
    FEATURE_IDENTIFIER_NOT_SAVEABLE(1, 0x0D, "Feature Identifier Not Saveable"),
    /// Feature Not Changeable, 1/0Eh.
    FEATURE_NOT_CHANGEABLE(1, 0x0E, "Feature Not Changeable"),
    /// Feature Not Namespace Specific, 1/0Fh.
    FEATURE_NOT_NAMESPACE_SPECIFIC(1, 0x0F, "Feature Not Namespace Specific"),
    /// Invalid Controller Identifier, 1/1Fh.
    INVALID_CONTROLLER_IDENTIFIER(1, 0x1F, "Invalid Controller Identifier"),
    /// Invalid Secondary Controller State, 1/20h.
    INVALID_SECONDARY_CONTROLLER_STATE(1, 0x20, "Invalid Secondary Controller State"),
    /// Invalid Number of Controller Resources, 1/21h.
    INVALID_NUMBER_OF_CONTROLLER_RESOURCES(1, 0x21, "Invalid Number of Controller Resources"),
    /// Invalid Resource Identifier, 1/22h.
    INVALID_RESOURCE_IDENTIFIER(1, 0x22, "Invalid Resource Identifier"),
    /// Invalid Controller Data Queue, 1/37h.
    INVALID_CONTROLLER_DATA_QUEUE(1, 0x37, "Invalid Controller Data Queue"),
    /// Not Enough Resources, 1/38h.
    NOT_ENOUGH_RESOURCES(1, 0x38, "Not Enough Resources"),
    /// Controller Suspended, 1/39h.
    CONTROLLER_SUSPENDED(1, 0x39, "Controller Suspended"),
    /// Controller Not Suspended, 1/3Ah.
    CONTROLLER_NOT_SUSPENDED(1, 0x3A, "Controller Not Suspended"),
    /// Controller Data Queue Full, 1/3Bh.
    CONTROLLER_DATA_QUEUE_FULL(1, 0x3B, "Controller Data Queue Full"),
    /// Write Fault, 2/80h.
    WRITE_FAULT(2, 0x80, "Write Fault"),
    /// Unrecovered Read Error, 2/81h.
    UNRECOVERED_READ_ERROR(2, 0x81, "Unrecovered Read Error");

    private static final StatusCode[] BY_VALUE = new StatusCode[8 * 256];

    static {
        for (var code : values()) {
            BY_VALUE[code.combined()] = code;
        }
    }

    private final int codeType;
    private final int code;
    private final String title;

    StatusCode(int codeType, int code, String title) {
        this.codeType = codeType;
        this.code = code;
        this.title = title;
    }

    /// {@return the Status Code Type (SCT): 0 generic, 1 command specific, 2 media and data integrity}
    public int codeType() {
        return codeType;
    }

    /// {@return the Status Code (SC), 0 to 255}
    public int code() {
        return code;
    }

    /// {@return SCT in bits 10:8, SC in bits 7:0}
    public int combined() {
        return codeType << 8 | code;
    }

    /// {@return the standard's name}
    public String title() {
        return title;
    }

    /// {@return the code with these numbers; empty where it has no name here}
    ///
    /// @param codeType SCT, 0 to 7
    /// @param code     SC, 0 to 255
    public static Optional<StatusCode> of(int codeType, int code) {
        return Optional.ofNullable(BY_VALUE[(codeType & 7) << 8 | (code & 0xFF)]);
    }
}

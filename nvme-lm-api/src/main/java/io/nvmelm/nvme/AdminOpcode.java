package io.nvmelm.nvme;

import java.util.Optional;

/// Opcodes of admin commands (Base 2.3 fig. 142) as far as live migration meets them. Those of the
/// vendor specific range mean what their names say on devices with the vendor commands of 2022 alone.
public enum AdminOpcode {
    /// Delete I/O Submission Queue, 00h.
    DELETE_IO_SUBMISSION_QUEUE(0x00),
    /// Create I/O Submission Queue, 01h.
    CREATE_IO_SUBMISSION_QUEUE(0x01),
    /// Get Log Page, 02h.
    GET_LOG_PAGE(0x02),
    /// Delete I/O Completion Queue, 04h.
    DELETE_IO_COMPLETION_QUEUE(0x04),
    /// Create I/O Completion Queue, 05h.
    CREATE_IO_COMPLETION_QUEUE(0x05),
    /// Identify, 06h.
    IDENTIFY(0x06),
    /// Abort, 08h.
    ABORT(0x08),
    /// Set Features, 09h.
    SET_FEATURES(0x09),
    /// Get Features, 0Ah.
    GET_FEATURES(0x0A),
    /// Asynchronous Event Request, 0Ch.
    ASYNCHRONOUS_EVENT_REQUEST(0x0C),
    /// Virtualization Management, 1Ch.
    VIRTUALIZATION_MANAGEMENT(0x1C),
    /// Track Send, 3Dh.
    TRACK_SEND(0x3D),
    /// Track Receive, 3Eh.
    TRACK_RECEIVE(0x3E),
    /// Migration Send, 41h.
    MIGRATION_SEND(0x41),
    /// Migration Receive, 42h.
    MIGRATION_RECEIVE(0x42),
    /// Controller Data Queue, 45h.
    CONTROLLER_DATA_QUEUE(0x45),
    /// Format NVM, 80h.
    FORMAT_NVM(0x80),
    /// Sanitize, 84h.
    SANITIZE(0x84),
    /// Query of the size of a state, C4h, of [VendorMigrationCommand].
    VENDOR_QUERY_STATE_SIZE(0xC4),
    /// Suspend, C8h, of [VendorMigrationCommand].
    VENDOR_SUSPEND(0xC8),
    /// Resume, CCh, of [VendorMigrationCommand].
    VENDOR_RESUME(0xCC),
    /// Save a state, D2h, of [VendorMigrationCommand].
    VENDOR_SAVE_STATE(0xD2),
    /// Load a state, D5h, of [VendorMigrationCommand].
    VENDOR_LOAD_STATE(0xD5);

    private static final AdminOpcode[] BY_VALUE = new AdminOpcode[256];

    static {
        for (var opcode : values()) {
            BY_VALUE[opcode.value] = opcode;
        }
    }

    private final int value;

    AdminOpcode(int value) {
        this.value = value;
    }

    /// {@return the opcode byte, 0 to 255}
    public int value() {
        return value;
    }

    /// {@return which way its data goes}
    public DataDirection direction() {
        return DataDirection.ofOpcode(value);
    }

    /// {@return the opcode with this byte; empty where it is not named here}
    ///
    /// @param value the opcode byte, 0 to 255; bits above are ignored
    public static Optional<AdminOpcode> fromValue(int value) {
        return Optional.ofNullable(BY_VALUE[value & 0xFF]);
    }
}

package io.nvmelm.nvme;

/// Operations of the vendor specific commands that were proposed for Linux in December 2022 and that some devices have. They
/// use opcodes of the vendor specific range, so another vendor's device may do anything on them.
public enum VendorMigrationOperation {
    /// Query the size of the state, C4h: completion dword 0 is the number of bytes.
    QUERY_SIZE(AdminOpcode.VENDOR_QUERY_STATE_SIZE),
    /// Suspend, C8h.
    SUSPEND(AdminOpcode.VENDOR_SUSPEND),
    /// Resume, CCh.
    RESUME(AdminOpcode.VENDOR_RESUME),
    /// Save the state, D2h: moves as many bytes as the query said, without a length in the entry.
    SAVE(AdminOpcode.VENDOR_SAVE_STATE),
    /// Load a state, D5h.
    LOAD(AdminOpcode.VENDOR_LOAD_STATE);

    private final AdminOpcode opcode;

    VendorMigrationOperation(AdminOpcode opcode) {
        this.opcode = opcode;
    }

    /// {@return the opcode}
    public AdminOpcode opcode() {
        return opcode;
    }
}

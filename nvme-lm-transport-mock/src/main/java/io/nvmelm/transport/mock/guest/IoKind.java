package io.nvmelm.transport.mock.guest;

/// What a command of the load does (NVM Command Set, opcodes of I/O commands).
enum IoKind {
    /// Flush, 00h.
    FLUSH(0x00),
    /// Write, 01h.
    WRITE(0x01),
    /// Read, 02h.
    READ(0x02),
    /// Write Zeroes, 08h.
    WRITE_ZEROES(0x08),
    /// Dataset Management with the attribute Deallocate, 09h.
    DEALLOCATE(0x09);

    private final int opcode;

    IoKind(int opcode) {
        this.opcode = opcode;
    }

    /// {@return the opcode byte}
    int opcode() {
        return opcode;
    }

    /// {@return whether the command moves data}
    boolean movesData() {
        return this == WRITE || this == READ;
    }
}

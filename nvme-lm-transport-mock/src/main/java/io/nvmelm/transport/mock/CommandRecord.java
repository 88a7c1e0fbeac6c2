package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.NvmeStatus;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One admin command as the controlling controller saw it.
///
/// @param nanoTime time at which it arrived
/// @param opcode   opcode byte
/// @param cdw10    command dword 10
/// @param cdw11    command dword 11
/// @param status   what it was answered with; null while it has no answer
/// @param byteSize bytes that the command itself says it moves
public record CommandRecord(
        long nanoTime, int opcode, int cdw10, int cdw11, @Nullable NvmeStatus status, long byteSize) {

    /// {@return opcode by name; empty where it has none}
    public Optional<AdminOpcode> adminOpcode() {
        return AdminOpcode.fromValue(opcode);
    }

    /// {@return Select (SEL), bits 7:0 of command dword 10}
    public int select() {
        return cdw10 & 0xFF;
    }
}

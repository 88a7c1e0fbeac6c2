package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The I/O commands of one controller (NVM Command Set 1.2): Flush, Write, Read, Write Zeroes. A command takes effect
/// as a whole at the moment in which it completes.
final class IoCommands {
    /// Flush.
    static final int FLUSH = 0x00;
    /// Write.
    static final int WRITE = 0x01;
    /// Read.
    static final int READ = 0x02;
    /// Write Zeroes.
    static final int WRITE_ZEROES = 0x08;

    private static final long BROADCAST = 0xFFFF_FFFFL;
    private static final int SCRATCH_BYTES = 1 << 16;

    private final SubsystemConfiguration configuration;
    private @Nullable MemorySegment scratch;

    IoCommands(SubsystemConfiguration configuration) {
        this.configuration = configuration;
    }

    void execute(Command command) {
        if (command.isFusedOrUsesSgls()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        long namespaceId = command.entry.namespaceId();
        var medium = configuration.namespace(namespaceId);
        switch (command.entry.opcode()) {
            case FLUSH -> {
                if (medium == null && namespaceId != BROADCAST) {
                    command.fail(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
                } else {
                    command.succeed();
                }
            }
            case READ, WRITE, WRITE_ZEROES -> access(command, medium);
            default -> command.fail(StatusCode.INVALID_COMMAND_OPCODE);
        }
    }

    private void access(Command command, @Nullable NamespaceMedium medium) {
        var entry = command.entry;
        if (medium == null) {
            command.fail(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
            return;
        }
        long first = Integer.toUnsignedLong(entry.cdw11()) << 32 | Integer.toUnsignedLong(entry.cdw10());
        int blocks = (entry.cdw12() & 0xFFFF) + 1;
        boolean zeroes = entry.opcode() == WRITE_ZEROES;
        long byteSize = (long) blocks * medium.blockByteSize();
        if (!zeroes && byteSize > configuration.maximumDataBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (!medium.contains(first, blocks)) {
            command.fail(StatusCode.LBA_OUT_OF_RANGE);
            return;
        }
        if (zeroes) {
            medium.zeroBlocks(first, blocks);
            command.succeed();
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        move(command, medium, first, byteSize);
        command.succeed();
    }

    private void move(Command command, NamespaceMedium medium, long first, long byteSize) {
        var buffer = buffer();
        boolean read = command.entry.opcode() == READ;
        for (long done = 0; done < byteSize; done += SCRATCH_BYTES) {
            long part = Math.min(byteSize - done, SCRATCH_BYTES);
            long block = first + done / medium.blockByteSize();
            int blocks = (int) (part / medium.blockByteSize());
            if (read) {
                medium.readBlocks(block, blocks, buffer, 0);
                command.writeHost(done, buffer, 0, part);
            } else {
                command.readHost(done, buffer, 0, part);
                medium.writeBlocks(block, blocks, buffer, 0);
            }
        }
    }

    private MemorySegment buffer() {
        var buffer = scratch;
        if (buffer == null) {
            buffer = MemorySegment.ofArray(new byte[SCRATCH_BYTES]);
            scratch = buffer;
        }
        return buffer;
    }
}

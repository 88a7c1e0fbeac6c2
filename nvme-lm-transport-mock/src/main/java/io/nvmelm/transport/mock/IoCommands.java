package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The I/O commands of one controller (NVM Command Set 1.2): Flush, Write, Read, Write Uncorrectable, Write Zeroes,
/// Dataset Management, Copy. A command takes effect as a whole at the moment in which it completes; what it changed is
/// logged in between.
final class IoCommands {
    /// Flush.
    static final int FLUSH = 0x00;
    /// Write.
    static final int WRITE = 0x01;
    /// Read.
    static final int READ = 0x02;
    /// Write Uncorrectable.
    static final int WRITE_UNCORRECTABLE = 0x04;
    /// Write Zeroes.
    static final int WRITE_ZEROES = 0x08;
    /// Dataset Management.
    static final int DATASET_MANAGEMENT = 0x09;
    /// Copy.
    static final int COPY = 0x19;

    private static final long BROADCAST = 0xFFFF_FFFFL;
    private static final int SCRATCH_BYTES = 1 << 16;
    /// Deallocate (DEAC), CDW12 of Write Zeroes.
    private static final int DEALLOCATE_ZEROES_BIT = 1 << 25;
    /// Attribute Deallocate (AD), CDW11 of Dataset Management.
    private static final int DEALLOCATE_BIT = 1 << 2;
    private static final int RANGE_BYTES = 16;
    private static final int RANGE_LENGTH = 4;
    private static final int RANGE_FIRST = 8;
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final InMemoryController controller;
    private final SubsystemConfiguration configuration;
    private final BlockCopy copy;
    private @Nullable MemorySegment scratch;

    IoCommands(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.configuration = configuration;
        this.copy = new BlockCopy(controller, configuration);
    }

    void execute(Command command) {
        if (command.isFusedOrUsesSgls()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        int opcode = command.entry.opcode();
        long namespaceId = command.entry.namespaceId();
        var medium = configuration.namespace(namespaceId);
        switch (opcode) {
            case FLUSH -> {
                if (medium == null && namespaceId != BROADCAST) {
                    command.fail(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
                } else {
                    command.succeed();
                }
            }
            case READ, WRITE, WRITE_UNCORRECTABLE, WRITE_ZEROES, DATASET_MANAGEMENT, COPY -> {
                if (medium == null) {
                    command.fail(StatusCode.INVALID_NAMESPACE_OR_FORMAT);
                } else if (opcode == DATASET_MANAGEMENT) {
                    manage(command, medium);
                } else if (opcode == COPY) {
                    copy.execute(command, medium);
                } else {
                    access(command, medium);
                }
            }
            default -> command.fail(StatusCode.INVALID_COMMAND_OPCODE);
        }
    }

    private void access(Command command, NamespaceMedium medium) {
        var entry = command.entry;
        long first = Integer.toUnsignedLong(entry.cdw11()) << 32 | Integer.toUnsignedLong(entry.cdw10());
        int blocks = (entry.cdw12() & 0xFFFF) + 1;
        int opcode = entry.opcode();
        boolean moves = opcode == READ || opcode == WRITE;
        long byteSize = (long) blocks * medium.blockByteSize();
        if (moves && byteSize > configuration.maximumDataBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (!medium.contains(first, blocks)) {
            command.fail(StatusCode.LBA_OUT_OF_RANGE);
            return;
        }
        if (opcode == WRITE_UNCORRECTABLE) {
            medium.failBlocks(first, blocks);
            controller.dataQueues().changed(controller, entry.namespaceId(), first, blocks, false);
            command.succeed();
            return;
        }
        if (opcode == WRITE_ZEROES) {
            boolean deallocate = (entry.cdw12() & DEALLOCATE_ZEROES_BIT) != 0;
            medium.zeroBlocks(first, blocks);
            controller.dataQueues().changedAsUsual(controller, entry.namespaceId(), first, blocks, deallocate);
            command.succeed();
            return;
        }
        if (opcode == READ && !medium.isReadable(first, blocks)) {
            command.fail(StatusCode.UNRECOVERED_READ_ERROR);
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        move(command, medium, first, byteSize);
        if (opcode == WRITE) {
            controller.dataQueues().changedAsUsual(controller, entry.namespaceId(), first, blocks, false);
        }
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

    /// Dataset Management: deallocates all ranges or, where one of them is not inside, none. Its other attributes are
    /// hints without effect.
    private void manage(Command command, NamespaceMedium medium) {
        int ranges = (command.entry.cdw10() & 0xFF) + 1;
        long byteSize = (long) ranges * RANGE_BYTES;
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var buffer = buffer();
        command.readHost(0, buffer, 0, byteSize);
        for (long at = 0; at < byteSize; at += RANGE_BYTES) {
            if (!medium.contains(buffer.get(QUADWORD, at + RANGE_FIRST), length(buffer, at))) {
                command.fail(StatusCode.LBA_OUT_OF_RANGE);
                return;
            }
        }
        if ((command.entry.cdw11() & DEALLOCATE_BIT) != 0) {
            for (long at = 0; at < byteSize; at += RANGE_BYTES) {
                long first = buffer.get(QUADWORD, at + RANGE_FIRST);
                long count = length(buffer, at);
                medium.zeroBlocks(first, count);
                controller.dataQueues().changedAsUsual(controller, command.entry.namespaceId(), first, count, true);
            }
        }
        command.succeed();
    }

    private static long length(MemorySegment ranges, long at) {
        return Integer.toUnsignedLong(ranges.get(DWORD, at + RANGE_LENGTH));
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

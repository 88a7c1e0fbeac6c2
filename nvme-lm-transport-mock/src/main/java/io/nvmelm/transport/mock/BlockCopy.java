package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The Copy command of one controller, with source ranges of descriptor format 0 (NVM Command Set 1.2 clause 3.3.2):
/// blocks of the same namespace, one range after the other, to one destination. All sources are read before the
/// destination is written.
final class BlockCopy {
    /// Most source ranges of a command as the field MSRC has them, 0's based.
    static final int MAXIMUM_RANGES_FIELD = 127;

    private static final long MAXIMUM_BYTES = 16 << 20;
    private static final int MAXIMUM_RANGE_BLOCKS = 0xFFFF;
    private static final int DESCRIPTOR_BYTES = 32;
    private static final int DESCRIPTOR_FIRST = 8;
    private static final int DESCRIPTOR_LENGTH = 16;
    private static final NvmeStatus SIZE_LIMIT_EXCEEDED = new NvmeStatus(1, 0x83, 0, false, true);
    private static final ValueLayout.OfShort WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final InMemoryController controller;
    private final SubsystemConfiguration configuration;

    BlockCopy(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.configuration = configuration;
    }

    /// {@return most blocks of a command (MCL)}
    static int maximumBlocks(NamespaceMedium medium) {
        return (int) (MAXIMUM_BYTES / medium.blockByteSize());
    }

    /// {@return most blocks of one source range (MSSRL)}
    static int maximumRangeBlocks(NamespaceMedium medium) {
        return Math.min(MAXIMUM_RANGE_BLOCKS, maximumBlocks(medium));
    }

    void execute(Command command, NamespaceMedium medium) {
        var entry = command.entry;
        int ranges = (entry.cdw12() & 0xFF) + 1;
        int format = entry.cdw12() >>> 8 & 0xF;
        long destination = Integer.toUnsignedLong(entry.cdw11()) << 32 | Integer.toUnsignedLong(entry.cdw10());
        long listBytes = (long) ranges * DESCRIPTOR_BYTES;
        if (format != 0 || listBytes > configuration.maximumDataBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (ranges > MAXIMUM_RANGES_FIELD + 1) {
            command.finish(0, SIZE_LIMIT_EXCEEDED);
            return;
        }
        var status = command.bindData(listBytes);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var list = MemorySegment.ofArray(new byte[(int) listBytes]);
        command.readHost(0, list, 0, listBytes);
        long count = 0;
        for (long at = 0; at < listBytes; at += DESCRIPTOR_BYTES) {
            int length = length(list, at);
            long first = list.get(QUADWORD, at + DESCRIPTOR_FIRST);
            count += length;
            if (length > maximumRangeBlocks(medium) || count > maximumBlocks(medium)) {
                command.finish(0, SIZE_LIMIT_EXCEEDED);
                return;
            }
            if (!medium.contains(first, length)) {
                command.fail(StatusCode.LBA_OUT_OF_RANGE);
                return;
            }
            if (!medium.isReadable(first, length)) {
                command.fail(StatusCode.UNRECOVERED_READ_ERROR);
                return;
            }
        }
        if (!medium.contains(destination, count)) {
            command.fail(StatusCode.LBA_OUT_OF_RANGE);
            return;
        }
        move(list, medium, destination, (int) count);
        controller.dataQueues().changed(controller, entry.namespaceId(), destination, count, false);
        command.succeed();
    }

    private static void move(MemorySegment list, NamespaceMedium medium, long destination, int count) {
        var blocks = MemorySegment.ofArray(new byte[count * medium.blockByteSize()]);
        long done = 0;
        for (long at = 0; at < list.byteSize(); at += DESCRIPTOR_BYTES) {
            int length = length(list, at);
            medium.readBlocks(list.get(QUADWORD, at + DESCRIPTOR_FIRST), length, blocks, done);
            done += (long) length * medium.blockByteSize();
        }
        medium.writeBlocks(destination, count, blocks, 0);
    }

    /// NLB is 0's based.
    private static int length(MemorySegment list, long at) {
        return Short.toUnsignedInt(list.get(WORD, at + DESCRIPTOR_LENGTH)) + 1;
    }
}

package org.example;

import io.nvmelm.benchmarks.own.CodecUnderTest;
import io.nvmelm.benchmarks.own.QueueValues;
import io.nvmelm.nvme.GetControllerStateCommand;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A codec over byte buffers.
public class OwnCodec implements CodecUnderTest {

    @Override
    public String name() {
        return "buffers";
    }

    @Override
    public void encode(GetControllerStateCommand command, MemorySegment entry) {
        var buffer = entry.fill((byte) 0).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(0, (byte) 0x42);
        buffer.putInt(40, command.versionIndex() << 16);
        buffer.putInt(44, command.vendorParameter() << 24 | command.vendorUuidIndex() << 16 | command.controllerId());
        buffer.putLong(48, command.byteOffset());
        buffer.putInt(56, command.uuidIndex());
        buffer.putInt(60, (int) (command.dwordCount() - 1));
    }

    @Override
    public long decode(MemorySegment entry, boolean phase) {
        var buffer = entry.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int status = word(buffer, 14);
        VarHandle.acquireFence();
        return (status & 1) != 0 == phase
                ? Integer.toUnsignedLong(buffer.getInt(0)) + Integer.toUnsignedLong(buffer.getInt(4)) + word(buffer, 12)
                        + (status >>> 1)
                : -1;
    }

    @Override
    public long walk(MemorySegment state) {
        var buffer = state.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        int place = 56;
        for (int i = word(buffer, 50); i > 0; i--, place += 24) {
            sum += buffer.getLong(place) + word(buffer, place + 10) + word(buffer, place + 12)
                    + word(buffer, place + 16) + word(buffer, place + 18);
        }
        for (int i = word(buffer, 52); i > 0; i--, place += 24) {
            sum += buffer.getLong(place) + word(buffer, place + 10) + word(buffer, place + 12) + word(buffer, place + 14);
        }
        return sum;
    }

    @Override
    public void build(int queuePairs, MemorySegment state) {
        var buffer = state.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(1L << 16).putLong(0).putLong(2 + 12L * queuePairs).putLong(0).putLong(0).putLong(0);
        buffer.putShort((short) 0).putShort((short) queuePairs).putShort((short) queuePairs).putShort((short) 0);
        for (int id = 1; id <= queuePairs; id++) {
            buffer.putLong(QueueValues.prp1(id)).putShort((short) QueueValues.ZERO_BASED_SIZE).putShort((short) id);
            buffer.putShort((short) id).putShort((short) QueueValues.SUBMISSION_QUEUE_ATTRIBUTES);
            buffer.putShort((short) QueueValues.head(id)).putShort((short) QueueValues.submissionQueueTail(id)).putInt(0);
        }
        for (int id = 1; id <= queuePairs; id++) {
            buffer.putLong(QueueValues.prp1(id)).putShort((short) QueueValues.ZERO_BASED_SIZE).putShort((short) id);
            buffer.putShort((short) QueueValues.head(id)).putShort((short) QueueValues.completionQueueTail(id));
            buffer.putInt(QueueValues.COMPLETION_QUEUE_ATTRIBUTES).putInt(0);
        }
    }

    private static int word(ByteBuffer buffer, int place) {
        return Short.toUnsignedInt(buffer.getShort(place));
    }
}

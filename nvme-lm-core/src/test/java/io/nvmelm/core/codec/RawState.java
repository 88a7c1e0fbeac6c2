package io.nvmelm.core.codec;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/// Controller states as bytes, put together from the offsets of Base 2.3 fig. 374 to 377 without the code under test.
final class RawState {
    /// One submission and one completion queue of a suspended controller, 104 bytes. Submission queue 1: PRP1
    /// 12345000h, 64 slots, completion queue 1, PC, medium priority, head 5, tail 7. Completion queue 1: PRP1
    /// 12340000h, 64 slots, PC, IEN, S0PT, vector 3, head 4, tail 5.
    static final String ONE_PAIR = """
            00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00
            0e 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 01 00 01 00 00 00 00 50 34 12 00 00 00 00
            3f 00 01 00 01 00 05 00 05 00 07 00 00 00 00 00
            00 00 34 12 00 00 00 00 3f 00 01 00 04 00 05 00
            07 00 03 00 00 00 00 00
            """;

    private final ByteBuffer bytes;
    private final int submissionQueues;

    private RawState(ByteBuffer bytes, int submissionQueues) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.submissionQueues = submissionQueues;
    }

    static byte[] onePair() {
        return parse(ONE_PAIR);
    }

    static byte[] parse(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }

    /// A valid state whose queues have the identifiers 1, 2, 3 and so on, and whose submission queues share the
    /// completion queues.
    static RawState of(int submissionQueues, int completionQueues, int vendorBytes) {
        int nvmeBytes = 8 + 24 * (submissionQueues + completionQueues);
        var state = new RawState(ByteBuffer.allocate(48 + nvmeBytes + vendorBytes), submissionQueues);
        state.set8(2, 1)
                .set64(16, nvmeBytes / 4)
                .set64(32, vendorBytes / 4)
                .set16(50, submissionQueues)
                .set16(52, completionQueues);
        for (int i = 0; i < submissionQueues; i++) {
            int at = state.submissionQueue(i);
            state.set64(at, 0x1000_0000L + 0x1000L * i)
                    .set16(at + 8, 63)
                    .set16(at + 10, i + 1)
                    .set16(at + 12, completionQueues == 0 ? 0 : i % completionQueues + 1)
                    .set16(at + 14, 5)
                    .set16(at + 16, 5)
                    .set16(at + 18, 7);
        }
        for (int i = 0; i < completionQueues; i++) {
            int at = state.completionQueue(i);
            state.set64(at, 0x2000_0000L + 0x1000L * i)
                    .set16(at + 8, 63)
                    .set16(at + 10, i + 1)
                    .set16(at + 12, 4)
                    .set16(at + 14, 5)
                    .set16(at + 16, 7)
                    .set16(at + 18, i);
        }
        for (int i = 0; i < vendorBytes; i++) {
            state.set8(48 + nvmeBytes + i, 0xA0 + i);
        }
        return state;
    }

    /// A header with sizes, and so many zero bytes behind it.
    static RawState header(long nvmeStateDwords, long vendorDwords, int bytesBehind) {
        return new RawState(ByteBuffer.allocate(48 + bytesBehind), 0)
                .set64(16, nvmeStateDwords)
                .set64(32, vendorDwords);
    }

    int submissionQueue(int place) {
        return 56 + 24 * place;
    }

    int completionQueue(int place) {
        return 56 + 24 * (submissionQueues + place);
    }

    RawState set8(int offset, int value) {
        bytes.put(offset, (byte) value);
        return this;
    }

    RawState set16(int offset, int value) {
        bytes.putShort(offset, (short) value);
        return this;
    }

    RawState set32(int offset, long value) {
        bytes.putInt(offset, (int) value);
        return this;
    }

    RawState set64(int offset, long value) {
        bytes.putLong(offset, value);
        return this;
    }

    byte[] bytes() {
        return bytes.array();
    }

    MemorySegment segment() {
        return MemorySegment.ofArray(bytes.array());
    }
}

package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.QueueHead;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueueHeadCodecTest {
    private static byte[] encoded(QueueHead head) {
        byte[] bytes = new byte[520];
        Arrays.fill(bytes, (byte) 0xEE);
        QueueHeadCodec.encode(head, MemorySegment.ofArray(bytes));
        assertThat(Arrays.copyOfRange(bytes, 512, 520)).containsOnly(0xEE);
        return Arrays.copyOf(bytes, 512);
    }

    @Test
    void pointersAreTwoDwordsOf512Bytes() {
        byte[] expected = Arrays.copyOf(RawState.parse("05000000 04030201"), 512);
        var head = new QueueHead(5, 0x0102_0304);

        assertThat(encoded(head)).isEqualTo(expected);
        assertThat(QueueHeadCodec.decode(MemorySegment.ofArray(expected))).isEqualTo(head);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0x8000_0000L, 0xFFFF_FFFFL})
    void pointersAreUnsigned(long value) {
        for (var head : new QueueHead[] {new QueueHead(value, 0), new QueueHead(0, value)}) {
            assertThat(QueueHeadCodec.decode(MemorySegment.ofArray(encoded(head)))).isEqualTo(head);
        }
    }

    @Test
    void otherBytesDoNotMatter() {
        byte[] bytes = new byte[512];
        Arrays.fill(bytes, 8, 512, (byte) 0xFF);

        assertThat(QueueHeadCodec.decode(MemorySegment.ofArray(bytes))).isEqualTo(new QueueHead(0, 0));
    }

    @Test
    void fewerThan512BytesAreRefused() {
        var data = MemorySegment.ofArray(new byte[511]);
        var field = "Controller Data Queue feature data size";

        assertRefused(() -> QueueHeadCodec.decode(data), field, "511 bytes", "512 bytes or more", -1);
        assertRefused(
                () -> QueueHeadCodec.encode(new QueueHead(0, 0), data), field, "511 bytes", "512 bytes or more", -1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 0x00000000", "1, false, 0x00000001", "0xFFFF, false, 0x0000FFFF", "0, true, 0x80000000",
        "3, true, 0x80000003", "0xFFFF, true, 0x8000FFFF"
    })
    void dword0HasTheQueueAndWhetherItsTriggerIsArmed(int queueId, boolean armed, String dword0) {
        int value = Long.decode(dword0).intValue();

        assertThat(QueueHeadCodec.completionDword0(queueId, armed)).isEqualTo(value);
        for (int reserved : new int[] {0, 0x7FFF0000}) {
            assertThat(QueueHeadCodec.queueId(value | reserved)).isEqualTo(queueId);
            assertThat(QueueHeadCodec.triggerArmed(value | reserved)).isEqualTo(armed);
        }
    }
}

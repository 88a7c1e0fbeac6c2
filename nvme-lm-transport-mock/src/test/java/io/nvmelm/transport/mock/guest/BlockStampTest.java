package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockStampTest {

    private static final int BLOCK_BYTES = 512;

    private final BlockStamp stamp = new BlockStamp(7, 1, BLOCK_BYTES);
    private final byte[] bytes = new byte[3 * BLOCK_BYTES];

    @Test
    void aWrittenBlockMatchesItsWrite() {
        stamp.write(bytes, BLOCK_BYTES, 3, 99, 41, 1000);

        assertThat(stamp.mismatch(bytes, BLOCK_BYTES, 99, 41)).isNull();
    }

    @Test
    void theHeaderHasItsFieldsInPlace() {
        new BlockStamp(0x1122334455667788L, 0xA1B2C3D4L, BLOCK_BYTES).write(bytes, 0, 0x0102, 0x0A0B0C0D0EL, 5, 6);

        assertThat(Arrays.copyOf(bytes, 52)).containsExactly(
                'N', 'L', 'M', 'B', 'L', 'O', 'C', 'K',
                0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
                0x02, 0x01, 0, 0,
                0xD4, 0xC3, 0xB2, 0xA1,
                0x0E, 0x0D, 0x0C, 0x0B, 0x0A, 0, 0, 0,
                5, 0, 0, 0, 0, 0, 0, 0,
                6, 0, 0, 0, 0, 0, 0, 0,
                0, 2, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096})
    void everyDamagedByteIsSeen(int blockBytes) {
        var one = new BlockStamp(7, 1, blockBytes);
        var block = new byte[blockBytes];
        one.write(block, 0, 3, 99, 41, 1000);
        for (int i = 0; i < blockBytes; i++) {
            block[i] ^= 0x10;
            assertThat(one.mismatch(block, 0, 99, 41)).as("byte %d", i).isNotNull();
            block[i] ^= 0x10;
        }
        assertThat(one.mismatch(block, 0, 99, 41)).isNull();
    }

    @Test
    void anEarlierWriteIsSeen() {
        stamp.write(bytes, 0, 3, 99, 40, 1000);

        assertThat(stamp.mismatch(bytes, 0, 99, 41))
                .isEqualTo("holds write 40 of driver 7, queue 3, to block 99 of namespace 1 at time 1000"
                        + " instead of write 41");
    }

    @Test
    void aBlockOfAnotherPlaceIsSeen() {
        stamp.write(bytes, 0, 3, 98, 41, 1000);

        assertThat(stamp.mismatch(bytes, 0, 99, 41)).contains("to block 98");
    }

    @Test
    void aBlockOfAnotherDriverOrNamespaceIsSeen() {
        new BlockStamp(8, 1, BLOCK_BYTES).write(bytes, 0, 3, 99, 41, 1000);
        new BlockStamp(7, 2, BLOCK_BYTES).write(bytes, BLOCK_BYTES, 3, 99, 41, 1000);

        assertThat(stamp.mismatch(bytes, 0, 99, 41)).contains("driver 8");
        assertThat(stamp.mismatch(bytes, BLOCK_BYTES, 99, 41)).contains("namespace 2");
    }

    @Test
    void aTornBlockIsSeen() {
        stamp.write(bytes, 0, 3, 99, 41, 1000);
        stamp.write(bytes, BLOCK_BYTES, 3, 99, 42, 1001);
        System.arraycopy(bytes, BLOCK_BYTES + 256, bytes, 256, 256);

        assertThat(stamp.mismatch(bytes, 0, 99, 41)).startsWith("is damaged");
    }

    @Test
    void zeroesAndForeignDataAreToldApart() {
        assertThat(stamp.mismatch(bytes, 0, 99, 41)).isEqualTo("holds zeroes instead of write 41");
        assertThat(stamp.isZero(bytes, 0)).isTrue();

        bytes[BLOCK_BYTES - 1] = 1;
        assertThat(stamp.mismatch(bytes, 0, 99, 41)).isEqualTo("holds no stamp instead of write 41");
        assertThat(stamp.isZero(bytes, 0)).isFalse();
    }

    @Test
    void neighboursAreLeftAlone() {
        Arrays.fill(bytes, (byte) 0x77);
        stamp.write(bytes, BLOCK_BYTES, 3, 99, 41, 1000);

        assertThat(Arrays.copyOf(bytes, BLOCK_BYTES)).containsOnly(0x77);
        assertThat(Arrays.copyOfRange(bytes, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES)).containsOnly(0x77);
    }
}

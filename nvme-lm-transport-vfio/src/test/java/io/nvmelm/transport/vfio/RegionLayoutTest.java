package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.RegionLayout.Part;
import io.nvmelm.transport.vfio.fake.FakeHost;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What kernels answer when they are asked for a region of 64 KiB, the broken ones included.
class RegionLayoutTest {
    private static final int READ_WRITE = 3;
    private static final int MAP = 4;
    private static final int CAPABILITIES = 8;

    private final FakeHost fake = new FakeHost();

    @AfterEach
    void nothingLeft() {
        fake.assertNothingLeft();
    }

    private static ByteBuffer info(int bytes, int flags) {
        return AnsweringFile.bytes(bytes)
                .putInt(4, READ_WRITE | flags)
                .putInt(12, bytes > 32 ? 32 : 0)
                .putLong(16, 0x10000)
                .putLong(24, 5L << 40);
    }

    private static ByteBuffer sparse(int count, long... areas) {
        var info = info(48 + 8 * areas.length, MAP | CAPABILITIES);
        info.putShort(32, (short) 1).putShort(34, (short) 1).putInt(40, count);
        for (int i = 0; i < areas.length; i++) {
            info.putLong(48 + 8 * i, areas[i]);
        }
        return info;
    }

    private RegionLayout layout(ByteBuffer answer) {
        try (var file = AnsweringFile.of(answer).open(fake)) {
            return new DeviceDescription(true, true, 9, 5).region(fake.host(), file, 0);
        }
    }

    @Test
    void aRegionIsMappedWhollyOrNotAtAll() {
        assertThat(layout(info(32, MAP)).mappable()).containsExactly(new Part(0, 0x10000));
        assertThat(layout(info(32, 0)).mappable()).isEmpty();
        assertThat(layout(info(32, MAP)).filePosition()).isEqualTo(5L << 40);
        assertThat(layout(info(32, MAP)).byteSize()).isEqualTo(0x10000);
    }

    @Test
    void sparseAreasAreTakenAndAskedForWithRoom() {
        assertThat(layout(sparse(2, 0, 0x2000, 0x4000, 0xC000)).mappable())
                .containsExactly(new Part(0, 0x2000), new Part(0x4000, 0xC000));
        assertThat(layout(sparse(0)).mappable()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 4096", "0, 4097", "0x10000, 4096", "0xF000, 0x2000", "-4096, 4096", "0, -4096",
        "4096, 0x7ffffffffffff000"})
    void anAreaThatIsNotOfPagesInsideIsReachedByCalls(String offset, String size) {
        assertThat(layout(sparse(1, Long.decode(offset), Long.decode(size))).mappable()).isEmpty();
    }

    @Test
    void aRegionThatIsNoNumberOfPagesIsReachedByCalls() {
        assertThat(layout(info(32, MAP).putLong(16, 100)).mappable()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 1000, -1, Integer.MAX_VALUE})
    void moreAreasThanThereIsRoomForAreRefused(int count) {
        assertThatThrownBy(() -> layout(sparse(count, 0, 4096))).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @CsvSource({"32, 32", "31, 0", "64, 0", "4000, 0", "-4, 0", "32, 36", "32, 60"})
    void aChainThatLiesIsRefused(int first, int next) {
        var info = info(64, MAP | CAPABILITIES).putInt(12, first);
        info.putShort(32, (short) 3).putInt(36, next).putShort(40, (short) 3);
        assertThatThrownBy(() -> layout(info)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aRegionWithoutBytesIsNotThere(long size) {
        assertThatThrownBy(() -> layout(info(32, MAP).putLong(16, size)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("a region that the device has");
    }

    @Test
    void anAnswerThatIsTooLargeIsRefused() {
        assertThatThrownBy(() -> layout(info(32, MAP).putInt(0, Integer.MAX_VALUE)))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("at most 1048576 are believed");
    }
}

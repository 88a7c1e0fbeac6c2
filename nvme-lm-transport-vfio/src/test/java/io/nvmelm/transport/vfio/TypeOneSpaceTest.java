package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.DmaSpace.AddressRange;
import io.nvmelm.transport.vfio.fake.FakeHost;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What kernels answer when they are asked for the ranges of an IOMMU, the broken ones included.
class TypeOneSpaceTest {
    private static final int PAGE_SIZES_AND_CAPABILITIES = 3;
    private static final AddressRange USUAL = new AddressRange(0, 0xFEDF_FFFFL);

    private final FakeHost fake = new FakeHost();

    @AfterEach
    void nothingLeft() {
        fake.assertNothingLeft();
    }

    private TypeOneSpace space(AnsweringFile answers) {
        var container = answers.open(fake);
        var group = new AnsweringFile(argument -> 0).open(fake);
        try {
            return new TypeOneSpace(fake.host(), container, group);
        } finally {
            container.close();
            group.close();
        }
    }

    private TypeOneSpace space(ByteBuffer answer) {
        return space(AnsweringFile.of(answer));
    }

    private static ByteBuffer info(int bytes, int firstCapability) {
        return AnsweringFile.bytes(bytes)
                .putInt(4, PAGE_SIZES_AND_CAPABILITIES)
                .putLong(8, -4096L)
                .putInt(16, firstCapability);
    }

    private static void capability(ByteBuffer info, int at, int id, int next) {
        info.putShort(at, (short) id).putShort(at + 2, (short) 1).putInt(at + 4, next);
    }

    /// Linux 6.1: migration, then what is available in 12 bytes, then the ranges, at a multiple of 4.
    @Test
    void capabilitiesOfOlderKernelsAreAlignedToFourBytes() {
        var info = info(68 + 16 + 32, 24);
        capability(info, 24, 2, 56);
        capability(info, 56, 3, 68);
        capability(info, 68, 1, 0);
        info.putInt(76, 2);
        info.putLong(84, 0xFEF0_0000L).putLong(92, 0x7F_FFFF_FFFFL);
        info.putLong(100, 0).putLong(108, 0xFEDF_FFFFL);
        assertThat(space(info).ranges())
                .containsExactly(new AddressRange(0, 0xFEDF_FFFFL), new AddressRange(0xFEF0_0000L, 0x7F_FFFF_FFFFL));
    }

    @Test
    void withoutRangesTheUsualOnesAreTaken() {
        assertThat(space(AnsweringFile.bytes(24)).ranges()).containsExactly(USUAL);
        assertThat(space(AnsweringFile.bytes(24)).granule()).isEqualTo(4096);
        assertThat(space(info(24, 0)).ranges()).containsExactly(USUAL);
        var other = info(32, 24);
        capability(other, 24, 9, 0);
        assertThat(space(other).ranges()).containsExactly(USUAL);
    }

    @ParameterizedTest
    @CsvSource({"-4096, 4096", "65536, 65536", "2097152, 2097152", "1, 4096", "0, 4096", "-9223372036854775808, 4096"})
    void theGranuleIsTheSmallestPageButNoLessThanOurs(long pageSizes, long granule) {
        assertThat(space(info(24, 0).putLong(8, pageSizes)).granule()).isEqualTo(granule);
    }

    @ParameterizedTest
    @CsvSource({
        // first capability, its next: refused
        "24, 24", "24, 32", "28, 24", "24, 4000", "24, 60", "23, 0", "60, 0", "64, 0", "4096, 0", "-8, 0", "24, -4",
        "24, 27",
    })
    void aChainThatLiesIsRefused(int first, int next) {
        var info = info(64, first);
        capability(info, 24, 9, next);
        capability(info, 32, 9, next == 32 ? 24 : next);
        if (first == 28) {
            info.putShort(28, (short) 9).putInt(32, 28);
        }
        assertThatThrownBy(() -> space(info)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1000, Integer.MAX_VALUE, -1})
    void moreRangesThanThereIsRoomForAreRefused(int count) {
        var info = info(24 + 16 + 16, 24);
        capability(info, 24, 1, 0);
        info.putInt(32, count);
        assertThatThrownBy(() -> space(info)).isInstanceOf(InvalidValueException.class).hasMessageContaining(
                "cap_offset");
    }

    @Test
    void anAnswerThatIsTooLargeIsRefused() {
        assertThatThrownBy(() -> space(AnsweringFile.bytes(24).putInt(0, (1 << 20) + 4)))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(
                        "the kernel wants 1048580 bytes to describe the IOMMU, at most 1048576 are believed");
    }

    /// Whatever the bytes are: ranges, or a typed error.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyBytesAreReadOrRefused(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            var bytes = new byte[128];
            for (int i = 24; i < bytes.length; i++) {
                bytes[i] = random.nextInt(3) == 0 ? (byte) (4 * random.nextInt(32)) : (byte) random.nextInt(4);
            }
            var info = info(128, 4 * random.nextInt(40)).put(24, bytes, 24, 104);
            try {
                assertThat(space(info).ranges()).as("seed " + seed + " round " + round).isNotNull();
            } catch (LiveMigrationException refused) {
                assertThat(refused.getMessage()).as("seed " + seed + " round " + round).isNotBlank();
            }
        }
    }

    @Test
    void iommufdThatCountsOnAndOnIsRefused() {
        var growing = new AnsweringFile(argument -> {
            if (argument.get(ValueLayout.JAVA_INT, 0) == 32) {
                argument.set(ValueLayout.JAVA_INT, 8, argument.get(ValueLayout.JAVA_INT, 8) + 1000);
                return -90;
            }
            return 0;
        });
        var file = growing.open(fake);
        var space = new IommufdSpace(fake.host(), file);
        assertThatThrownBy(space::readRanges)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("address ranges, at most 4096 are believed");
        space.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 16})
    void iommufdThatLacksRoomForNoReasonIsRefused(int count) {
        var file = new AnsweringFile(argument -> {
            argument.set(ValueLayout.JAVA_INT, 8, count);
            return argument.get(ValueLayout.JAVA_INT, 0) == 32 ? -90 : 0;
        })
                .open(fake);
        var space = new IommufdSpace(fake.host(), file);
        assertThatThrownBy(space::readRanges).isInstanceOf(TransportException.class);
        space.close();
    }
}

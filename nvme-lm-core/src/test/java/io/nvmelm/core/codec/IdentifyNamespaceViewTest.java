package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.NamespaceExtent;
import io.nvmelm.nvme.NamespaceIdentifiers;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifyNamespaceViewTest {
    /// 100000h blocks; format 0 of 512 bytes, format 1 of 4096 bytes with 8 of metadata, which is in use.
    private static final String EXAMPLE = "0000100000000000" + "0000100000000000" + "0500000000000000" + "00 01 01"
            + "00".repeat(101)
            + "00000900" + "08000c00";

    private static IdentifyNamespaceView example() {
        byte[] bytes = new byte[4096];
        byte[] start = RawState.parse(EXAMPLE);
        System.arraycopy(start, 0, bytes, 0, start.length);
        return new IdentifyNamespaceView().wrap(MemorySegment.ofArray(bytes), 0);
    }

    @Test
    void theExtentIsThatOfTheFormatInUse() {
        var view = example();

        assertThat(view.extent(7)).isEqualTo(new NamespaceExtent(7, 0x10_0000, 4096));
        assertThat(view.formattedSize(0).extent(7)).isEqualTo(new NamespaceExtent(7, 0x10_0000, 512));
    }

    @Test
    void metadataAtTheEndOfDataIsNotPartOfTheBlock() {
        assertThat(example().formattedSize(0x11).extent(1).blockByteSize()).isEqualTo(4096);
    }

    /// FLBAS is byte 26, DPS byte 29.
    @Test
    void whereMetadataAreAndWhatProtectsThemHaveTheirBits() {
        byte[] bytes = new byte[4096];
        var view = new IdentifyNamespaceView().wrap(MemorySegment.ofArray(bytes), 0);
        assertThat(view.hasExtendedBlocks()).isFalse();
        assertThat(view.protection()).isZero();
        bytes[26] = 0x10;
        bytes[29] = (byte) 0xFA;
        assertThat(view.hasExtendedBlocks()).isTrue();
        assertThat(view.protection()).isEqualTo(0xA);
        bytes[26] = (byte) 0xEF;
        assertThat(view.hasExtendedBlocks()).isFalse();
        view.protection(3);
        assertThat(bytes[29]).isEqualTo((byte) 3);
    }

    /// FLBAS 6:5 count when there are more than 16 formats, and not with 16 or fewer.
    @ParameterizedTest
    @CsvSource({
        "1, 0x00, 0", "16, 0x0F, 15", "16, 0x6F, 15", "16, 0xFF, 15", "2, 0x61, 1", "17, 0x20, 16", "17, 0x00, 0",
        "18, 0x21, 17", "64, 0x6F, 63", "64, 0x40, 32", "64, 0x9F, 15", "64, 0x10, 0"
    })
    void theIndexHasSixBitsWhereThereAreMoreThan16Formats(int formats, int flbas, int index) {
        var view = example().formatCount(formats).formattedSize(flbas);

        assertThat(view.formatIndex()).isEqualTo(index);
        for (int i = 0; i < 64; i++) {
            view.dataSizeExponent(i, i == index ? 13 : 9);
        }
        assertThat(view.extent(1).blockByteSize()).isEqualTo(8192);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 31, 255})
    void aBlockSizeOutOfBoundsIsRefused(int exponent) {
        var view = example().dataSizeExponent(1, exponent);

        assertRefused(() -> view.extent(1), "LBADS", exponent + " in LBA format 1", "9 to 30", 128 + 4 + 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 30})
    void theLeastAndTheLargestBlockSizeAreAccepted(int exponent) {
        assertThat(example().dataSizeExponent(1, exponent).extent(1).blockByteSize()).isEqualTo(1 << exponent);
    }

    @Test
    void anInactiveNamespaceIsRefused() {
        assertRefused(() -> example().size(0).extent(1), "NSZE", "0", "1 to 2251799813685247", 0);
    }

    @Test
    void aNamespaceOf2To63BytesIsRefused() {
        assertThat(example().size(2_251_799_813_685_247L).extent(1).byteSize()).isEqualTo(9_223_372_036_854_771_712L);
        assertRefused(
                () -> example().size(2_251_799_813_685_248L).extent(1),
                "NSZE",
                "2251799813685248",
                "1 to 2251799813685247",
                0);
        assertRefused(
                () -> example().size(-1).extent(1), "NSZE", "18446744073709551615", "1 to 2251799813685247", 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 64})
    void aFormatOutsideTheListIsRefused(int index) {
        assertRefused(
                () -> example().dataSizeExponent(index), "LBA format index", Integer.toString(index), "0 to 63", -1);
        assertRefused(
                () -> example().metadataByteSize(index, 8), "LBA format index", Integer.toString(index), "0 to 63",
                -1);
    }

    @Test
    void fewerThan4096BytesAreRefused() {
        var data = MemorySegment.ofArray(new byte[4095]);
        var bound = "4096 bytes or more";

        assertRefused(
                () -> new IdentifyNamespaceView().wrap(data, 0), "Identify Namespace data size", "4095 bytes", bound,
                -1);
        assertRefused(
                () -> new IdentifyNvmControllerView().wrap(data, 0),
                "NVM Command Set Identify Controller data size",
                "4095 bytes",
                bound,
                -1);
    }

    @Test
    void identifiersAreAtTheirPlacesAndZerosAreNone() {
        byte[] bytes = new byte[4096];
        var view = new IdentifyNamespaceView().wrap(MemorySegment.ofArray(bytes), 0);
        assertThat(view.identifiers()).isEqualTo(NamespaceIdentifiers.NONE);
        for (int i = 0; i < 24; i++) {
            bytes[104 + i] = (byte) (i + 1);
        }
        assertThat(view.identifiers().nguid().orElseThrow().toByteArray())
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        assertThat(view.identifiers().eui64().orElseThrow().toByteArray())
                .containsExactly(17, 18, 19, 20, 21, 22, 23, 24);
        byte[] copy = new byte[4096];
        new IdentifyNamespaceView().wrap(MemorySegment.ofArray(copy), 0).identifiers(view.identifiers());
        assertThat(copy).isEqualTo(bytes);
        assertThat(view.identifiers(NamespaceIdentifiers.NONE).identifiers()).isEqualTo(NamespaceIdentifiers.NONE);
        assertThat(bytes).containsOnly(0);
    }
}

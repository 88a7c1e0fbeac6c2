package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespaceDescriptorCodecTest {
    private static final String NGUID = "00112233445566778899aabbccddeeff";
    private static final String EUI64 = "0123456789abcdef";
    private static final String UUID_BYTES = "5d1f6c0e7b0a4c559a6e3e2f8c14d9b7";
    private static final UUID VALUE = UUID.fromString("5d1f6c0e-7b0a-4c55-9a6e-3e2f8c14d9b7");
    private static final NamespaceIdentifiers ALL = new NamespaceIdentifiers(
            Optional.of(OpaqueBytes.copyOf(RawState.parse(NGUID))),
            Optional.of(OpaqueBytes.copyOf(RawState.parse(EUI64))),
            Optional.of(VALUE));

    private static MemorySegment list(String start) {
        return MemorySegment.ofArray(Arrays.copyOf(RawState.parse(start), 4096));
    }

    private static NamespaceIdentifiers decode(String start) {
        return NamespaceDescriptorCodec.decode(list(start));
    }

    @Test
    void everyTypeIsReadInAnyOrder() {
        assertThat(decode("03100000" + UUID_BYTES + "01080000" + EUI64 + "04010000" + "00" + "02100000" + NGUID))
                .isEqualTo(ALL);
    }

    @Test
    void encodesNguidCommandSetEuiAndUuid() {
        var data = list("");
        data.fill((byte) 0xA5);
        NamespaceDescriptorCodec.encode(ALL, 2, data);
        assertThat(data.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .isEqualTo(Arrays.copyOf(
                        RawState.parse("02100000" + NGUID + "04010000" + "02" + "01080000" + EUI64 + "03100000"
                                + UUID_BYTES),
                        4096));
        NamespaceDescriptorCodec.encode(NamespaceIdentifiers.NONE, 0, data);
        assertThat(NamespaceDescriptorCodec.decode(data)).isEqualTo(NamespaceIdentifiers.NONE);
    }

    @Test
    void aLengthOfZeroEndsTheList() {
        assertThat(decode("00000000" + "02100000" + NGUID)).isEqualTo(NamespaceIdentifiers.NONE);
        assertThat(decode("02000000" + "02100000" + NGUID)).isEqualTo(NamespaceIdentifiers.NONE);
    }

    @Test
    void typesOfLaterVersionsAreSkipped() {
        assertThat(decode("09030000" + "ffffff" + "01080000" + EUI64).eui64()).isEqualTo(ALL.eui64());
    }

    @Test
    void theFirstOfATypeCountsAndZerosAreNone() {
        assertThat(decode("01080000" + "0000000000000000" + "01080000" + EUI64 + "01080000" + "1111111111111111")
                .eui64())
                .isEqualTo(ALL.eui64());
        assertThat(decode("03100000" + "00".repeat(16) + "02100000" + "00".repeat(16)))
                .isEqualTo(NamespaceIdentifiers.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1, 7, 8", "1, 9, 8", "2, 8, 16", "2, 17, 16", "3, 15, 16", "3, 1, 16"})
    void anotherLengthThanThatOfTheTypeIsRefused(int type, int byteSize, int expected) {
        var start = "05010000" + "00" + String.format("%02x%02x0000", type, byteSize) + "22".repeat(20);
        assertRefused(
                () -> decode(start),
                "NIDL of type " + type,
                Integer.toString(byteSize),
                Integer.toString(expected),
                6);
    }

    @Test
    void aListWithoutAnEndIsReadToItsEndAndNoFurther() {
        var full = list("");
        for (int place = 0; place + 20 <= 4096; place += 20) {
            full.set(Layouts.BYTE, place, (byte) 9);
            full.set(Layouts.BYTE, place + 1, (byte) 16);
        }
        full.set(Layouts.BYTE, 4080, (byte) 9);
        full.set(Layouts.BYTE, 4081, (byte) 12);
        assertThat(NamespaceDescriptorCodec.decode(full)).isEqualTo(NamespaceIdentifiers.NONE);
        full.set(Layouts.BYTE, 4081, (byte) 13);
        assertRefused(() -> NamespaceDescriptorCodec.decode(full), "NIDL", "13", "0 to 12", 4081);
    }

    @Test
    void dataThatAreTooShortAreRefused() {
        assertThat(refusalOf(() -> NamespaceDescriptorCodec.decode(MemorySegment.ofArray(new byte[4095]))).bound())
                .isEqualTo("4096 bytes or more");
        assertThat(refusalOf(() -> NamespaceDescriptorCodec.encode(ALL, 0, MemorySegment.ofArray(new byte[4095])))
                .value())
                .isEqualTo("4095 bytes");
    }

    @Test
    void identifiersOfAnotherSizeAreRefused() {
        assertThat(refusalOf(() -> new NamespaceIdentifiers(
                Optional.of(OpaqueBytes.zeros(15)), Optional.empty(), Optional.empty())).field())
                .isEqualTo("NGUID");
        assertThat(refusalOf(() -> new NamespaceIdentifiers(
                Optional.empty(), Optional.of(OpaqueBytes.zeros(16)), Optional.empty())).field())
                .isEqualTo("EUI64");
    }

    @Test
    void whatIsMissingIsTakenFromTheOthers() {
        var other = new NamespaceIdentifiers(
                Optional.of(OpaqueBytes.zeros(16)), Optional.of(OpaqueBytes.zeros(8)), Optional.of(new UUID(1, 1)));
        assertThat(ALL.or(other)).isEqualTo(ALL);
        assertThat(NamespaceIdentifiers.NONE.or(ALL)).isEqualTo(ALL);
    }
}

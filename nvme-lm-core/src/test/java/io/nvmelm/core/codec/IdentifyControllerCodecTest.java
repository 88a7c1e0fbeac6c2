package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.IdentifyController;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifyControllerCodecTest {
    /// Every field has a value of its own, so that two that changed places would show.
    private static final IdentifyController EXAMPLE = new IdentifyController(
            0x0102,
            0x0304,
            "SN-0001",
            "A model of a controller",
            "FW 1.2",
            0x252627,
            0x28,
            0x29,
            0x2A2B,
            0x3031_3233L,
            0x3435_3637L,
            0x38393A3BL,
            0x3C,
            0x3D3E,
            0x3F,
            0x40,
            0x4142_4344L,
            0x66,
            0x44,
            0x4546,
            0xC748_494AL,
            0x4B4C,
            0x4D,
            0xCE4F_5051L,
            "nqn.2014-08.org.nvmexpress:uuid:0",
            new TrackingLimits(0x5051, 0x5253, 0x54, 0x55, 0x56, 0x5758, 0x595A, 0x5B5C, 0x5D5E, 0x5F60),
            0x61);

    /// The bytes of the example, field by field: offset and content in hexadecimal.
    private static final String[][] BYTES = {
        {"0", "0201"},
        {"2", "0403"},
        {"4", "534e2d30303031" + "20".repeat(13)},
        {"24", "41206d6f64656c206f66206120636f6e74726f6c6c6572" + "20".repeat(17)},
        {"64", "465720312e322020"},
        {"73", "272625"},
        {"76", "28"},
        {"77", "29"},
        {"78", "2b2a"},
        {"80", "33323130"},
        {"92", "37363534"},
        {"96", "3b3a3938"},
        {"111", "3c"},
        {"256", "3e3d"},
        {"258", "3f"},
        {"259", "40"},
        {"272", "44434241"},
        {"512", "66"},
        {"513", "44"},
        {"514", "4645"},
        {"516", "4a4948c7"},
        {"520", "4c4b"},
        {"525", "4d"},
        {"536", "51504fce"},
        {"570", "5150"},
        {"572", "5352"},
        {"574", "54"},
        {"575", "55"},
        {"576", "56"},
        {"578", "5857"},
        {"580", "5a59"},
        {"582", "5c5b"},
        {"584", "5e5d"},
        {"586", "605f"},
        {"768", "6e716e2e323031342d30382e6f72672e6e766d657870726573733a757569643a30"},
        {"3072", "61"},
    };

    private static byte[] exampleBytes() {
        byte[] bytes = new byte[4096];
        for (var field : BYTES) {
            byte[] content = RawState.parse(field[1]);
            System.arraycopy(content, 0, bytes, Integer.parseInt(field[0]), content.length);
        }
        return bytes;
    }

    private static IdentifyControllerView view(byte[] bytes) {
        return new IdentifyControllerView().wrap(MemorySegment.ofArray(bytes), 0);
    }

    @Test
    void everyFieldIsEncodedAtItsByte() {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) 0xEE);

        IdentifyControllerCodec.encode(EXAMPLE, MemorySegment.ofArray(bytes));

        assertThat(bytes).isEqualTo(exampleBytes());
    }

    @Test
    void everyFieldIsDecodedFromItsByte() {
        assertThat(IdentifyControllerCodec.decode(MemorySegment.ofArray(exampleBytes()))).isEqualTo(EXAMPLE);
    }

    @ParameterizedTest
    @CsvSource({
        "OACS, 256", "SGLS, 536", "SQES, 512", "CQES, 513", "MAXCMD, 514", "NN, 516", "CMMRTD, 570", "NMMRTD, 572",
        "MINMRTG, 574",
        "MAXMRTG, 575", "TRATTR, 576", "MCUDMQ, 578", "MNSUDMQ, 580", "MCMR, 582", "NMCMR, 584", "MCDQPC, 586",
        "SUBNQN, 768", "VENDOR, 3072", "HMPRE, 272", "CNTLID, 78", "MDTS, 77", "CTRATT, 96", "OAES, 92"
    })
    void offsetsAreThoseOfTheStandard(String field, int offset) throws ReflectiveOperationException {
        assertThat(IdentifyControllerOffsets.class.getField(field + "_OFFSET").getInt(null)).isEqualTo(offset);
    }

    @Test
    void trackingLimitsAreSetWithoutTouchingTheReservedByteBetweenThem() {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) 0xEE);

        view(bytes).tracking(TrackingLimits.NONE);

        assertThat(bytes[577]).isEqualTo((byte) 0xEE);
        assertThat(bytes[569]).isEqualTo((byte) 0xEE);
        assertThat(bytes[588]).isEqualTo((byte) 0xEE);
        assertThat(view(bytes).tracking()).isEqualTo(TrackingLimits.NONE);
    }

    @Test
    void textsAreReadWithoutSpacesAndZerosAtTheirEnd() {
        byte[] bytes = new byte[4096];
        System.arraycopy("  AB C \0 \0".getBytes(StandardCharsets.US_ASCII), 0, bytes, 4, 10);
        Arrays.fill(bytes, 24, 64, (byte) ' ');
        Arrays.fill(bytes, 64, 72, (byte) 'x');

        assertThat(view(bytes).serialNumber()).isEqualTo("  AB C");
        assertThat(view(bytes).modelNumber()).isEmpty();
        assertThat(view(bytes).firmwareRevision()).isEqualTo("xxxxxxxx");
    }

    @Test
    void aNameEndsAtItsFirst0() {
        byte[] bytes = new byte[4096];
        byte[] name = "nqn.2014-08.org.example:ü\0rest".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, bytes, 768, name.length);

        assertThat(view(bytes).subsystemNqn()).isEqualTo("nqn.2014-08.org.example:ü");
    }

    @Test
    void aNameWithoutA0IsReadToTheEndOfItsField() {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) 'n');

        assertThat(view(bytes).subsystemNqn()).hasSize(256);
    }

    @Test
    void aNameMayHave223Bytes() {
        byte[] bytes = new byte[4096];
        Arrays.fill(bytes, (byte) 0xEE);

        assertThat(view(bytes).subsystemNqn("n".repeat(223)).subsystemNqn()).hasSize(223);
        assertThat(Arrays.copyOfRange(bytes, 768 + 223, 1024)).containsOnly(0);
        assertThat(bytes[1024]).isEqualTo((byte) 0xEE);
        assertRefused(
                () -> view(bytes).subsystemNqn("n".repeat(224)),
                "SUBNQN",
                "a text of 224 bytes",
                "at most 223 bytes of UTF-8 without a 0",
                768);
        assertRefused(
                () -> view(bytes).subsystemNqn("a\0b"),
                "SUBNQN",
                "a text of 3 bytes",
                "at most 223 bytes of UTF-8 without a 0",
                768);
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        byte[] bytes = new byte[4096];

        assertThat(view(bytes).serialNumber("x".repeat(20)).serialNumber()).hasSize(20);
        assertRefused(
                () -> view(bytes).serialNumber("x".repeat(21)),
                "SN",
                "a text of 21 bytes",
                "at most 20 printable ASCII characters",
                4);
        assertThat(view(bytes).modelNumber("x".repeat(40)).modelNumber()).hasSize(40);
        assertRefused(
                () -> view(bytes).modelNumber("x".repeat(41)),
                "MN",
                "a text of 41 bytes",
                "at most 40 printable ASCII characters",
                24);
        assertRefused(
                () -> view(bytes).firmwareRevision("x".repeat(9)),
                "FR",
                "a text of 9 bytes",
                "at most 8 printable ASCII characters",
                64);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u001fb", "a\u007fb", "a\0b", "a\u00fcb"})
    void aTextWithOtherCharactersThanTheStandardAllowsIsRefused(String text) {
        assertRefused(
                () -> view(new byte[4096]).firmwareRevision(text),
                "FR",
                "a text of 3 bytes",
                "at most 8 printable ASCII characters",
                64);
    }

    @Test
    void anyBytesCanBeDecoded() {
        long seed = 0x5EED_0002L;
        var random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[4096];
            random.nextBytes(bytes);

            var controller = IdentifyControllerCodec.decode(MemorySegment.ofArray(bytes));

            assertThat(controller.optionalAdminCommands())
                    .as("seed %d case %d", seed, i)
                    .isEqualTo(Byte.toUnsignedInt(bytes[256]) | Byte.toUnsignedInt(bytes[257]) << 8);
        }
    }

    @Test
    void fewerThan4096BytesAreRefused() {
        assertRefused(
                () -> IdentifyControllerCodec.decode(MemorySegment.ofArray(new byte[4095])),
                "Identify Controller data size",
                "4095 bytes",
                "4096 bytes or more",
                -1);
    }
}

package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever the bytes are: they are refused with a typed exception, or decoding and encoding gives the same bytes.
class ControllerStateFuzzTest {
    private static final int MAXIMUM_BYTES = 1 << 20;

    /// Whether the bytes were accepted.
    private static boolean decodedOrRefused(byte[] bytes, String description) {
        byte[] before = bytes.clone();
        boolean accepted;
        try {
            var state = ControllerStateCodec.decode(MemorySegment.ofArray(bytes), 0, bytes.length, MAXIMUM_BYTES);
            byte[] again = new byte[bytes.length];
            Arrays.fill(again, (byte) 0xEE);
            assertThat(ControllerStateCodec.encode(state, MemorySegment.ofArray(again), 0))
                    .as(description)
                    .isEqualTo(bytes.length);
            assertThat(again).as(description).isEqualTo(bytes);
            accepted = true;
        } catch (InvalidValueException e) {
            assertThat(e.field()).as(description).isNotEmpty();
            assertThat(e.bound()).as(description).isNotEmpty();
            accepted = false;
        }
        assertThat(bytes).as(description).isEqualTo(before);
        return accepted;
    }

    /// The validator gives some verdict, accepts nothing that cannot be decoded, and does not depend on the cut.
    private static void validatedOrRefused(byte[] bytes, boolean decodable, Random random, String description) {
        var validator = new ControllerStateValidator(StateFormat.of(0, new UUID(1, 2)), MAXIMUM_BYTES);
        var whole = StateVerdict.of(validator, bytes, () -> bytes.length);
        var inPieces = StateVerdict.of(validator, bytes, () -> 1 + random.nextInt(40));
        assertThat(inPieces).as(description).isEqualTo(whole);
        if (!decodable) {
            assertThat(whole.accepted()).as(description).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytes(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            var description = "seed " + seed + " case " + i;
            validatedOrRefused(bytes, decodedOrRefused(bytes, description), random, description);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void randomBytesBehindAPlausibleHeader(long seed) {
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 5000; i++) {
            int nvmeStateDwords = random.nextInt(24);
            int vendorDwords = random.nextInt(6);
            byte[] content = new byte[48 + 4 * (nvmeStateDwords + vendorDwords)];
            random.nextBytes(content);
            var raw = RawState.header(nvmeStateDwords, vendorDwords, content.length - 48);
            System.arraycopy(content, 2, raw.bytes(), 2, 14);
            System.arraycopy(content, 48, raw.bytes(), 48, content.length - 48);
            if (nvmeStateDwords >= 2) {
                raw.set16(48, random.nextInt(3) == 0 ? random.nextInt(3) : 0)
                        .set16(50, random.nextInt(4))
                        .set16(52, random.nextInt(4));
            }
            var description = "seed " + seed + " case " + i;
            boolean decodable = decodedOrRefused(raw.bytes(), description);
            validatedOrRefused(raw.bytes(), decodable, random, description);
            accepted += decodable ? 1 : 0;
        }
        assertThat(accepted).as("accepted of seed %d", seed).isBetween(500, 4500);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void aFewBytesOfAValidStateReplaced(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = RawState.of(random.nextInt(4), random.nextInt(4), 4 * random.nextInt(4)).bytes();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            var description = "seed " + seed + " case " + i;
            validatedOrRefused(bytes, decodedOrRefused(bytes, description), random, description);
        }
    }

    @Test
    void aStateThatIsCutAnywhereIsRefused() {
        byte[] valid = RawState.of(3, 2, 16).bytes();
        for (int length = 0; length < valid.length; length++) {
            byte[] cut = Arrays.copyOf(valid, length);
            assertThat(decodedOrRefused(cut, "cut at " + length)).as("cut at %d", length).isFalse();
            validatedOrRefused(cut, false, new Random(length), "cut at " + length);
            var segment = MemorySegment.ofArray(cut);
            refusalOf(() -> ControllerStateCodec.decode(segment, 0, valid.length, MAXIMUM_BYTES));
        }
        assertThat(decodedOrRefused(valid, "whole")).isTrue();
    }

    @Test
    void everySingleBitOfAValidStateFlipped() {
        byte[] valid = RawState.of(3, 2, 16).bytes();
        int accepted = 0;
        for (int bit = 0; bit < 8 * valid.length; bit++) {
            byte[] bytes = valid.clone();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            boolean decodable = decodedOrRefused(bytes, "bit " + bit);
            validatedOrRefused(bytes, decodable, new Random(bit), "bit " + bit);
            accepted += decodable ? 1 : 0;
        }
        // Refused: VER (16 bits), NVMECSS and VSS (256), and of the 32 bits of both counts those that set a bit that
        // was 0. What is left of a count that lost a bit is carried as trailing bytes.
        assertThat(accepted).isEqualTo(8 * valid.length - 16 - 256 - 32 + 3);
    }
}

package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.StreamFormatException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Streams of released versions stay readable, and no damage to one goes unnoticed.
class GoldenStreamTest {
    private static final int[] MASKS = {1, 2, 4, 8, 16, 32, 64, 128, 0xFF, 0x55};
    /// Where damage is not found, because nothing is there that could find it: state without checksum, and what a later version put
    /// behind the 48 bytes of the preamble.
    private static final Map<GoldenStream, Set<Integer>> UNPROTECTED = Map.of(
            GoldenStream.STATE_WITHOUT_CHECKSUM, range(239, 299), GoldenStream.LATER_VERSION, range(48, 64));

    private static Set<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource
    void itIsReadAsItWasWritten(GoldenStream stream) {
        assertThat(Transcript.read(stream.read(), stream.settings, stream.records())).isEqualTo(stream.content());
    }

    @ParameterizedTest
    @EnumSource
    void thePresentWriterWritesTheSameBytes(GoldenStream stream) {
        assertThat(stream.write()).isEqualTo(stream.read());
    }

    @ParameterizedTest
    @EnumSource
    void everyTruncationIsRefused(GoldenStream stream) {
        byte[] whole = stream.read();
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Transcript.read(part, stream.settings, stream.records()))
                    .as("%d bytes", length)
                    .isInstanceOfSatisfying(StreamFormatException.class, refusal -> assertThat(refusal.byteOffset())
                            .isBetween(0L, (long) part.length));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyDamagedByteIsFoundWhereSomethingProtectsIt(GoldenStream stream) {
        byte[] bytes = stream.read();
        var unnoticed = new TreeSet<Integer>();
        for (int at = 0; at < bytes.length; at++) {
            for (int mask : MASKS) {
                bytes[at] ^= (byte) mask;
                var input = new StreamInput(Transcript.source(bytes));
                try {
                    Transcript.read(input, stream.settings, stream.records());
                    unnoticed.add(at);
                } catch (StreamFormatException refusal) {
                    assertThat(refusal.byteOffset()).isBetween(0L, (long) bytes.length);
                }
                assertThat(input.buffer().capacity()).isLessThanOrEqualTo(Math.max(4096, 2 * bytes.length));
                bytes[at] ^= (byte) mask;
            }
        }
        assertThat(unnoticed).isEqualTo(UNPROTECTED.getOrDefault(stream, Set.of()));
    }
}

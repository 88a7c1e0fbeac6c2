package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.StreamFormatException;
import java.util.Arrays;
import java.util.List;
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

    private static List<Integer> bounds(GoldenStream stream, byte[] bytes) {
        return RawStream.bounds(bytes, stream.settings.key().isPresent() ? Authenticator.TAG_BYTES : 0);
    }

    /// The refusal is of the record that the defect is in, and its place lies within that record.
    private static void assertNames(StreamFormatException refusal, int defect, List<Integer> bounds) {
        int record = -1;
        while (record + 1 < bounds.size() - 1 && bounds.get(record + 1) <= defect) {
            record++;
        }
        long start = record < 0 ? 0 : bounds.get(record);
        assertThat(refusal.recordNumber()).as("defect at %d: %s", defect, refusal).isEqualTo(record);
        assertThat(refusal.byteOffset())
                .as("defect at %d: %s", defect, refusal)
                .isBetween(start, (long) bounds.get(record + 1));
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
        var bounds = bounds(stream, whole);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Transcript.read(part, stream.settings, stream.records()))
                    .as("%d bytes", length)
                    .isInstanceOfSatisfying(
                            StreamFormatException.class, refusal -> assertNames(refusal, part.length, bounds));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyDamagedByteIsFoundWhereSomethingProtectsIt(GoldenStream stream) {
        byte[] bytes = stream.read();
        var bounds = bounds(stream, bytes);
        var unnoticed = new TreeSet<Integer>();
        for (int at = 0; at < bytes.length; at++) {
            for (int mask : MASKS) {
                bytes[at] ^= (byte) mask;
                var input = new StreamInput(Transcript.source(bytes));
                try {
                    Transcript.read(input, stream.settings, stream.records());
                    unnoticed.add(at);
                } catch (StreamFormatException refusal) {
                    assertNames(refusal, at, bounds);
                }
                assertThat(input.buffer().capacity()).isLessThanOrEqualTo(Math.max(4096, 2 * bytes.length));
                bytes[at] ^= (byte) mask;
            }
        }
        assertThat(unnoticed).isEqualTo(UNPROTECTED.getOrDefault(stream, Set.of()));
    }
}

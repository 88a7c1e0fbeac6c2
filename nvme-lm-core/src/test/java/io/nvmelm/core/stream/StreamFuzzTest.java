package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.StreamFormatException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Whatever bytes come, the stream's readers refuse them by their own exception or understand them, in a memory that does not depend on
/// what the bytes claim. How to search for longer is written in CONTRIBUTING.md.
class StreamFuzzTest {

    /// A whole stream.
    @FuzzTest
    void stream(byte[] bytes) {
        for (var settings : List.of(Samples.PLAIN, Samples.AUTHENTICATED)) {
            var input = new StreamInput(Transcript.source(bytes));
            try {
                Transcript.read(input, settings, 1 << 20);
                throw new AssertionError("a million records");
            } catch (StreamFormatException refusal) {
                assertThat(refusal.byteOffset()).isBetween(0L, (long) bytes.length);
            }
            assertThat(input.buffer().capacity()).isLessThanOrEqualTo(Math.max(4096, 2 * bytes.length));
        }
    }

    /// The text for people.
    @FuzzTest
    void description(byte[] bytes) {
        try {
            var text = StreamDescription.describe(Channels.newChannel(new ByteArrayInputStream(bytes)));
            assertThat(text.replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
        } catch (StreamFormatException refusal) {
            assertThat(refusal.byteOffset()).isBetween(0L, (long) bytes.length);
        }
    }

    /// The fields of a manifest, behind right checksums.
    @FuzzTest
    void manifest(byte[] payload) {
        try {
            var record = new FieldReader(ByteBuffer.wrap(payload), 0, 0, "manifest", null);
            var manifest = ManifestCodec.decode(record, Samples.STREAM_ID, StreamKind.FILE);
            var again = new FieldReader(ManifestCodec.encode(manifest), 0, 0, "manifest", null);
            assertThat(ManifestCodec.decode(again, Samples.STREAM_ID, StreamKind.FILE)).isEqualTo(manifest);
        } catch (StreamFormatException refusal) {
            assertThat(refusal.byteOffset()).isBetween(0L, (long) payload.length);
        } catch (InvalidValueException tooLarge) {
            assertThat(payload).hasSizeGreaterThan(1 << 20);
        }
    }

    /// A record of any type behind a manifest, with right checksums.
    @FuzzTest
    void record(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte[] payload = Arrays.copyOfRange(bytes, 1, bytes.length);
        int type = bytes[0];
        byte[] stream = RawStream.concat(
                GoldenStream.SOURCE_DIRECTION.read(),
                new RawStream().record(type, 3, 0xFFFF, payload, payload.length, 8).toBytes());
        var input = new StreamInput(Transcript.source(stream));
        var head = StreamHead.read(input, Samples.PLAIN);
        var reader = new RecordReader(input, head.preamble(), Optional.empty());
        var manifest = reader.readManifest();
        while (reader.recordNumber() < 7) {
            reader.next();
        }
        try {
            var known = reader.next();
            assertThat(Transcript.payload(reader, known, manifest)).isNotNull();
        } catch (StreamFormatException refusal) {
            assertThat(refusal.byteOffset()).isBetween(0L, (long) stream.length);
        }
    }

    /// The fields of properties.
    @FuzzTest
    void properties(byte[] payload) {
        try {
            var properties = PropertyFields.decode(new FieldReader(ByteBuffer.wrap(payload), 0, 0, "properties", null));
            var again = new FieldReader(Records.properties(properties), 0, 0, "properties", null);
            assertThat(PropertyFields.decode(again)).isEqualTo(properties);
        } catch (StreamFormatException refusal) {
            assertThat(refusal.byteOffset()).isBetween(0L, (long) payload.length);
        } catch (InvalidValueException tooLarge) {
            assertThat(payload).hasSizeGreaterThan(1 << 20);
        }
    }
}

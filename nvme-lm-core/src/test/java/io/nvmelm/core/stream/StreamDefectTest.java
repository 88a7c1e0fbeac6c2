package io.nvmelm.core.stream;

import static io.nvmelm.core.stream.RawStream.concat;
import static io.nvmelm.core.stream.RawStream.field;
import static io.nvmelm.core.stream.RawStream.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nvmelm.PeerException;
import io.nvmelm.StreamFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Streams with right checksums and wrong content.
class StreamDefectTest {
    private static final byte[] NAMES = concat(field(1, text("w")), field(2, text("1")));
    private static final byte[] MOVED_DEVICE = concat(
            field(1, text("d")),
            field(2, number(4, 1)),
            field(4, number(8, 1)),
            field(5, number(8, 1)),
            field(7, number(4, 0)),
            field(8, number(1, 0)));
    private static final byte[] DEVICE = concat(MOVED_DEVICE, field(9, new byte[20]));
    private static final byte[] MANIFEST = concat(NAMES, field(3, DEVICE));
    private static final int RECORDS = 4;

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RawStream start() {
        return new RawStream().preamble(MANIFEST.length).record(1, 3, 0xFFFF, MANIFEST);
    }

    private static RawStream startWithKind(int kind) {
        return startWithKind(kind, concat(NAMES, field(3, MOVED_DEVICE)));
    }

    private static RawStream startWithKind(int kind, byte[] manifest) {
        return new RawStream()
                .preamble(1, 1, kind, 2, 4 << 20, Samples.STREAM_ID, manifest.length, new byte[0])
                .record(1, 3, 0xFFFF, manifest);
    }

    /// A migration whose source has said that it stops its device, of which it supplies the properties.
    private static RawStream stopped() {
        return startWithKind(1, device(MOVED_DEVICE, 8, number(1, 1))).record(24, 3, 0xFFFF, number(4, 1));
    }

    private static byte[] totals(long records, long bytes, int devices) {
        return concat(number(8, records), number(8, bytes), number(4, devices));
    }

    private static final byte[] STATE = {1, 2, 3};
    private static final byte[] PROPERTIES = concat(
            field(1, number(4, 1)),
            field(2, number(4, 0)),
            field(3, number(8, 0)),
            field(4, number(8, 0)),
            field(5, number(4, 0)),
            field(7, new byte[0]),
            field(8, new byte[0]));

    static Stream<Arguments> defectiveRecords() {
        return Stream.of(
                Arguments.of("unknown to this version", start().record(900, 3, 0xFFFF, STATE)),
                Arguments.of("MANIFEST is the first record", start().record(1, 3, 0xFFFF, MANIFEST)),
                Arguments.of("MANIFEST is the first record", new RawStream().preamble(3).record(2, 3, 0, STATE)),
                Arguments.of("first record is a MANIFEST", new RawStream().preamble(3).record(900, 2, 0, STATE)),
                Arguments.of("does not belong", start().record(20, 3, 0xFFFF, new byte[0])),
                Arguments.of("does not belong", startWithKind(2).record(2, 3, 0, STATE)),
                Arguments.of("does not belong", startWithKind(3).record(2, 3, 0, STATE)),
                Arguments.of("does not belong", startWithKind(3).record(18, 3, 0xFFFF, number(8, 0))),
                Arguments.of("without checksum", start().record(2, 1, 0, STATE)),
                Arguments.of("without checksum", start().record(4, 0, 0, STATE)),
                Arguments.of("allowed: 1 to 4194304", start().record(2, 3, 0, new byte[0])),
                Arguments.of("allowed: 8 to 8", start().record(3, 3, 0, new byte[9])),
                Arguments.of("device 1, allowed: 0 to 0", start().record(2, 3, 1, STATE)),
                Arguments.of("device 0 in a record of the whole", start().record(5, 3, 0, totals(1, 0, 1))),
                Arguments.of("END behind STATE_END of 0 of 1", start().record(5, 3, 0xFFFF, totals(1, 0, 1))),
                Arguments.of("it says 4, there were 3", start().record(2, 3, 0, STATE).record(3, 3, 0, number(8, 4))),
                Arguments.of(
                        "STATE behind STATE_END",
                        start().record(2, 3, 0, STATE).record(3, 3, 0, number(8, 3)).record(2, 3, 0, STATE)),
                Arguments.of(
                        "STATE_END behind STATE_END",
                        start().record(3, 3, 0, number(8, 0)).record(3, 3, 0, number(8, 0))),
                Arguments.of(
                        "records: it says 3, there were 2",
                        start().record(3, 3, 0, number(8, 0)).record(5, 3, 0xFFFF, totals(3, 0, 1))),
                Arguments.of(
                        "bytes of all states: it says 1",
                        start().record(3, 3, 0, number(8, 0)).record(5, 3, 0xFFFF, totals(2, 1, 1))),
                Arguments.of(
                        "devices: it says 2",
                        start().record(3, 3, 0, number(8, 0)).record(5, 3, 0xFFFF, totals(2, 0, 2))),
                Arguments.of(
                        "PROPERTIES of device 0, which the manifest says are not supplied",
                        start().record(4, 2, 0, PROPERTIES)),
                Arguments.of("a second PROPERTIES of device 0", stopped().record(4, 2, 0, PROPERTIES).record(
                        4, 2, 0, PROPERTIES)),
                Arguments.of("STATE of device 0 in front of its PROPERTIES", stopped().record(2, 3, 0, STATE)),
                Arguments.of(
                        "PROPERTIES behind STATE_END of device 0",
                        stopped().record(4, 2, 0, PROPERTIES).record(3, 3, 0, number(8, 0)).record(4, 2, 0,
                                PROPERTIES)),
                Arguments.of(
                        "PROPERTIES behind END",
                        start().record(3, 3, 0, number(8, 0))
                                .record(5, 3, 0xFFFF, totals(2, 0, 1))
                                .record(4, 2, 0, new byte[0])),
                Arguments.of("its number is 7", start().record(2, 3, 0, STATE, 3, 7)),
                Arguments.of("bytes of the header: it says", new RawStream()
                        .preamble(MANIFEST.length + 1)
                        .record(1, 3, 0xFFFF, MANIFEST)),
                Arguments.of("of unknown type: 4194305 bytes", start().record(900, 0, 0, STATE, (4 << 20) + 1, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defectiveRecords")
    void aRecordThatCannotStandThereIsRefusedForGood(String reason, RawStream stream) {
        assertThatThrownBy(() -> Transcript.read(stream.toBytes(), Samples.PLAIN, RECORDS))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aReaderThatRefusedRefusesForGood() {
        byte[] bytes = start().record(2, 3, 0, STATE, 3, 7).record(2, 3, 0, STATE).toBytes();
        var reader = StreamLoader.openFile(new StreamInput(Transcript.source(bytes)), Samples.PLAIN);
        reader.readManifest();
        var first = catchThrowable(reader::next);
        assertThat(first).isInstanceOf(StreamFormatException.class);
        assertThat(catchThrowable(reader::next)).isSameAs(first);
    }

    @Test
    void anUnknownRecordOfAnAuthenticatedStreamIsVerifiedToo() {
        var preambleAlone = new RawStream()
                .preamble(1, 1, 0, 3, 4 << 20, Samples.STREAM_ID, MANIFEST.length + 32, new byte[0]);
        byte[] preamble = preambleAlone.toBytes();
        var tags = Authenticator.of(Samples.KEY, StreamKind.FILE, List.of(preamble));
        byte[] bytes = concat(
                preamble,
                tagged(tags, new RawStream().record(1, 3, 0xFFFF, MANIFEST, MANIFEST.length, 0)),
                tagged(tags, new RawStream().record(900, 0, 0xFFFF, new byte[70_000], 70_000, 1)),
                tagged(tags, new RawStream().record(2, 3, 0, STATE, 3, 2)));
        assertThat(Transcript.read(bytes, Samples.AUTHENTICATED, 1)).contains(RecordType.STATE);

        bytes[preamble.length + 24 + MANIFEST.length + 32 + 24 + 69_000] ^= 1;
        assertThatThrownBy(() -> Transcript.read(bytes, Samples.AUTHENTICATED, 1))
                .hasMessageContaining("HMAC is not that of the key");
    }

    private static byte[] tagged(Authenticator tags, RawStream record) {
        byte[] bytes = record.toBytes();
        var tag = ByteBuffer.allocate(32);
        tags.update(ByteBuffer.wrap(bytes), 0, bytes.length);
        tags.putTag(tag, 0);
        return concat(bytes, tag.array());
    }

    static Stream<Arguments> defectivePreambles() {
        byte[] none = new byte[0];
        int payload = 4 << 20;
        return Stream.of(
                Arguments.of("needs a reader of version 2", List.of(2, 2, 0, 2, payload)),
                Arguments.of("least version is 0", List.of(1, 0, 0, 2, payload)),
                Arguments.of("least version is 2", List.of(1, 2, 0, 2, payload)),
                Arguments.of("kind is 4", List.of(1, 1, 4, 2, payload)),
                Arguments.of("features 00000004h", List.of(1, 1, 0, 6, payload)),
                Arguments.of("authenticated", List.of(1, 1, 0, 3, payload)),
                Arguments.of("largest payload: 65535", List.of(1, 1, 0, 2, 65_535)),
                Arguments.of("largest payload: 1073741825", List.of(1, 1, 0, 2, (1 << 30) + 1)))
                .map(row -> {
                    var numbers = (List<?>) row.get()[1];
                    var stream = new RawStream()
                            .preamble(
                                    (int) numbers.get(0),
                                    (int) numbers.get(1),
                                    (int) numbers.get(2),
                                    (int) numbers.get(3),
                                    (int) numbers.get(4),
                                    Samples.STREAM_ID,
                                    MANIFEST.length,
                                    none)
                            .record(1, 3, 0xFFFF, MANIFEST);
                    return Arguments.of(row.get()[0], stream);
                });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defectivePreambles")
    void aPreambleThatIsNotUnderstoodIsRefused(String reason, RawStream stream) {
        assertThatThrownBy(() -> Transcript.read(stream.toBytes(), Samples.PLAIN, 0))
                .isInstanceOfSatisfying(
                        StreamFormatException.class, refusal -> assertThat(refusal.recordNumber()).isEqualTo(-1))
                .hasMessageContaining(reason);
    }

    @Test
    void aTextModeTransferIsRecognised() {
        byte[] bytes = start().toBytes();
        byte[] mangled = concat(Arrays.copyOf(bytes, 7), new byte[] {'\r'}, Arrays.copyOfRange(bytes, 7, bytes.length));
        assertThatThrownBy(() -> Transcript.read(mangled, Samples.PLAIN, 0))
                .hasMessageContaining("at byte 7")
                .hasMessageContaining("894e564d454c4d0d");
    }

    static Stream<Arguments> defectiveManifests() {
        return Stream.of(
                Arguments.of("manifest: field 1 is missing", field(2, text("1"))),
                Arguments.of("manifest: field 1 stands there twice", concat(NAMES, field(1, text("x")))),
                Arguments.of("header of a field is cut off after 7", concat(NAMES, new byte[7])),
                Arguments.of("length of field 9 is 1, allowed: 0 to 0", concat(NAMES, number(4, 9), number(4, 1))),
                Arguments.of(
                        "length of field 9 is 4294967295", concat(NAMES, number(4, 9), number(4, -1))),
                Arguments.of("field 9 is unknown to this version", concat(NAMES, field(0x8009, STATE))),
                Arguments.of("is not UTF-8", concat(field(1, new byte[] {(byte) 0xC3}), field(2, text("1")))),
                Arguments.of("length of field 1 is 4097", concat(field(1, new byte[4097]), field(2, text("1")))),
                Arguments.of("device 0: field 7 is missing", device(DEVICE, 7, null)),
                Arguments.of("device 0: estimatedStateBytes is 0", device(DEVICE, 4, number(8, 0))),
                Arguments.of("device 0: missing parts are 00000010h", device(DEVICE, 7, number(4, 16))),
                Arguments.of("device 0: length of field 8 is 2", device(DEVICE, 8, number(2, 0))),
                Arguments.of("device 0: parts of a format are 4", device(DEVICE, 9, number(20, 4))),
                Arguments.of("format without version", device(concat(DEVICE, field(3, new byte[20])), 0, null)),
                Arguments.of("controller: field 1 is missing", device(concat(DEVICE, field(6)), 0, null)),
                Arguments.of("controller: vfNumber is 0", controller(field(6, number(2, 0)))),
                Arguments.of("controller: ieeeOui is 16777216", controller(field(9, number(4, 1 << 24)))),
                Arguments.of("bytes of a namespace are 59", controller(namespaces(59, 0))),
                Arguments.of("number of namespaces is 2", controller(namespaces(60, 2))),
                Arguments.of("number of namespaces is 4294967295", controller(namespaces(60, -1))),
                Arguments.of("logarithm of the block size is 0", controller(namespaces(60, 1, new byte[60]))),
                Arguments.of("namespaceId is 0, allowed: 1 to 4294967294", controller(
                        namespaces(60, 1, namespace(0)))),
                Arguments.of("namespaceId is 4294967295", controller(namespaces(60, 1, namespace(-1)))),
                Arguments.of("namespaces is two with identifier 7", controller(
                        namespaces(60, 3, namespace(7), namespace(8), namespace(7)))),
                Arguments.of("controller: length of field 17 is 11", controller(field(17, new byte[11]))),
                Arguments.of("controller: protection is 4, allowed: 0 to 3, or 8 to 11", controller(namespaces(
                        60, 1, number(4, 1), number(4, 9), number(8, 1), new byte[41], number(3, 4)))),
                Arguments.of("length of field 16 is 4109", controller(field(16, new byte[4109]))),
                Arguments.of("length of field 16 is 11", controller(field(16, new byte[11]))),
                Arguments.of(
                        "chosenFormats is 1", concat(device(DEVICE, 9, null), field(3, DEVICE))));
    }

    /// A device of which one field is another, or missing.
    private static byte[] device(byte[] fields, int tag, byte[] value) {
        byte[] changed = new byte[0];
        for (int at = 0; at < fields.length;) {
            int length = fields[at + 4];
            if (length == 0 || fields[at] != tag) {
                changed = concat(changed, Arrays.copyOfRange(fields, at, at + 8 + length));
            } else if (value != null) {
                changed = concat(changed, field(tag, value));
            }
            at += 8 + length;
        }
        return concat(NAMES, field(3, changed));
    }

    private static byte[] controller(byte[] more) {
        byte[] identity = concat(
                field(1, text("q")), field(2, text("s")), field(3, text("m")), field(4, text("f")),
                field(5, number(2, 1)));
        return concat(NAMES, field(3, concat(DEVICE, field(6, identity, more))));
    }

    private static byte[] namespace(int id) {
        return concat(number(4, id), number(4, 9), number(8, 1), new byte[44]);
    }

    private static byte[] namespaces(int elementBytes, int count, byte[]... elements) {
        return field(15, number(2, elementBytes), number(2, 0), number(4, count), concat(elements));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defectiveManifests")
    void aManifestOfWrongFieldsIsRefused(String reason, byte[] manifest) {
        byte[] bytes = new RawStream()
                .preamble(manifest.length)
                .record(1, 3, 0xFFFF, manifest)
                .toBytes();
        assertThatThrownBy(() -> Transcript.read(bytes, Samples.PLAIN, 0))
                .isInstanceOfSatisfying(StreamFormatException.class, refusal -> {
                    assertThat(refusal.recordNumber()).isZero();
                    assertThat(refusal.byteOffset()).isBetween(72L, 72L + manifest.length);
                })
                .hasMessageContaining(reason);
    }

    /// The destination chooses it by ACCEPT.
    @Test
    void aMigrationSaysNoChosenFormatInItsManifest() {
        for (int kind = 1; kind <= 3; kind++) {
            byte[] bytes = startWithKind(kind, concat(NAMES, field(3, DEVICE))).toBytes();
            assertThatThrownBy(() -> Transcript.read(bytes, Samples.PLAIN, 0))
                    .isInstanceOfSatisfying(StreamFormatException.class, refusal -> {
                        assertThat(refusal.recordNumber()).isZero();
                        assertThat(refusal.byteOffset()).isEqualTo(bytes.length - 28);
                    })
                    .hasMessageContaining("format of the state in a stream of kind");
        }
    }

    @Test
    void aClaimedLengthAllocatesNothing() {
        byte[] bytes = start().record(2, 3, 0, new byte[10], 4 << 20, 1).toBytes();
        var input = new StreamInput(Transcript.source(bytes));
        assertThatThrownBy(() -> Transcript.read(input, Samples.PLAIN, 1)).hasMessageContaining("ends inside");
        assertThat(input.buffer().capacity()).isEqualTo(4096);
    }

    @Test
    void aLongUnknownRecordIsSkippedInALittleMemory() {
        byte[] payload = Samples.bytes(12, 3 << 20);
        byte[] bytes = start().record(900, 2, 5, payload).record(2, 3, 0, STATE).toBytes();
        var input = new StreamInput(Transcript.source(bytes));
        assertThat(Transcript.read(input, Samples.PLAIN, 1)).contains(RecordType.STATE);
        assertThat(input.buffer().capacity()).isLessThanOrEqualTo(64 << 10);

        bytes[bytes.length - 1000] ^= 1;
        assertThatThrownBy(() -> Transcript.read(bytes, Samples.PLAIN, 1)).hasMessageContaining("payload is damaged");
    }

    @Test
    void readingGoesOnWhereTheSourceThrew() {
        byte[] bytes = GoldenStream.AUTHENTICATED.read();
        var content = Transcript.source(bytes);
        int[] calls = {0};
        var input = new StreamInput(target -> {
            if (calls[0]++ % 2 == 1) {
                throw new PeerException("not yet", "Wait", null);
            }
            int limit = target.limit();
            try {
                return content.read(target.limit(Math.min(limit, target.position() + 7)));
            } finally {
                target.limit(limit);
            }
        });
        assertThat(input.fill(3)).isTrue();
        while (true) {
            try {
                assertThat(input.fill(48)).isTrue();
                break;
            } catch (PeerException e) {
                assertThat(e).hasMessageContaining("not yet");
            }
        }
        var preamble = Preamble.decode(input.view(0, 48));
        var reader = new RecordReader(
                input,
                preamble,
                Optional.of(Authenticator.of(
                        Samples.KEY, StreamKind.FILE, List.of(Arrays.copyOf(bytes, 48)))));
        var types = new ArrayList<RecordType>();
        while (types.isEmpty()) {
            try {
                assertThat(reader.readManifest().devices()).hasSize(1);
                types.add(RecordType.MANIFEST);
            } catch (PeerException e) {
                assertThat(reader.bytesRead()).isLessThan(bytes.length);
            }
        }
        while (types.getLast() != RecordType.END) {
            try {
                types.add(reader.next());
            } catch (PeerException e) {
                assertThat(reader.bytesRead()).isLessThanOrEqualTo(bytes.length);
            }
        }
        assertThat(types)
                .containsExactly(
                        RecordType.MANIFEST,
                        RecordType.PROPERTIES,
                        RecordType.STATE,
                        RecordType.STATE_END,
                        RecordType.END);
    }
}

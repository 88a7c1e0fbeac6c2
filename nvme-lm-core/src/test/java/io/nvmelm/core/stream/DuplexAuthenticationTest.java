package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceManifest;
import io.nvmelm.FailureCategory;
import io.nvmelm.MigrationRole;
import io.nvmelm.StreamFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Somebody on the connection who does not have the key can only break a migration off. The role of a test is that of the side that is
/// deceived; its peer is a recording.
class DuplexAuthenticationTest {
    private static final int TAG_BYTES = 32;
    private static final Origin ANOTHER = new Origin(Samples.VENDOR, "0.1.0");

    private static MigrationRole peerOf(MigrationRole role) {
        return role == MigrationRole.SOURCE ? MigrationRole.DESTINATION : MigrationRole.SOURCE;
    }

    private static List<DeviceManifest> devicesOf(MigrationRole role) {
        return List.of(role == MigrationRole.SOURCE ? Samples.fullDevice() : Samples.kernelDevice());
    }

    private static DuplexStream side(MigrationRole role, byte[] peer) {
        return GoldenPair.side(role, Transcript.source(peer), new Conduit());
    }

    private static byte[] drain(Conduit sent) {
        var bytes = ByteBuffer.allocate(1 << 16);
        while (sent.waitingWrites() > 0) {
            sent.read(bytes);
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /// What the peer of a side sends in an honest migration, written by the code under test: a key that is made of too little is then that
    /// of the recording, too.
    private static byte[] recordedPeerOf(MigrationRole role) {
        return GoldenPair.write().get(peerOf(role));
    }

    /// Changes a byte of the preamble and makes its checksum right again.
    private static byte[] forged(byte[] stream, int at, int mask) {
        byte[] forged = stream.clone();
        forged[at] ^= (byte) mask;
        ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN).putInt(44, RawStream.crc(forged, 44));
        return forged;
    }

    private static void assertNotAuthentic(int record, ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(StreamFormatException.class, refusal -> assertThat(refusal.recordNumber())
                        .isEqualTo(record))
                .hasMessageContaining("its HMAC is not that of the key");
    }

    @ParameterizedTest
    @EnumSource
    void thePresentVersionSendsTheRecordedBytes(MigrationRole sender) {
        assertThat(GoldenPair.write().get(sender)).isEqualTo(GoldenPair.read(sender));
    }

    @ParameterizedTest
    @EnumSource
    void theRecordedPeerIsUnderstood(MigrationRole role) {
        var stream = side(role, GoldenPair.read(peerOf(role)));
        assertThat(stream.open(devicesOf(role)).devices()).isEqualTo(devicesOf(peerOf(role)));

        var types = new ArrayList<RecordType>();
        int further = RawStream.bounds(GoldenPair.read(peerOf(role)), TAG_BYTES).size() - 2;
        for (int i = 0; i < further; i++) {
            types.add(stream.reader().next());
        }
        assertThat(types)
                .containsExactlyElementsOf(
                        role == MigrationRole.SOURCE
                                ? List.of(RecordType.ACCEPT, RecordType.READY, RecordType.LOADED, RecordType.RUNNING)
                                : List.of(
                                        RecordType.PROPERTIES,
                                        RecordType.STATE,
                                        RecordType.STATE,
                                        RecordType.STATE_END,
                                        RecordType.END,
                                        RecordType.COMMIT));
    }

    @ParameterizedTest
    @EnumSource
    void theTagsAreThoseOfTheFormatsPage(MigrationRole sender) throws GeneralSecurityException {
        byte[] sent = GoldenPair.read(sender);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(Samples.KEY);
        mac.update("nvme-lm stream 1".getBytes(StandardCharsets.US_ASCII));
        mac.update(new byte[] {(byte) (sender == MigrationRole.SOURCE ? 1 : 2), 0});
        mac.update(GoldenPair.read(MigrationRole.SOURCE), 0, 48);
        mac.update(GoldenPair.read(MigrationRole.DESTINATION), 0, 48);
        mac.init(new SecretKeySpec(mac.doFinal(), "HmacSHA256"));

        var bounds = RawStream.bounds(sent, TAG_BYTES);
        assertThat(bounds).hasSizeGreaterThan(5).endsWith(sent.length);
        for (int i = 0; i + 1 < bounds.size(); i++) {
            int tag = bounds.get(i + 1) - TAG_BYTES;
            mac.update(sent, bounds.get(i), tag - bounds.get(i));
            assertThat(Arrays.copyOfRange(sent, tag, tag + TAG_BYTES))
                    .as("record %d", i)
                    .isEqualTo(mac.doFinal());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatComesBackToItsSenderIsRefused(MigrationRole role) {
        var in = new Conduit();
        var out = new Conduit();
        byte[] peer = recordedPeerOf(role);
        in.write(ByteBuffer.wrap(
                peer, 0, RawStream.bounds(peer, TAG_BYTES).get(1)));
        var stream = GoldenPair.side(role, in, out);
        stream.open(devicesOf(role));
        drain(out);

        stream.writer()
                .write(RecordType.FAILED, RecordType.WHOLE_STREAM, Records.failed(FailureCategory.FATAL, "gone"));
        in.write(ByteBuffer.wrap(drain(out)));
        in.end();

        assertNotAuthentic(1, stream.reader()::next);
    }

    /// The source shows a record first: a mirror needs but a preamble of the other kind, with the identifier of the source or its own.
    @ParameterizedTest
    @CsvSource({"0", "1"})
    void aMirrorIsNoDestination(int changeOfId) {
        var mirror = new Conduit();
        boolean[] preambleSent = {false};
        var source = GoldenPair.side(MigrationRole.SOURCE, mirror, bytes -> {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            if (!preambleSent[0]) {
                preambleSent[0] = true;
                copy = forged(forged(copy, 18, 1 ^ 2), 43, changeOfId);
            }
            mirror.write(ByteBuffer.wrap(copy));
        });

        assertNotAuthentic(0, () -> source.open(devicesOf(MigrationRole.SOURCE)));
    }

    @ParameterizedTest
    @EnumSource
    void aRecordingOfAnEarlierMigrationIsRefused(MigrationRole role) {
        byte[] recording = recordedPeerOf(role);
        var stream = new DuplexStream(
                role, Transcript.source(recording), new Conduit(), Samples.AUTHENTICATED, ANOTHER);
        assertNotAuthentic(0, () -> stream.open(devicesOf(role)));
    }

    /// Least version and header bytes have one right value, and kind and authentication are those of the reader.
    @ParameterizedTest
    @CsvSource({
        "version, 8, 2",
        "state checksums, 20, 2",
        "optional feature, 22, 1",
        "largest payload, 26, 1",
        "first byte of the stream id, 28, 128",
        "last byte of the stream id, 43, 1"
    })
    void aForgedPreambleIsFoundAtTheFirstRecord(String field, int at, int mask) {
        for (var role : MigrationRole.values()) {
            byte[] peer = forged(recordedPeerOf(role), at, mask);
            assertThat(Preamble.decode(ByteBuffer.wrap(peer, 0, Preamble.BYTES))).as(field).isNotNull();
            assertNotAuthentic(0, () -> side(role, peer).open(devicesOf(role)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerWithAnotherKeyIsRefused(MigrationRole role) {
        var another = Samples.PLAIN.withKey(new SecretKeySpec(Samples.bytes(21, 32), "HmacSHA256"));
        var stream = new DuplexStream(
                role, Transcript.source(recordedPeerOf(role)), new Conduit(), another,
                GoldenPair.origin(role));
        assertNotAuthentic(0, () -> stream.open(devicesOf(role)));
    }

    @ParameterizedTest
    @EnumSource
    void aPeerWithoutKeyIsRefusedAndGetsNoManifest(MigrationRole role) {
        var golden = role == MigrationRole.SOURCE
                ? GoldenStream.DESTINATION_DIRECTION
                : GoldenStream.SOURCE_DIRECTION;
        for (byte[] peer : List.of(golden.read(), forged(recordedPeerOf(role), 20, 1))) {
            var sent = new Conduit();
            var stream = GoldenPair.side(role, Transcript.source(peer), sent);
            assertThatThrownBy(() -> stream.open(devicesOf(role)))
                    .isInstanceOf(StreamFormatException.class)
                    .hasMessageContaining("at byte 20: the stream is not authenticated, and it has to be");
            assertThat(drain(sent)).hasSize(48);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSideWithoutKeyRefusesAPeerWithOne(MigrationRole role) {
        var sent = new Conduit();
        var stream = new DuplexStream(
                role, Transcript.source(recordedPeerOf(role)), sent, Samples.PLAIN,
                GoldenPair.origin(role));
        assertThatThrownBy(() -> stream.open(devicesOf(role)))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("at byte 20: the stream is authenticated, and there is no key");
        assertThat(drain(sent)).hasSize(48);
    }
}

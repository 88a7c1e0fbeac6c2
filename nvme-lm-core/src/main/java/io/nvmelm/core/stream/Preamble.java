package io.nvmelm.core.stream;

import io.nvmelm.StreamFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.UUID;
import java.util.zip.CRC32C;

/// First bytes of a stream, little endian; every version keeps these 48.
///
/// ```
///   0       8         10      12             16         18     20         24         28          44    48
///   | magic | version | least | header bytes | preamble | kind | features | payload  | stream id | CRC |
/// ```
///
/// Header bytes: from 0 to the first record behind the manifest. Preamble: bytes of the preamble, 48 or more; what is behind the 48 is of
/// a later version and skipped. Payload: most bytes of the payload of a record. Stream id: most significant byte first. CRC: CRC32C of
/// bytes 0 to 43.
///
/// @param version            version of the stream that was written
/// @param leastVersion       least version that a reader has to know
/// @param headerBytes        bytes from 0 to the first record behind the manifest
/// @param preambleBytes      bytes of the preamble
/// @param kind               what the stream is part of
/// @param features           [#AUTHENTICATED], [#STATE_CHECKSUMS]
/// @param maximumPayload     most bytes of the payload of a record
/// @param streamId           identifier of the stream
record Preamble(
        int version,
        int leastVersion,
        long headerBytes,
        int preambleBytes,
        StreamKind kind,
        int features,
        long maximumPayload,
        UUID streamId) {
    static final int BYTES = 48;
    /// The version that this library writes, and the newest that it knows.
    static final int VERSION = 1;
    /// Every record is followed by an HMAC.
    static final int AUTHENTICATED = 1;
    /// Records of state carry a checksum.
    static final int STATE_CHECKSUMS = 2;
    /// A text-mode transfer changes the first byte, the line feed, or both.
    private static final byte[] MAGIC = {(byte) 0x89, 'N', 'V', 'M', 'E', 'L', 'M', '\n'};
    /// Features that change how records are read; a reader has to know them. The upper half does not.
    private static final int READER_FEATURES = 0xFFFF;
    private static final long LEAST_PAYLOAD = 64 << 10;
    private static final long LARGEST_PAYLOAD = 1 << 30;

    private static final String NOT_A_STREAM = "Give the beginning of a migration stream";

    /// The preamble that this version writes.
    static Preamble of(StreamKind kind, StreamSettings settings, long manifestBytes, UUID streamId) {
        int features = (settings.key().isPresent() ? AUTHENTICATED : 0)
                | (settings.stateChecksums() ? STATE_CHECKSUMS : 0);
        long headerBytes = BYTES + RecordHeader.BYTES + manifestBytes
                + (settings.key().isPresent() ? Authenticator.TAG_BYTES : 0);
        return new Preamble(
                VERSION,
                VERSION,
                headerBytes,
                BYTES,
                kind,
                features,
                RecordType.STATE.mostPayload(),
                streamId);
    }

    boolean isAuthenticated() {
        return (features & AUTHENTICATED) != 0;
    }

    boolean hasStateChecksums() {
        return (features & STATE_CHECKSUMS) != 0;
    }

    /// The bytes of this preamble, without those behind the 48.
    ByteBuffer encode() {
        var bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC)
                .putShort((short) version)
                .putShort((short) leastVersion)
                .putInt((int) headerBytes)
                .putShort((short) preambleBytes)
                .putShort((short) kind.number())
                .putInt(features)
                .putInt((int) maximumPayload);
        UuidBytes.put(bytes, streamId);
        return bytes.putInt(checksum(bytes)).flip();
    }

    private static int checksum(ByteBuffer bytes) {
        var checksum = new CRC32C();
        checksum.update(bytes.duplicate().position(0).limit(BYTES - Integer.BYTES));
        return (int) checksum.getValue();
    }

    /// Takes the 48 bytes apart; the rest of a longer preamble is the caller's to skip.
    ///
    /// @throws StreamFormatException when they are not the beginning of a stream that this version reads
    static Preamble decode(ByteBuffer input) {
        var bytes = input.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        requireMagic(bytes);
        int found = bytes.getInt(44);
        int computed = checksum(bytes);
        if (found != computed) {
            throw refusal(
                    44,
                    "the preamble is damaged: its CRC32C is " + hex(computed) + ", it says " + hex(found),
                    "Transfer the stream again");
        }
        int version = Short.toUnsignedInt(bytes.getShort(8));
        int least = Short.toUnsignedInt(bytes.getShort(10));
        if (least == 0 || least > version) {
            throw refusal(10, "the least version is " + least + ", allowed: 1 to " + version, NOT_A_STREAM);
        }
        if (least > VERSION) {
            throw refusal(
                    10,
                    "the stream needs a reader of version " + least + ", this one is of version " + VERSION,
                    "Read it with a newer version of the library");
        }
        int preambleBytes = Short.toUnsignedInt(bytes.getShort(16));
        requireRange(16, "bytes of the preamble", preambleBytes, BYTES, 0xFFFF);
        long headerBytes = Integer.toUnsignedLong(bytes.getInt(12));
        int authentication = (bytes.getInt(20) & AUTHENTICATED) != 0 ? Authenticator.TAG_BYTES : 0;
        long smallest = (long) preambleBytes + RecordHeader.BYTES + authentication;
        requireRange(
                12, "bytes of the header", headerBytes, smallest, smallest + RecordType.MANIFEST.mostPayload());
        int kindNumber = Short.toUnsignedInt(bytes.getShort(18));
        var kind = StreamKind.ofNumber(kindNumber)
                .orElseThrow(() -> refusal(18, "the kind is " + kindNumber + ", allowed: 0 to 3", NOT_A_STREAM));
        int features = bytes.getInt(20);
        int unknown = features & READER_FEATURES & ~(AUTHENTICATED | STATE_CHECKSUMS);
        if (unknown != 0) {
            throw refusal(
                    20,
                    "the stream has features " + hex(unknown) + " that this version does not know",
                    "Read it with a newer version of the library");
        }
        long maximumPayload = Integer.toUnsignedLong(bytes.getInt(24));
        requireRange(24, "the largest payload", maximumPayload, LEAST_PAYLOAD, LARGEST_PAYLOAD);
        return new Preamble(
                version,
                least,
                headerBytes,
                preambleBytes,
                kind,
                features,
                maximumPayload,
                UuidBytes.get(bytes, 28));
    }

    private static void requireMagic(ByteBuffer bytes) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (bytes.get(i) != MAGIC[i]) {
                byte[] found = new byte[MAGIC.length];
                bytes.get(0, found);
                throw refusal(
                        i,
                        "the first bytes are " + HexFormat.of().formatHex(found) + ", not "
                                + HexFormat.of().formatHex(MAGIC),
                        "Give a migration stream, transferred byte for byte");
            }
        }
    }

    private static void requireRange(int offset, String field, long value, long least, long most) {
        if (value < least || value > most) {
            throw refusal(offset, field + ": " + value + ", allowed: " + least + " to " + most, NOT_A_STREAM);
        }
    }

    static String hex(int value) {
        return HexFormat.of().toHexDigits(value) + "h";
    }

    static StreamFormatException refusal(long byteOffset, String reason, String remedy) {
        return new StreamFormatException(-1, byteOffset, reason, remedy);
    }
}

package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.StreamFormatException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Records of one direction of a stream, each handed out only when all of it has been verified: checksums, number, length, place, HMAC,
/// and that the totals are those of the records that came.
///
/// Takes no byte beyond the present record. Memory: one buffer, which grows to the largest record that has really arrived; reading
/// allocates nothing else, but in an authenticated stream what the JDK makes of each HMAC: an array of its 32 bytes. Not thread-safe;
/// blocks as its source does.
public final class RecordReader {
    private static final int SKIPPED_AT_ONCE = 32 << 10;

    /// What is done next.
    private enum Step {
        HEADER, BODY, SKIP
    }

    private final StreamInput input;
    private final Preamble preamble;
    private final @Nullable Authenticator authenticator;
    private final CRC32C checksum = new CRC32C();
    private StateTally tally;
    private Step step = Step.HEADER;
    private boolean between = true;
    private boolean withoutKey;
    private long number = -1;
    private long recordOffset;
    private @Nullable RecordType type;
    private int device;
    private int payloadBytes;
    private int skippedBytes;
    private @Nullable StreamFormatException failure;

    /// A reader behind the preamble.
    RecordReader(StreamInput input, Preamble preamble, Optional<Authenticator> authenticator) {
        this.input = input;
        this.preamble = preamble;
        this.authenticator = authenticator.orElse(null);
        this.tally = new StateTally(preamble.kind(), List.of());
    }

    /// Reads the manifest, which has to be the first record.
    StreamManifest readManifest() {
        next();
        return decodeManifest(null);
    }

    /// Reads the manifest without its HMAC, where there is no key; no record can follow.
    ///
    /// @param unknown gets one line for each unknown field
    StreamManifest readManifestUnverified(List<String> unknown) {
        withoutKey = preamble.isAuthenticated();
        next();
        return decodeManifest(unknown);
    }

    private StreamManifest decodeManifest(@Nullable List<String> unknown) {
        try {
            var manifest = ManifestCodec.decode(this, preamble, unknown);
            tally = new StateTally(preamble.kind(), manifest.devices());
            return manifest;
        } catch (StreamFormatException e) {
            failure = e;
            throw e;
        }
    }

    /// Has states refused that are larger than the devices take which they are loaded into. For behind the manifest.
    ///
    /// @param takers what those devices say, in the order of the stream
    void limitStates(List<DeviceManifest> takers) {
        tally.limit(takers);
    }

    /// Reads the next record of a type that this version knows; optional ones of other types are verified and skipped. When the source
    /// throws, nothing is lost: the next call continues.
    ///
    /// @return its type
    /// @throws StreamFormatException  when the stream is damaged, not authentic or ends; every further call throws the same
    /// @throws LiveMigrationException when the source does
    public RecordType next() {
        if (failure != null) {
            throw failure;
        }
        try {
            while (true) {
                if (between) {
                    input.keep(0);
                    recordOffset = input.taken();
                    number++;
                    between = false;
                }
                if (step == Step.HEADER) {
                    fill(RecordHeader.BYTES);
                    verifyHeader();
                    step = type == null ? Step.SKIP : Step.BODY;
                }
                var known = type;
                if (known != null) {
                    readBody(known);
                } else {
                    skipBody();
                }
                step = Step.HEADER;
                between = true;
                if (known != null) {
                    return known;
                }
            }
        } catch (StreamFormatException e) {
            failure = e;
            throw e;
        }
    }

    private void fill(int bytes) {
        if (!input.fill(bytes)) {
            throw new StreamFormatException(
                    number,
                    recordOffset,
                    input.filled() == 0
                            ? "the stream ends in front of it"
                            : "the stream ends inside it, at byte " + input.taken(),
                    "Look why the writer stopped, and transfer all of the stream");
        }
    }

    private void verifyHeader() {
        var bytes = input.buffer();
        requireChecksum("header", 0, RecordHeader.HEADER_CRC, bytes.getInt(RecordHeader.HEADER_CRC));
        int found = bytes.getInt(RecordHeader.NUMBER);
        if (found != (int) number) {
            throw refusal(
                    RecordHeader.NUMBER,
                    "its number is " + Integer.toUnsignedString(found) + ": a record was lost, repeated or moved");
        }
        int typeNumber = Short.toUnsignedInt(bytes.getShort(RecordHeader.TYPE));
        int flags = Short.toUnsignedInt(bytes.getShort(RecordHeader.FLAGS));
        device = Short.toUnsignedInt(bytes.getShort(RecordHeader.DEVICE));
        long length = Integer.toUnsignedLong(bytes.getInt(RecordHeader.PAYLOAD_BYTES));
        type = RecordType.ofNumber(typeNumber);
        if (type == null) {
            verifyUnknown(typeNumber, flags, length);
        } else {
            verifyKnown(type, flags, length);
        }
        payloadBytes = (int) length;
        skippedBytes = 0;
    }

    private void verifyUnknown(int typeNumber, int flags, long length) {
        if ((flags & RecordHeader.FLAG_CRITICAL) != 0) {
            throw new StreamFormatException(
                    number,
                    recordOffset,
                    "its type " + typeNumber + " is unknown to this version and may not be skipped",
                    "Read the stream with a newer version of the library");
        }
        requireLength(null, length, 0, preamble.maximumPayload());
        if (number == 0) {
            throw refusal(RecordHeader.TYPE, "its type is " + typeNumber + ", the first record is a MANIFEST");
        }
        checksum.reset();
        if (authenticator != null) {
            authenticator.update(input.buffer(), 0, RecordHeader.BYTES);
        }
    }

    private void verifyKnown(RecordType known, int flags, long length) {
        if ((known == RecordType.MANIFEST) != (number == 0)) {
            throw refusal(RecordHeader.TYPE, "its type is " + known + ", a MANIFEST is the first record and no other");
        }
        if (!known.isAllowedIn(preamble.kind())) {
            throw refusal(RecordHeader.TYPE, known + " does not belong into a stream of kind " + preamble.kind());
        }
        requireLength(known, length, known.leastPayload(), Math.min(
                known.mostPayload(), preamble.maximumPayload()));
        boolean checksummed = (flags & RecordHeader.FLAG_CHECKSUM) != 0;
        if (!checksummed && (known != RecordType.STATE || preamble.hasStateChecksums())) {
            throw refusal(RecordHeader.FLAGS, known + " without checksum");
        }
        var obstacle = tally.obstacle(known, device);
        if (obstacle != null) {
            throw refusal(RecordHeader.DEVICE, obstacle);
        }
        var excess = tally.excess(known, device, length);
        if (excess != null) {
            throw new StreamFormatException(
                    number,
                    recordOffset + RecordHeader.PAYLOAD_BYTES,
                    excess,
                    "Raise maximumStateBytes of the TransferOptions there, or choose a device that takes more");
        }
    }

    private void requireLength(@Nullable RecordType known, long length, long least, long most) {
        if (length < least || length > most) {
            throw refusal(
                    RecordHeader.PAYLOAD_BYTES,
                    "payload of a record of " + (known == null ? "unknown type" : "type " + known) + ": " + length
                            + " bytes, allowed: " + least + " to " + most);
        }
    }

    private void readBody(RecordType known) {
        int tagBytes = authenticator == null ? 0 : Authenticator.TAG_BYTES;
        fill(RecordHeader.BYTES + payloadBytes + tagBytes);
        var bytes = input.buffer();
        if ((bytes.getShort(RecordHeader.FLAGS) & RecordHeader.FLAG_CHECKSUM) != 0) {
            requireChecksum("payload", RecordHeader.BYTES, payloadBytes, bytes.getInt(RecordHeader.PAYLOAD_CRC));
        }
        if (authenticator != null) {
            authenticator.update(bytes, 0, RecordHeader.BYTES + payloadBytes);
            requireTag(RecordHeader.BYTES + payloadBytes);
        }
        switch (known) {
            case MANIFEST -> requireTotal(
                    "bytes of the header",
                    preamble.headerBytes(),
                    input.taken() + (withoutKey ? Authenticator.TAG_BYTES : 0));
            case SUSPENDING -> tally.stop();
            case PROPERTIES -> tally.addProperties(device);
            case STATE -> tally.addState(device, payloadBytes);
            case STATE_END -> {
                requireTotal("bytes of the state", bytes.getLong(RecordHeader.BYTES), tally.bytesOf(device));
                tally.end(device);
            }
            case END -> {
                requireTotal("records", bytes.getLong(RecordHeader.BYTES), number);
                requireTotal("bytes of all states", bytes.getLong(RecordHeader.BYTES + 8), tally.totalBytes());
                requireTotal("devices", bytes.getInt(RecordHeader.BYTES + 16), tally.devices());
                tally.complete();
            }
            default -> {}
        }
    }

    private void skipBody() {
        while (skippedBytes < payloadBytes) {
            int count = Math.min(payloadBytes - skippedBytes, SKIPPED_AT_ONCE);
            fill(RecordHeader.BYTES + count);
            checksum.update(input.view(RecordHeader.BYTES, count));
            if (authenticator != null) {
                authenticator.update(input.buffer(), RecordHeader.BYTES, count);
            }
            skippedBytes += count;
            input.keep(RecordHeader.BYTES);
        }
        if (authenticator != null) {
            fill(RecordHeader.BYTES + Authenticator.TAG_BYTES);
        }
        var bytes = input.buffer();
        if ((bytes.getShort(RecordHeader.FLAGS) & RecordHeader.FLAG_CHECKSUM) != 0) {
            requireChecksum("payload", (int) checksum.getValue(), bytes.getInt(RecordHeader.PAYLOAD_CRC));
        }
        if (authenticator != null) {
            requireTag(RecordHeader.BYTES);
        }
    }

    private void requireChecksum(String part, int offset, int length, int found) {
        checksum.reset();
        checksum.update(input.view(offset, length));
        requireChecksum(part, (int) checksum.getValue(), found);
    }

    private void requireChecksum(String part, int computed, int found) {
        if (computed != found) {
            throw new StreamFormatException(
                    number,
                    recordOffset,
                    "its " + part + " is damaged: the CRC32C is " + Preamble.hex(computed) + ", it says "
                            + Preamble.hex(found),
                    "Transfer the stream again");
        }
    }

    private void requireTag(int offset) {
        if (authenticator != null && !authenticator.isTag(input.buffer(), offset)) {
            throw new StreamFormatException(
                    number,
                    recordOffset,
                    "its HMAC is not that of the key",
                    "Use the same key on both sides; if it was the same, somebody changed the stream");
        }
    }

    private void requireTotal(String what, long said, long counted) {
        if (said != counted) {
            throw refusal(RecordHeader.BYTES, what + ": it says " + Long.toUnsignedString(said) + ", there were "
                    + counted);
        }
    }

    private StreamFormatException refusal(int place, String reason) {
        return new StreamFormatException(
                number, recordOffset + place, reason,
                "The writer or the transfer is defective; nothing of it was used");
    }

    /// {@return the device that the present record is about, its place in the manifest from 0; [RecordType#WHOLE_STREAM] for none}
    public int device() {
        return device;
    }

    /// {@return the payload of the present record, read only, little endian; valid until [#next()]}
    public ByteBuffer payload() {
        return input.view(RecordHeader.BYTES, payloadBytes);
    }

    /// {@return bytes of the stream that were taken from the source so far}
    public long bytesRead() {
        return input.taken();
    }

    /// {@return number of the present record from 0}
    public long recordNumber() {
        return number;
    }

    /// {@return where in the stream the present record starts}
    public long recordOffset() {
        return recordOffset;
    }

    /// {@return where in the stream the payload of the present record starts}
    long payloadOffset() {
        return recordOffset + RecordHeader.BYTES;
    }
}

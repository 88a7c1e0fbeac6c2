package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.PeerException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes the records of one direction of a stream. Memory: one buffer of a piece, of 64 KiB where the direction carries no state, and
/// the records' own bytes; nothing is allocated for a piece of state or its end, but in an authenticated stream what the JDK makes of
/// each HMAC: an array of its 32 bytes. Not thread-safe; blocks as its sink does.
///
/// After the sink threw, part of a record may be on its way: every further call throws.
public final class RecordWriter {
    private static final int LEAST_PIECE_ROOM = 64 << 10;

    private final ByteSink sink;
    private final int pieceBytes;
    private final StreamKind kind;
    private final boolean stateChecksums;
    private final @Nullable Authenticator authenticator;
    private final int tagBytes;
    private final StateTally tally;
    private final CRC32C checksum = new CRC32C();
    private final ByteBuffer buffer;
    private long written;
    private long number;
    private boolean torn;

    /// A writer behind a preamble that was sent.
    ///
    /// @param devices the devices of the manifest
    RecordWriter(
            ByteSink sink,
            StreamSettings settings,
            Preamble preamble,
            Optional<Authenticator> authenticator,
            List<DeviceManifest> devices) {
        this.sink = sink;
        this.pieceBytes = settings.pieceBytes();
        this.kind = preamble.kind();
        this.stateChecksums = settings.stateChecksums();
        this.authenticator = authenticator.orElse(null);
        this.tagBytes = authenticator.isPresent() ? Authenticator.TAG_BYTES : 0;
        this.tally = new StateTally(kind, devices);
        int framing = 2 * (RecordHeader.BYTES + tagBytes) + Long.BYTES;
        int room = RecordType.STATE.isAllowedIn(kind) ? Math.max(pieceBytes, LEAST_PIECE_ROOM) : LEAST_PIECE_ROOM;
        buffer = ByteBuffer.allocateDirect(room + framing)
                .order(ByteOrder.LITTLE_ENDIAN);
        written = preamble.preambleBytes();
    }

    /// Writes one record; in one write to the sink unless it is larger than the buffer.
    ///
    /// @param type    its type
    /// @param device  place of the device in the manifest from 0; [RecordType#WHOLE_STREAM] where the type is about none
    /// @param payload what [Records] made of the content; its position moves to its limit
    /// @throws InvalidValueException  when this record cannot stand here; nothing was written
    /// @throws LiveMigrationException when the sink throws
    public void write(RecordType type, int device, ByteBuffer payload) {
        requirePlace(type, device, payload);
        int length = payload.remaining();
        int at = RecordHeader.BYTES;
        if (at + length + tagBytes > buffer.capacity()) {
            writeLarge(type, device, payload);
        } else {
            buffer.clear().put(at, payload, payload.position(), length);
            payload.position(payload.limit());
            flush(putRecord(0, type, device, length));
        }
        count(type, device, length);
    }

    private void requirePlace(RecordType type, int device, ByteBuffer payload) {
        if (torn) {
            throw new PeerException(
                    "an earlier record was not sent completely, so nothing can follow it",
                    "Look at the failure of that record",
                    null);
        }
        if (payload.remaining() < type.leastPayload() || payload.remaining() > type.mostPayload()) {
            throw new InvalidValueException(
                    "payload of " + type,
                    payload.remaining() + " bytes",
                    type.leastPayload() + " to " + type.mostPayload());
        }
        if ((type == RecordType.MANIFEST) != (number == 0)) {
            throw new InvalidValueException(
                    "record " + number, type.toString(), "a MANIFEST as the first record and no other");
        }
        if (!type.isAllowedIn(kind)) {
            throw new InvalidValueException("type", type.toString(), "types of a stream of kind " + kind);
        }
        var obstacle = tally.obstacle(type, device);
        if (obstacle != null) {
            throw new InvalidValueException("record " + number, obstacle, "records in the order of the format");
        }
    }

    private void count(RecordType type, int device, int length) {
        switch (type) {
            case SUSPENDING -> tally.stop();
            case PROPERTIES -> tally.addProperties(device);
            case STATE -> tally.addState(device, length);
            case STATE_END -> tally.end(device);
            case END -> tally.complete();
            default -> {}
        }
    }

    /// Puts header and tag around a payload that is in the buffer already.
    ///
    /// @return where the record ends
    private int putRecord(int at, RecordType type, int device, int length) {
        int payloadAt = at + RecordHeader.BYTES;
        boolean checked = type != RecordType.STATE || stateChecksums;
        int payloadChecksum = checked ? checksum(buffer, payloadAt, length) : 0;
        putHeader(at, type, device, length, checked, payloadChecksum);
        if (authenticator != null) {
            authenticator.update(buffer.clear(), at, RecordHeader.BYTES + length);
            authenticator.putTag(buffer, payloadAt + length);
        }
        return payloadAt + length + tagBytes;
    }

    private void putHeader(
            int at, RecordType type, int device, int length, boolean checked, int payloadChecksum) {
        int flags = (type.isCritical() ? RecordHeader.FLAG_CRITICAL : 0) | (checked ? RecordHeader.FLAG_CHECKSUM : 0);
        // In whole words, because the checksum reads it again at once and would have to wait for bytes stored in parts.
        long first = type.number()
                | ((long) flags << (Byte.SIZE * RecordHeader.FLAGS))
                | ((device & 0xFFFFL) << (Byte.SIZE * RecordHeader.DEVICE));
        long second = length | (number << Integer.SIZE);
        buffer.clear()
                .putLong(at + RecordHeader.TYPE, first)
                .putLong(at + RecordHeader.PAYLOAD_BYTES, second)
                .putInt(at + RecordHeader.PAYLOAD_CRC, payloadChecksum);
        buffer.putInt(at + RecordHeader.HEADER_CRC, checksum(buffer, at, RecordHeader.HEADER_CRC));
        number++;
    }

    private int checksum(ByteBuffer bytes, int offset, int length) {
        checksum.reset();
        checksum.update(bytes.clear().position(offset).limit(offset + length));
        bytes.clear();
        return (int) checksum.getValue();
    }

    private void writeLarge(RecordType type, int device, ByteBuffer payload) {
        int length = payload.remaining();
        checksum.reset();
        checksum.update(payload.duplicate());
        putHeader(0, type, device, length, true, (int) checksum.getValue());
        flush(RecordHeader.BYTES);
        if (authenticator != null) {
            authenticator.update(buffer.clear(), 0, RecordHeader.BYTES);
            authenticator.update(payload, payload.position(), length);
            authenticator.putTag(buffer, 0);
        }
        send(payload);
        if (authenticator != null) {
            flush(tagBytes);
        }
    }

    private void flush(int bytes) {
        send(buffer.clear().limit(bytes));
    }

    private void send(ByteBuffer bytes) {
        int count = bytes.remaining();
        torn = true;
        sink.write(bytes);
        torn = false;
        written += count;
    }

    /// Writes the whole state of a session: records of state of a piece each, and the end of the state together with the last of them in
    /// one write. Between two of them, `moved` may write control records.
    ///
    /// @param device  place of the device in the manifest from 0
    /// @param session what delivers the state; read to its end, left open
    /// @param moved   told after each record how many bytes were sent
    /// @return bytes of the state
    /// @throws InvalidValueException  when the state cannot stand here, or the session does not keep what it promises
    /// @throws LiveMigrationException when the session or the sink throws
    public long writeState(int device, MigrationData session, StateProgress moved) {
        requirePlace(RecordType.STATE, device, buffer.clear().limit(1));
        requirePlace(RecordType.STATE_END, device, buffer.clear().limit(Long.BYTES));
        var expected = session.totalBytes();
        long before = tally.bytesOf(device);
        while (true) {
            int length = readPiece(session);
            boolean end = length < pieceBytes || isEnd(session, expected, tally.bytesOf(device) - before + length);
            int recordEnd = length == 0 ? 0 : putRecord(0, RecordType.STATE, device, length);
            tally.addState(device, length);
            long total = tally.bytesOf(device) - before;
            if (end) {
                buffer.clear().putLong(recordEnd + RecordHeader.BYTES, tally.bytesOf(device));
                recordEnd = putRecord(recordEnd, RecordType.STATE_END, device, Long.BYTES);
                tally.end(device);
            }
            flush(recordEnd);
            moved.moved(total);
            if (end) {
                return total;
            }
        }
    }

    /// Reads a whole piece, or what is left of the state.
    private int readPiece(MigrationData session) {
        buffer.clear().position(RecordHeader.BYTES).limit(RecordHeader.BYTES + pieceBytes);
        while (buffer.hasRemaining() && readOnce(session) >= 0) {}
        return buffer.position() - RecordHeader.BYTES;
    }

    private int readOnce(MigrationData session) {
        int count = session.read(buffer);
        if (count == 0) {
            throw new InvalidValueException(
                    "bytes read from the session of a stopped device", "0", "1 or more, or -1 at the end");
        }
        return count;
    }

    /// Whether a state that ends with a full piece is over: the session is asked where it said how long the state is.
    private boolean isEnd(MigrationData session, OptionalLong expected, long total) {
        if (expected.isEmpty() || expected.getAsLong() != total) {
            return false;
        }
        int pieceEnd = RecordHeader.BYTES + pieceBytes;
        buffer.clear().position(pieceEnd).limit(pieceEnd + 1);
        if (readOnce(session) >= 0) {
            throw new InvalidValueException("bytes of the state", "more than " + total, "the session's " + total);
        }
        return true;
    }

    /// Writes the record that ends a stream with state, with the totals of what was written.
    ///
    /// @throws InvalidValueException  when the state of a device is missing; nothing was written
    /// @throws LiveMigrationException when the sink throws
    public void writeEnd() {
        write(
                RecordType.END,
                RecordType.WHOLE_STREAM,
                Records.end(new StreamTotals(number, tally.totalBytes(), tally.devices())));
    }

    /// {@return bytes of the stream that were written so far}
    public long bytesWritten() {
        return written;
    }
}

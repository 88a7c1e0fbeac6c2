package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.preflight.ForeignText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Payloads of the records that are neither manifest nor state. Encoding gives what [RecordWriter#write] takes; decoding takes the
/// present record of a reader and throws [StreamFormatException] where its content is impossible. Nothing here blocks or is kept.
public final class Records {
    private static final int NO_FORMAT = 0xFFFF;
    private static final long LONGEST_SILENCE_MILLIS = 0xFFFF_FFFFL;
    private static final String REMEDY =
            "The other side is defective or of an incompatible version; nothing of it was used";

    private Records() {}

    /// {@return the payload of a record without content}
    public static ByteBuffer empty() {
        return ByteBuffer.allocate(0);
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// {@return the payload of [RecordType#ACCEPT]}
    ///
    /// @param formats for each device the place of the chosen format in the source's list, from 0; empty where there is no choice
    /// @throws InvalidValueException when a place is outside 0 to 65 534
    public static ByteBuffer accept(List<OptionalInt> formats) {
        var payload = allocate(Short.BYTES * formats.size());
        for (var format : formats) {
            int place = format.orElse(NO_FORMAT);
            if (format.isPresent() && (place < 0 || place >= NO_FORMAT)) {
                throw new InvalidValueException("place of the format", Integer.toString(place), "0 to 65534");
            }
            payload.putShort((short) place);
        }
        return payload.flip();
    }

    /// {@return for each device the place of the chosen format in the list that was offered, from 0; empty where there is no choice}
    ///
    /// @param record  reader at a record of type [RecordType#ACCEPT]
    /// @param offered the devices of the source
    /// @throws StreamFormatException when the number of devices or a place is wrong
    public static List<OptionalInt> decodeAccept(RecordReader record, List<DeviceManifest> offered) {
        var payload = record.payload();
        int devices = offered.size();
        if (payload.remaining() != Short.BYTES * devices) {
            throw refusal(record, 0, "payload of " + payload.remaining() + " bytes, needed: 2 for each of " + devices
                    + " devices");
        }
        var formats = new ArrayList<OptionalInt>(devices);
        for (int i = 0; i < devices; i++) {
            int place = Short.toUnsignedInt(payload.getShort());
            int most = offered.get(i).formats().size();
            if (place == NO_FORMAT ? most != 0 : place >= most) {
                throw refusal(record, Short.BYTES * i, "place of the format of device " + i + " is " + place
                        + ", the source offered " + most);
            }
            formats.add(place == NO_FORMAT ? OptionalInt.empty() : OptionalInt.of(place));
        }
        return formats;
    }

    /// {@return the payload of [RecordType#REFUSE]} Texts and findings that would make it too large are cut, the findings at the end first.
    ///
    /// @param findings every reason, the worst first
    public static ByteBuffer refuse(List<PreflightFinding> findings) {
        return FindingFields.encode(findings);
    }

    /// {@return the reasons of the destination, without characters that a terminal would obey; when it had more than fit, a note at the end says how many}
    ///
    /// @param record reader at a record of type [RecordType#REFUSE]
    /// @throws StreamFormatException when a field is wrong or missing
    public static List<PreflightFinding> decodeRefuse(RecordReader record) {
        return FindingFields.decode(fields(record, "refusal"));
    }

    /// {@return the payload of [RecordType#FAILED]}
    ///
    /// @param category what a caller can do about it here
    /// @param text     what happened; cut to what a record takes
    public static ByteBuffer failed(FailureCategory category, String text) {
        byte[] encoded = Texts.cut(text, RecordType.FAILED.mostPayload() - Short.BYTES);
        return allocate(Short.BYTES + encoded.length)
                .putShort((short) switch (category) {
                    case RETRY -> 1;
                    case ABORT_MIGRATION -> 2;
                    case RESET_DEVICE -> 3;
                    case FATAL -> 4;
                })
                .put(encoded)
                .flip();
    }

    /// {@return what the other side said} A category of a later version reads as [FailureCategory#ABORT_MIGRATION], bytes that are not
    /// UTF-8 as replacement characters, and characters that a terminal would obey as codes.
    ///
    /// @param record reader at a record of type [RecordType#FAILED]
    public static PeerFailure decodeFailed(RecordReader record) {
        var payload = record.payload();
        var category = switch (Short.toUnsignedInt(payload.getShort())) {
            case 1 -> FailureCategory.RETRY;
            case 3 -> FailureCategory.RESET_DEVICE;
            case 4 -> FailureCategory.FATAL;
            default -> FailureCategory.ABORT_MIGRATION;
        };
        return new PeerFailure(category, ForeignText.shown(StandardCharsets.UTF_8.decode(payload).toString()));
    }

    /// {@return the payload of [RecordType#READY]}
    ///
    /// @param commands how long the commands of the destination will take in the blackout, 0 to 292 years
    /// @throws InvalidValueException when it is outside that range
    public static ByteBuffer ready(Duration commands) {
        if (commands.isNegative() || commands.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) {
            throw new InvalidValueException("commands", commands.toString(), "0 to 2^63 - 1 ns");
        }
        return allocate(Long.BYTES).putLong(commands.toNanos()).flip();
    }

    /// {@return how long the commands of the destination will take in the blackout}
    ///
    /// @param record reader at a record of type [RecordType#READY]
    /// @throws StreamFormatException when the time is negative
    public static Duration decodeReady(RecordReader record) {
        long nanos = record.payload().getLong();
        if (nanos < 0) {
            throw refusal(record, 0, "time of the commands is " + Long.toUnsignedString(nanos)
                    + " ns, allowed: 0 to 2^63 - 1");
        }
        return Duration.ofNanos(nanos);
    }

    /// {@return the payload of [RecordType#ALIVE] and [RecordType#SUSPENDING]}
    ///
    /// @param silence for how long the sender may be silent from now on, 0 to 2^32 - 1 ms
    /// @throws InvalidValueException when it is outside that range
    public static ByteBuffer alive(Duration silence) {
        if (silence.isNegative() || silence.compareTo(Duration.ofMillis(LONGEST_SILENCE_MILLIS)) > 0) {
            throw new InvalidValueException("silence", silence.toString(), "0 to " + LONGEST_SILENCE_MILLIS + " ms");
        }
        return allocate(Integer.BYTES).putInt((int) silence.toMillis()).flip();
    }

    /// {@return for how long the sender may be silent}
    ///
    /// @param record reader at a record of type [RecordType#ALIVE] or [RecordType#SUSPENDING]
    public static Duration decodeAlive(RecordReader record) {
        var payload = record.payload();
        return Duration.ofMillis(Integer.toUnsignedLong(payload.getInt(payload.position())));
    }

    /// {@return the payload of [RecordType#STATE_END]}
    ///
    /// @param bytes bytes of the state in total
    public static ByteBuffer stateEnd(long bytes) {
        return allocate(Long.BYTES).putLong(bytes).flip();
    }

    /// {@return the bytes of the state in total, which the reader has compared with what came}
    ///
    /// @param record reader at a record of type [RecordType#STATE_END]
    public static long decodeStateEnd(RecordReader record) {
        var payload = record.payload();
        return payload.getLong(payload.position());
    }

    /// {@return the payload of [RecordType#PROPERTIES]}
    ///
    /// @param properties what the state does not carry
    /// @throws InvalidValueException when it is larger than the 4 MiB of a record
    public static ByteBuffer properties(ControllerProperties properties) {
        return PropertyFields.encode(properties);
    }

    /// {@return what the state does not carry}
    ///
    /// @param record reader at a record of type [RecordType#PROPERTIES]
    /// @throws StreamFormatException when a field is wrong or missing
    public static ControllerProperties decodeProperties(RecordReader record) {
        return PropertyFields.decode(fields(record, "properties"));
    }

    /// {@return the payload of [RecordType#END]} [RecordWriter#writeEnd()] knows the totals and writes the record.
    ///
    /// @param totals what was written
    public static ByteBuffer end(StreamTotals totals) {
        return allocate(20)
                .putLong(totals.records())
                .putLong(totals.stateBytes())
                .putInt(totals.devices())
                .flip();
    }

    /// {@return the totals, which the reader has compared with what came}
    ///
    /// @param record reader at a record of type [RecordType#END]
    public static StreamTotals decodeEnd(RecordReader record) {
        var payload = record.payload();
        return new StreamTotals(payload.getLong(), payload.getLong(), payload.getInt());
    }

    private static FieldReader fields(RecordReader record, String place) {
        return new FieldReader(record.payload(), record.recordNumber(), record.payloadOffset(), place, null);
    }

    private static StreamFormatException refusal(RecordReader record, int place, String reason) {
        return new StreamFormatException(record.recordNumber(), record.payloadOffset() + place, reason, REMEDY);
    }
}

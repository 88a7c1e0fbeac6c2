package io.nvmelm.core.stream;

import io.nvmelm.MigrationOptions;
import org.jspecify.annotations.Nullable;

/// Types of records. The numbers are part of the format.
public enum RecordType {
    /// Who wrote the stream, and which devices it is about ([StreamManifest]); the first record of every stream.
    MANIFEST(1, 0, Limits.LARGE, Place.ANY_STREAM),
    /// Bytes of the state of one device.
    STATE(2, 1, MigrationOptions.MAXIMUM_PIECE_BYTES, Place.DEVICE),
    /// The state of one device is complete; its bytes in total.
    STATE_END(3, Long.BYTES, Long.BYTES, Place.DEVICE),
    /// What the state of one device does not carry ([io.nvmelm.ControllerProperties]): once for each device whose manifest announces it, in
    /// front of its state. A reader that does not know the type may skip it.
    PROPERTIES(4, 0, Limits.LARGE, Place.DEVICE),
    /// The states of all devices are complete; totals. Only control records may follow.
    END(5, 20, 20, Place.WITH_STATE),
    /// The destination takes the migration; the format of each device.
    ACCEPT(16, 0, Limits.CONTROL, Place.CONTROL),
    /// The destination refuses; every reason.
    REFUSE(17, 0, Limits.CONTROL, Place.CONTROL),
    /// The devices of the destination are ready to load; how long they will take in the blackout.
    READY(18, Long.BYTES, Long.BYTES, Place.CONTROL),
    /// The destination has verified and loaded everything.
    LOADED(19, 0, 0, Place.CONTROL),
    /// The right to run goes to the destination.
    COMMIT(20, 0, 0, Place.CONTROL),
    /// The destination runs.
    RUNNING(21, 0, 0, Place.CONTROL),
    /// The sender of this record failed: category and text.
    FAILED(22, 2, Limits.CONTROL, Place.CONTROL),
    /// The sender lives, and for how long it may be silent.
    ALIVE(23, 4, 4, Place.CONTROL),
    /// The source is about to pause the guest, and for how long it may be silent. Answered by [#ALIVE].
    SUSPENDING(24, 4, 4, Place.CONTROL);

    /// Bounds of payloads in bytes.
    private static final class Limits {
        static final int CONTROL = 64 << 10;
        static final int LARGE = 4 << 20;
    }

    /// Where a record may stand, and what its device index is.
    private enum Place {
        /// In every stream; about the whole of it.
        ANY_STREAM,
        /// In streams that carry state; about one device.
        DEVICE,
        /// In streams that carry state; about the whole of it.
        WITH_STATE,
        /// In streams of a migration; about the whole of it.
        CONTROL
    }

    /// Device index of a record that is about the whole stream.
    public static final int WHOLE_STREAM = 0xFFFF;

    private final int number;
    private final int leastPayload;
    private final int mostPayload;
    private final Place place;

    RecordType(int number, int leastPayload, int mostPayload, Place place) {
        this.number = number;
        this.leastPayload = leastPayload;
        this.mostPayload = mostPayload;
        this.place = place;
    }

    /// {@return the number in the header of a record}
    public int number() {
        return number;
    }

    /// {@return the largest payload in bytes}
    public int mostPayload() {
        return mostPayload;
    }

    /// {@return the smallest payload in bytes}
    int leastPayload() {
        return leastPayload;
    }

    /// {@return whether a record of this type names a device; otherwise its device index is [#WHOLE_STREAM]}
    public boolean isOfDevice() {
        return place == Place.DEVICE;
    }

    /// {@return whether a reader that does not know the type has to stop}
    boolean isCritical() {
        return this != PROPERTIES;
    }

    boolean isAllowedIn(StreamKind kind) {
        return switch (place) {
            case ANY_STREAM -> true;
            case DEVICE, WITH_STATE -> kind == StreamKind.FILE || kind == StreamKind.SOURCE_TO_DESTINATION;
            case CONTROL -> kind == StreamKind.SOURCE_TO_DESTINATION || kind == StreamKind.DESTINATION_TO_SOURCE;
        };
    }

    /// The type of a number; null when it is of a later version.
    static @Nullable RecordType ofNumber(int number) {
        return switch (number) {
            case 1 -> MANIFEST;
            case 2 -> STATE;
            case 3 -> STATE_END;
            case 4 -> PROPERTIES;
            case 5 -> END;
            case 16 -> ACCEPT;
            case 17 -> REFUSE;
            case 18 -> READY;
            case 19 -> LOADED;
            case 20 -> COMMIT;
            case 21 -> RUNNING;
            case 22 -> FAILED;
            case 23 -> ALIVE;
            case 24 -> SUSPENDING;
            default -> null;
        };
    }
}

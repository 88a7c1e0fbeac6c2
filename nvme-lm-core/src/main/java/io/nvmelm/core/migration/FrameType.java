package io.nvmelm.core.migration;

import io.nvmelm.InvalidValueException;

/// Kind of a frame. A frame is this number (4 bytes), the number of payload bytes (4 bytes), and the payload; little endian.
enum FrameType {
    /// Source: who migrates, how large, in which formats.
    OFFER(1),
    /// Destination: the format it chose; it is about to get ready.
    ACCEPT(2),
    /// Destination: it can load now.
    READY(3),
    /// Source: bytes of the state.
    DATA(4),
    /// Source: the state is complete; the payload is its size.
    END(5),
    /// Destination: the state is verified and committed.
    LOADED(6),
    /// Source: the right to run is the destination's from here on.
    COMMIT(7),
    /// Destination: the device runs.
    RUNNING(8),
    /// Either: this side failed; the payload says why.
    FAILED(9);

    /// Bytes in front of the payload.
    static final int HEADER_BYTES = 8;
    /// Most payload bytes of a frame that is not DATA.
    static final int CONTROL_PAYLOAD_BYTES = 32 << 10;
    /// Most payload bytes of a DATA frame.
    static final int DATA_PAYLOAD_BYTES = 16 << 20;

    private static final FrameType[] BY_NUMBER = values();

    private final int number;

    FrameType(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /// Fewest payload bytes that such a frame may have.
    int leastPayload() {
        return switch (this) {
            case DATA -> 1;
            case ACCEPT -> Short.BYTES;
            case END -> Long.BYTES;
            case OFFER, READY, LOADED, COMMIT, RUNNING, FAILED -> 0;
        };
    }

    /// Most payload bytes that such a frame may have.
    int mostPayload() {
        return switch (this) {
            case DATA -> DATA_PAYLOAD_BYTES;
            case OFFER, FAILED -> CONTROL_PAYLOAD_BYTES;
            case ACCEPT -> Short.BYTES;
            case END -> Long.BYTES;
            case READY, LOADED, COMMIT, RUNNING -> 0;
        };
    }

    static FrameType fromNumber(int number, long byteOffset) {
        if (number < 1 || number > BY_NUMBER.length) {
            throw new InvalidValueException(
                    "frame type", Integer.toUnsignedString(number), "1 to " + BY_NUMBER.length, byteOffset);
        }
        return BY_NUMBER[number - 1];
    }
}

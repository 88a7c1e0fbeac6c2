package io.nvmelm.core.migration;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationData;
import io.nvmelm.PeerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/// Frames over a pair of byte channels. Reads no byte beyond the frame it was asked for, so what follows the last frame stays in the
/// channel. Two buffers of fixed size, allocated up front; whatever lengths the peer claims, nothing is
/// allocated for them. Not thread-safe.
final class FrameChannel {
    /// First bytes in either direction: six letters and the version of the framing, little endian.
    private static final byte[] PREAMBLE = {'N', 'V', 'M', 'E', 'L', 'M', 0, 0};
    /// Payload bytes that are sent in one frame.
    private static final int CHUNK_BYTES = 1 << 20;
    /// How often a channel may say that it has nothing before it is taken for one in non-blocking mode.
    private static final int EMPTY_READS = 10_000;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final ByteBuffer incoming =
            ByteBuffer.allocateDirect(256 << 10).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(CHUNK_BYTES + 3 * FrameType.HEADER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    private long received;
    private int payloadBytes;

    FrameChannel(ReadableByteChannel in, WritableByteChannel out) {
        this.in = in;
        this.out = out;
    }

    static void requireBlocking(String field, Channel channel) {
        if (channel instanceof SelectableChannel selectable && !selectable.isBlocking()) {
            throw new InvalidValueException(field, "a channel in non-blocking mode", "a channel in blocking mode");
        }
    }

    void sendPreamble() {
        outgoing.clear().put(PREAMBLE).flip();
        flush();
    }

    void receivePreamble() {
        receiveExactly(PREAMBLE.length);
        for (int i = 0; i < PREAMBLE.length; i++) {
            byte value = incoming.get();
            if (value != PREAMBLE[i]) {
                throw new InvalidValueException(
                        i < 6 ? "magic" : "framing version",
                        Integer.toString(Byte.toUnsignedInt(value)),
                        i < 6 ? "the letters NVMELM" : "0",
                        i);
            }
        }
        received += PREAMBLE.length;
    }

    /// Sends a frame without payload.
    void send(FrameType type) {
        send(type, ByteBuffer.allocate(0));
    }

    /// Sends a frame.
    void send(FrameType type, ByteBuffer payload) {
        outgoing.clear().putInt(type.number()).putInt(payload.remaining()).put(payload).flip();
        flush();
    }

    /// Sends a failure, cut to what a frame takes.
    void sendFailure(String message) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        send(FrameType.FAILED, ByteBuffer.wrap(text, 0, Math.min(text.length, FrameType.CONTROL_PAYLOAD_BYTES)));
    }

    /// Sends the whole state of a session and its end. The end goes out together with the last bytes.
    ///
    /// @return bytes of the state
    long sendState(MigrationData session, ByteCounter progress) {
        long total = 0;
        while (true) {
            outgoing.clear().position(FrameType.HEADER_BYTES).limit(FrameType.HEADER_BYTES + CHUNK_BYTES);
            boolean end = false;
            while (outgoing.hasRemaining() && !end) {
                end = session.read(outgoing) < 0;
            }
            int bytes = outgoing.position() - FrameType.HEADER_BYTES;
            total += bytes;
            outgoing.limit(outgoing.capacity());
            if (bytes == 0) {
                outgoing.position(0);
            } else {
                outgoing.putInt(0, FrameType.DATA.number()).putInt(4, bytes);
            }
            if (end) {
                outgoing.putInt(FrameType.END.number()).putInt(Long.BYTES).putLong(total);
            }
            outgoing.flip();
            flush();
            progress.moved(total);
            if (end) {
                return total;
            }
        }
    }

    /// Told how many bytes of a state have been moved so far.
    @FunctionalInterface
    interface ByteCounter {
        void moved(long bytes);
    }

    private void flush() {
        try {
            int empty = 0;
            while (outgoing.hasRemaining()) {
                empty = out.write(outgoing) > 0 ? 0 : empty + 1;
                if (empty == EMPTY_READS) {
                    throw new PeerException(
                            "the channel took no byte " + EMPTY_READS + " times",
                            "Give the migration a channel in blocking mode",
                            null);
                }
            }
        } catch (IOException e) {
            throw new PeerException("the connection failed while sending: " + e, "Look at the network and the peer", e);
        }
    }

    /// Receives the head of the next frame; its payload is to be taken by [#payload()] or [#receiveInto(MigrationData)].
    FrameType receive() {
        receiveExactly(FrameType.HEADER_BYTES);
        var type = FrameType.fromNumber(incoming.getInt(), received);
        int length = incoming.getInt();
        if (length < type.leastPayload() || length > type.mostPayload()) {
            throw new InvalidValueException(
                    "length of a frame of type " + type,
                    Integer.toUnsignedString(length),
                    type.leastPayload() + " to " + type.mostPayload(),
                    received + 4);
        }
        received += FrameType.HEADER_BYTES;
        payloadBytes = length;
        return type;
    }

    /// Receives a frame that must be of this type.
    ///
    /// @throws PeerException with what the peer said, when it sent a failure instead
    void expect(FrameType expected) {
        expect(expected, receive());
    }

    /// Refuses a frame that is not of this type.
    void expect(FrameType expected, FrameType actual) {
        if (actual == FrameType.FAILED) {
            var text = StandardCharsets.UTF_8.decode(payload()).toString();
            throw new PeerException("the peer failed: " + text, "See the report of the peer", null);
        }
        if (actual != expected) {
            throw new InvalidValueException(
                    "frame type", actual.toString(), expected.toString(), received - FrameType.HEADER_BYTES);
        }
    }

    /// The payload of a frame that is not DATA; valid until the next call.
    ByteBuffer payload() {
        receiveExactly(payloadBytes);
        received += payloadBytes;
        payloadBytes = 0;
        return incoming;
    }

    /// Hands the payload of a DATA frame to a session as it arrives.
    ///
    /// @return bytes of the payload
    int receiveInto(MigrationData session) {
        int total = payloadBytes;
        while (payloadBytes > 0) {
            session.write(receiveSome());
        }
        return total;
    }

    /// Bytes of the payload, as many as there are now, 1 or more; valid until the next call.
    private ByteBuffer receiveSome() {
        incoming.clear().limit(Math.min(payloadBytes, incoming.capacity()));
        readOnce();
        incoming.flip();
        payloadBytes -= incoming.remaining();
        received += incoming.remaining();
        return incoming;
    }

    /// Takes and drops what the peer still sends of a state, to its end: a peer that waits for its bytes to be taken could not read why
    /// they are of no use.
    ///
    /// @throws PeerException         when the connection ends before
    /// @throws InvalidValueException when what comes is not the rest of a state, or is more than this
    void dropState(long maximumBytes) {
        long dropped = 0;
        while (true) {
            while (payloadBytes > 0) {
                dropped += receiveSome().remaining();
            }
            if (dropped > maximumBytes) {
                throw new InvalidValueException(
                        "bytes of a refused state", Long.toString(dropped), "0 to " + maximumBytes, received);
            }
            if (receive() != FrameType.DATA) {
                return;
            }
        }
    }

    /// Fills the incoming buffer with so many bytes, for the caller to take.
    private void receiveExactly(int bytes) {
        incoming.clear().limit(bytes);
        while (incoming.hasRemaining()) {
            readOnce();
        }
        incoming.flip();
    }

    /// Reads 1 byte or more into the incoming buffer.
    private void readOnce() {
        try {
            for (int attempt = 0; attempt < EMPTY_READS; attempt++) {
                int bytes = in.read(incoming);
                if (bytes > 0) {
                    return;
                }
                if (bytes < 0) {
                    throw new PeerException(
                            "the connection ended after " + (received + incoming.position()) + " bytes",
                            "Look at the report of the peer",
                            null);
                }
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            throw new PeerException("the connection failed while receiving: " + e, "Look at the network and the peer",
                    e);
        }
        throw new PeerException(
                "the channel returned no byte " + EMPTY_READS + " times",
                "Give the migration a channel in blocking mode",
                null);
    }
}

package io.nvmelm.core.stream;

import io.nvmelm.StreamFormatException;

/// The preamble of a stream that was read, with all its bytes.
final class StreamHead {
    private final Preamble preamble;
    private final byte[] bytes;

    private StreamHead(Preamble preamble, byte[] bytes) {
        this.preamble = preamble;
        this.bytes = bytes;
    }

    /// The 48 bytes that every version has.
    Preamble preamble() {
        return preamble;
    }

    /// All bytes as they came, for the HMAC.
    byte[] bytes() {
        return bytes;
    }

    /// Reads the preamble, also a longer one of a later version.
    ///
    /// @throws StreamFormatException when it is none, or says what this reader may not read
    static StreamHead read(StreamInput input, StreamSettings settings) {
        var head = readUnverified(input);
        if (head.preamble.isAuthenticated() != settings.key().isPresent()) {
            throw Preamble.refusal(
                    20,
                    head.preamble.isAuthenticated()
                            ? "the stream is authenticated, and there is no key to verify it"
                            : "the stream is not authenticated, and it has to be",
                    "Give both sides the same key, or neither a key");
        }
        return head;
    }

    /// Reads the preamble of a stream whether it is authenticated or not.
    ///
    /// @throws StreamFormatException when it is none
    static StreamHead readUnverified(StreamInput input) {
        fill(input, Preamble.BYTES);
        var preamble = Preamble.decode(input.view(0, Preamble.BYTES));
        fill(input, preamble.preambleBytes());
        byte[] bytes = new byte[preamble.preambleBytes()];
        input.buffer().get(0, bytes);
        return new StreamHead(preamble, bytes);
    }

    private static void fill(StreamInput input, int bytes) {
        if (!input.fill(bytes)) {
            throw Preamble.refusal(
                    input.taken(),
                    "the stream ends after " + input.taken() + " bytes, its preamble has " + bytes,
                    "Look why the writer stopped, and transfer all of the stream");
        }
    }

    /// Refuses a stream of another kind.
    StreamHead require(StreamKind expected) {
        if (preamble.kind() != expected) {
            throw Preamble.refusal(
                    18,
                    "the stream is of kind " + preamble.kind() + ", here it has to be " + expected,
                    "Give files to the loader, and connect a source with a destination");
        }
        return this;
    }
}

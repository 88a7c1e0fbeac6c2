package io.nvmelm.core.stream;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;

/// Blocking channels as source and sink of a stream.
final class Channels {
    /// How often a channel may move nothing before it is taken for one that never will.
    private static final int EMPTY_CALLS = 10_000;

    private Channels() {}

    /// What a channel delivers.
    ///
    /// @throws InvalidValueException when it is in non-blocking mode
    static ByteSource source(ReadableByteChannel channel) {
        requireBlocking("in", channel);
        return target -> {
            try {
                for (int i = 0; i < EMPTY_CALLS; i++) {
                    int count = channel.read(target);
                    if (count != 0) {
                        return count;
                    }
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                throw failure("reading", e);
            }
            throw idle();
        };
    }

    /// What goes into a channel.
    ///
    /// @throws InvalidValueException when it is in non-blocking mode
    static ByteSink sink(WritableByteChannel channel) {
        requireBlocking("out", channel);
        return source -> writeAll(channel, source);
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer source) {
        int empty = 0;
        try {
            while (source.hasRemaining()) {
                empty = channel.write(source) > 0 ? 0 : empty + 1;
                if (empty == EMPTY_CALLS) {
                    throw idle();
                }
            }
        } catch (IOException e) {
            throw failure("writing", e);
        }
    }

    private static void requireBlocking(String field, Channel channel) {
        if (channel instanceof SelectableChannel selectable && !selectable.isBlocking()) {
            throw new InvalidValueException(field, "a channel in non-blocking mode", "a channel in blocking mode");
        }
    }

    private static LiveMigrationException failure(String what, IOException cause) {
        return new TransportException(
                FailureCategory.ABORT_MIGRATION,
                what + " the stream failed: " + cause,
                "Look at what the channel leads to",
                0,
                cause);
    }

    private static LiveMigrationException idle() {
        return new TransportException(
                FailureCategory.ABORT_MIGRATION,
                "the channel moved no byte " + EMPTY_CALLS + " times",
                "Give a channel in blocking mode",
                0,
                null);
    }
}

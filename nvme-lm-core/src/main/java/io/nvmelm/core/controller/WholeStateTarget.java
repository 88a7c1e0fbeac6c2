package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.SessionEndedException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// A state that is gathered here and given to the device by one command.
final class WholeStateTarget implements StateTarget {
    private static final int FIRST_BYTES = 64 << 10;

    private final Consumer<ByteBuffer> load;
    private final long limitBytes;
    private final int pieceBytes;
    private ByteBuffer gathered;
    private boolean unanswered;
    private boolean failed;
    private boolean closed;

    /// @param load       sends the command
    /// @param limitBytes most bytes that it can move
    /// @param pieceBytes bytes that are taken at a time
    WholeStateTarget(Consumer<ByteBuffer> load, long limitBytes, int pieceBytes) {
        this.load = load;
        this.limitBytes = Math.min(limitBytes, Integer.MAX_VALUE - 8);
        this.pieceBytes = pieceBytes;
        this.gathered = ByteBuffer.allocate((int) Math.min(FIRST_BYTES, this.limitBytes));
    }

    @Override
    public OptionalLong totalBytes() {
        return OptionalLong.empty();
    }

    @Override
    public int pieceBytes() {
        return pieceBytes;
    }

    @Override
    public int write(ByteBuffer source) {
        requireUsable();
        int length = source.remaining();
        long total = (long) gathered.position() + length;
        if (total > limitBytes) {
            failed = true;
            throw new InvalidValueException(
                    "size of the state", total + " or more", "1 to " + limitBytes, limitBytes);
        }
        if (length > gathered.remaining()) {
            long larger = Math.max(total, Math.min(2L * gathered.capacity(), limitBytes));
            gathered = ByteBuffer.allocate((int) larger).put(gathered.flip());
        }
        gathered.put(source);
        return length;
    }

    @Override
    public void commit() {
        requireUsable();
        failed = true;
        if (gathered.position() == 0) {
            throw new InvalidValueException("state", "0 bytes", "a whole state", 0);
        }
        unanswered = true;
        try {
            load.accept(gathered.flip());
            failed = false;
            unanswered = false;
        } catch (CommandFailedException e) {
            unanswered = false;
            throw e;
        }
    }

    /// Whether the command was not answered: the function may then have this state, or the one before, or a mixture.
    @Override
    public boolean isPartlySent() {
        return unanswered;
    }

    private void requireUsable() {
        if (closed || failed) {
            throw new SessionEndedException(closed ? "it was closed" : "an earlier write failed");
        }
    }

    @Override
    public void close() {
        closed = true;
        gathered = ByteBuffer.allocate(0);
    }
}

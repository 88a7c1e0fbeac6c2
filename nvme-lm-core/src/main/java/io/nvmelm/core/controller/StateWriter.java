package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateValidator;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.SequenceIndicator;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Writes the state of one suspended controller by Migration Send, Set Controller State, in pieces that follow each other: each is
/// sent after the one before it has completed, while the next is being filled.
///
/// Every byte is validated before it is sent, and the last piece, with which the controller verifies and commits, is sent by
/// [#commit()] alone, after the whole state was found valid. A state that fits one piece costs exactly one command.
final class StateWriter implements StateTarget {
    private final CommandPort port;
    private final PiecePool pool;
    private final TransferOptions options;
    private final int controllerId;
    private final FormatIndices format;
    private final ControllerStateValidator validator;

    private PiecePool.@Nullable Buffer filling;
    private long fillingOffset;
    private PiecePool.@Nullable Buffer sending;
    private CommandPort.@Nullable Pending pending;
    private boolean partlySent;
    private boolean failed;
    private boolean closed;

    StateWriter(
            CommandPort port,
            PiecePool pool,
            TransferOptions options,
            int controllerId,
            FormatIndices format,
            ControllerStateValidator validator) {
        this.port = port;
        this.pool = pool;
        this.options = options;
        this.controllerId = controllerId;
        this.format = format;
        this.validator = validator;
        validator.reset();
    }

    @Override
    public OptionalLong totalBytes() {
        long total = validator.totalBytes();
        return total < 0 ? OptionalLong.empty() : OptionalLong.of(total);
    }

    @Override
    public int write(ByteBuffer source) {
        requireUsable();
        int taken = 0;
        try {
            while (source.hasRemaining()) {
                taken += fillFrom(source);
            }
            return taken;
        } catch (Throwable e) {
            failed = true;
            throw e;
        }
    }

    /// Moves bytes into the piece being filled and sends it when it is full and not the last.
    private int fillFrom(ByteBuffer source) {
        var buffer = filling;
        if (buffer == null) {
            buffer = pool.take();
            buffer.bytes.clear();
            filling = buffer;
        }
        if (!buffer.bytes.hasRemaining()) {
            long total = validator.totalBytes();
            throw new InvalidValueException("Controller State size", "more than " + total, Long.toString(total), total);
        }
        int length = Math.min(source.remaining(), buffer.bytes.remaining());
        int start = buffer.bytes.position();
        buffer.bytes.put(start, source, source.position(), length);
        buffer.bytes.position(start + length);
        source.position(source.position() + length);
        validator.accept(buffer.memory.segment(), start, length);
        if (!buffer.bytes.hasRemaining()) {
            long end = fillingOffset + buffer.bytes.position();
            if (end < validator.totalBytes()) {
                send(buffer, SequenceIndicator.of(fillingOffset == 0, false));
                fillingOffset = end;
            }
        }
        return length;
    }

    @Override
    public void commit() {
        requireUsable();
        try {
            validator.finish();
            var buffer = filling;
            if (buffer == null) {
                throw new InvalidValueException("controller state", "0 bytes", "a whole state", 0);
            }
            send(buffer, SequenceIndicator.of(fillingOffset == 0, true));
            awaitSent();
            partlySent = false;
        } catch (Throwable e) {
            failed = true;
            throw e;
        }
    }

    /// Sends the piece being filled; it is this writer's to give back until the transport has it.
    private void send(PiecePool.Buffer buffer, SequenceIndicator sequence) {
        awaitSent();
        var command = format.set(controllerId, sequence, fillingOffset, buffer.bytes.position());
        partlySent |= !sequence.isFirst() || !sequence.isLast();
        pending = port.submit(command, buffer.memory, options.commandTimeout());
        sending = buffer;
        filling = null;
        if (options.commandsInFlight() == 1) {
            awaitSent();
        }
    }

    /// Waits for the piece under way, if there is one. Its memory is used again only after a completion says that the command is over.
    private void awaitSent() {
        var sent = pending;
        var buffer = sending;
        if (sent == null || buffer == null) {
            return;
        }
        pending = null;
        sending = null;
        Completion completion;
        try {
            completion = port.await(sent);
        } catch (Throwable e) {
            partlySent = true;
            PiecePool.discard(buffer);
            throw e;
        }
        pool.giveBack(buffer);
        CommandPort.requireSuccess(sent.command(), completion);
    }

    @Override
    public int pieceBytes() {
        return pool.bufferBytes();
    }

    @Override
    public boolean isPartlySent() {
        return partlySent;
    }

    private void requireUsable() {
        if (closed || failed) {
            throw new SessionEndedException(closed ? "it was closed" : "an earlier write failed");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        pool.giveBack(filling);
        filling = null;
        try {
            awaitSent();
        } catch (LiveMigrationException _) {
            partlySent = true;
        }
    }
}

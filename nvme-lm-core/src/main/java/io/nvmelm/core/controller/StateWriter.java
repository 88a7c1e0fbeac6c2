package io.nvmelm.core.controller;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateValidator;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
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
    private @Nullable SetControllerStateCommand sentCommand;
    private @Nullable CompletableFuture<Completion> sentFuture;
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
        } catch (RuntimeException e) {
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
                filling = null;
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
            filling = null;
            awaitSent();
            partlySent = false;
        } catch (RuntimeException e) {
            failed = true;
            throw e;
        }
    }

    private void send(PiecePool.Buffer buffer, SequenceIndicator sequence) {
        awaitSent();
        var command = format.set(controllerId, sequence, fillingOffset, buffer.bytes.position());
        partlySent |= !sequence.isFirst() || !sequence.isLast();
        sentFuture = port.submit(command, buffer.memory, options.commandTimeout());
        sentCommand = command;
        sending = buffer;
    }

    /// Waits for the piece under way, if there is one.
    private void awaitSent() {
        var command = sentCommand;
        var future = sentFuture;
        var buffer = sending;
        if (command == null || future == null || buffer == null) {
            return;
        }
        sentCommand = null;
        sentFuture = null;
        sending = null;
        Completion completion;
        try {
            completion = port.await(command, future, options.commandTimeout());
        } catch (CommandTimeoutException e) {
            partlySent = true;
            PiecePool.discard(buffer);
            throw e;
        } catch (LiveMigrationException e) {
            partlySent = true;
            pool.giveBack(buffer);
            throw e;
        }
        pool.giveBack(buffer);
        CommandPort.requireSuccess(command, completion);
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

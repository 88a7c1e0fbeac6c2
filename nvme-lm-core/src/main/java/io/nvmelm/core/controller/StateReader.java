package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.StateInconsistentException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.GetControllerStateCommand;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads the state of one suspended controller by Migration Receive in pieces, several commands in flight, and hands the bytes out in
/// order.
///
/// The first command fetches the header together with as much of the state as one command can carry, so a state that fits costs one
/// command. With an expected size the following pieces are asked for at the same time. Every completion must say that the controller
/// was suspended (CSUP); a controller that never says so must say it in the header (CSATTR). Consistency is promised per command only,
/// so with a state of several pieces the header is read again and compared: together with the last pieces where each completion says
/// that the controller was suspended, so that this takes no time of its own, and behind them where none does. Where the first pieces
/// are expected to be all, nobody knows yet which it will be, and it is done together.
final class StateReader implements StateSource {

    /// A command in flight and where its data goes.
    private record Piece(CommandPort.Pending pending, GetControllerStateCommand command, PiecePool.Buffer buffer) {}

    private final CommandPort port;
    private final PiecePool pool;
    private final TransferOptions options;
    private final int controllerId;
    private final FormatIndices format;
    /// Pieces in flight or waiting to be read, oldest at `first`.
    private final @Nullable Piece[] ring;
    private int first;
    private int count;
    private long nextOffset;
    private long totalBytes;
    private long sizes0;
    private long sizes1;
    private boolean suspendedInCompletions;
    private boolean severalPieces;
    /// Whether the header may be read again before the last piece has come.
    private boolean comparesEarly;
    /// The command that reads the header again, from when it is sent to when it was waited for.
    private @Nullable Piece comparison;
    private PiecePool.@Nullable Buffer current;
    private long delivered;
    private boolean ended;
    /// Whether a read did not come to its end: the bytes it should have delivered are missing.
    private boolean failed;
    private boolean closed;

    private StateReader(
            CommandPort port, PiecePool pool, TransferOptions options, int controllerId, FormatIndices format,
            int inFlight) {
        this.port = port;
        this.pool = pool;
        this.options = options;
        this.controllerId = controllerId;
        this.format = format;
        this.ring = new @Nullable Piece[inFlight];
    }

    /// Opens the state and returns when its header is known and checked.
    static StateReader open(
            CommandPort port,
            PiecePool pool,
            TransferOptions options,
            int controllerId,
            FormatIndices format,
            long expectedBytes,
            int inFlight) {
        var reader = new StateReader(port, pool, options, controllerId, format, inFlight);
        try {
            reader.start(Math.min(expectedBytes, options.maximumStateBytes()));
            return reader;
        } catch (Throwable e) {
            reader.close();
            throw e;
        }
    }

    private void start(long expectedBytes) {
        totalBytes = (Math.max(expectedBytes, TransferOptions.MINIMUM_PIECE_BYTES) + 3) & ~3L;
        comparesEarly = totalBytes > pool.bufferBytes();
        fill();
        var piece = awaitFirst();
        current = piece.buffer;
        var header = new ControllerStateView().wrap(piece.buffer.memory.segment(), 0);
        long actual = header.validate(Long.MAX_VALUE, options.maximumStateBytes()).totalBytes();
        format.requireMatches(header, piece.buffer.memory.segment(), actual);
        sizes0 = header.nvmeStateDwords();
        sizes1 = header.vendorDwords();
        totalBytes = actual;
        long have = Math.min(actual, piece.command.dataByteSize());
        severalPieces = have < actual;
        comparesEarly = severalPieces && suspendedInCompletions;
        piece.buffer.bytes.limit((int) have);
        dropPiecesBeyond(actual);
        nextOffset = Math.min(nextOffset, actual);
        if (!comparesEarly || nextOffset < actual) {
            dropComparison();
        }
        fill();
    }

    @Override
    public long totalBytes() {
        return totalBytes;
    }

    @Override
    public int read(ByteBuffer destination) {
        if (closed || failed) {
            throw new SessionEndedException(closed ? "it was closed" : "an earlier read failed");
        }
        if (destination.isReadOnly()) {
            throw new InvalidValueException("destination", "a read-only buffer", "a buffer that can be written");
        }
        failed = true;
        int bytes = readOn(destination);
        failed = false;
        return bytes;
    }

    /// Hands out what is left of the present piece, or of the next: at most one wait for a command.
    private int readOn(ByteBuffer destination) {
        if (!destination.hasRemaining()) {
            return 0;
        }
        var buffer = current == null ? advance() : current;
        if (buffer == null) {
            return -1;
        }
        var source = buffer.bytes;
        int length = Math.min(source.remaining(), destination.remaining());
        destination.put(destination.position(), source, source.position(), length);
        destination.position(destination.position() + length);
        source.position(source.position() + length);
        delivered += length;
        if (!source.hasRemaining()) {
            current = null;
            pool.giveBack(buffer);
            fill();
        }
        return length;
    }

    /// Makes the next piece the current one; null at the end of the state.
    private PiecePool.@Nullable Buffer advance() {
        if (ended) {
            return null;
        }
        if (delivered == totalBytes) {
            if (severalPieces) {
                compareHeader();
            }
            ended = true;
            return null;
        }
        var piece = awaitFirst();
        current = piece.buffer;
        piece.buffer.bytes.limit((int) Math.min(piece.command.dataByteSize(), totalBytes - piece.command.byteOffset()));
        return piece.buffer;
    }

    /// Keeps as many commands in flight as allowed. A piece that is being handed out counts, for its memory does.
    private void fill() {
        while (count + (current == null ? 0 : 1) < ring.length && nextOffset < totalBytes) {
            long bytes = Math.min(pool.bufferBytes(), totalBytes - nextOffset);
            ring[(first + count) % ring.length] = submit(pool, nextOffset, bytes);
            count++;
            nextOffset += bytes;
        }
        if (comparesEarly
                && nextOffset == totalBytes
                && comparison == null
                && count < port.transport().limits().maximumCommandsInFlight()) {
            comparison = submit(pool.headers(), 0, ControllerState.HEADER_BYTES);
        }
    }

    private Piece submit(PiecePool lender, long byteOffset, long bytes) {
        var command = format.get(controllerId, byteOffset, bytes);
        var buffer = lender.take();
        try {
            return new Piece(port.submit(command, buffer.memory, options.commandTimeout()), command, buffer);
        } catch (Throwable e) {
            lender.giveBack(buffer);
            throw e;
        }
    }

    /// Waits for the oldest command and takes it off the ring.
    private Piece awaitFirst() {
        return await(takeFirst(), pool);
    }

    /// Waits for a command. On failure its buffer is given up; memory is used again only after a completion says that the command is
    /// over.
    private Piece await(Piece piece, PiecePool lender) {
        Completion completion;
        try {
            completion = port.await(piece.pending);
        } catch (Throwable e) {
            PiecePool.discard(piece.buffer);
            throw e;
        }
        try {
            CommandPort.requireSuccess(piece.command, completion);
            requireSuspended(piece, completion);
        } catch (LiveMigrationException e) {
            lender.giveBack(piece.buffer);
            throw e;
        }
        piece.buffer.bytes.clear();
        return piece;
    }

    private Piece takeFirst() {
        var piece = Objects.requireNonNull(ring[first]);
        ring[first] = null;
        first = (first + 1) % ring.length;
        count--;
        return piece;
    }

    private void requireSuspended(Piece piece, Completion completion) {
        boolean reported = (completion.dword0() & 1) != 0;
        boolean isFirst = piece.command.byteOffset() == 0;
        if (isFirst && delivered == 0) {
            suspendedInCompletions = reported;
            var header = new ControllerStateView().wrap(piece.buffer.memory.segment(), 0);
            if (!header.suspended()) {
                throw new StateInconsistentException("controller " + controllerId
                        + " was not suspended while its state was read: CSATTR is " + header.attributes());
            }
        } else if (suspendedInCompletions && !reported) {
            throw new StateInconsistentException("controller " + controllerId
                    + " was not suspended while its state was read: CSUP is 0 at byte " + piece.command.byteOffset());
        }
    }

    /// Waits for and drops commands that an expected size larger than the real one caused; what they answer means nothing.
    private void dropPiecesBeyond(long actual) {
        int keep = 0;
        for (int i = 0; i < count; i++) {
            var piece = ring[(first + i) % ring.length];
            if (piece != null && piece.command.byteOffset() < actual) {
                keep++;
            }
        }
        while (count > keep) {
            int last = (first + count - 1) % ring.length;
            var piece = ring[last];
            ring[last] = null;
            count--;
            if (piece != null) {
                settle(piece, pool);
            }
        }
    }

    private void compareHeader() {
        var sent = comparison == null ? submit(pool.headers(), 0, ControllerState.HEADER_BYTES) : comparison;
        comparison = null;
        var piece = await(sent, pool.headers());
        try {
            var header = new ControllerStateView().wrap(piece.buffer.memory.segment(), 0);
            if (header.nvmeStateDwords() != sizes0
                    || header.vendorDwords() != sizes1
                    || header.nvmeStateDwordsHigh() != 0
                    || header.vendorDwordsHigh() != 0) {
                throw new StateInconsistentException("the state of controller " + controllerId
                        + " changed its size from "
                        + sizes0 + " + " + sizes1 + " to " + header.nvmeStateDwords() + " + " + header.vendorDwords()
                        + " dwords while it was read");
            }
            if (!header.suspended()) {
                throw new StateInconsistentException(
                        "controller " + controllerId + " was no longer suspended when its state had been read");
            }
        } finally {
            pool.headers().giveBack(piece.buffer);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        ended = true;
        pool.giveBack(current);
        current = null;
        while (count > 0) {
            settle(takeFirst(), pool);
        }
        dropComparison();
    }

    private void dropComparison() {
        var sent = comparison;
        comparison = null;
        if (sent != null) {
            settle(sent, pool.headers());
        }
    }

    /// Waits until a command can no longer write and gives its buffer back. What it answers is of no use to anybody.
    private void settle(Piece piece, PiecePool lender) {
        try {
            port.await(piece.pending);
            lender.giveBack(piece.buffer);
        } catch (LiveMigrationException _) {
            PiecePool.discard(piece.buffer);
        }
    }
}

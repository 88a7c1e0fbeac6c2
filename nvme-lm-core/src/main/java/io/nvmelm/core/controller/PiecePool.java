package io.nvmelm.core.controller;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Transfer memory for the pieces of a state, kept from one session to the next so that nothing is allocated in the blackout; with a
/// pool of its own for a header that is read beside them. Memory in which a command may still write is never handed out again.
/// Thread-safe.
final class PiecePool implements AutoCloseable {

    /// One buffer: the memory and one view of it that lives as long.
    static final class Buffer {
        final TransferMemory memory;
        final ByteBuffer bytes;

        private Buffer(TransferMemory memory, int byteSize) {
            this.memory = memory;
            this.bytes = memory.segment().asSlice(0, byteSize).asByteBuffer();
        }
    }

    private final AdminTransport transport;
    private final int bufferBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Buffer> free = new ArrayDeque<>();
    /// Null in a pool for headers.
    private final @Nullable PiecePool headers;
    private boolean closed;

    PiecePool(AdminTransport transport, int bufferBytes) {
        this(transport, bufferBytes, new PiecePool(transport, ControllerState.HEADER_BYTES, null));
    }

    private PiecePool(AdminTransport transport, int bufferBytes, @Nullable PiecePool headers) {
        this.transport = transport;
        this.bufferBytes = bufferBytes;
        this.headers = headers;
    }

    /// The pool whose buffers have room for the header of a state and no more.
    PiecePool headers() {
        return Objects.requireNonNull(headers, "headers of headers");
    }

    int bufferBytes() {
        return bufferBytes;
    }

    /// Makes sure that so many buffers are at hand, and one for a header when they are several.
    void prepare(int count) {
        if (count > 1 && headers != null) {
            headers.prepare(1);
        }
        while (true) {
            lock.lock();
            try {
                if (closed || free.size() >= count) {
                    return;
                }
                free.push(allocate());
            } finally {
                lock.unlock();
            }
        }
    }

    private Buffer allocate() {
        var memory = transport.allocate(bufferBytes);
        if (memory.segment().byteSize() < bufferBytes) {
            long size = memory.segment().byteSize();
            memory.close();
            throw new TransportException(
                    FailureCategory.FATAL,
                    "the transport lent " + size + " bytes where " + bufferBytes + " were asked for",
                    "This is a defect of the transport",
                    0,
                    null);
        }
        return new Buffer(memory, bufferBytes);
    }

    /// A buffer for the caller alone, its content undefined.
    Buffer take() {
        lock.lock();
        try {
            Buffer buffer = free.poll();
            return buffer != null ? buffer : allocate();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a buffer back.
    void giveBack(@Nullable Buffer buffer) {
        if (buffer == null) {
            return;
        }
        lock.lock();
        try {
            if (closed || buffer.memory.isQuarantined()) {
                buffer.memory.close();
            } else {
                free.push(buffer);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Gives up a buffer in which a command may still write; the transport keeps the memory as long as needed.
    static void discard(Buffer buffer) {
        buffer.memory.close();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            for (Buffer buffer : free) {
                buffer.memory.close();
            }
            free.clear();
        } finally {
            lock.unlock();
        }
        if (headers != null) {
            headers.close();
        }
    }
}

package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.SessionEndedException;
import io.nvmelm.spi.TransferMemory;
import java.nio.ByteBuffer;

/// A state that one command has read.
final class WholeStateSource implements StateSource {
    private final TransferMemory memory;
    private final ByteBuffer bytes;
    private boolean closed;

    WholeStateSource(TransferMemory memory, long byteSize) {
        this.memory = memory;
        this.bytes = memory.segment().asSlice(0, byteSize).asByteBuffer();
    }

    @Override
    public long totalBytes() {
        return bytes.capacity();
    }

    @Override
    public int read(ByteBuffer destination) {
        if (closed) {
            throw new SessionEndedException("it was closed");
        }
        if (destination.isReadOnly()) {
            throw new InvalidValueException("destination", "a read-only buffer", "a buffer that can be written");
        }
        if (!bytes.hasRemaining()) {
            return -1;
        }
        int length = Math.min(bytes.remaining(), destination.remaining());
        destination.put(destination.position(), bytes, bytes.position(), length);
        destination.position(destination.position() + length);
        bytes.position(bytes.position() + length);
        return length;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            memory.close();
        }
    }
}

package io.nvmelm.core.stream;

import io.nvmelm.MigrationData;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/// A session that delivers an array, in reads of at most so many bytes.
final class ArrayState implements MigrationData {
    private final ByteBuffer content;
    private final int mostPerRead;
    private final OptionalLong totalBytes;

    ArrayState(byte[] content, int mostPerRead, boolean knowsSize) {
        this.content = ByteBuffer.wrap(content);
        this.mostPerRead = mostPerRead;
        this.totalBytes = knowsSize ? OptionalLong.of(content.length) : OptionalLong.empty();
    }

    static ArrayState of(byte[] content) {
        return new ArrayState(content, Integer.MAX_VALUE, true);
    }

    @Override
    public Direction direction() {
        return Direction.SAVING;
    }

    @Override
    public int read(ByteBuffer destination) {
        if (!content.hasRemaining()) {
            return -1;
        }
        int count = Math.min(mostPerRead, Math.min(content.remaining(), destination.remaining()));
        destination.put(content.slice(content.position(), count));
        content.position(content.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new AssertionError("a session that saves is written");
    }

    @Override
    public OptionalLong totalBytes() {
        return totalBytes;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}

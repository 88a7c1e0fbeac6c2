package io.nvmelm.core.stream;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// One direction of a connection: what is written comes out, in the pieces in which it was written.
final class Conduit implements ByteSource, ByteSink {
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final BlockingQueue<ByteBuffer> pieces = new LinkedBlockingQueue<>();
    private ByteBuffer present = ByteBuffer.allocate(0);

    @Override
    public void write(ByteBuffer source) {
        pieces.add(ByteBuffer.allocate(source.remaining()).put(source).flip());
    }

    void end() {
        pieces.add(END);
    }

    int waitingWrites() {
        return pieces.size();
    }

    @Override
    public int read(ByteBuffer target) {
        while (!present.hasRemaining()) {
            if (present == END) {
                return -1;
            }
            try {
                present = pieces.take();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        int count = Math.min(present.remaining(), target.remaining());
        target.put(present.slice(present.position(), count));
        present.position(present.position() + count);
        return count;
    }
}

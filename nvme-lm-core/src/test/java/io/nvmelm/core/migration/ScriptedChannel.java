package io.nvmelm.core.migration;

import io.nvmelm.MigrationChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;

/// A channel without another side: what it delivers and takes is written down before. Waiting moves the clock.
final class ScriptedChannel implements MigrationChannel {
    final FakeClock clock = new FakeClock();
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    /// What is delivered by calls of read, one element each; an empty array is the end.
    final ArrayDeque<byte[]> incoming = new ArrayDeque<>();
    /// Most bytes that a call of write takes.
    int takes = Integer.MAX_VALUE;
    /// Called by each call that waits, before time passes.
    Runnable whileWaiting = () -> {};
    /// How long a byte takes to be written.
    long nanosPerByte;
    boolean broken;

    @Override
    public int read(ByteBuffer target, long nanos) throws IOException {
        requireWhole();
        var next = incoming.peek();
        if (next == null) {
            whileWaiting.run();
            if (nanos > 0 && incoming.isEmpty()) {
                clock.await(nanos);
            }
            return 0;
        }
        if (next.length == 0) {
            return -1;
        }
        incoming.poll();
        int bytes = Math.min(next.length, target.remaining());
        target.put(next, 0, bytes);
        if (bytes < next.length) {
            incoming.push(Arrays.copyOfRange(next, bytes, next.length));
        }
        return bytes;
    }

    @Override
    public int write(ByteBuffer source, long nanos) throws IOException {
        requireWhole();
        int bytes = Math.min(takes, source.remaining());
        if (bytes == 0) {
            whileWaiting.run();
            if (nanos > 0) {
                clock.await(nanos);
            }
            return 0;
        }
        for (int i = 0; i < bytes; i++) {
            written.write(source.get());
        }
        clock.pass(bytes * nanosPerByte);
        return bytes;
    }

    private void requireWhole() throws IOException {
        if (broken) {
            throw new IOException("broken");
        }
    }

    @Override
    public void wakeUp() {}

    @Override
    public void close() {
        broken = true;
    }
}

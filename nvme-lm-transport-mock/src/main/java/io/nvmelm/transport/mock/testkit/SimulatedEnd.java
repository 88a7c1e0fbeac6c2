package io.nvmelm.transport.mock.testkit;

import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationRole;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// One end of a [SimulatedLink].
final class SimulatedEnd implements MigrationChannel {
    private static final long NEVER = Long.MAX_VALUE;

    private final SimulatedLink link;
    private final Baton baton;
    private final MigrationRole role;
    private final SimulatedDirection in;
    private final SimulatedDirection out;
    private boolean woken;
    private boolean closed;
    private boolean processEnded;
    /// When this end notices that the other one was closed.
    private long peerClosedNanos = NEVER;

    SimulatedEnd(
            SimulatedLink link, Baton baton, MigrationRole role, SimulatedDirection in, SimulatedDirection out) {
        this.link = link;
        this.baton = baton;
        this.role = role;
        this.in = in;
        this.out = out;
    }

    @Override
    public int read(ByteBuffer target, long nanos) throws IOException {
        baton.lock.lock();
        try {
            long deadline = begin(nanos);
            await(deadline, in::nextNanos);
            long moment = Math.min(link.clock().nanoTime(), Math.min(deadline, link.brokenNanos()));
            int moved = in.read(target, moment);
            if (moved == 0) {
                requireOpen();
                woken = false;
            }
            return moved;
        } finally {
            baton.lock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source, long nanos) throws IOException {
        baton.lock.lock();
        try {
            long deadline = begin(nanos);
            requireNoReset();
            await(deadline, () -> out.room() > 0 ? 0 : peerClosedNanos);
            requireOpen();
            requireNoReset();
            int room = Math.min(out.room(), source.remaining());
            if (room == 0) {
                woken = false;
                return 0;
            }
            var bytes = new byte[room];
            source.get(bytes);
            out.write(bytes, link.clock().nanoTime());
            return room;
        } finally {
            baton.lock.unlock();
        }
    }

    private long begin(long nanos) throws IOException {
        link.requireAlive(role);
        if (closed) {
            throw new ClosedChannelException();
        }
        return SimulatedDirection.later(link.clock().nanoTime(), Duration.ofNanos(nanos));
    }

    private void await(long deadline, LongSupplier ready) {
        baton.await(new Baton.Wait() {
            @Override
            public boolean isOver(long now) {
                return woken || closed || processEnded || moment() <= now;
            }

            @Override
            public long nextNanos(long now) {
                return Math.max(moment(), now);
            }

            private long moment() {
                return Math.min(deadline, Math.min(ready.getAsLong(), link.brokenNanos()));
            }
        });
        link.requireAlive(role);
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (link.brokenNanos() <= link.clock().nanoTime()) {
            throw new IOException("Connection reset by peer");
        }
    }

    private void requireNoReset() throws IOException {
        if (peerClosedNanos <= link.clock().nanoTime()) {
            throw new IOException("Broken pipe");
        }
    }

    @Override
    public void wakeUp() {
        baton.lock.lock();
        try {
            woken = true;
        } finally {
            baton.lock.unlock();
        }
    }

    @Override
    public void close() {
        baton.lock.lock();
        try {
            if (!closed) {
                closed = true;
                link.end(role == MigrationRole.SOURCE
                        ? MigrationRole.DESTINATION
                        : MigrationRole.SOURCE).peerClosedNanos = out.close(link.clock().nanoTime());
            }
        } finally {
            baton.lock.unlock();
        }
    }

    // What follows is called under the lock.

    boolean hasProcessEnded() {
        return processEnded;
    }

    void processEnds() {
        processEnded = true;
    }
}

package io.nvmelm.benchmarks.migration;

import io.nvmelm.MigrationChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;

/// A connection inside one virtual machine, between two threads that do not sleep: what arrives is seen within the time that a cache
/// line takes, so that what is measured is the library and not a scheduler. Each direction is a ring of bytes with one writer and one
/// reader.
public final class SpinningConnection {
    private static final int RING_BYTES = 1 << 20;
    /// How often a waiting thread looks before it offers its core to others.
    private static final int SPINS = 1 << 10;

    private final Ring there = new Ring();
    private final Ring back = new Ring();
    private final AtomicLong handOverNanos = new AtomicLong();

    /// Makes a connection on which nothing was sent.
    public SpinningConnection() {}

    /// {@return how long bytes waited, all together, for a thread that waited for them: the time that scheduler and caches took}
    public long handOverNanos() {
        return handOverNanos.get();
    }

    /// {@return the end of the source}
    public MigrationChannel source() {
        return new End(back, there);
    }

    /// {@return the end of the destination}
    public MigrationChannel destination() {
        return new End(there, back);
    }

    /// Bytes under way in one direction.
    private static final class Ring {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(RING_BYTES);
        /// Bytes that were ever written.
        private final AtomicLong written = new AtomicLong();
        /// Bytes that were ever read.
        private final AtomicLong read = new AtomicLong();
        private volatile boolean closed;
        /// When something was written last; guarded by the number of bytes written.
        private long writtenNanos;

        int take(ByteBuffer target) {
            long from = read.getPlain();
            int place = (int) (from & RING_BYTES - 1);
            int count = (int) Math.min(
                    Math.min(written.getAcquire() - from, target.remaining()), RING_BYTES - place);
            if (count == 0) {
                return 0;
            }
            target.put(target.position(), bytes, place, count).position(target.position() + count);
            read.setRelease(from + count);
            return count;
        }

        int give(ByteBuffer source) {
            long from = written.getPlain();
            int place = (int) (from & RING_BYTES - 1);
            int count = (int) Math.min(
                    Math.min(RING_BYTES - (from - read.getAcquire()), source.remaining()), RING_BYTES - place);
            bytes.put(place, source, source.position(), count);
            source.position(source.position() + count);
            writtenNanos = System.nanoTime();
            written.setRelease(from + count);
            return count;
        }
    }

    /// One end.
    private final class End implements MigrationChannel {
        private final Ring in;
        private final Ring out;
        private volatile boolean woken;

        End(Ring in, Ring out) {
            this.in = in;
            this.out = out;
        }

        @Override
        public int read(ByteBuffer target, long nanos) throws IOException {
            long begun = System.nanoTime();
            for (int spins = 1;; spins++) {
                // Asked first: what was written before the end arrives before it.
                boolean ended = in.closed;
                int count = in.take(target);
                if (count > 0) {
                    if (spins > 1) {
                        handOverNanos.addAndGet(System.nanoTime() - in.writtenNanos);
                    }
                    return count;
                }
                if (ended) {
                    return -1;
                }
                if (mustReturn(begun, nanos, spins)) {
                    return 0;
                }
            }
        }

        @Override
        public int write(ByteBuffer source, long nanos) throws IOException {
            long begun = System.nanoTime();
            for (int spins = 1;; spins++) {
                int count = out.give(source);
                if (count > 0) {
                    return count;
                }
                if (mustReturn(begun, nanos, spins)) {
                    return 0;
                }
            }
        }

        private boolean mustReturn(long begun, long nanos, int spins) throws IOException {
            if (out.closed) {
                throw new ClosedChannelException();
            }
            if (woken) {
                woken = false;
                return true;
            }
            if (System.nanoTime() - begun >= nanos) {
                return true;
            }
            if (spins % SPINS == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
            return false;
        }

        @Override
        public void wakeUp() {
            woken = true;
        }

        @Override
        public void close() {
            out.closed = true;
        }
    }
}

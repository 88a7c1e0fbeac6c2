package io.nvmelm.core.migration;

import io.nvmelm.MigrationChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A connection over channels in blocking mode, read and written by an executor, so that the caller waits for the executor and not for
/// the channel. With an executor that runs in the calling thread, the caller does wait for the channel.
///
/// One lock covers what both threads see; it is not held while a channel works. A buffer belongs to the executor while its task runs.
final class ExecutorMigrationChannel implements MigrationChannel {
    private static final int BUFFER_BYTES = 256 << 10;
    /// How often a channel may do nothing before it is taken for one in non-blocking mode.
    private static final int EMPTY_CALLS = 10_000;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final Executor executor;
    private final boolean inCaller;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /// Bytes that were read and not yet taken, when no read is under way.
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private boolean reading;
    private boolean writing;
    private boolean ended;
    private boolean woken;
    private boolean closed;
    private @Nullable Throwable readFailure;
    private @Nullable Throwable writeFailure;

    ExecutorMigrationChannel(
            ReadableByteChannel in, WritableByteChannel out, Executor executor, boolean inCaller) {
        this.in = in;
        this.out = out;
        this.executor = executor;
        this.inCaller = inCaller;
    }

    @Override
    public int read(ByteBuffer target, long nanos) throws IOException {
        long begun = System.nanoTime();
        boolean begins;
        lock.lock();
        try {
            requireOpen();
            if (takeWakeUp()) {
                return 0;
            }
            begins = !reading && !ended && !incoming.hasRemaining() && readFailure == null && !(inCaller && nanos == 0);
            if (begins) {
                reading = true;
                incoming.clear().limit(Math.min(BUFFER_BYTES, target.remaining()));
            }
        } finally {
            lock.unlock();
        }
        if (begins) {
            execute(this::readOnce, false);
        }
        lock.lock();
        try {
            awaitEnd(() -> reading, begun, nanos);
            requireOpen();
            if (!reading && readFailure != null) {
                throw failureOf(readFailure);
            }
            if (!reading && incoming.hasRemaining()) {
                int bytes = Math.min(incoming.remaining(), target.remaining());
                target.put(incoming.slice(incoming.position(), bytes));
                incoming.position(incoming.position() + bytes);
                return bytes;
            }
            if (!reading && ended) {
                return -1;
            }
            woken = false;
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source, long nanos) throws IOException {
        long begun = System.nanoTime();
        int bytes;
        lock.lock();
        try {
            requireOpen();
            if (takeWakeUp()) {
                return 0;
            }
            awaitEnd(() -> writing, begun, nanos);
            requireWritable();
            if (writing) {
                woken = false;
                return 0;
            }
            bytes = Math.min(BUFFER_BYTES, source.remaining());
            outgoing.clear().put(source.slice(source.position(), bytes)).flip();
            writing = true;
        } finally {
            lock.unlock();
        }
        execute(this::writeAll, true);
        lock.lock();
        try {
            awaitEnd(() -> writing, begun, nanos);
            requireWritable();
            source.position(source.position() + bytes);
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private void requireWritable() throws IOException {
        requireOpen();
        if (!writing && writeFailure != null) {
            throw failureOf(writeFailure);
        }
    }

    private boolean takeWakeUp() {
        boolean was = woken;
        woken = false;
        return was;
    }

    /// Waits while something is under way, nobody called [#wakeUp()] or [#close()], and there is time. An interrupt does not end it and is
    /// kept.
    private void awaitEnd(BooleanSupplier isUnderWay, long begun, long nanos) {
        boolean interrupted = false;
        long left = nanos - (System.nanoTime() - begun);
        while (isUnderWay.getAsBoolean() && !woken && !closed && left > 0) {
            try {
                changed.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = nanos - (System.nanoTime() - begun);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException failureOf(Throwable failure) {
        return new IOException("the channel failed: " + failure, failure);
    }

    private void execute(Runnable task, boolean isWrite) {
        try {
            executor.execute(task);
        } catch (Exception e) {
            if (isWrite) {
                written(e);
            } else {
                hasRead(0, e);
            }
        }
    }

    private void readOnce() {
        try {
            int bytes = in.read(incoming);
            for (int empty = 1; bytes == 0; empty++) {
                requireSome(empty, "returned");
                bytes = in.read(incoming);
            }
            hasRead(bytes, null);
        } catch (Error e) {
            hasRead(0, e);
            throw e;
        } catch (Throwable e) {
            hasRead(0, e);
        }
    }

    private void writeAll() {
        try {
            int empty = 0;
            while (outgoing.hasRemaining()) {
                empty = out.write(outgoing) > 0 ? 0 : empty + 1;
                requireSome(empty, "took");
            }
            written(null);
        } catch (Error e) {
            written(e);
            throw e;
        } catch (Throwable e) {
            written(e);
        }
    }

    private static void requireSome(int empty, String did) throws IOException {
        if (empty == EMPTY_CALLS) {
            throw new IOException("it " + did + " no byte " + EMPTY_CALLS + " times: it is in non-blocking mode");
        }
        if (empty > 0) {
            Thread.onSpinWait();
        }
    }

    private void hasRead(int bytes, @Nullable Throwable failure) {
        lock.lock();
        try {
            incoming.flip();
            reading = false;
            ended = bytes < 0;
            readFailure = failure;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void written(@Nullable Throwable failure) {
        lock.lock();
        try {
            writing = false;
            writeFailure = failure;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wakeUp() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        MigrationChannels.closeAll(in, out);
    }
}

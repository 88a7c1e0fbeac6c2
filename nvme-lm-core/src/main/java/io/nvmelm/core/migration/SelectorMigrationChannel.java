package io.nvmelm.core.migration;

import io.nvmelm.MigrationChannel;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/// A connection over channels in non-blocking mode, which waits by a selector.
///
/// The selector is not told when somebody closes a channel from outside, so no single wait is longer than [#SLICE_MILLIS].
final class SelectorMigrationChannel implements MigrationChannel {
    private static final long SLICE_MILLIS = 100;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private final Closeable givesBack;
    private final Selector selector;
    private final SelectionKey readable;
    private final SelectionKey writable;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    private SelectorMigrationChannel(
            SelectableChannel selectableIn,
            ReadableByteChannel in,
            SelectableChannel selectableOut,
            WritableByteChannel out,
            Closeable givesBack,
            Selector selector)
            throws IOException {
        this.in = in;
        this.out = out;
        this.givesBack = givesBack;
        this.selector = selector;
        readable = selectableIn.register(selector, 0);
        writable = selectableOut.register(selector, 0);
    }

    /// Opens the selector and registers the channels, which are each given in both their roles.
    static MigrationChannel open(
            SelectableChannel selectableIn,
            ReadableByteChannel in,
            SelectableChannel selectableOut,
            WritableByteChannel out,
            boolean owned)
            throws IOException {
        boolean inWasBlocking = selectableIn.isBlocking();
        boolean outWasBlocking = selectableOut.isBlocking();
        var selector = Selector.open();
        try {
            selectableIn.configureBlocking(false);
            selectableOut.configureBlocking(false);
            Closeable givesBack = owned
                    ? () -> MigrationChannels.closeAll(in, out)
                    : () -> MigrationChannels.closeAll(
                            () -> restore(selectableIn, inWasBlocking), () -> restore(selectableOut, outWasBlocking));
            return new SelectorMigrationChannel(selectableIn, in, selectableOut, out, givesBack, selector);
        } catch (IOException e) {
            selector.close();
            restore(selectableIn, inWasBlocking, e);
            restore(selectableOut, outWasBlocking, e);
            throw e;
        }
    }

    private static void restore(SelectableChannel channel, boolean wasBlocking, IOException failure) {
        try {
            restore(channel, wasBlocking);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void restore(SelectableChannel channel, boolean wasBlocking) throws IOException {
        if (channel.isOpen()) {
            channel.configureBlocking(wasBlocking);
        }
    }

    @Override
    public int read(ByteBuffer target, long nanos) throws IOException {
        long begun = System.nanoTime();
        while (true) {
            if (isInterruptedByWakeUp()) {
                return 0;
            }
            int bytes = in.read(target);
            if (bytes != 0 || !await(readable, SelectionKey.OP_READ, begun, nanos)) {
                return bytes;
            }
        }
    }

    @Override
    public int write(ByteBuffer source, long nanos) throws IOException {
        long begun = System.nanoTime();
        while (true) {
            if (isInterruptedByWakeUp()) {
                return 0;
            }
            int bytes = out.write(source);
            if (bytes != 0 || !await(writable, SelectionKey.OP_WRITE, begun, nanos)) {
                return bytes;
            }
        }
    }

    private boolean isInterruptedByWakeUp() throws IOException {
        if (closed.get()) {
            throw new ClosedChannelException();
        }
        return woken.compareAndSet(true, false);
    }

    /// Waits until it is worth while to try again; false when the time is over.
    private boolean await(SelectionKey key, int operation, long begun, long nanos) throws IOException {
        long left = nanos - (System.nanoTime() - begun);
        if (nanos == 0 || left <= 0) {
            return false;
        }
        long millis = Math.clamp(left / NANOS_PER_MILLI + 1, 1, SLICE_MILLIS);
        boolean interrupted = Thread.interrupted();
        try {
            readable.interestOps(0);
            writable.interestOps(0);
            key.interestOps(operation);
            selector.select(ready -> {}, millis);
        } catch (ClosedSelectorException | CancelledKeyException e) {
            var failure = new AsynchronousCloseException();
            failure.initCause(e);
            throw failure;
        } finally {
            if (interrupted || Thread.interrupted()) {
                Thread.currentThread().interrupt();
            }
        }
        return true;
    }

    @Override
    public void wakeUp() {
        woken.set(true);
        selector.wakeup();
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            MigrationChannels.closeAll(selector, givesBack);
        }
    }
}

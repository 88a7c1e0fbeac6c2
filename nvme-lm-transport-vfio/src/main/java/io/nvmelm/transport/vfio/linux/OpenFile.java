package io.nvmelm.transport.vfio.linux;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// An open file descriptor and its one owner. Calls borrow the number; it is closed when the owner has closed this and the last
/// borrower is done, so that no call ever meets a number that the kernel has given to another file meanwhile. Thread-safe.
///
/// ```java
/// int fd = file.acquire();
/// try {
///     result = calls.ioctl(fd, REQUEST, argument);
/// } finally {
///     file.release();
/// }
/// ```
public final class OpenFile implements AutoCloseable {
    private static final int CLOSED = Integer.MIN_VALUE;

    private final SystemCalls calls;
    private final int fd;
    private final String name;
    /// Borrowers; the sign bit is set once this is closed.
    private final AtomicInteger users = new AtomicInteger();
    /// Whether the number was closed, or is not to be.
    private final AtomicBoolean finished;

    /// Takes over a file descriptor.
    ///
    /// @param calls system calls
    /// @param fd    file descriptor, 0 or more
    /// @param name  what it is, for messages, for instance its path
    public OpenFile(SystemCalls calls, int fd, String name) {
        this(calls, fd, name, false);
    }

    private OpenFile(SystemCalls calls, int fd, String name, boolean finished) {
        this.calls = calls;
        this.fd = fd;
        this.name = name;
        this.finished = new AtomicBoolean(finished);
    }

    /// {@return a file whose descriptor stays somebody else's: [#close()] refuses calls and leaves it open} A call that
    /// had the number before goes on.
    ///
    /// @param calls system calls
    /// @param fd    file descriptor, 0 or more
    /// @param name  what it is, for messages, for instance its path
    public static OpenFile borrowed(SystemCalls calls, int fd, String name) {
        return new OpenFile(calls, fd, name, true);
    }

    /// {@return what this is, for messages}
    public String name() {
        return name;
    }

    /// {@return the file descriptor, which stays open until [#release()]}
    ///
    /// @throws TransportException when this is closed
    public int acquire() {
        if (users.incrementAndGet() < 0) {
            release();
            throw closed();
        }
        return fd;
    }

    /// Gives back what [#acquire()] lent.
    public void release() {
        if (users.decrementAndGet() == CLOSED) {
            finish();
        }
    }

    /// {@return whether [#close()] was called}
    public boolean isClosed() {
        return users.get() < 0;
    }

    /// {@return the refusal of a call after [#close()]}
    public TransportException closed() {
        return new TransportException(
                FailureCategory.ABORT_MIGRATION, name + " is closed", "Open the device again", Errno.EBADF, null);
    }

    /// Refuses calls from now on, and closes the file descriptor when the last call is done. Does not wait for it. Idempotent.
    @Override
    public void close() {
        int before = users.getAndUpdate(count -> count | CLOSED);
        if (before == 0) {
            finish();
        }
    }

    /// The count reaches CLOSED when the last borrower is done, and again when a later one was refused; closed once.
    private void finish() {
        if (finished.compareAndSet(false, true)) {
            calls.close(fd);
        }
    }
}

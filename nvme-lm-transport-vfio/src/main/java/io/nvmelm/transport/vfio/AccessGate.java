package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// What every access to a device's memory goes through, so that none happens while the device is reset, stopped or gone: the
/// processor would answer such an access with a bus error, which no JVM survives. Accesses share the gate; reset, stop and
/// close have it alone.
final class AccessGate {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final String device;
    /// Guarded by the lock.
    private boolean closed;
    private @Nullable String stopped;
    private @Nullable String blocked;

    AccessGate(String device) {
        this.device = device;
    }

    /// Begins an access to the device's memory. To be followed by [#leave()].
    ///
    /// @throws TransportException when the device is closed or stopped
    void enter() {
        lock.readLock().lock();
        if (closed || stopped != null || blocked != null) {
            var refusal = refusal();
            lock.readLock().unlock();
            throw refusal;
        }
    }

    /// Begins an access of the owner of the function, whose own block does not keep it out. To be followed by [#leave()].
    ///
    /// @throws TransportException when the device is closed or stopped
    void enterAsOwner() {
        lock.readLock().lock();
        if (closed || stopped != null) {
            var refusal = refusal();
            lock.readLock().unlock();
            throw refusal;
        }
    }

    /// Begins something that only a closed device forbids. To be followed by [#leave()].
    ///
    /// @throws TransportException when the device is closed
    void enterOpen() {
        lock.readLock().lock();
        if (closed) {
            var refusal = refusal();
            lock.readLock().unlock();
            throw refusal;
        }
    }

    void leave() {
        lock.readLock().unlock();
    }

    /// Waits for accesses under way and keeps others out. To be followed by [#open()].
    ///
    /// @return whether the device is still open
    boolean shut() {
        lock.writeLock().lock();
        return !closed;
    }

    void open() {
        lock.writeLock().unlock();
    }

    /// Refuses accesses from now on because the kernel's migration stopped the device, or allows them again. Waits for those under
    /// way.
    ///
    /// @param reason why, for messages; null to allow accesses
    void stop(@Nullable String reason) {
        lock.writeLock().lock();
        try {
            stopped = reason;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Refuses accesses from now on because whoever owns the function wants so, or allows them again, whatever [#stop] says. Waits
    /// for those under way.
    ///
    /// @param reason why, for messages; null to allow accesses
    void block(@Nullable String reason) {
        lock.writeLock().lock();
        try {
            blocked = reason;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Marks the device closed; only while it is [#shut()].
    void close() {
        closed = true;
    }

    /// {@return the refusal of whatever comes after closing}
    TransportException closedRefusal() {
        var refusal = new TransportException(
                FailureCategory.ABORT_MIGRATION, "the device is closed", "Open the device again", Errno.EBADF, null);
        return (TransportException) refusal.at(device, null);
    }

    private TransportException refusal() {
        if (closed) {
            return closedRefusal();
        }
        var refusal = new TransportException(
                FailureCategory.ABORT_MIGRATION,
                "the device must not be accessed now: " + (stopped != null ? stopped : blocked),
                "Access it when it runs",
                0,
                null);
        return (TransportException) refusal.at(device, null);
    }
}

package io.nvmelm.core.device;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationData;
import io.nvmelm.SessionEndedException;
import io.nvmelm.core.controller.StateSource;
import io.nvmelm.core.controller.StateTarget;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One session of a controller: a source when saving, a target when loading.
///
/// Its lock covers the commands of a read or write and nothing that waits for a peer, so ending a session takes at most the deadline
/// of a command. Nobody takes the state lock of the device while holding it.
final class ControllerSession implements MigrationData {
    private final ReentrantLock lock = new ReentrantLock();
    private final SessionEpoch epoch;
    private final long number;
    private final String device;
    private final @Nullable StateSource source;
    private final @Nullable StateTarget target;
    private volatile boolean closed;
    private volatile boolean failed;

    private ControllerSession(
            SessionEpoch epoch,
            long number,
            String device,
            @Nullable StateSource source,
            @Nullable StateTarget target) {
        this.epoch = epoch;
        this.number = number;
        this.device = device;
        this.source = source;
        this.target = target;
    }

    static ControllerSession saving(SessionEpoch epoch, long number, String device, StateSource source) {
        return new ControllerSession(epoch, number, device, source, null);
    }

    static ControllerSession loading(SessionEpoch epoch, long number, String device, StateTarget target) {
        return new ControllerSession(epoch, number, device, null, target);
    }

    @Override
    public Direction direction() {
        return source != null ? Direction.SAVING : Direction.LOADING;
    }

    @Override
    public int read(ByteBuffer destination) {
        lock.lock();
        try {
            requireOpen();
            if (source == null) {
                throw new DeviceStateException(
                        DeviceState.RESUMING, "read from a session that loads", "Open a session by STOP_COPY");
            }
            return source.read(destination);
        } catch (LiveMigrationException e) {
            throw e.at(device, "reading the state");
        } finally {
            lock.unlock();
        }
    }

    /// Writes in slices of a command each and gives the lock up between them.
    @Override
    public int write(ByteBuffer data) {
        int limit = data.limit();
        int written = 0;
        try {
            do {
                written += writeSlice(data, limit);
            } while (data.position() < limit);
            return written;
        } finally {
            data.limit(limit);
        }
    }

    private int writeSlice(ByteBuffer data, int limit) {
        lock.lock();
        try {
            requireOpen();
            if (target == null) {
                throw new DeviceStateException(
                        DeviceState.STOP_COPY, "write to a session that saves", "Open a session by RESUMING");
            }
            data.limit((int) Math.min(limit, (long) data.position() + target.pieceBytes()));
            return target.write(data);
        } catch (LiveMigrationException e) {
            if (target != null) {
                failed = true;
            }
            throw e.at(device, "writing the state");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OptionalLong totalBytes() {
        lock.lock();
        try {
            requireOpen();
            if (source != null) {
                return OptionalLong.of(source.totalBytes());
            }
            return target == null ? OptionalLong.empty() : target.totalBytes();
        } catch (LiveMigrationException e) {
            throw e.at(device, "asking for the size of the state");
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        epoch.require(number);
        if (closed) {
            throw new SessionEndedException("it was closed");
        }
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    /// Verifies and commits what was written; for the arc that leaves RESUMING. Works on a closed session too: closing ends the
    /// writing, not the session.
    void commit() {
        lock.lock();
        try {
            if (target != null) {
                failed = true;
                target.commit();
                failed = false;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether a write or the commit failed, so that the data of this session is lost.
    boolean hasFailed() {
        return failed;
    }

    /// Whether the controller holds a part of a state.
    boolean isPartlySent() {
        lock.lock();
        try {
            return target != null && target.isPartlySent();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (source != null) {
            release();
        }
    }

    /// Gives the memory back, once the epoch says that the session has ended.
    void release() {
        lock.lock();
        try {
            closed = true;
            if (source != null) {
                source.close();
            }
            if (target != null) {
                target.close();
            }
        } finally {
            lock.unlock();
        }
    }
}

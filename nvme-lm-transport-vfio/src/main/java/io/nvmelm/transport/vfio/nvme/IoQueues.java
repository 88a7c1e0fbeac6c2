package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CommandFailedException;
import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.VfioDevice;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// The identifiers of I/O queue pairs: how many the controller gave, and which are in use. Thread-safe.
final class IoQueues {
    private static final int WANTED = 64;

    private final ControllerCommands commands;
    private final VfioDevice device;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Integer, Object> owners = new TreeMap<>();
    /// 0 until the controller was asked.
    private int allocated;
    private int resets;

    IoQueues(ControllerCommands commands, VfioDevice device) {
        this.commands = commands;
        this.device = device;
    }

    /// Takes a free identifier. Asks the controller for queues the first time, and again after a reset, without a lock:
    /// whoever waits for a command publishes the outcomes of others. Blocks.
    ///
    /// @param owner who gives it back
    /// @param start which start of the controller this is for
    /// @return the identifier, 1 or more
    int take(Object owner, int start) {
        while (true) {
            int seen;
            lock.lock();
            try {
                if (allocated > 0) {
                    return takeFree(owner);
                }
                seen = resets;
            } finally {
                lock.unlock();
            }
            ask(start, seen);
        }
    }

    private int takeFree(Object owner) {
        for (int id = 1; id <= allocated; id++) {
            if (owners.putIfAbsent(id, owner) == null) {
                return id;
            }
        }
        throw (TransportException) new TransportException(
                FailureCategory.RETRY,
                "all " + owners.size() + " I/O queue pairs of the controller are in use",
                "Close a queue pair first",
                0,
                null)
                .at(device.name(), null);
    }

    private void ask(int start, int seen) {
        int given;
        try {
            given = commands.numberOfQueuePairs(WANTED, start);
        } catch (CommandFailedException e) {
            if (isKnown(seen)) {
                // another thread asked, too, and has a queue already, after which the controller refuses to be asked
                return;
            }
            throw e;
        }
        lock.lock();
        try {
            if (resets == seen) {
                allocated = given;
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isKnown(int seen) {
        lock.lock();
        try {
            return resets == seen && allocated > 0;
        } finally {
            lock.unlock();
        }
    }

    /// Gives an identifier back, unless a reset did.
    void giveBack(int id, Object owner) {
        lock.lock();
        try {
            owners.remove(id, owner);
        } finally {
            lock.unlock();
        }
    }

    /// The controller was reset: it has no I/O queue any more.
    void controllerWasReset() {
        lock.lock();
        try {
            owners.clear();
            allocated = 0;
            resets++;
        } finally {
            lock.unlock();
        }
    }
}

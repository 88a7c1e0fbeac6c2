package io.nvmelm.transport.vfio.nvme;

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

    IoQueues(ControllerCommands commands, VfioDevice device) {
        this.commands = commands;
        this.device = device;
    }

    /// Takes a free identifier. Asks the controller for queues the first time, and again after a reset. Blocks.
    ///
    /// @param owner who gives it back
    /// @return the identifier, 1 or more
    int take(Object owner) {
        lock.lock();
        try {
            if (allocated == 0) {
                allocated = commands.numberOfQueuePairs(WANTED);
            }
            for (int id = 1; id <= allocated; id++) {
                if (owners.putIfAbsent(id, owner) == null) {
                    return id;
                }
            }
        } finally {
            lock.unlock();
        }
        throw (TransportException) new TransportException(
                FailureCategory.RETRY,
                "all " + owners.size() + " I/O queue pairs of the controller are in use",
                "Close a queue pair first",
                0,
                null)
                .at(device.name(), null);
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
        } finally {
            lock.unlock();
        }
    }
}

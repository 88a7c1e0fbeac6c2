package io.nvmelm.transport.mock;

import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Controller Data Queues of the controlling controller and what is done with them: Controller Data Queue, Track Send
/// of user data changes, feature 21h (Base 2.3 clauses 5.2.4, 5.2.28.1.1 and 5.2.26.1.23). Checks are made in this
/// order: select, coded fields, controller or queue identifier, state, alignment and ranges, host memory, resources.
/// Guarded by the lock of the world.
final class DataQueueCommands {
    private static final int USER_DATA_QUEUE = 0;
    private static final int CONTIGUOUS_BIT = 1;
    private static final int ACTION_STOP = 0;
    private static final int ACTION_START = 1;
    private static final int MAXIMUM_QUEUES = 1 << 16;
    private static final long ENTRY_DWORDS = DataQueue.ENTRY_BYTES / Integer.BYTES;
    private static final int SAVE_BIT = 1 << 31;
    private static final int TRIGGER_BIT = 1 << 31;
    private static final int SELECT_CURRENT = 0;
    private static final int SELECT_CAPABILITIES = 3;
    private static final int CHANGEABLE = 1 << 2;
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// A queue and what is logged into it.
    private record Entry(DataQueue queue, UserDataLogger logger) {}

    private final InMemorySubsystem subsystem;
    private final SubsystemConfiguration configuration;
    private final TreeMap<Integer, Entry> byId = new TreeMap<>();
    private final @Nullable Entry[] byPlace;
    private long memoryRanges;

    DataQueueCommands(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.subsystem = subsystem;
        this.configuration = configuration;
        this.byPlace = new @Nullable Entry[configuration.migratableCount()];
    }

    /// Controller Data Queue.
    void queue(Command command) {
        if (command.entry.namespaceId() != 0) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else {
            switch (command.entry.cdw10() & 0xFF) {
                case CreateControllerDataQueueCommand.SELECT -> create(command);
                case DeleteControllerDataQueueCommand.SELECT -> delete(command);
                default -> command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            }
        }
    }

    private void create(Command command) {
        var entry = command.entry;
        boolean contiguous = (entry.cdw11() & CONTIGUOUS_BIT) != 0;
        long dwords = Integer.toUnsignedLong(entry.cdw12());
        long pages = Math.ceilDiv(
                dwords * Integer.BYTES, subsystem.controllingController().registers().pageBytes());
        long ranges = UncertainReadings.memoryRanges(contiguous, pages);
        var target = subsystem.migratable(entry.cdw11() >>> 16);
        if ((entry.cdw10() >>> 16 & 0xFF) != USER_DATA_QUEUE) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
            return;
        }
        if (byPlace[target.place()] != null
                || dwords == 0
                || dwords % ENTRY_DWORDS != 0
                || exceeds(contiguous, pages, ranges)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        var status = command.bindRing(dwords * Integer.BYTES, contiguous);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        int id = freeId();
        if (exceedsQueueLimits() || id == MAXIMUM_QUEUES) {
            command.fail(UncertainReadings.tooManyDataQueues(configuration));
            return;
        }
        var queue = new DataQueue(
                id,
                target,
                (int) (dwords / ENTRY_DWORDS),
                ranges,
                command.takeRing(),
                subsystem.controllingController(),
                configuration.has(DeviceVariant.TAIL_EVENT_ONE_SLOT_EARLY));
        var created = new Entry(queue, new UserDataLogger(queue, subsystem.clock(), configuration));
        byId.put(id, created);
        byPlace[target.place()] = created;
        memoryRanges += ranges;
        command.succeed(id);
    }

    /// {@return whether a ring takes more of the limits that are reported than there is}
    private boolean exceeds(boolean contiguous, long pages, long ranges) {
        var limits = configuration.tracking();
        return isBeyond(ranges, limits.maximumQueueMemoryRanges())
                || isBeyond(memoryRanges + ranges, limits.maximumMemoryRanges())
                || (!contiguous && isBeyond(pages, limits.maximumQueuePrps()));
    }

    private static boolean isBeyond(long value, int limit) {
        return limit != 0 && value > limit;
    }

    private boolean exceedsQueueLimits() {
        var limits = configuration.tracking();
        return !configuration.has(DeviceVariant.QUEUE_LIMITS_NOT_REPORTED)
                && byId.size() >= Math.min(limits.maximumQueuesController(), limits.maximumQueuesSubsystem());
    }

    /// Identifiers are used again, the lowest first.
    private int freeId() {
        int id = 0;
        while (byId.containsKey(id)) {
            id++;
        }
        return id;
    }

    private void delete(Command command) {
        var found = byId.get(command.entry.cdw11() & 0xFFFF);
        if (found == null) {
            command.fail(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
        } else {
            remove(found);
            command.succeed();
        }
    }

    private void remove(Entry removed) {
        removed.logger.end();
        forget(removed);
    }

    private void forget(Entry removed) {
        removed.queue.delete();
        byId.remove(removed.queue.id);
        byPlace[removed.queue.target.place()] = null;
        memoryRanges -= removed.queue.memoryRanges;
    }

    /// Track Send, Log User Data Changes.
    void logUserData(Command command) {
        var entry = command.entry;
        int action = entry.cdw10() >>> 16 & 0xF;
        var found = byId.get(entry.cdw11() & 0xFFFF);
        if (!configuration.tracking().userDataChanges() || entry.namespaceId() != 0 || action > ACTION_START) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (found == null) {
            command.fail(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
            return;
        }
        boolean stop = action == ACTION_STOP;
        if (!found.queue.target.suspension().isActive()
                && !(stop && configuration.has(DeviceVariant.STOP_WHILE_SUSPENDED_SUCCEEDS))) {
            command.fail(StatusCode.CONTROLLER_SUSPENDED);
        } else if (stop) {
            found.logger.stop();
            command.succeed();
        } else if (found.logger.isLogging()) {
            if (configuration.has(DeviceVariant.START_WHEN_LOGGING_SUCCEEDS)) {
                command.succeed();
            } else {
                command.fail(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
            }
        } else if (configuration.has(DeviceVariant.START_REFUSED_WHEN_FULL) && found.queue.free() == 0) {
            command.fail(StatusCode.CONTROLLER_DATA_QUEUE_FULL);
        } else {
            found.logger.start();
            command.succeed();
        }
    }

    /// Set Features, Controller Data Queue.
    void setHead(Command command) {
        var entry = command.entry;
        boolean enableTrigger = (entry.cdw11() & TRIGGER_BIT) != 0;
        long head = Integer.toUnsignedLong(entry.cdw12());
        long trigger = Integer.toUnsignedLong(entry.cdw13());
        var found = byId.get(entry.cdw11() & 0xFFFF);
        if (!configuration.tracking().userDataChanges()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else if ((entry.cdw10() & SAVE_BIT) != 0) {
            command.fail(StatusCode.FEATURE_IDENTIFIER_NOT_SAVEABLE);
        } else if (found == null) {
            command.fail(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
        } else if (!found.queue.mayBecomeHead(head) || (enableTrigger && trigger >= found.queue.slots)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else {
            found.queue.set((int) head, enableTrigger, (int) trigger);
            found.logger.slotsFreed();
            command.succeed();
        }
    }

    /// Get Features, Controller Data Queue. By default, and since nothing can be saved also as saved, pointers and
    /// trigger are 0.
    void getHead(Command command) {
        int select = command.entry.cdw10() >>> 8 & 7;
        int id = command.entry.cdw11() & 0xFFFF;
        var found = byId.get(id);
        if (!configuration.tracking().userDataChanges() || select > SELECT_CAPABILITIES) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (select == SELECT_CAPABILITIES) {
            command.succeed(CHANGEABLE);
            return;
        }
        if (found == null) {
            command.fail(StatusCode.INVALID_CONTROLLER_DATA_QUEUE);
            return;
        }
        var status = command.bindData(GetQueueHeadCommand.DATA_BYTES);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var data = MemorySegment.ofArray(new byte[GetQueueHeadCommand.DATA_BYTES]);
        boolean trigger = false;
        if (select == SELECT_CURRENT) {
            trigger = found.queue.isTriggerEnabled();
            data.set(DWORD, 0, found.queue.head());
            data.set(DWORD, Integer.BYTES, found.queue.triggerSlot());
        }
        command.writeHost(0, data, 0, data.byteSize());
        command.succeed(id | (trigger ? TRIGGER_BIT : 0));
    }

    /// A command of a controller changed blocks, and their new content can be read. For commands that every device
    /// logs: Write, Write Zeroes and deallocation.
    void changedAsUsual(
            InMemoryController controller, long namespaceId, long first, long count, boolean deallocated) {
        var found = entryFor(controller);
        if (found != null) {
            found.logger.changed((int) namespaceId, first, count, deallocated);
        }
    }

    /// A command of a controller changed blocks, and their new content can be read. For all other commands; some
    /// devices do not log them.
    void changed(InMemoryController controller, long namespaceId, long first, long count, boolean deallocated) {
        if (!configuration.has(DeviceVariant.ONLY_COMMON_WRITES_LOGGED)) {
            changedAsUsual(controller, namespaceId, first, count, deallocated);
        }
    }

    /// A controller has just been suspended.
    ///
    /// @param deleteQueue whether its queue is to be deleted (DUDMQ)
    void suspended(InMemoryController controller, boolean deleteQueue) {
        var found = entryFor(controller);
        if (found != null) {
            found.logger.suspended();
            deleteIf(deleteQueue, found);
        }
    }

    /// A controller that is suspended was to be suspended once more.
    void suspendedAgain(InMemoryController controller, boolean deleteQueue) {
        var found = entryFor(controller);
        if (found != null) {
            if (configuration.has(DeviceVariant.REPEATED_SUSPEND_POSTS_AGAIN)) {
                found.logger.suspended();
            }
            deleteIf(deleteQueue && !configuration.has(DeviceVariant.REPEATED_SUSPEND_KEEPS_QUEUE), found);
        }
    }

    /// A reset ended a suspension before it was complete; whoever waited for it is answered with success.
    void suspensionWasReset(InMemoryController controller, boolean deleteQueue) {
        var found = entryFor(controller);
        if (found != null) {
            deleteIf(deleteQueue, found);
        }
    }

    private void deleteIf(boolean deleteQueue, Entry found) {
        if (deleteQueue) {
            remove(found);
        }
    }

    /// A controller is no longer suspended.
    void resumed(InMemoryController controller) {
        var found = entryFor(controller);
        if (found != null) {
            found.logger.resumed();
        }
    }

    /// A transport was closed: queues in its memory are deleted, as its end would do by a reset of the controller.
    void transportClosed(InMemoryAdminTransport transport) {
        for (var entry : List.copyOf(byId.values())) {
            if (entry.queue.ring.belongsTo(transport)) {
                remove(entry);
            }
        }
    }

    /// The controlling controller was reset: all queues are deleted, and nothing is posted any more.
    void reset() {
        for (var entry : List.copyOf(byId.values())) {
            entry.logger.abandon();
            forget(entry);
        }
    }

    private @Nullable Entry entryFor(InMemoryController controller) {
        return controller.isControlling() ? null : byPlace[controller.place()];
    }
}

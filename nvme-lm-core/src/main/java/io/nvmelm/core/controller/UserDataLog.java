package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.UserDataTracking;
import io.nvmelm.nvme.StatusCode;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The log of user data that one migratable controller changes: a User Data Migration Queue of the controlling controller (Base 2.3
/// clauses 8.1.7 and 5.2.28.1.1), whose entries are merged into ranges.
///
/// The queue is opened when logging is started first, and deleted when this is closed. When a command fails or is not answered, nothing
/// is lost that the controller has reported; where it cannot be known whether something was, the state is
/// [UserDataLogState#LOST], and [#lossReason()] says why.
///
/// Operations exclude each other and block for their commands, each within its deadline.
public final class UserDataLog implements UserDataTracking, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(UserDataLog.class.getName());
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);
    /// The longest pause between two looks into the ring, which take no command.
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;
    /// The longest pause between two questions to the controller.
    private static final long LONGEST_SILENCE_NANOS = 20_000_000;
    private static final long FIRST_PAUSE_NANOS = 10_000;

    /// Statuses that refuse a Suspend before anything of it is executed. After any other the controller may be suspended, or be so soon.
    private static final Set<StatusCode> REFUSALS = EnumSet.of(
            StatusCode.INVALID_COMMAND_OPCODE,
            StatusCode.INVALID_FIELD_IN_COMMAND,
            StatusCode.INVALID_CONTROLLER_IDENTIFIER);

    /// A suspension as it is about to be ordered.
    ///
    /// @param ofQueue what it is to the queue
    /// @param ofEntry what it is to the entry that says that the controller is suspended
    record Suspension(UserDataQueue.Suspension ofQueue, UserDataReader.Order ofEntry) {
        /// Whether it deletes every queue of the controller (DUDMQ).
        boolean deletesQueues() {
            return ofQueue.deletesQueues();
        }
    }

    private final CommandPort port;
    private final UserDataLogOptions options;
    private final String name;
    private final UserDataQueue queue;
    private final UserDataQueueEvents events;
    private final UserDataReader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    /// A log that nothing was done for.
    ///
    /// @param name name of the controller in messages
    UserDataLog(
            CommandPort port,
            TransferOptions transferOptions,
            UserDataLogOptions options,
            int controllerId,
            String name) {
        this.port = port;
        this.options = options;
        this.name = name;
        this.queue = new UserDataQueue(port, transferOptions.commandTimeout(), controllerId, options.slots());
        this.events = new UserDataQueueEvents();
        this.reader = new UserDataReader(queue, events);
    }

    /// {@return how this log was opened}
    public UserDataLogOptions options() {
        return options;
    }

    @Override
    public void start(List<NamespaceExtent> namespaces) {
        located("starting to log", () -> {
            var fresh = new ChangedBlocks(namespaces, options.changeBytes());
            fresh.changeEverything();
            if (closed) {
                throw new InvalidValueException("user data log", "closed", "an open one");
            }
            reader.starting();
            queue.startLogging(() -> events.listen(port.transport(), queue.queueId()), reader::dropped);
            events.loggingStarted(queue::mayBeFull);
            reader.started(fresh);
            return fresh;
        });
    }

    @Override
    public UserDataChanges take() {
        located("taking changes", () -> {
            reader.changes();
            reader.drain();
            reader.confirm();
            return reader;
        });
        return handOut(changes -> true).orElseThrow();
    }

    /// Hands changes out in some states. Runs nothing else, so that nothing can fail while they are on their way.
    private Optional<UserDataChanges> handOut(Predicate<UserDataLogState> wanted) {
        try {
            return locked(() -> {
                var changes = reader.changes();
                var current = reader.state();
                return wanted.test(current) ? Optional.of(changes.take(this, current)) : Optional.empty();
            });
        } catch (LiveMigrationException e) {
            throw e.at(name, "taking changes");
        }
    }

    @Override
    public UserDataLogState keepUp() {
        return located("taking changes", () -> {
            reader.changes();
            reader.drain();
            return reader.state();
        });
    }

    @Override
    public Optional<UserDataChanges> takeAfterSuspension(Duration timeout, BooleanSupplier cancelled) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidValueException(
                    "timeout", timeout.toString(), "longer than zero, at most " + LONGEST_TIMEOUT);
        }
        long begin = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        long question = begin;
        while (true) {
            boolean ask = System.nanoTime() - question >= 0;
            if ((ask || locked(reader::isEntryPosted)) && areAllRead(timeout, begin, ask)) {
                // Somebody may have resumed the controller meanwhile: then nothing is handed out that would have to be put back.
                var changes = handOut(current -> current != UserDataLogState.LOGGING);
                if (changes.isPresent()) {
                    return changes;
                }
            }
            if (cancelled.getAsBoolean()) {
                return Optional.empty();
            }
            requireNoInterrupt(begin);
            if (ask) {
                long elapsed = System.nanoTime() - begin;
                question = begin + Math.min(elapsed + pause, Math.max(elapsed, timeout.toNanos()));
            }
            LockSupport.parkNanos(this, Math.min(pause, LONGEST_PAUSE_NANOS));
            if (ask) {
                pause = Math.min(2 * pause, LONGEST_SILENCE_NANOS);
            }
        }
    }

    /// Looks whether all changes of the suspended controller were read, without waiting for those that were not.
    ///
    /// @param ask whether to ask the controller also where the entry of the suspension was not read
    private boolean areAllRead(Duration timeout, long begin, boolean ask) {
        return located("taking the last changes", () -> {
            reader.changes();
            if (reader.drainToEnd(ask)) {
                return true;
            }
            if (System.nanoTime() - begin <= timeout.toNanos()) {
                return false;
            }
            if (reader.waitedInVain()) {
                return true;
            }
            throw new CommandTimeoutException("The entry that says that the controller is suspended", timeout);
        });
    }

    private void requireNoInterrupt(long begin) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CommandTimeoutException(
                    "The wait for the entry that says that the controller is suspended was interrupted: it",
                    Duration.ofNanos(System.nanoTime() - begin))
                    .at(name, "taking the last changes");
        }
    }

    @Override
    public boolean isDeviceSuspended() {
        return located("asking whether it is suspended", queue::isControllerSuspended);
    }

    @Override
    public void putBack(UserDataChanges taken) {
        if (!(taken instanceof TakenBlocks blocks) || blocks.owner() != this) {
            throw new InvalidValueException("changes", taken.toString(), "what this log returned");
        }
        lock.lock();
        try {
            if (reader.state() != UserDataLogState.OFF) {
                reader.changes().putBack(blocks);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public UserDataLogState state() {
        return reader.state();
    }

    @Override
    public Optional<String> lossReason() {
        return Optional.ofNullable(reader.lossReason());
    }

    @Override
    public void stop() {
        located("stopping to log", () -> {
            boolean nowhere = queue.presence() == UserDataQueue.Presence.ABSENT
                    || queue.presence() == UserDataQueue.Presence.DELETED;
            if (nowhere || reader.isStopped()) {
                return reader;
            }
            try {
                if (queue.stop()) {
                    reader.stopped();
                } else if (reader.isReading()) {
                    reader.vanished();
                }
            } catch (CommandFailedException e) {
                throw e;
            } catch (LiveMigrationException e) {
                reader.stoppedPerhaps();
                throw e;
            }
            return reader;
        });
    }

    /// Has an action run once when so many entries have been posted behind those that were taken now, when the queue becomes full, or
    /// when changes are lost, and when this is started again or closed. It may come early, and some controllers tell one entry before the
    /// last; those never tell for a single entry. An action that waits already is run, and this one takes its place.
    ///
    /// @param entries number of entries, 1 to one less than there are slots
    /// @param action  what is run, on the thread that completes commands or on one that calls this log or suspends, resumes or resets
    ///                the controller; it may not wait for commands, so it cannot call this log. What it throws fails none of these: it
    ///                is suppressed by the exception of an operation that failed for another reason, and otherwise logged
    /// @return whether the action was run or will be; false when the entries are there already, or none will come, and it will not
    /// @throws InvalidValueException      when nothing was started, or there cannot be so many entries
    /// @throws CapabilityMissingException when the transport has no asynchronous events
    /// @throws LiveMigrationException     when a command failed; the action will not be run any more
    public boolean notifyWhenPosted(int entries, Runnable action) {
        return located("waiting for changes", () -> {
            reader.changes();
            if (entries < 1 || entries >= queue.slots()) {
                throw new InvalidValueException(
                        "entries", Integer.toString(entries), "1 to " + (queue.slots() - 1));
            }
            port.transport().eventsUnavailable().ifPresent(reason -> {
                throw new CapabilityMissingException(
                        "Being told of changes", "asynchronous events: " + reason, "Take changes from time to time");
            });
            if (!reader.isReading() || queue.presence() != UserDataQueue.Presence.OPEN || arePosted(entries)) {
                return false;
            }
            long position = queue.ring().consumed() + entries - 1;
            events.await(position, action);
            boolean armed;
            try {
                armed = reader.release(OptionalLong.of(position));
            } catch (LiveMigrationException e) {
                events.giveUp();
                throw e;
            }
            // Entries that were posted before the trigger was armed do not raise it.
            if ((armed && !arePosted(entries)) || !events.giveUp()) {
                return true;
            }
            if (armed) {
                reader.release(OptionalLong.empty());
            }
            return false;
        });
    }

    /// Whether so many entries are there, or one less, for controllers that count the slot behind the entry.
    private boolean arePosted(int entries) {
        return queue.ring().isPosted(entries - 1) || (entries > 1 && queue.ring().isPosted(entries - 2));
    }

    /// Suspends the controller, and learns how that ended.
    ///
    /// @param order suspends, and deletes every queue of the controller with it where it is given true (DUDMQ)
    /// @throws CommandFailedException when the controller refused, or suspending failed: the log goes on as before after Invalid Command
    ///                                Opcode, Invalid Field in Command and Invalid Controller Identifier, else it stays in doubt
    void suspend(Consumer<Boolean> order) {
        var suspension = suspending();
        try {
            order.accept(suspension.deletesQueues());
        } catch (CommandFailedException e) {
            if (e.status().statusCode().filter(REFUSALS::contains).isPresent()) {
                suspensionRefused(suspension);
            }
            throw e;
        }
        suspended(suspension);
    }

    /// The controller is about to be suspended. From now on the queue may be deleted at any time, if the suspension says so: when the
    /// options do, or when there may be a queue that nobody can name. Blocks for a command where the controller may be suspended already.
    ///
    /// @return the suspension, for [#suspended(Suspension)]
    Suspension suspending() {
        return located("preparing the suspension", () -> {
            var ofEntry = reader.suspending();
            return new Suspension(queue.suspending(options.deleteOnSuspend()), ofEntry);
        });
    }

    /// The controller was suspended. Blocks for a command where that should have deleted the queue.
    void suspended(Suspension suspension) {
        located("noting the suspension", () -> {
            try {
                queue.suspended(suspension.ofQueue());
            } catch (LiveMigrationException e) {
                // The controller is suspended all the same. Whoever reads or deletes the queue asks again.
                LOGGER.log(Level.WARNING, "it is not known whether the suspension deleted the queue: " + e
                        .getMessage());
            }
            return queue;
        });
    }

    /// The controller refused to be suspended, before anything of it was executed.
    void suspensionRefused(Suspension suspension) {
        located("noting the refusal", () -> {
            reader.suspensionRefused(suspension.ofEntry());
            queue.suspensionRefused(suspension.ofQueue());
            return queue;
        });
    }

    /// The controller was resumed or reset, or is not suspended: what it changes from now on is logged, unless its queue was deleted.
    void resumed() {
        located("noting the resumption", () -> {
            reader.resumed();
            return reader;
        });
    }

    /// The controller may have been resumed: the command was not answered.
    void resumedPerhaps() {
        located("noting the resumption", () -> {
            reader.resumedPerhaps();
            return reader;
        });
    }

    /// Deletes the queue and gives its memory back. Nothing can be taken afterwards. Idempotent; may be repeated when it failed.
    ///
    /// @throws LiveMigrationException when the queue could not be deleted; its memory stays with the transport
    @Override
    public void close() {
        located("closing the user data log", () -> {
            closed = true;
            reader.end();
            events.close();
            try {
                queue.delete();
            } catch (LiveMigrationException e) {
                deleteAgain(e);
            }
            return reader;
        });
    }

    private void deleteAgain(LiveMigrationException failure) {
        try {
            queue.delete();
        } catch (LiveMigrationException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    /// Does something under the lock, and then tells whom it concerns.
    private <T> T located(String step, Supplier<T> operation) {
        T result;
        try {
            result = locked(operation);
        } catch (LiveMigrationException e) {
            events.tell().forEach(e::addSuppressed);
            throw e.at(name, step);
        }
        for (var failure : events.tell()) {
            LOGGER.log(Level.WARNING, name + ": somebody who waited for changes could not be told", failure);
        }
        return result;
    }

    private <T> T locked(Supplier<T> operation) {
        lock.lock();
        try {
            return operation.get();
        } finally {
            lock.unlock();
        }
    }
}

package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.core.codec.ControllerStateValidator;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.NvmeControllerStateView;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One migratable controller, operated through the controlling controller of its subsystem.
///
/// Operations exclude each other and block for their commands, each within its deadline; a [StateSource] or [StateTarget] that was
/// opened here is used outside that exclusion, by one thread. Keeps transfer memory from one session to the next until [#close()].
public final class MigratableController implements AutoCloseable {
    private final ControllingController controlling;
    private final CommandPort port;
    private final TransferOptions options;
    private final int controllerId;
    private final OptionalInt vfNumber;
    private final PiecePool pool;
    private final IdentifyReader identifyReader;
    private final ReentrantLock lock = new ReentrantLock();
    private final ReentrantLock trackingLock = new ReentrantLock();
    private final MemoryTracker memoryTracker;
    private @Nullable UserDataLog userDataLog;

    MigratableController(
            ControllingController controlling,
            CommandPort port,
            TransferOptions options,
            int controllerId,
            OptionalInt vfNumber) {
        this.controlling = controlling;
        this.port = port;
        this.options = options;
        this.controllerId = controllerId;
        this.vfNumber = vfNumber;
        this.pool = new PiecePool(port.transport(), controlling.pieceBytes());
        this.identifyReader = controlling.identifyReader();
        this.memoryTracker = new MemoryTracker(
                port,
                pool,
                options,
                controlling.identity().tracking(),
                controllerId,
                name(),
                controlling.maximumTransferBytes());
    }

    /// {@return the controller that takes the commands}
    public ControllingController controlling() {
        return controlling;
    }

    /// {@return controller identifier (CNTLID) of this controller}
    public int controllerId() {
        return controllerId;
    }

    /// {@return name for messages, with identifier and subsystem}
    public String name() {
        return controlling.name(controllerId);
    }

    /// {@return who this is, as far as the controlling controller says: subsystem, serial number, model, firmware}
    public ControllerIdentity identity() {
        var primary = controlling.identity();
        return new ControllerIdentity(
                primary.subsystemNqn(),
                primary.serialNumber(),
                primary.modelNumber(),
                primary.firmwareRevision(),
                controllerId,
                vfNumber);
    }

    /// Tells the controller that a suspension will follow (Suspend Notification, Base 2.3 clause 5.2.17.1.1). Changes nothing.
    ///
    /// @throws LiveMigrationException when the command failed
    public void announce() {
        suspend(SuspendType.NOTIFICATION, false);
    }

    /// Suspends the controller and returns when it is: it has finished all it had fetched, outstanding Asynchronous Event Requests
    /// excepted, and starts no transfer any more. No error when it is suspended already. Where the log of user data changes was opened
    /// so, its queue is deleted with the suspension ([UserDataLogOptions#deleteOnSuspend()]); what it holds can still be taken.
    ///
    /// @throws CommandFailedException when the controller refused; where the status says that it did so before it began, the log goes on
    ///                                as before
    /// @throws LiveMigrationException when the command failed; whether the controller is suspended is then unknown
    public void suspend() {
        var log = openLog();
        if (log == null) {
            suspend(SuspendType.SUSPEND, false);
        } else {
            log.suspend(deletes -> suspend(SuspendType.SUSPEND, deletes));
        }
    }

    private void suspend(SuspendType type, boolean deleteUserDataMigrationQueue) {
        lock.lock();
        try {
            var command = new SuspendCommand(controllerId, type, deleteUserDataMigrationQueue);
            port.execute(command, null, options.suspendTimeout());
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    /// Resumes the controller: it fetches and processes commands again.
    ///
    /// @throws CommandFailedException with Controller Not Suspended when it is not suspended, with Command Sequence Error when it
    ///                                holds a part of a state that was not committed
    /// @throws LiveMigrationException when the command failed otherwise
    public void resume() {
        lock.lock();
        try {
            memoryTracker.resumed();
            port.execute(new ResumeCommand(controllerId), null, options.commandTimeout());
        } catch (LiveMigrationException e) {
            if (!(e instanceof CommandFailedException refusal)) {
                tellLog(UserDataLog::resumedPerhaps);
            } else if (refusal.status().is(StatusCode.CONTROLLER_NOT_SUSPENDED)) {
                tellLog(UserDataLog::resumed);
            }
            throw e.at(name(), null);
        } finally {
            memoryTracker.resumed();
            lock.unlock();
        }
        tellLog(UserDataLog::resumed);
    }

    /// Learns that the controller was reset, which ends a suspension. Sends nothing.
    public void functionWasReset() {
        memoryTracker.resumed();
        tellLog(UserDataLog::resumed);
    }

    private void tellLog(Consumer<UserDataLog> message) {
        var log = openLog();
        if (log != null) {
            message.accept(log);
        }
    }

    /// Asks the controller, by a header without state, whether it is suspended.
    ///
    /// @return whether it is, by its CSATTR, which controllers report that leave CSUP out
    /// @throws LiveMigrationException when the command failed
    public boolean isSuspended() {
        return withStart(new GetControllerStateCommand(controllerId, 0, 0, 0, 0, 0, ControllerState.HEADER_BYTES / 4),
                (header, buffer) -> header.suspended());
    }

    /// Asks the controller for the start of its state. Allowed while it runs; what it says may then change.
    ///
    /// @param format format of the state
    /// @return whether it is suspended, how large its state is, and how many I/O queues it has
    /// @throws InvalidValueException  when the controller does not have this format, or its answer is not the start of a valid state
    /// @throws LiveMigrationException when the command failed
    public StateSummary summary(StateFormat format) {
        return summary(format, options.maximumStateBytes());
    }

    /// As [#summary(StateFormat)], also of a state that is larger than the options accept.
    ///
    /// @param format       format of the state
    /// @param maximumBytes largest state that is an answer, in bytes
    /// @return whether it is suspended, how large its state is, and how many I/O queues it has
    /// @throws InvalidValueException  as there, or when the state is larger
    /// @throws LiveMigrationException when the command failed
    public StateSummary summary(StateFormat format, long maximumBytes) {
        var indices = FormatIndices.of(format, controlling.formats());
        long bytes = ControllerState.HEADER_BYTES + NvmeControllerState.Version0.HEADER_BYTES;
        return withStart(indices.get(controllerId, 0, bytes), (header, buffer) -> {
            long total = header.validate(Long.MAX_VALUE, maximumBytes).totalBytes();
            indices.requireMatches(header, buffer.memory.segment(), total);
            return new StateSummary(header.suspended(), total, ioQueueCount(format, header, buffer));
        });
    }

    private static OptionalInt ioQueueCount(StateFormat format, ControllerStateView header, PiecePool.Buffer buffer) {
        if (format.version().isEmpty() || format.version().getAsInt() != 0) {
            return OptionalInt.empty();
        }
        if (header.nvmeStateDwords() < NvmeControllerState.Version0.HEADER_BYTES / 4) {
            throw new InvalidValueException(
                    "NVMECSS", Long.toString(header.nvmeStateDwords()), "2 or more dwords in version 0", 16);
        }
        var state = new NvmeControllerStateView().wrap(buffer.memory.segment(), ControllerState.HEADER_BYTES);
        return OptionalInt.of(state.submissionQueueCount() + state.completionQueueCount());
    }

    /// Executes one Get Controller State that fits one buffer and reads its header.
    private <T> T withStart(GetControllerStateCommand command,
            BiFunction<ControllerStateView, PiecePool.Buffer, T> reader) {
        lock.lock();
        try {
            var buffer = pool.take();
            try {
                port.execute(command, buffer.memory, options.commandTimeout());
                T result = reader.apply(new ControllerStateView().wrap(buffer.memory.segment(), 0), buffer);
                pool.giveBack(buffer);
                return result;
            } catch (InvalidValueException | CommandFailedException e) {
                pool.giveBack(buffer);
                throw e;
            } catch (Throwable e) {
                PiecePool.discard(buffer);
                throw e;
            }
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    /// Makes ready the memory that a session for a state of this size would otherwise allocate when it is opened.
    ///
    /// @param stateBytes expected size of the state in bytes
    public void prepareBuffers(long stateBytes) {
        long pieces = (stateBytes + pool.bufferBytes() - 1) / pool.bufferBytes();
        pool.prepare((int) Math.min(commandsInFlight(), pieces));
    }

    /// Opens the state for reading. The controller must be suspended. Returns when the header has been read and checked.
    ///
    /// @param format        format to read
    /// @param expectedBytes size that the state is expected to have, so that all its pieces can be asked for at once; empty when
    ///                      unknown. A wrong value costs time, nothing else
    /// @return the state; the caller closes it
    /// @throws InvalidValueException  when the controller does not have this format, or its answer is not a valid state
    /// @throws LiveMigrationException when a command failed or the controller is not suspended
    public StateSource openSource(StateFormat format, OptionalLong expectedBytes) {
        lock.lock();
        try {
            return StateReader.open(
                    port,
                    pool,
                    options,
                    controllerId,
                    FormatIndices.of(format, controlling.formats()),
                    expectedBytes.orElse(pool.bufferBytes()),
                    commandsInFlight());
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    /// Opens the controller for a new state. It must be suspended and have no I/O queues. Sends nothing yet.
    ///
    /// @param format format that will be written
    /// @return the target; the caller closes it
    /// @throws InvalidValueException when the controller does not have this format
    public StateTarget openTarget(StateFormat format) {
        lock.lock();
        try {
            pool.prepare(1);
            return new StateWriter(
                    port,
                    pool,
                    options,
                    controllerId,
                    FormatIndices.of(format, controlling.formats()),
                    new ControllerStateValidator(format, options.maximumStateBytes()));
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    /// Has the suspended controller forget a part of a state that was never committed, by giving it a whole one without queues: the
    /// standard has no command for it, and a controller that holds a part cannot be resumed.
    ///
    /// @throws MigrationUnsupportedException when this library knows no state of its own to give it
    /// @throws LiveMigrationException        when the command failed
    public void discardPartialState() {
        var format = StateFormat.ofVersion(0);
        if (controlling.formats().versionIndex(0).isEmpty()) {
            throw new MigrationUnsupportedException(
                    List.of("the controller holds a part of a state, and has no format of version 0 to replace it"))
                    .at(name(), null);
        }
        var empty = ControllerState.of(
                true, NvmeControllerState.Version0.of(List.of(), List.of()), OpaqueBytes.EMPTY);
        var bytes = new byte[(int) empty.byteSize()];
        ControllerStateCodec.encode(empty, MemorySegment.ofArray(bytes), 0);
        try (var target = openTarget(format)) {
            target.write(ByteBuffer.wrap(bytes));
            target.commit();
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        }
    }

    /// Reads which namespaces are attached to this controller. Where the controlling controller does not know the lists of allocated
    /// namespaces and of who is attached to them (Identify CNS 10h and 12h), these are the namespaces that are active for itself (CNS
    /// 02h): then see to it that they are those of this controller. Blocks for a few Identify commands for each namespace.
    ///
    /// @return the namespaces in order of their identifiers; none when nothing is attached
    /// @throws LiveMigrationException when a command failed or an answer cannot be
    public List<NamespaceExtent> attachedNamespaces() {
        try {
            return new AttachedNamespaces(identifyReader, controllerId).read();
        } catch (LiveMigrationException e) {
            throw e.at(name(), "reading the attached namespaces");
        }
    }

    /// Learns what this controller is and has, and changes nothing. Vendor identifiers, IEEE OUI, MDTS, and without properties also the
    /// version, are those of the controlling controller: no command asks for another one's. No features. Blocks for Identify commands.
    ///
    /// @param registers properties of its function; empty where nobody can read them
    /// @return the manifest
    /// @throws LiveMigrationException when a command failed or an answer cannot be
    public ControllerManifest manifest(Optional<ControllerRegisters> registers) {
        try {
            var entry = ControllingController.secondary(controllerId, identifyReader);
            return ControllerManifestReader.read(controlling, identifyReader, identity(), entry, registers);
        } catch (LiveMigrationException e) {
            throw e.at(name(), "reading what the controller is");
        }
    }

    /// {@return every reason why the guest memory that this controller writes cannot be tracked, one sentence each; empty when it
    /// can} Does not block.
    public List<String> memoryTrackingUnavailable() {
        return MissingTracking.ofMemory(controlling);
    }

    /// The tracking of the guest memory that this controller writes; one for this object, closed with it.
    ///
    /// @return the tracking, which nobody has started at first
    /// @throws CapabilityMissingException with [#memoryTrackingUnavailable()]
    public MemoryTracker memoryTracker() {
        MissingTracking.requireNone("Tracking the memory that a controller writes", memoryTrackingUnavailable(),
                name());
        return memoryTracker;
    }

    /// {@return every reason why the user data that this controller changes cannot be logged, one sentence each; empty when it can}
    /// Blocks for a command the first time.
    ///
    /// @throws LiveMigrationException when the command failed
    public List<String> userDataLogUnavailable() {
        return MissingTracking.ofUserData(controlling, port.transport());
    }

    /// The log of the user data that this controller changes, with [UserDataLogOptions#defaults()] when it is not open yet.
    ///
    /// @return the log, one for this object, closed with it
    /// @throws CapabilityMissingException with [#userDataLogUnavailable()]
    /// @throws LiveMigrationException     when a command failed
    public UserDataLog userDataLog() {
        var open = openLog();
        return open != null ? open : userDataLog(UserDataLogOptions.defaults());
    }

    /// The log of the user data that this controller changes. Its queue is created when it is started.
    ///
    /// @param logOptions how it is opened
    /// @return the log, one for this object, closed with it
    /// @throws InvalidValueException      when there is one already, with other options
    /// @throws CapabilityMissingException with [#userDataLogUnavailable()]
    /// @throws LiveMigrationException     when a command failed
    public UserDataLog userDataLog(UserDataLogOptions logOptions) {
        MissingTracking.requireNone("Logging the user data that a controller changes", userDataLogUnavailable(),
                name());
        trackingLock.lock();
        try {
            var open = userDataLog;
            if (open == null) {
                open = new UserDataLog(port, options, logOptions, controllerId, name());
                userDataLog = open;
            } else if (!open.options().equals(logOptions)) {
                throw new InvalidValueException(
                        "logOptions", logOptions.toString(), open.options() + ", with which the log is open")
                        .at(name(), "opening the log of user data changes");
            }
            return open;
        } finally {
            trackingLock.unlock();
        }
    }

    private @Nullable UserDataLog openLog() {
        trackingLock.lock();
        try {
            return userDataLog;
        } finally {
            trackingLock.unlock();
        }
    }

    private int commandsInFlight() {
        return Math.min(options.commandsInFlight(), port.transport().limits().maximumCommandsInFlight());
    }

    /// Closes the log of user data changes, stops tracking memory as far as that is possible, and gives the transfer memory back.
    /// Sessions must be closed before. Blocks for the commands where something is logged or tracked. Idempotent.
    ///
    /// @throws LiveMigrationException when the queue of the log could not be deleted; the rest was done
    @Override
    public void close() {
        var log = openLog();
        try {
            if (log != null) {
                log.close();
            }
        } finally {
            memoryTracker.close();
            pool.close();
            identifyReader.close();
        }
    }
}

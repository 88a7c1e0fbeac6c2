package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import io.nvmelm.spi.TransferMemory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One virtual function, operated by the vendor specific commands of 2022 through the controller of its physical function. Its state
/// is one block of bytes without a known format, moved by one command.
///
/// Operations exclude each other and block for their commands, each within its deadline. Sources and targets that were opened here are
/// used outside that exclusion, by one thread.
public final class VendorFunction implements AutoCloseable {
    private final ControllingController controlling;
    private final CommandPort port;
    private final TransferOptions options;
    private final int vfNumber;
    private final ReentrantLock lock = new ReentrantLock();
    /// Memory made ready for the next state.
    private @Nullable TransferMemory spare;
    private long spareBytes;

    VendorFunction(ControllingController controlling, CommandPort port, TransferOptions options, int vfNumber) {
        this.controlling = controlling;
        this.port = port;
        this.options = options;
        this.vfNumber = vfNumber;
    }

    /// {@return number of the virtual function from 1}
    public int vfNumber() {
        return vfNumber;
    }

    /// {@return name for messages, with number and subsystem}
    public String name() {
        return "virtual function " + vfNumber + " of " + controlling.identity().subsystemNqn();
    }

    /// Suspends the function and returns when it is. Whether it may be suspended already is a matter of the device.
    ///
    /// @throws LiveMigrationException when the command failed
    public void suspend() {
        execute(VendorMigrationOperation.SUSPEND, options.suspendTimeout());
    }

    /// Lets the function run again.
    ///
    /// @throws LiveMigrationException when the command failed
    public void resume() {
        execute(VendorMigrationOperation.RESUME, options.commandTimeout());
    }

    /// Asks for the size of the state, which depends on the queues that the function has now.
    ///
    /// @return bytes of the state, 1 or more
    /// @throws InvalidValueException      when the device says that there is none, or more than the options accept
    /// @throws CapabilityMissingException when one command cannot move so much
    /// @throws LiveMigrationException     when the command failed
    public long stateBytes() {
        var completion = execute(VendorMigrationOperation.QUERY_SIZE, options.commandTimeout());
        try {
            return requireSize(Integer.toUnsignedLong(completion.dword0()));
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        }
    }

    private Completion execute(VendorMigrationOperation operation, Duration timeout) {
        lock.lock();
        try {
            return port.execute(new VendorMigrationCommand(operation, vfNumber, 0), null, timeout);
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    private long requireSize(long bytes) {
        if (bytes < 1 || bytes > options.maximumStateBytes()) {
            throw new InvalidValueException(
                    "size of the state", Long.toString(bytes), "1 to " + options.maximumStateBytes()
                            + " (maximumStateBytes of the TransferOptions)", 0);
        }
        if (bytes > controlling.maximumTransferBytes()) {
            throw new CapabilityMissingException(
                    "Moving a state of " + bytes + " bytes by one command, as the vendor specific commands of 2022 do,",
                    "a transport and a controller that move so much at once; these move "
                            + controlling.maximumTransferBytes() + " (transport "
                            + port.transport().limits().maximumTransferBytes() + ", MDTS "
                            + controlling.identity().maximumDataTransferSize() + ")",
                    "Use a transport that moves more, or let the guest use fewer I/O queues");
        }
        return bytes;
    }

    /// {@return the largest state in bytes that one command moves and the options accept}
    public long maximumStateBytes() {
        return Math.min(options.maximumStateBytes(), controlling.maximumTransferBytes());
    }

    /// Learns what the controller of this function is and has, as [MigratableController#manifest(Optional)] does. Blocks for Identify
    /// commands; changes nothing.
    ///
    /// @param registers properties of the function; empty where nobody can read them
    /// @return the manifest; empty when the Secondary Controller List has no entry for this function, which alone says which controller
    ///         it is
    /// @throws LiveMigrationException when a command failed or an answer cannot be
    public Optional<ControllerManifest> manifest(Optional<ControllerRegisters> registers) {
        try (var reader = controlling.identifyReader()) {
            var entry = controlling.secondaryOfFunction(vfNumber, reader);
            return entry.map(found -> ControllerManifestReader.read(
                    controlling, reader, identity(found.controllerId()), entry, registers));
        } catch (LiveMigrationException e) {
            throw e.at(name(), "reading what the controller is");
        }
    }

    private ControllerIdentity identity(int controllerId) {
        var primary = controlling.identity();
        return new ControllerIdentity(
                primary.subsystemNqn(),
                primary.serialNumber(),
                primary.modelNumber(),
                primary.firmwareRevision(),
                controllerId,
                OptionalInt.of(vfNumber));
    }

    /// Makes ready the memory that a session for a state of this size would otherwise allocate when it is opened.
    ///
    /// @param bytes expected size of the state in bytes
    /// @throws LiveMigrationException when there is not so much
    public void prepareBuffer(long bytes) {
        lock.lock();
        try {
            spare = take(bytes);
        } finally {
            lock.unlock();
        }
    }

    /// Memory of so many bytes or more; the spare one where it suffices. Only under the lock.
    private TransferMemory take(long bytes) {
        var memory = spare;
        spare = null;
        if (memory != null && spareBytes >= bytes && !memory.isQuarantined()) {
            return memory;
        }
        if (memory != null) {
            memory.close();
        }
        var larger = port.transport().allocate(bytes);
        spareBytes = bytes;
        return larger;
    }

    /// Saves the state of the suspended function: asks for its size and reads all of it by one command.
    ///
    /// @return the state; the caller closes it
    /// @throws InvalidValueException      when the device says that there is none, or more than the options accept
    /// @throws CapabilityMissingException when one command cannot move so much; nothing was read
    /// @throws LiveMigrationException     when a command failed
    public StateSource openSource() {
        long bytes = stateBytes();
        lock.lock();
        try {
            var memory = take(bytes);
            try {
                port.execute(
                        new VendorMigrationCommand(VendorMigrationOperation.SAVE, vfNumber, bytes),
                        memory,
                        options.commandTimeout());
            } catch (Throwable e) {
                memory.close();
                throw e;
            }
            return new WholeStateSource(memory, bytes);
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    /// Opens the suspended function for a new state. Sends nothing yet.
    ///
    /// @return the target; the caller closes it. Its size is not known from its content, so [StateTarget#totalBytes()] is empty
    public StateTarget openTarget() {
        return new WholeStateTarget(this::load, maximumStateBytes(), controlling.pieceBytes());
    }

    private void load(ByteBuffer state) {
        long bytes = state.remaining();
        lock.lock();
        try {
            var memory = take(bytes);
            try (memory) {
                memory.segment().asSlice(0, bytes).asByteBuffer().put(state);
                port.execute(
                        new VendorMigrationCommand(VendorMigrationOperation.LOAD, vfNumber, bytes),
                        memory,
                        options.commandTimeout());
            }
        } catch (LiveMigrationException e) {
            throw e.at(name(), null);
        } finally {
            lock.unlock();
        }
    }

    /// Gives the transfer memory back. Sessions must be closed before. Idempotent.
    @Override
    public void close() {
        lock.lock();
        try {
            var memory = spare;
            spare = null;
            if (memory != null) {
                memory.close();
            }
        } finally {
            lock.unlock();
        }
    }
}

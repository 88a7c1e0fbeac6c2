package io.nvmelm.transport.mock;

import io.nvmelm.ControlledFunction;
import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One controller of an [InMemorySubsystem], as its host sees it: properties in BAR 0, queues in memory that was
/// attached, interrupts.
///
/// Everything a controller does happens when the [VirtualClock] is moved, but for the direct effect of writing a
/// property. Nothing that a host writes makes it throw: what a host must not do is ignored, reported by an asynchronous
/// event or by CSTS.CFS, as the standard has it. Thread-safe: every method takes the lock of the world.
public final class InMemoryController {
    private final InMemorySubsystem subsystem;
    private final SubsystemConfiguration configuration;
    private final VirtualClock clock;
    private final int controllerId;
    private final HostPort port;
    private final RegisterFile registers;
    private final QueueEngine engine;
    private final Features features;
    private final AsynchronousEvents events;
    private final Suspension suspension;
    private final ControllerStateSnapshot snapshot;
    private final AdminCommands adminCommands;
    private final IoCommands ioCommands;
    private final SplittableRandom random;
    private final ControlledFunction function = new InMemoryFunction(this);
    private long linkFreeAt;
    private long stateGeneration;
    private boolean accessBlocked;
    private long refusedAccesses;

    /// @param commands what only the controlling controller has; null on a migratable controller
    InMemoryController(
            InMemorySubsystem subsystem,
            SubsystemConfiguration configuration,
            int controllerId,
            SplittableRandom random,
            @Nullable ControllingCommands commands) {
        this.subsystem = subsystem;
        this.configuration = configuration;
        this.clock = subsystem.clock();
        this.controllerId = controllerId;
        this.random = random;
        this.port = new HostPort(clock, controllerId, subsystem.violationList());
        this.registers = new RegisterFile(this, configuration);
        this.engine = new QueueEngine(this, clock, configuration);
        this.features = new Features(this, configuration);
        this.events = new AsynchronousEvents(this);
        this.suspension = new Suspension(this);
        this.snapshot = new ControllerStateSnapshot(this, configuration);
        this.adminCommands = new AdminCommands(this, configuration, subsystem.erasure(), commands);
        this.ioCommands = new IoCommands(this, configuration);
    }

    /// {@return controller identifier (CNTLID)}
    public int controllerId() {
        return controllerId;
    }

    /// {@return the clock of the world that this controller lives in}
    public VirtualClock clock() {
        return clock;
    }

    /// Connects the controller with a host: from now on it reaches this memory and raises its interrupts there. Queues
    /// are where their addresses say, in the new memory.
    ///
    /// @param memory     address space of the controller's DMA
    /// @param interrupts receives interrupts
    public void attach(GuestMemory memory, InterruptHandler interrupts) {
        clock.enter();
        try {
            port.attach(memory, interrupts);
        } finally {
            clock.exit();
        }
    }

    /// {@return 32 bits of BAR 0; 0 where there is nothing, all ones while access is blocked}
    ///
    /// @param offset multiple of 4, see [NvmRegisters]
    public int readRegister32(long offset) {
        clock.enter();
        try {
            return isRefused() ? -1 : registers.read32(offset);
        } finally {
            clock.exit();
        }
    }

    /// {@return 64 bits of BAR 0; 0 where there is nothing, all ones while access is blocked}
    ///
    /// @param offset multiple of 8, see [NvmRegisters]
    public long readRegister64(long offset) {
        clock.enter();
        try {
            return isRefused()
                    ? -1
                    : Integer.toUnsignedLong(registers.read32(offset)) | (long) registers.read32(offset + 4) << 32;
        } finally {
            clock.exit();
        }
    }

    /// Writes 32 bits of BAR 0. A doorbell takes effect when the clock is moved; what cannot be written is ignored.
    ///
    /// @param offset multiple of 4, see [NvmRegisters]
    /// @param value  what to write
    public void writeRegister32(long offset, int value) {
        clock.enter();
        try {
            if (!isRefused()) {
                write(offset, value);
            }
        } finally {
            clock.exit();
        }
    }

    /// Writes 64 bits of BAR 0, low half first.
    ///
    /// @param offset multiple of 8, see [NvmRegisters]
    /// @param value  what to write
    public void writeRegister64(long offset, long value) {
        clock.enter();
        try {
            if (!isRefused()) {
                write(offset, (int) value);
                write(offset + 4, (int) (value >>> 32));
            }
        } finally {
            clock.exit();
        }
    }

    private void write(long offset, int value) {
        if (!online()) {
            return;
        }
        stateGeneration++;
        if (offset < NvmRegisters.DOORBELLS) {
            registers.write32(offset, value);
        } else if (registers.isReady() && (offset & 3) == 0) {
            long doorbell = (offset - NvmRegisters.DOORBELLS) / NvmRegisters.DOORBELL_STRIDE;
            int queueId = (int) Math.min(doorbell / 2, Integer.MAX_VALUE);
            if ((doorbell & 1) == 0) {
                engine.ringSubmission(queueId, value);
            } else {
                engine.ringCompletion(queueId, value);
            }
        }
    }

    private boolean isRefused() {
        if (accessBlocked) {
            refusedAccesses++;
        }
        return accessBlocked;
    }

    /// {@return how many accesses to BAR 0 were refused because access was blocked, see [#function()]}
    public long refusedAccesses() {
        clock.enter();
        try {
            return refusedAccesses;
        } finally {
            clock.exit();
        }
    }

    /// Resets the function: a controller level reset after which also AQA, ASQ and ACQ are 0. On the controlling
    /// controller, transports that were opened lose the commands under way, and suspensions end.
    public void functionLevelReset() {
        clock.enter();
        try {
            controllerLevelReset(true);
        } finally {
            clock.exit();
        }
    }

    /// {@return what an embedder owns of this function: reset, and the guest's access to BAR 0} While access is
    /// blocked, reads give all ones and writes are lost; [#refusedAccesses()] counts them.
    public ControlledFunction function() {
        return function;
    }

    /// {@return whether the controller is suspended}
    public boolean isSuspended() {
        clock.enter();
        try {
            return suspension.isSuspended();
        } finally {
            clock.exit();
        }
    }

    /// {@return whether the controller is enabled and ready (CSTS.RDY), also while access to its registers is blocked}
    public boolean isReady() {
        clock.enter();
        try {
            return registers.isReady();
        } finally {
            clock.exit();
        }
    }

    /// {@return whether the controller is online, which the controlling one always is} While it is not, CSTS.CFS is 1,
    /// all other properties read as 0, and writes are lost.
    public boolean isOnline() {
        clock.enter();
        try {
            return online();
        } finally {
            clock.exit();
        }
    }

    /// Lets an asynchronous event happen (Base 2.3 fig. 150). It is reported when a request is outstanding and its type
    /// is not masked.
    ///
    /// @param type        event type, 0 to 7
    /// @param information event information, 0 to 255
    /// @param logPage     log page that clears the event, 0 to 255
    /// @throws InvalidValueException when a value is out of its range
    public void raiseAsynchronousEvent(int type, int information, int logPage) {
        require("type", type, 7);
        require("information", information, 0xFF);
        require("logPage", logPage, 0xFF);
        clock.enter();
        try {
            events.raise(type | information << 8 | logPage << 16);
        } finally {
            clock.exit();
        }
    }

    private static void require(String field, int value, int maximum) {
        if (value < 0 || value > maximum) {
            throw new InvalidValueException(field, Integer.toString(value), "0 to " + maximum);
        }
    }

    // What follows is called by the parts of the model, under the lock.

    HostPort port() {
        return port;
    }

    RegisterFile registers() {
        return registers;
    }

    QueueEngine engine() {
        return engine;
    }

    Features features() {
        return features;
    }

    AsynchronousEvents events() {
        return events;
    }

    Suspension suspension() {
        return suspension;
    }

    ControllerStateSnapshot snapshot() {
        return snapshot;
    }

    DataQueueCommands dataQueues() {
        return subsystem.dataQueues();
    }

    ControllerResources resources() {
        return subsystem.resources();
    }

    boolean online() {
        return isControlling() || resources().isOnline(place());
    }

    /// {@return pairs of I/O queues that it can have now}
    int queuePairs() {
        return isControlling() ? resources().primaryQueuePairs() : resources().queuePairs(place());
    }

    /// {@return interrupt vectors that it has now}
    int vectors() {
        return isControlling() ? resources().primaryVectors() : resources().interruptResources(place());
    }

    boolean isControlling() {
        return controllerId == configuration.controllingId();
    }

    /// {@return place among the migratable controllers, from 0}
    int place() {
        return controllerId - configuration.firstMigratableId();
    }

    /// {@return a number that changes whenever the state that a migration reads may have changed}
    long stateGeneration() {
        return stateGeneration;
    }

    void stateChanged() {
        stateGeneration++;
    }

    /// A command arrived.
    ///
    /// @return nanoseconds until it is to be executed
    long arrive(Command command, boolean admin) {
        stateGeneration++;
        command.alwaysDoNotRetry = configuration.has(DeviceVariant.ALWAYS_DO_NOT_RETRY);
        long byteSize = admin ? CommandSizes.admin(command.entry) : CommandSizes.io(command.entry, configuration);
        long moved = byteSize <= configuration.maximumDataBytes() && command.hasRoomFor(byteSize) ? byteSize : 0;
        long nanos = latency(CommandSizes.classOf(command.entry, admin), moved);
        if (!admin || !isControlling()) {
            return nanos;
        }
        command.log = subsystem.log();
        command.logPlace = subsystem.log().arrived(clock.now(), command.entry, byteSize);
        command.fault = subsystem.faults().faultFor(command.entry.opcode(), command.entry.cdw10());
        if (command.entry.opcode() == AdminOpcode.MIGRATION_RECEIVE.value()
                || command.entry.opcode() == AdminOpcode.TRACK_RECEIVE.value()) {
            var target = subsystem.migratable(command.entry.cdw11() & 0xFFFF);
            command.suspensionEpoch =
                    target == null ? Suspension.NOT_SUSPENDED : target.suspension.epochIfSuspended();
        }
        return command.fault == null ? nanos : nanos + command.fault.delayNanos();
    }

    private long latency(CommandClass commandClass, long byteSize) {
        var model = configuration.latency();
        long nanos = model.commandNanos(commandClass, random);
        long transfer = model.transferNanos(byteSize);
        if (transfer == 0) {
            return nanos;
        }
        linkFreeAt = Math.max(linkFreeAt, clock.now() + nanos) + transfer;
        return linkFreeAt - clock.now();
    }

    /// The time of a command is over: it takes effect and is answered, or suffers its fault.
    void execute(Command command, boolean admin) {
        if (admin && registers.isFatal()) {
            return;
        }
        var fault = command.fault;
        if (fault != null) {
            switch (fault.kind()) {
                case TIMES_OUT -> {
                    return;
                }
                case FAILS -> {
                    command.finish(0, fault.status());
                    return;
                }
                case TRANSPORT_ERROR -> {
                    command.failTransport();
                    return;
                }
                case LATE, LOSES_COMPLETION -> {
                    // executed as usual
                }
            }
        }
        if (admin) {
            adminCommands.execute(command);
        } else {
            var status = subsystem.erasure().admitIo(command);
            if (status == StatusCode.SUCCESSFUL_COMPLETION) {
                ioCommands.execute(command);
            } else {
                command.fail(status);
            }
        }
    }

    /// Nothing that was fetched is left.
    void drained() {
        suspension.drained();
        registers.drained();
    }

    /// Goes on with whatever waited.
    void continueWork() {
        registers.deliverPendingInterrupts();
        events.deliver();
        engine.kick();
    }

    /// Controller Level Reset (Base 2.3 clause 3.7.2).
    ///
    /// @param ofFunction whether AQA, ASQ and ACQ are lost too
    void controllerLevelReset(boolean ofFunction) {
        engine.reset();
        events.reset();
        features.reset();
        registers.reset(ofFunction);
        stateGeneration++;
        suspension.controllerWasReset();
        if (isControlling()) {
            subsystem.controllingControllerWasReset(ofFunction);
        }
    }

    /// Takes the guest's access away, or gives it back.
    void setAccessBlocked(boolean blocked) {
        accessBlocked = blocked;
    }
}

package io.nvmelm.core.controller;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.IdentifyControllerView;
import io.nvmelm.core.codec.PrimaryControllerCapabilitiesCodec;
import io.nvmelm.core.codec.SecondaryControllerListCodec;
import io.nvmelm.core.codec.SupportedStateFormatsView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A transport whose controller answers Get from a byte array, collects what Set brings, and remembers every command. Commands wait
/// until somebody waits for one of them and then complete in reverse order of submission, so nothing may depend on order.
public final class ScriptedTransport implements AdminTransport {
    /// Everything that was submitted, in order.
    public final List<AdminCommand> commands = new ArrayList<>();
    private final ByteArrayOutputStream loaded = new ByteArrayOutputStream();
    /// What Get answers from.
    public byte[] state;
    /// Whether the controller is suspended now.
    public boolean suspended = true;
    /// Whether completions carry CSUP when it is.
    public boolean reportsSuspended = true;
    /// Answers a command instead of the controller, when it returns something.
    public Function<AdminCommand, @Nullable Completion> override = command -> null;
    /// Commands that this accepts never complete.
    public Function<AdminCommand, Boolean> never = command -> false;
    /// What happens to the future of a command that was taken.
    public Consumer<CompletableFuture<Completion>> breaks = future -> {};
    /// How many buffers can still be lent.
    public int memoryLeft = Integer.MAX_VALUE;
    /// Sizes of lent memory are rounded up to this.
    public int lendsInUnitsOf = 1;
    /// How often memory was given back twice.
    public int doubleCloses;
    /// OACS, OACS bit 11 set.
    public int oacs = 1 << 11;
    /// Primary Controller Capabilities.
    public PrimaryControllerCapabilities capabilities =
            new PrimaryControllerCapabilities(0, 0, 0, FlexibleResources.NONE, FlexibleResources.NONE);
    /// Secondary Controller List, in one page.
    public List<SecondaryController> secondaries = List.of();
    /// Last deadline of each kind of command.
    public final Map<String, Duration> timeouts = new HashMap<>();
    /// Versions and nothing else in the list of formats.
    public int[] versions = {0};
    public int mdts;
    /// Limits of tracking in Identify Controller.
    public TrackingLimits tracking = TrackingLimits.NONE;
    /// Byte 3072 of Identify Controller.
    public int firstVendorByte;
    /// Answers what this controller does not do itself: Identify of other structures, tracking, vendor commands.
    public Others others = (command, data) -> Completion.success();

    /// A part of a controller.
    public interface Others {
        /// Executes a command.
        ///
        /// @param command what to do
        /// @param data    as much of its memory as it moves; empty where it names none
        Completion execute(AdminCommand command, MemorySegment data);
    }

    private final TransportLimits limits;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final List<Memory> late = new ArrayList<>();
    private int inFlight;
    public int mostInFlight;
    public int allocated;
    public int open;
    public int allocations;

    public ScriptedTransport(byte[] state, long maximumTransferBytes, int maximumCommandsInFlight) {
        this.state = state;
        this.limits = new TransportLimits(maximumTransferBytes, maximumCommandsInFlight, null);
    }

    @Override
    public TransportLimits limits() {
        return limits;
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        if (memoryLeft == 0) {
            throw new TransportException(FailureCategory.RETRY, "no memory", "Free some", 0, null);
        }
        memoryLeft--;
        allocations++;
        allocated += (int) byteSize;
        open++;
        return new Memory(Arena.ofShared()
                .allocate((byteSize + lendsInUnitsOf - 1) / lendsInUnitsOf * lendsInUnitsOf, 8));
    }

    private final class Memory implements TransferMemory {
        private final MemorySegment segment;
        private boolean quarantined;
        private boolean closed;

        Memory(MemorySegment segment) {
            this.segment = segment;
        }

        @Override
        public MemorySegment segment() {
            return segment;
        }

        @Override
        public boolean isQuarantined() {
            return quarantined;
        }

        @Override
        public void close() {
            if (closed) {
                doubleCloses++;
            } else {
                closed = true;
                open--;
            }
        }
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        var command = AdminCommandCodec.decode(entry);
        commands.add(command);
        timeouts.put(command.getClass().getSimpleName(), timeout);
        inFlight++;
        mostInFlight = Math.max(mostInFlight, inFlight);
        var future = new Lazy();
        waiting.push(() -> {
            inFlight--;
            if (never.apply(command)) {
                if (data instanceof Memory memory) {
                    memory.quarantined = true;
                    late.add(memory);
                }
                future.completeExceptionally(new CommandTimeoutException(command.toString(), timeout));
                return;
            }
            var answer = override.apply(command);
            future.complete(answer != null ? answer : execute(command, data, dataByteSize));
        });
        breaks.accept(future);
        return future;
    }

    /// Completes everything that waits, newest first, when somebody looks.
    private final class Lazy extends CompletableFuture<Completion> {
        @Override
        public Completion get(long time, TimeUnit unit)
                throws InterruptedException, ExecutionException,
                TimeoutException {
            while (!waiting.isEmpty()) {
                waiting.pop().run();
            }
            return super.get(time, unit);
        }
    }

    private Completion execute(AdminCommand command, @Nullable TransferMemory data, long dataByteSize) {
        return switch (command) {
            case IdentifyCommand identify -> identify(identify, segmentOf(data));
            case GetControllerStateCommand get -> get(get, segmentOf(data), dataByteSize);
            case SetControllerStateCommand set -> set(set, segmentOf(data), dataByteSize);
            case SuspendCommand suspend -> {
                suspended |= suspend.type() == SuspendType.SUSPEND;
                yield Completion.success();
            }
            case ResumeCommand _ -> {
                boolean was = suspended;
                suspended = false;
                yield was ? Completion.success() : Completion.failure(StatusCode.CONTROLLER_NOT_SUSPENDED);
            }
            case VirtualizationManagementCommand manage -> Completion.success(manage.resourceCount());
            default -> others.execute(
                    command, data == null
                            ? MemorySegment.ofArray(new byte[0])
                            : data.segment().asSlice(0, dataByteSize));
        };
    }

    private static MemorySegment segmentOf(@Nullable TransferMemory data) {
        if (data == null) {
            throw new AssertionError("a command with data came without memory");
        }
        return data.segment();
    }

    private Completion identify(IdentifyCommand command, MemorySegment data) {
        data.fill((byte) 0);
        if (command.structure() == IdentifyCommand.CONTROLLER) {
            var view = new IdentifyControllerView().wrap(data, 0);
            view.serialNumber("S1").modelNumber("M").firmwareRevision("F").subsystemNqn("nqn.2014-08.org.example:s");
            view.controllerId(0).optionalAdminCommands(oacs).maximumDataTransferSize(mdts);
            view.tracking(tracking).firstVendorByte(firstVendorByte);
        } else if (command.structure() == IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS) {
            data.set(ValueLayout.JAVA_BYTE, SupportedStateFormatsView.NV_OFFSET, (byte) versions.length);
            for (int i = 0; i < versions.length; i++) {
                data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 + 2L * i, (short) versions[i]);
            }
        }
        if (command.structure() == IdentifyCommand.PRIMARY_CONTROLLER_CAPABILITIES) {
            PrimaryControllerCapabilitiesCodec.encode(capabilities, data);
        }
        if (command.structure() == IdentifyCommand.SECONDARY_CONTROLLER_LIST) {
            SecondaryControllerListCodec.encode(secondaries, data);
        }
        return switch (command.structure()) {
            case IdentifyCommand.CONTROLLER,
                    IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS,
                    IdentifyCommand.PRIMARY_CONTROLLER_CAPABILITIES,
                    IdentifyCommand.SECONDARY_CONTROLLER_LIST ->
                Completion.success();
            default -> others.execute(command, data);
        };
    }

    private Completion get(GetControllerStateCommand command, MemorySegment data, long dataByteSize) {
        if (dataByteSize != command.dataByteSize()) {
            throw new AssertionError("data of " + dataByteSize + " bytes for " + command);
        }
        long offset = command.byteOffset();
        if (offset > state.length) {
            return Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND);
        }
        data.asSlice(0, dataByteSize).fill((byte) 0xEE);
        int length = (int) Math.min(dataByteSize, state.length - offset);
        MemorySegment.copy(state, (int) offset, data, ValueLayout.JAVA_BYTE, 0, length);
        if (command.versionIndex() == 0) {
            data.asSlice(16, 32).fill((byte) 0);
        }
        if (offset == 0) {
            data.set(ValueLayout.JAVA_BYTE, 2, (byte) (suspended ? 1 : 0));
        }
        return Completion.success(reportsSuspended && suspended ? 1 : 0);
    }

    private Completion set(SetControllerStateCommand command, MemorySegment data, long dataByteSize) {
        if (command.sequence().isFirst()) {
            loaded.reset();
        }
        if (command.byteOffset() != loaded.size() || dataByteSize != command.dataByteSize()) {
            throw new AssertionError(command + " after " + loaded.size() + " bytes");
        }
        loaded.writeBytes(data.asSlice(0, dataByteSize).toArray(ValueLayout.JAVA_BYTE));
        return Completion.success();
    }

    /// Commands that timed out are over now.
    public void endLateCommands() {
        late.forEach(memory -> memory.quarantined = false);
        late.clear();
    }

    /// What Set brought, as far as it came.
    public byte[] loaded() {
        return loaded.toByteArray();
    }

    /// Commands of one kind.
    public <T extends AdminCommand> List<T> commandsOf(Class<T> kind) {
        return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public void close() {}
}

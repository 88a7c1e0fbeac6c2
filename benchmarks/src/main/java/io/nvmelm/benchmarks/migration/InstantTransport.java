package io.nvmelm.benchmarks.migration;

import io.nvmelm.ControlledFunction;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A controlling controller that takes no time for the commands of migration: a suspension is a flag, and a state is copied out of
/// memory or into it, as is the list of formats. All other commands, which nobody issues while the guest stands still, go to a real
/// transport.
///
/// Has one migratable controller. A state that was set becomes the controller's when its last piece has come, unchecked. Not
/// thread-safe: one command after the other, which may come from different threads.
public final class InstantTransport implements AdminTransport {
    private static final CompletableFuture<Completion> SUCCESS = completed(Completion.success(0));
    private static final CompletableFuture<Completion> SUCCESS_WHILE_SUSPENDED = completed(Completion.success(1));
    private static final CompletableFuture<Completion> NOT_SUSPENDED =
            completed(new Completion(0, 0, NvmeStatus.of(StatusCode.CONTROLLER_NOT_SUSPENDED)));

    private final AdminTransport others;
    private final SubmissionEntryView view = new SubmissionEntryView();
    private final MemorySegment bareHeader = Arena.ofAuto().allocate(ControllerStateView.HEADER_BYTES);
    private final MemorySegment formats = Arena.ofAuto().allocate(IdentifyCommand.DATA_BYTES, 64);
    private final MemorySegment empty;
    private MemorySegment state;
    private MemorySegment received;
    private long stateBytes;
    private boolean suspended;
    private long commands;

    /// Makes a controller that runs.
    ///
    /// @param others takes all commands but Migration Send and Migration Receive, and lends the memory; closed with this
    /// @param state  what the controller's state is, and the largest that it can take; copied
    /// @param empty  what its state is after a reset; copied
    public InstantTransport(AdminTransport others, MemorySegment state, MemorySegment empty) {
        this.others = others;
        this.empty = Arena.ofAuto().allocate(empty.byteSize(), 64).copyFrom(empty);
        this.state = Arena.ofAuto().allocate(state.byteSize(), 64).copyFrom(state);
        this.received = Arena.ofAuto().allocate(state.byteSize(), 64);
        this.stateBytes = state.byteSize();
        askForFormats();
    }

    private void askForFormats() {
        var entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);
        AdminCommandCodec.encode(IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS), entry);
        try (var memory = others.allocate(IdentifyCommand.DATA_BYTES)) {
            others.submit(entry, memory, IdentifyCommand.DATA_BYTES, Duration.ofSeconds(10)).join();
            formats.copyFrom(memory.segment());
        }
    }

    private static CompletableFuture<Completion> completed(Completion completion) {
        return CompletableFuture.completedFuture(completion);
    }

    /// {@return the controller's state}
    public MemorySegment state() {
        return state.asSlice(0, stateBytes).asReadOnly();
    }

    /// {@return whether the controller is suspended}
    public boolean isSuspended() {
        return suspended;
    }

    /// {@return commands so far that took no time}
    public long commands() {
        return commands;
    }

    /// {@return the function of the controller: a reset ends its suspension and empties its state}
    public ControlledFunction function() {
        return new ControlledFunction() {
            @Override
            public void reset() {
                suspended = false;
                state.copyFrom(empty);
                stateBytes = empty.byteSize();
            }

            @Override
            public void blockAccess() {}

            @Override
            public void restoreAccess() {}
        };
    }

    @Override
    public TransportLimits limits() {
        return others.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return others.allocate(byteSize);
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        view.wrap(entry, 0);
        int opcode = view.opcode();
        int select = view.cdw10() & 0xFF;
        if (opcode == AdminOpcode.MIGRATION_RECEIVE.value() && select == GetControllerStateCommand.SELECT) {
            commands++;
            return get(data.segment(), dataByteSize);
        }
        if (opcode == AdminOpcode.IDENTIFY.value()
                && select == IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS) {
            commands++;
            MemorySegment.copy(formats, 0, data.segment(), 0, formats.byteSize());
            return SUCCESS;
        }
        if (opcode != AdminOpcode.MIGRATION_SEND.value()) {
            return others.submit(entry, data, dataByteSize, timeout);
        }
        commands++;
        return switch (select) {
            case SuspendCommand.SELECT -> {
                suspended |= (view.cdw11() >>> 16 & 0xFF) == SuspendType.SUSPEND.value();
                yield SUCCESS;
            }
            case ResumeCommand.SELECT -> {
                boolean was = suspended;
                suspended = false;
                yield was ? SUCCESS : NOT_SUSPENDED;
            }
            default -> set(data.segment(), dataByteSize);
        };
    }

    private CompletableFuture<Completion> get(MemorySegment target, long byteSize) {
        boolean headerOnly = (view.cdw10() >>> 16 & 0xFF) == 0 && (view.cdw11() >>> 16 & 0xFF) == 0;
        long offset = offset();
        long left = (headerOnly ? ControllerStateView.HEADER_BYTES : stateBytes) - offset;
        MemorySegment.copy(headerOnly ? bareHeader : state, offset, target, 0, Math.min(byteSize, left));
        if (offset == 0) {
            target.set(
                    ValueLayout.JAVA_BYTE,
                    ControllerStateView.CSATTR_OFFSET,
                    (byte) (suspended ? ControllerStateView.SUSPENDED_MASK : 0));
        }
        return suspended ? SUCCESS_WHILE_SUSPENDED : SUCCESS;
    }

    private CompletableFuture<Completion> set(MemorySegment source, long byteSize) {
        long offset = offset();
        MemorySegment.copy(source, 0, received, offset, byteSize);
        if (SequenceIndicator.fromValue(view.cdw10() >>> 16).isLast()) {
            var previous = state;
            state = received;
            stateBytes = offset + byteSize;
            received = previous;
        }
        return SUCCESS;
    }

    private long offset() {
        return (long) view.cdw13() << 32 | Integer.toUnsignedLong(view.cdw12());
    }

    @Override
    public void close() {
        others.close();
    }
}

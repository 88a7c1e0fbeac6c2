package io.nvmelm.transport.mock;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A slot for a command that an [InMemoryAdminTransport] hands to the controlling controller; used again and again.
final class DirectCommand extends Command {
    /// Command identifier.
    final int slot;
    /// When its time is over it is executed.
    final TimerEvent due;
    /// When it has to be complete.
    final TimerEvent deadline;

    private final InMemoryAdminTransport transport;
    private @Nullable ClockFuture<Completion> future;
    private @Nullable InMemoryTransferMemory data;
    private long dataByteSize;
    private Duration timeout = Duration.ZERO;
    private boolean timedOut;

    DirectCommand(InMemoryAdminTransport transport, int slot) {
        this.transport = transport;
        this.slot = slot;
        this.due = new TimerEvent(() -> transport.execute(this));
        this.deadline = new TimerEvent(this::timeOut);
    }

    void start(
            MemorySegment source,
            @Nullable InMemoryTransferMemory newData,
            long newDataByteSize,
            Duration newTimeout,
            ClockFuture<Completion> newFuture) {
        restart();
        MemorySegment.copy(source, 0, bytes, 0, bytes.byteSize());
        entry.commandId(slot);
        future = newFuture;
        data = newData;
        dataByteSize = newDataByteSize;
        timeout = newTimeout;
        timedOut = false;
        if (newData != null) {
            newData.use();
        }
    }

    /// {@return whether the slot holds a command}
    boolean isInUse() {
        return future != null;
    }

    @Override
    boolean hasRoomFor(long byteSize) {
        return byteSize <= dataByteSize;
    }

    @Override
    StatusCode bindData(long byteSize) {
        return hasRoomFor(byteSize) ? StatusCode.SUCCESSFUL_COMPLETION : StatusCode.DATA_TRANSFER_ERROR;
    }

    /// Ring memory is in one piece and needs no list.
    @Override
    StatusCode bindRing(long byteSize, boolean contiguous) {
        return contiguous && data != null && data.isRing() && byteSize <= data.segment().byteSize()
                ? StatusCode.SUCCESSFUL_COMPLETION
                : UncertainReadings.RING_OUT_OF_REACH;
    }

    @Override
    RingMemory takeRing() {
        return new LentRing(Objects.requireNonNull(data, "data"));
    }

    @Override
    void readHost(long hostOffset, MemorySegment target, long targetOffset, long byteSize) {
        MemorySegment.copy(dataSegment(), hostOffset, target, targetOffset, byteSize);
    }

    @Override
    void writeHost(long hostOffset, MemorySegment source, long sourceOffset, long byteSize) {
        MemorySegment.copy(source, sourceOffset, dataSegment(), hostOffset, byteSize);
    }

    private MemorySegment dataSegment() {
        return Objects.requireNonNull(data, "data").segment();
    }

    @Override
    boolean canBeAnswered() {
        return true;
    }

    @Override
    void setAside() {
        // no queue waits for it
    }

    @Override
    void deliver(int dword0, int dword1, NvmeStatus status) {
        var waiting = future;
        if (waiting == null) {
            return;
        }
        boolean late = timedOut;
        end();
        if (!late) {
            waiting.deliver(
                    status.isSuccess() && dword1 == 0
                            ? Completion.success(dword0)
                            : new Completion(dword0, dword1, status));
        }
    }

    @Override
    void failTransport() {
        endWith("The transport failed by script", "Open the transport again");
    }

    /// Ends the command without an answer: its future fails unless it did so before.
    void endWith(String message, String remedy) {
        var waiting = future;
        if (waiting == null) {
            return;
        }
        boolean late = timedOut;
        end();
        if (!late) {
            waiting.deliverFailure(InMemoryAdminTransport.failure(message, remedy));
        }
    }

    private void timeOut() {
        var waiting = future;
        if (waiting == null) {
            return;
        }
        timedOut = true;
        if (data != null) {
            data.quarantine();
        }
        waiting.deliverFailure(InMemoryAdminTransport.timeout(entry, timeout));
    }

    private void end() {
        future = null;
        if (data != null) {
            data.release(timedOut);
            data = null;
        }
        transport.ended(this);
    }
}

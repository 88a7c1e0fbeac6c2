package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A command that was fetched from a submission queue.
final class QueueCommand extends Command {
    /// Queue that it came from.
    final SubmissionQueue queue;
    /// When its time is over it is executed.
    final TimerEvent due;

    private final QueueEngine engine;
    private @Nullable PrpList data;
    private @Nullable HostRing ring;
    /// Whether it has a slot of the completion queue; an outstanding Asynchronous Event Request has none.
    private boolean holdsSlot;

    QueueCommand(QueueEngine engine, SubmissionQueue queue, boolean holdsSlot) {
        this.engine = engine;
        this.queue = queue;
        this.holdsSlot = holdsSlot;
        this.due = new TimerEvent(() -> engine.execute(this));
    }

    @Override
    void setAside() {
        holdsSlot = false;
        queue.completionQueue.release();
        engine.setAside(this);
    }

    @Override
    StatusCode bindData(long byteSize) {
        var list = new PrpList(engine.port(), engine.pageBytes());
        data = list;
        return list.resolve(entry.prp1(), entry.prp2(), byteSize);
    }

    @Override
    boolean hasRoomFor(long byteSize) {
        return true;
    }

    @Override
    StatusCode bindRing(long byteSize, boolean contiguous) {
        var found = new HostRing(engine.port(), engine.pageBytes());
        ring = found;
        return found.resolve(entry.prp1(), byteSize, contiguous);
    }

    @Override
    RingMemory takeRing() {
        return Objects.requireNonNull(ring, "ring");
    }

    @Override
    void readHost(long hostOffset, MemorySegment target, long targetOffset, long byteSize) {
        bound().read(hostOffset, target, targetOffset, byteSize);
    }

    @Override
    void writeHost(long hostOffset, MemorySegment source, long sourceOffset, long byteSize) {
        bound().write(hostOffset, source, sourceOffset, byteSize);
    }

    @Override
    boolean canBeAnswered() {
        return engine.mayPost() && (holdsSlot || queue.completionQueue.hasRoom());
    }

    @Override
    void deliver(int dword0, int dword1, NvmeStatus status) {
        if (!holdsSlot) {
            holdsSlot = true;
            queue.completionQueue.reserve();
        }
        engine.complete(this, dword0, dword1, status);
    }

    @Override
    void failTransport() {
        // the queue pair has no such thing: the command is lost
    }

    private PrpList bound() {
        return Objects.requireNonNull(data, "data");
    }
}

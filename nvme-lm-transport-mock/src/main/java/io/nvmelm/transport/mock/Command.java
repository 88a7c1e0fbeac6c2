package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A command that a controller has got hold of, whichever way it came. Knows its entry, the host memory it names and
/// how it is answered; what it does is the matter of the command sets.
abstract class Command {
    /// FUSE and PSDT: neither fused commands nor SGLs exist here (byte 1 of the entry).
    private static final int FUSE_AND_PSDT_MASK = 0xC3;

    /// The entry's bytes, a copy.
    final MemorySegment bytes = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
    /// The entry.
    final SubmissionEntryView entry = new SubmissionEntryView().wrap(bytes, 0);
    /// Fault that the script has for this command, if any.
    @Nullable Fault fault;
    /// [Suspension#epochIfSuspended()] of the controller that a migration command names, when the command arrived.
    long suspensionEpoch;
    /// Whether its controller sets Do Not Retry in every error.
    boolean alwaysDoNotRetry;
    /// Where the command log notes the answer; null when it notes none.
    @Nullable CommandLog log;
    /// Place in that log.
    long logPlace;

    /// Makes the command ready for another entry.
    void restart() {
        fault = null;
        suspensionEpoch = Suspension.NOT_SUSPENDED;
        log = null;
    }

    boolean isFusedOrUsesSgls() {
        return (entry.flags() & FUSE_AND_PSDT_MASK) != 0;
    }

    /// {@return whether so many bytes can be moved as far as is known before the data pointer is resolved}
    abstract boolean hasRoomFor(long byteSize);

    /// Resolves the data pointer for so many bytes. Nothing may be copied unless this was successful.
    ///
    /// @return success, or why the data cannot be reached
    abstract StatusCode bindData(long byteSize);

    /// Finds ring memory of so many bytes, which is written after the command too.
    ///
    /// @param contiguous whether the data pointer is the ring itself and no list of its pages
    /// @return success, or why there is no such ring
    abstract StatusCode bindRing(long byteSize, boolean contiguous);

    /// {@return the ring that was found; whoever takes it releases it}
    abstract RingMemory takeRing();

    /// Copies from host memory.
    abstract void readHost(long hostOffset, MemorySegment target, long targetOffset, long byteSize);

    /// Copies to host memory.
    abstract void writeHost(long hostOffset, MemorySegment source, long sourceOffset, long byteSize);

    /// {@return whether an answer could be delivered now} Matters for commands that hold no place in a completion
    /// queue.
    abstract boolean canBeAnswered();

    /// The command is under way for as long as it takes and holds up nothing: an Asynchronous Event Request that is
    /// outstanding.
    abstract void setAside();

    /// Delivers the answer.
    abstract void deliver(int dword0, int dword1, NvmeStatus status);

    /// The way to the controller fails instead of an answer.
    abstract void failTransport();

    final void succeed() {
        finish(0, NvmeStatus.SUCCESS);
    }

    final void succeed(int dword0) {
        finish(dword0, NvmeStatus.SUCCESS);
    }

    final void fail(StatusCode code) {
        finish(0, status(code));
    }

    /// {@return the status with which its controller answers}
    final NvmeStatus status(StatusCode code) {
        return DeviceStatus.of(code, alwaysDoNotRetry);
    }

    final void finish(int dword0, NvmeStatus status) {
        finish(dword0, 0, status);
    }

    final void finish(int dword0, int dword1, NvmeStatus status) {
        if (log != null) {
            log.finished(logPlace, status);
        }
        if (fault == null || fault.kind() != Fault.Kind.LOSES_COMPLETION) {
            deliver(dword0, dword1, status);
        }
    }
}

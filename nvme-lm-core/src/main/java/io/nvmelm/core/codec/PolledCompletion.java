package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// A completion queue entry of 16 bytes (Base 2.3 fig. 98 to 100) that was taken out of its queue: what a polling host
/// reads from queue memory, copied as two quadwords once the phase tag says that the controller has posted it.
///
/// ```
///   63       48         32     16      0
///   | DW1               | DW0          |   bytes 0 to 7
///   | status P | CID    | SQID | SQHD  |   bytes 8 to 15
/// ```
///
/// Used again and again, one per queue. The memory is checked and read once per entry; whatever the controller writes
/// there later, what was checked is what is used. [CompletionEntryView] reads and writes an entry in place.
///
/// Not thread-safe; the controller writes to the memory at the same time.
public final class PolledCompletion {
    private long result;
    private long origin;

    /// Creates an entry of zeros.
    public PolledCompletion() {}

    /// Takes the entry that is somewhere in a queue, if the controller has posted it: reads the phase tag, and, where it
    /// is the expected one, afterwards everything else. Does not block and allocates nothing.
    ///
    /// @param queue      memory of the queue
    /// @param byteOffset where the entry starts in it; even, so that the phase tag is read with one access
    /// @param phase      phase tag of a new entry, inverted with each pass through the queue
    /// @return whether it was posted; otherwise this is what it was
    /// @throws InvalidValueException when the entry is not inside the memory
    public boolean poll(MemorySegment queue, long byteOffset, boolean phase) {
        Layouts.requireInside("completion entry", queue, byteOffset, CompletionEntryView.BYTES);
        int statusAndPhase = queue.get(Layouts.WORD, byteOffset + CompletionEntryView.STATUS_OFFSET);
        VarHandle.acquireFence();
        if (((statusAndPhase & 1) != 0) != phase) {
            return false;
        }
        result = queue.get(Layouts.QUADWORD, byteOffset);
        origin = queue.get(Layouts.QUADWORD, byteOffset + CompletionEntryView.SQHD_OFFSET);
        return true;
    }

    /// {@return command specific result, dword 0}
    public int dword0() {
        return (int) result;
    }

    /// {@return command specific result, dword 1}
    public int dword1() {
        return (int) (result >>> 32);
    }

    /// {@return submission queue head pointer (SQHD)}
    public int submissionQueueHead() {
        return (int) origin & 0xFFFF;
    }

    /// {@return submission queue identifier (SQID)}
    public int submissionQueueId() {
        return (int) origin >>> 16;
    }

    /// {@return command identifier (CID)}
    public int commandId() {
        return (int) (origin >>> 32) & 0xFFFF;
    }

    /// {@return the 15 bits of the status field, as [NvmeStatus#toBits()] has them}
    public int statusBits() {
        return (int) (origin >>> 49);
    }

    /// {@return result and status as a value} Allocates nothing for success without a result.
    public Completion completion() {
        return CompletionCodec.completion(dword0(), dword1(), statusBits());
    }
}

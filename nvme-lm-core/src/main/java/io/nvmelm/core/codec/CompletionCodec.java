package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import java.lang.foreign.MemorySegment;

/// Completions to and from completion queue entries of 16 bytes (Base 2.3 fig. 98). Where an entry belongs in its queue
/// (head, queue and command identifier, phase) is the matter of [CompletionEntryView] and [PolledCompletion].
public final class CompletionCodec {
    private CompletionCodec() {}

    /// {@return result and status of an entry}
    ///
    /// @param entry at least 16 bytes that start with the entry
    /// @throws InvalidValueException when there are fewer
    public static Completion decode(MemorySegment entry) {
        return new CompletionEntryView().wrap(entry, 0).completion();
    }

    /// {@return result and status as a value} Allocates nothing for success without a result.
    static Completion completion(int dword0, int dword1, int statusBits) {
        return (dword0 | dword1 | statusBits) == 0
                ? Completion.success()
                : new Completion(dword0, dword1, NvmeStatus.fromBits(statusBits));
    }

    /// Writes an entry: result and status; everything else becomes 0.
    ///
    /// @param completion result and status
    /// @param entry      at least 16 bytes, of which the first 16 are written
    /// @throws InvalidValueException when there are fewer
    public static void encode(Completion completion, MemorySegment entry) {
        var view = new CompletionEntryView().wrap(entry, 0);
        view.fill(0, CompletionEntryView.BYTES, (byte) 0);
        view.completion(completion);
    }
}

package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Controller State (Base 2.3 fig. 374 to 377) to and from records.
///
/// Decoding and encoding again gives the same bytes: reserved fields, states of unknown versions, bytes behind the
/// queues and vendor specific data are carried. Decoding checks that the bytes can be taken apart; whether the queues
/// make sense together is the matter of [ControllerStateValidator].
public final class ControllerStateCodec {
    /// Most bytes that a state may have where nobody says otherwise: 64 MiB.
    public static final long DEFAULT_MAXIMUM_STATE_BYTES = 64L << 20;

    private static final int MAXIMUM_PART_BYTES = Integer.MAX_VALUE - 64;
    private static final int QUEUE_WORDS = NvmeControllerStateView.QUEUE_BYTES / Long.BYTES;
    private static final int QUEUES_AT_A_TIME = 32;

    private ControllerStateCodec() {}

    /// {@return the state in some bytes, of at most [#DEFAULT_MAXIMUM_STATE_BYTES]}
    ///
    /// @param segment    memory that holds the state
    /// @param byteOffset where the state starts in it
    /// @param byteSize   bytes of the state, neither more nor less
    /// @throws InvalidValueException as [#decode(MemorySegment, long, long, long)] does
    public static ControllerState decode(MemorySegment segment, long byteOffset, long byteSize) {
        return decode(segment, byteOffset, byteSize, DEFAULT_MAXIMUM_STATE_BYTES);
    }

    /// {@return the state in some bytes} Nothing is allocated before all sizes and counts have been checked.
    ///
    /// @param segment           memory that holds the state
    /// @param byteOffset        where the state starts in it
    /// @param byteSize          bytes of the state, neither more nor less; [ControllerStateView#totalBytes()] tells
    /// @param maximumStateBytes most bytes that a state may have, 48 or more; beyond 2 GiB it means 2 GiB
    /// @throws InvalidValueException when version, sizes or counts are not possible; names the field, its value and
    ///                               bound, and the byte of the state at which it stands
    public static ControllerState decode(
            MemorySegment segment, long byteOffset, long byteSize, long maximumStateBytes) {
        Layouts.requireInside("Controller State", segment, byteOffset, byteSize);
        ControllerStateView.requireHeader("Controller State size", byteSize);
        var header = new ControllerStateView()
                .wrap(segment, byteOffset)
                .validate(byteSize, Math.min(maximumStateBytes, MAXIMUM_PART_BYTES));
        int nvmeStateBytes = (int) (4 * header.nvmeStateDwords());
        int vendorBytes = (int) (4 * header.vendorDwords());
        long totalBytes = (long) ControllerStateView.HEADER_BYTES + nvmeStateBytes + vendorBytes;
        if (totalBytes != byteSize) {
            throw new InvalidValueException(
                    "Controller State size", Long.toString(byteSize), Long.toString(totalBytes));
        }
        var nvmeState = decodeNvmeState(segment, header.nvmeStateOffset(), nvmeStateBytes);
        return new ControllerState(
                header.version(),
                header.attributes(),
                OpaqueBytes.copyOf(
                        segment, byteOffset + ControllerStateView.RESERVED_OFFSET, ControllerState.RESERVED_BYTES),
                nvmeState,
                OpaqueBytes.copyOf(segment, header.nvmeStateOffset() + nvmeStateBytes, vendorBytes));
    }

    private static NvmeControllerState decodeNvmeState(MemorySegment segment, long byteOffset, int byteSize) {
        if (byteSize == 0) {
            return new NvmeControllerState.Absent();
        }
        int version = Short.toUnsignedInt(segment.get(Layouts.WORD, byteOffset));
        if (version != 0) {
            return new NvmeControllerState.Unknown(version, OpaqueBytes.copyOf(segment, byteOffset, byteSize));
        }
        requireVersion0Header(byteSize / 4);
        var view = new NvmeControllerStateView()
                .wrap(segment, byteOffset)
                .validate(byteSize, ControllerStateView.HEADER_BYTES);
        int used = view.byteSize();
        return new NvmeControllerState.Version0(
                view.reserved(),
                submissionQueues(segment, view.submissionQueueOffset(0), view.submissionQueueCount()),
                completionQueues(segment, view.completionQueueOffset(0), view.completionQueueCount()),
                OpaqueBytes.copyOf(segment, byteOffset + used, byteSize - used));
    }

    private static List<SubmissionQueueState> submissionQueues(MemorySegment segment, long byteOffset, int count) {
        var queues = new SubmissionQueueState[count];
        var words = new long[QUEUE_WORDS * Math.min(count, QUEUES_AT_A_TIME)];
        for (int i = 0; i < count;) {
            int wordCount = copyQueues(segment, byteOffset, i, count, words);
            for (int word = 0; word < wordCount; word += QUEUE_WORDS) {
                queues[i++] = SubmissionQueueStateView.stateOf(words[word], words[word + 1], words[word + 2]);
            }
        }
        return List.of(queues);
    }

    private static List<CompletionQueueState> completionQueues(MemorySegment segment, long byteOffset, int count) {
        var queues = new CompletionQueueState[count];
        var words = new long[QUEUE_WORDS * Math.min(count, QUEUES_AT_A_TIME)];
        for (int i = 0; i < count;) {
            int wordCount = copyQueues(segment, byteOffset, i, count, words);
            for (int word = 0; word < wordCount; word += QUEUE_WORDS) {
                queues[i++] = CompletionQueueStateView.stateOf(words[word], words[word + 1], words[word + 2]);
            }
        }
        return List.of(queues);
    }

    /// {@return how many words of the next queues were copied} A segment is not read field by field here: the compiler
    /// inlines some twenty accesses to a segment into one method, header and both kinds of queues together, and each that is
    /// not inlined costs as much as the whole record of a queue.
    private static int copyQueues(MemorySegment segment, long byteOffset, int first, int count, long[] words) {
        int wordCount = QUEUE_WORDS * Math.min(count - first, QUEUES_AT_A_TIME);
        long place = byteOffset + (long) NvmeControllerStateView.QUEUE_BYTES * first;
        MemorySegment.copy(segment, Layouts.QUADWORD, place, words, 0, wordCount);
        return wordCount;
    }

    /// Refuses an NVMe Controller State of version 0 that has no room for its own header.
    static void requireVersion0Header(long nvmeStateDwords) {
        long minimum = NvmeControllerStateView.HEADER_BYTES / 4;
        if (nvmeStateDwords < minimum) {
            throw new InvalidValueException(
                    "NVMECSS",
                    Long.toString(nvmeStateDwords),
                    minimum + " or more for a state of version 0",
                    ControllerStateView.NVMECSS_OFFSET);
        }
    }

    /// Writes a state.
    ///
    /// @param state      the state, of version 0
    /// @param segment    memory to write to
    /// @param byteOffset where the state is to start in it
    /// @return bytes written: [ControllerState#byteSize()]
    /// @throws InvalidValueException when the state does not fit there, or is of a version other than 0, whose layout
    ///                               is unknown
    public static long encode(ControllerState state, MemorySegment segment, long byteOffset) {
        if (state.version() != 0) {
            throw new InvalidValueException("VER", Integer.toString(state.version()), "0");
        }
        Layouts.requireInside("Controller State", segment, byteOffset, state.byteSize());
        var header = new ControllerStateView()
                .wrap(segment, byteOffset)
                .version(state.version())
                .attributes(state.attributes())
                .nvmeStateDwords(state.nvmeState().byteSize() / 4)
                .nvmeStateDwordsHigh(0)
                .vendorDwords(state.vendorData().byteSize() / 4)
                .vendorDwordsHigh(0);
        state.reserved().copyTo(segment, byteOffset + ControllerStateView.RESERVED_OFFSET);
        switch (state.nvmeState()) {
            case NvmeControllerState.Absent _ -> {}
            case NvmeControllerState.Unknown unknown -> unknown.content().copyTo(segment, header.nvmeStateOffset());
            case NvmeControllerState.Version0 version0 -> encode(version0, segment, header.nvmeStateOffset());
        }
        state.vendorData().copyTo(segment, header.vendorDataOffset());
        return state.byteSize();
    }

    private static void encode(NvmeControllerState.Version0 state, MemorySegment segment, long byteOffset) {
        var view = new NvmeControllerStateView()
                .wrap(segment, byteOffset)
                .version(0)
                .submissionQueueCount(state.submissionQueues().size())
                .completionQueueCount(state.completionQueues().size())
                .reserved(state.reserved());
        int submissionQueue = 0;
        for (var queue : state.submissionQueues()) {
            view.submissionQueue(submissionQueue++).state(queue);
        }
        int completionQueue = 0;
        for (var queue : state.completionQueues()) {
            view.completionQueue(completionQueue++).state(queue);
        }
        state.trailing().copyTo(segment, byteOffset + view.byteSize());
    }
}

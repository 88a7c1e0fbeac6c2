package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;

/// Controller State (Base 2.3 fig. 374 to 377) to and from records.
///
/// Decoding and encoding again gives the same bytes: reserved fields, states of unknown versions, bytes behind the
/// queues and vendor specific data are carried. Decoding checks that the bytes can be taken apart; whether the queues
/// make sense together is the matter of [ControllerStateValidator].
public final class ControllerStateCodec {
    /// Most bytes that a state may have where nobody says otherwise: 64 MiB.
    public static final long DEFAULT_MAXIMUM_STATE_BYTES = 64L << 20;

    private static final int MAXIMUM_PART_BYTES = Integer.MAX_VALUE - 64;

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
        if (header.totalBytes() != byteSize) {
            throw new InvalidValueException(
                    "Controller State size", Long.toString(byteSize), Long.toString(header.totalBytes()));
        }
        int nvmeStateBytes = (int) (4 * header.nvmeStateDwords());
        int vendorBytes = (int) (4 * header.vendorDwords());
        var nvmeState = decodeNvmeState(segment, header.nvmeStateOffset(), nvmeStateBytes);
        return new ControllerState(
                header.version(),
                header.attributes(),
                OpaqueBytes.copyOf(
                        segment, byteOffset + ControllerStateView.RESERVED_OFFSET, ControllerState.RESERVED_BYTES),
                nvmeState,
                OpaqueBytes.copyOf(segment, header.vendorDataOffset(), vendorBytes));
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
        var submissionQueues = new ArrayList<SubmissionQueueState>(view.submissionQueueCount());
        for (int i = 0; i < view.submissionQueueCount(); i++) {
            submissionQueues.add(view.submissionQueue(i).state());
        }
        var completionQueues = new ArrayList<CompletionQueueState>(view.completionQueueCount());
        for (int i = 0; i < view.completionQueueCount(); i++) {
            completionQueues.add(view.completionQueue(i).state());
        }
        int used = view.byteSize();
        return new NvmeControllerState.Version0(
                view.reserved(),
                submissionQueues,
                completionQueues,
                OpaqueBytes.copyOf(segment, byteOffset + used, byteSize - used));
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

package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// NVMe Controller State, version 0 (Base 2.3 fig. 375), as a view: its header of 8 bytes and the way to each queue.
///
/// ```
///   0     2       4       6      8                    8+24*NIOSQ
///   | VER | NIOSQ | NIOCQ | rsvd | submission queues  | completion queues |
/// ```
///
/// Of any other version only [#version()] is known. Queues count from 0 and ascend by identifier. Setters store the low
/// bits of what they are given. Not thread-safe.
///
/// Both counts are read when the view is wrapped and then known: a device that goes on writing does not move the queues
/// of whoever has checked them.
public final class NvmeControllerStateView extends StructureView {
    /// Bytes of the header.
    public static final int HEADER_BYTES = 8;
    /// Bytes of the state of one queue of either kind.
    public static final int QUEUE_BYTES = 24;
    /// Offset of the version.
    public static final int VER_OFFSET = 0;
    /// Offset of the number of submission queues.
    public static final int NIOSQ_OFFSET = 2;
    /// Offset of the number of completion queues.
    public static final int NIOCQ_OFFSET = 4;
    /// Offset of the reserved bytes.
    public static final int RESERVED_OFFSET = 6;

    private final SubmissionQueueStateView submissionQueue = new SubmissionQueueStateView();
    private final CompletionQueueStateView completionQueue = new CompletionQueueStateView();
    private long firstQueueOffset;
    private char submissionQueueCount;
    private char completionQueueCount;

    /// Creates a view that has yet to be wrapped around a structure.
    public NvmeControllerStateView() {}

    /// Moves this view to a structure, of which only the header has to be there.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it, for instance [ControllerStateView#nvmeStateOffset()]
    /// @return this
    /// @throws InvalidValueException when the header does not fit there
    public NvmeControllerStateView wrap(MemorySegment segment, long byteOffset) {
        place("NVMe Controller State header", segment, byteOffset, HEADER_BYTES);
        submissionQueue.enter(segment);
        completionQueue.enter(segment);
        firstQueueOffset = byteOffset + HEADER_BYTES;
        submissionQueueCount = (char) unsigned16(NIOSQ_OFFSET);
        completionQueueCount = (char) unsigned16(NIOCQ_OFFSET);
        return this;
    }

    /// {@return version (VER), as listed in the supported formats}
    public int version() {
        return unsigned16(VER_OFFSET);
    }

    /// Sets the version (VER).
    ///
    /// @param value 16 bits
    /// @return this
    public NvmeControllerStateView version(int value) {
        set16(VER_OFFSET, value);
        return this;
    }

    /// {@return number of I/O submission queues (NIOSQ), as it was when this view was wrapped, or set since}
    public int submissionQueueCount() {
        return submissionQueueCount;
    }

    /// Sets the number of I/O submission queues (NIOSQ), on which the place of the completion queues depends.
    ///
    /// @param value 16 bits
    /// @return this
    public NvmeControllerStateView submissionQueueCount(int value) {
        set16(NIOSQ_OFFSET, value);
        submissionQueueCount = (char) value;
        return this;
    }

    /// {@return number of I/O completion queues (NIOCQ), as it was when this view was wrapped, or set since}
    public int completionQueueCount() {
        return completionQueueCount;
    }

    /// Sets the number of I/O completion queues (NIOCQ).
    ///
    /// @param value 16 bits
    /// @return this
    public NvmeControllerStateView completionQueueCount(int value) {
        set16(NIOCQ_OFFSET, value);
        completionQueueCount = (char) value;
        return this;
    }

    /// {@return reserved bytes 6 to 7}
    public int reserved() {
        return unsigned16(RESERVED_OFFSET);
    }

    /// Sets the reserved bytes.
    ///
    /// @param value 16 bits
    /// @return this
    public NvmeControllerStateView reserved(int value) {
        set16(RESERVED_OFFSET, value);
        return this;
    }

    /// {@return bytes of header and queues: 8 + 24 * (NIOSQ + NIOCQ), at most 3 145 688}
    public int byteSize() {
        return HEADER_BYTES + QUEUE_BYTES * (submissionQueueCount() + completionQueueCount());
    }

    /// {@return where the state of a submission queue starts, counted in the wrapped segment}
    ///
    /// @param index place from 0 to NIOSQ - 1, not checked
    public long submissionQueueOffset(int index) {
        return firstQueueOffset + (long) QUEUE_BYTES * index;
    }

    /// {@return where the state of a completion queue starts, counted in the wrapped segment}
    ///
    /// @param index place from 0 to NIOCQ - 1, not checked
    public long completionQueueOffset(int index) {
        return firstQueueOffset + (long) QUEUE_BYTES * submissionQueueCount + (long) QUEUE_BYTES * index;
    }

    /// {@return a view of a submission queue} It is this view's own, and the next call moves it.
    ///
    /// @param index place from 0 to NIOSQ - 1
    /// @throws InvalidValueException when there is no such queue, or it is not inside the segment
    public SubmissionQueueStateView submissionQueue(int index) {
        requireIndex("submission queue index", index, submissionQueueCount());
        return submissionQueue.at(submissionQueueOffset(index));
    }

    /// {@return a view of a completion queue} It is this view's own, and the next call moves it.
    ///
    /// @param index place from 0 to NIOCQ - 1
    /// @throws InvalidValueException when there is no such queue, or it is not inside the segment
    public CompletionQueueStateView completionQueue(int index) {
        requireIndex("completion queue index", index, completionQueueCount());
        return completionQueue.at(completionQueueOffset(index));
    }

    /// Moves a view to a submission queue.
    ///
    /// @param index place from 0 to NIOSQ - 1
    /// @param view  the view to move
    /// @return the view
    /// @throws InvalidValueException when there is no such queue, or it is not inside the segment
    public SubmissionQueueStateView submissionQueue(int index, SubmissionQueueStateView view) {
        requireIndex("submission queue index", index, submissionQueueCount());
        return view.wrap(segment(), submissionQueueOffset(index));
    }

    /// Moves a view to a completion queue.
    ///
    /// @param index place from 0 to NIOCQ - 1
    /// @param view  the view to move
    /// @return the view
    /// @throws InvalidValueException when there is no such queue, or it is not inside the segment
    public CompletionQueueStateView completionQueue(int index, CompletionQueueStateView view) {
        requireIndex("completion queue index", index, completionQueueCount());
        return view.wrap(segment(), completionQueueOffset(index));
    }

    /// Checks that all queues that are counted have their place.
    ///
    /// @param nvmeStateBytes bytes of the NVMe Controller State: 4 * NVMECSS
    /// @return this
    /// @throws InvalidValueException naming NIOSQ or NIOCQ when they do not
    public NvmeControllerStateView validate(long nvmeStateBytes) {
        return validate(nvmeStateBytes, 0);
    }

    /// Checks the counts; offsets in a refusal count from so many bytes before this structure.
    NvmeControllerStateView validate(long nvmeStateBytes, long reportedBase) {
        long room = (nvmeStateBytes - HEADER_BYTES) / QUEUE_BYTES;
        requireRoom("NIOSQ", submissionQueueCount(), room, reportedBase + NIOSQ_OFFSET);
        requireRoom("NIOCQ", completionQueueCount(), room - submissionQueueCount(), reportedBase + NIOCQ_OFFSET);
        return this;
    }

    private static void requireRoom(String field, int count, long room, long reportedOffset) {
        if (count > room) {
            throw new InvalidValueException(field, Integer.toString(count), "0 to " + room, reportedOffset);
        }
    }

    private static void requireIndex(String name, int index, int count) {
        if (index < 0 || index >= count) {
            throw new InvalidValueException(name, Integer.toString(index), "0 to " + (count - 1));
        }
    }
}

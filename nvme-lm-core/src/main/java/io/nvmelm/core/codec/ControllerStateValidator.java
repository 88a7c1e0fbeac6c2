package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Checks a controller state while it passes, piece by piece, against the format it is said to have. Pieces may have
/// any size; the verdict does not depend on how the state was cut.
///
/// Checked are: version of the envelope; both sizes, against the maximum and against the bytes that arrive; presence
/// and version of the NVMe Controller State; absence of vendor specific data that the format does not have; and of a
/// state of version 0, that the counted queues fit, that identifiers are not 0 and ascend, that the completion queue of
/// every submission queue exists, that queues start at a page and have two slots or more, and that heads and tails are
/// inside their queues. Vendor specific data and states of other versions pass unread.
///
/// Uses some 500 bytes, up to 5 more for each queue identifier from 0 to the largest, and at most 145 KiB whatever the state's size and
/// content. Allocates nothing after construction but what identifiers larger than before need, unless it refuses. Not thread-safe.
public final class ControllerStateValidator {
    private static final int HEADER_BYTES = ControllerStateView.HEADER_BYTES;
    private static final int QUEUE_BYTES = NvmeControllerStateView.QUEUE_BYTES;

    /// What comes next in the state.
    private enum Part {
        HEADER(HEADER_BYTES), NVME_VERSION(2), NVME_HEADER(NvmeControllerStateView.HEADER_BYTES), SUBMISSION_QUEUE(
                QUEUE_BYTES), COMPLETION_QUEUE(QUEUE_BYTES),
        /// All the rest, which is counted and not read.
        UNREAD(0);

        private final int byteSize;

        Part(int byteSize) {
            this.byteSize = byteSize;
        }
    }

    private final StateFormat format;
    private final long maximumStateBytes;

    private final MemorySegment collected = MemorySegment.ofArray(new byte[HEADER_BYTES]);
    private final ControllerStateView header = new ControllerStateView();
    private final NvmeControllerStateView nvmeHeader = new NvmeControllerStateView();
    private final QueueStateCheck queues = new QueueStateCheck();

    private Part part = Part.HEADER;
    /// Bytes that were checked, up to the start of the present part.
    private long checkedBytes;
    /// Bytes of the present part that are collected, because a piece ended inside it.
    private int collectedBytes;
    private long totalBytes;
    private long nvmeStateBytes;
    private int submissionQueuesLeft;
    private int completionQueuesLeft;
    private @Nullable InvalidValueException refusal;

    /// Creates a validator that waits for the first byte of a state.
    ///
    /// @param format            format that the state is said to have
    /// @param maximumStateBytes most bytes that the state may have, 48 or more
    /// @throws InvalidValueException when the maximum is smaller
    public ControllerStateValidator(StateFormat format, long maximumStateBytes) {
        ControllerStateView.requireHeader("maximumStateBytes", maximumStateBytes);
        this.format = format;
        this.maximumStateBytes = maximumStateBytes;
        reset();
    }

    /// Forgets everything and waits for the first byte of another state of the same format.
    public void reset() {
        part = Part.HEADER;
        checkedBytes = 0;
        collectedBytes = 0;
        totalBytes = -1;
        nvmeStateBytes = 0;
        submissionQueuesLeft = 0;
        completionQueuesLeft = 0;
        queues.reset();
        refusal = null;
    }

    /// {@return bytes of the whole state, known as soon as its first 48 bytes have arrived; -1 before}
    public long totalBytes() {
        return totalBytes;
    }

    /// {@return bytes that have arrived} After a refusal, those up to somewhere before the byte that it names.
    public long receivedBytes() {
        return checkedBytes + collectedBytes;
    }

    /// Takes the next piece of the state. After a refusal every further call is refused in the same way, until
    /// [#reset()].
    ///
    /// @param piece       memory that holds the piece; not kept
    /// @param pieceOffset where the piece starts in it
    /// @param byteSize    bytes of the piece, 0 or more
    /// @throws InvalidValueException when the state is refused; names the field, its value and bound, and the byte of
    ///                               the state at which it stands
    public void accept(MemorySegment piece, long pieceOffset, long byteSize) {
        Layouts.requireInside("piece", piece, pieceOffset, byteSize);
        throwRefusal();
        try {
            take(piece, pieceOffset, pieceOffset + byteSize);
        } catch (InvalidValueException e) {
            refusal = e;
            throw e;
        }
    }

    /// Says that the state has ended.
    ///
    /// @throws InvalidValueException when the state was refused before, or bytes are missing
    public void finish() {
        throwRefusal();
        long received = receivedBytes();
        if (received != totalBytes) {
            refusal = new InvalidValueException(
                    "Controller State size",
                    Long.toString(received),
                    totalBytes < 0 ? HEADER_BYTES + " or more" : Long.toString(totalBytes),
                    received);
            throw refusal;
        }
    }

    private void throwRefusal() {
        if (refusal != null) {
            throw refusal;
        }
    }

    private void take(MemorySegment piece, long from, long to) {
        long at = from;
        while (at < to) {
            int partBytes = part.byteSize;
            if (part == Part.UNREAD) {
                skip(to - at);
                at = to;
            } else if (collectedBytes == 0 && to - at >= partBytes) {
                long checked = check(piece, at, to);
                checkedBytes += checked;
                at += checked;
            } else {
                int taken = (int) Math.min(partBytes - collectedBytes, to - at);
                MemorySegment.copy(piece, at, collected, collectedBytes, taken);
                collectedBytes += taken;
                at += taken;
                if (collectedBytes == partBytes) {
                    checkedBytes += check(collected, 0, partBytes);
                    collectedBytes = 0;
                }
            }
        }
    }

    private void skip(long byteSize) {
        if (byteSize > totalBytes - checkedBytes) {
            throw new InvalidValueException(
                    "Controller State size", "more than " + totalBytes, Long.toString(totalBytes), totalBytes);
        }
        checkedBytes += byteSize;
    }

    /// Checks the present part, of which all is there, and of queues as many as are there.
    ///
    /// @return bytes that were checked
    private long check(MemorySegment segment, long at, long to) {
        long checked = part.byteSize;
        switch (part) {
            case HEADER -> checkHeader(segment, at);
            case NVME_VERSION -> {
                requireVersion(Short.toUnsignedInt(segment.get(Layouts.WORD, at)));
                part = Part.UNREAD;
            }
            case NVME_HEADER -> checkNvmeHeader(segment, at);
            case SUBMISSION_QUEUE -> {
                int count = (int) Math.min(submissionQueuesLeft, (to - at) / QUEUE_BYTES);
                queues.submissionQueues(segment, at, count, checkedBytes);
                checked = (long) QUEUE_BYTES * count;
                submissionQueuesLeft -= count;
                nextQueue();
            }
            case COMPLETION_QUEUE -> {
                int count = (int) Math.min(completionQueuesLeft, (to - at) / QUEUE_BYTES);
                queues.completionQueues(segment, at, count, checkedBytes);
                checked = (long) QUEUE_BYTES * count;
                completionQueuesLeft -= count;
                nextQueue();
            }
            case UNREAD -> {}
        }
        return checked;
    }

    private void checkHeader(MemorySegment segment, long at) {
        header.wrap(segment, at).validate(maximumStateBytes, maximumStateBytes);
        long nvmeStateDwords = header.nvmeStateDwords();
        if (header.vendorDwords() != 0 && format.vendorUuid().isEmpty()) {
            throw new InvalidValueException(
                    "VSS",
                    Long.toString(header.vendorDwords()),
                    "0 in a format without vendor specific data",
                    ControllerStateView.VSS_OFFSET);
        }
        if (format.version().isEmpty()) {
            if (nvmeStateDwords != 0) {
                throw badNvmeStateSize(nvmeStateDwords, "0 in a format without NVMe Controller State");
            }
            part = Part.UNREAD;
        } else if (expectedVersion() == 0) {
            ControllerStateCodec.requireVersion0Header(nvmeStateDwords);
            part = Part.NVME_HEADER;
        } else {
            if (nvmeStateDwords == 0) {
                throw badNvmeStateSize(0, "1 or more for a state of version " + expectedVersion());
            }
            part = Part.NVME_VERSION;
        }
        nvmeStateBytes = 4 * nvmeStateDwords;
        totalBytes = header.totalBytes();
    }

    private void checkNvmeHeader(MemorySegment segment, long at) {
        nvmeHeader.wrap(segment, at);
        requireVersion(nvmeHeader.version());
        nvmeHeader.validate(nvmeStateBytes, HEADER_BYTES);
        submissionQueuesLeft = nvmeHeader.submissionQueueCount();
        completionQueuesLeft = nvmeHeader.completionQueueCount();
        nextQueue();
    }

    private void nextQueue() {
        if (submissionQueuesLeft > 0) {
            part = Part.SUBMISSION_QUEUE;
        } else if (completionQueuesLeft > 0) {
            part = Part.COMPLETION_QUEUE;
        } else {
            part = Part.UNREAD;
            queues.completionQueuesExist();
        }
    }

    private void requireVersion(int version) {
        if (version != expectedVersion()) {
            throw new InvalidValueException(
                    "VER", Integer.toString(version), Integer.toString(expectedVersion()), HEADER_BYTES);
        }
    }

    private int expectedVersion() {
        return format.version().orElse(0);
    }

    private static InvalidValueException badNvmeStateSize(long dwords, String bound) {
        return new InvalidValueException(
                "NVMECSS", Long.toString(dwords), bound, ControllerStateView.NVMECSS_OFFSET);
    }
}

package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.DeviceRegion;
import org.jspecify.annotations.Nullable;

/// The controller properties in BAR 0 of an NVMe function and its doorbells (Base 2.3 clause 3.1.4).
///
/// ```
///   00h CAP (64)   08h VS   14h CC   1Ch CSTS   24h AQA   28h ASQ (64)   30h ACQ (64)   68h CRTO
///   1000h + (2y)     * (4 << CAP.DSTRD)   tail doorbell of submission queue y
///   1000h + (2y + 1) * (4 << CAP.DSTRD)   head doorbell of completion queue y
/// ```
///
/// 64-bit properties are accessed by halves, low one first. What reads as all ones is gone. Thread-safe.
final class NvmeRegisters {
    /// Controller Capabilities (fig. 36).
    static final int CAP = 0x00;
    /// Version.
    static final int VS = 0x08;
    /// Controller Configuration (fig. 41).
    static final int CC = 0x14;
    /// Controller Status (fig. 42).
    static final int CSTS = 0x1C;
    /// Admin Queue Attributes.
    static final int AQA = 0x24;
    /// Admin Submission Queue Base Address.
    static final int ASQ = 0x28;
    /// Admin Completion Queue Base Address.
    static final int ACQ = 0x30;
    /// Controller Ready Timeouts.
    static final int CRTO = 0x68;
    /// First doorbell.
    static final int DOORBELLS = 0x1000;

    /// CC.EN: enable.
    static final int CC_ENABLE = 1;
    /// CC.CSS: selected command sets.
    static final int CC_COMMAND_SET_SHIFT = 4;
    /// CC.MPS: memory page size, 2^(12 + MPS).
    static final int CC_PAGE_SHIFT = 7;
    /// CC.SHN: shutdown notification.
    static final int CC_SHUTDOWN_MASK = 3 << 14;
    /// CC.SHN 01b: normal shutdown.
    static final int CC_SHUTDOWN_NORMAL = 1 << 14;
    /// CC.IOSQES 6 and CC.IOCQES 4: entries of 64 and 16 bytes.
    static final int CC_ENTRY_SIZES = 6 << 16 | 4 << 20;

    /// CSTS.RDY: ready.
    static final int CSTS_READY = 1;
    /// CSTS.CFS: controller fatal status.
    static final int CSTS_FATAL = 1 << 1;
    /// CSTS.SHST: shutdown status.
    static final int CSTS_SHUTDOWN_MASK = 3 << 2;
    /// CSTS.SHST 10b: shutdown is complete.
    static final int CSTS_SHUTDOWN_COMPLETE = 2 << 2;

    private static final int ALL_ONES = -1;
    private static final int DOORBELL_BYTES = 4;

    private final DeviceRegion bar;
    private final String device;
    private volatile int doorbellStride = DOORBELL_BYTES;

    /// Takes BAR 0 of a controller.
    ///
    /// @throws TransportException when it is too small to be one
    NvmeRegisters(DeviceRegion bar, String device) {
        this.bar = bar;
        this.device = device;
        if (bar.byteSize() < DOORBELLS + 2L * DOORBELL_BYTES) {
            throw (TransportException) new TransportException(
                    FailureCategory.ABORT_MIGRATION,
                    "BAR 0 has " + bar.byteSize() + " bytes, too few for an NVMe controller",
                    "Check the PCI address: the function has to be an NVMe controller (lspci -nn, class 0108)",
                    0,
                    null)
                    .at(device, null);
        }
    }

    /// {@return CAP} Doorbells are where it says from then on.
    ///
    /// @throws TransportException when the controller is gone
    ControllerCapabilities capabilities() {
        long bits = read64(CAP);
        if (bits == ALL_ONES) {
            throw QueueFailure.gone().exception(device);
        }
        var capabilities = new ControllerCapabilities(bits);
        doorbellStride = DOORBELL_BYTES << capabilities.doorbellStrideExponent();
        return capabilities;
    }

    int version() {
        return bar.read32(VS);
    }

    int configuration() {
        return present(bar.read32(CC));
    }

    void configuration(int value) {
        bar.write32(CC, value);
    }

    /// {@return CSTS}
    ///
    /// @throws TransportException when the controller is gone
    int status() {
        return present(bar.read32(CSTS));
    }

    /// {@return why a controller that was ready can no longer be used; null when it can}
    @Nullable
    QueueFailure ailment() {
        int status = bar.read32(CSTS);
        if (status == ALL_ONES) {
            return QueueFailure.gone();
        }
        if ((status & CSTS_FATAL) != 0) {
            return QueueFailure.fatal(status);
        }
        return (status & CSTS_READY) == 0 ? QueueFailure.stopped(status) : null;
    }

    /// {@return CRTO.CRWMT, in units of 500 ms}
    int readyWithMediaTimeout() {
        return bar.read32(CRTO) & 0xFFFF;
    }

    /// Says where the admin queues are.
    ///
    /// @param entries entries of each, 2 to 4096
    void adminQueues(int entries, long submissionAddress, long completionAddress) {
        bar.write32(AQA, (entries - 1) << 16 | entries - 1);
        write64(ASQ, submissionAddress);
        write64(ACQ, completionAddress);
    }

    /// Checks that the doorbells of a queue pair lie in BAR 0.
    ///
    /// @throws TransportException when they do not
    void requireDoorbells(int queueId) {
        if (DOORBELLS + (2L * queueId + 2) * doorbellStride > bar.byteSize()) {
            throw (TransportException) new TransportException(
                    FailureCategory.ABORT_MIGRATION,
                    "the doorbells of queue " + queueId + " lie behind the " + bar.byteSize() + " bytes of BAR 0",
                    "Use fewer I/O queues",
                    0,
                    null)
                    .at(device, null);
        }
    }

    void submissionTail(int queueId, int tail) {
        bar.write32(DOORBELLS + 2L * queueId * doorbellStride, tail);
    }

    void completionHead(int queueId, int head) {
        bar.write32(DOORBELLS + (2L * queueId + 1) * doorbellStride, head);
    }

    private int present(int value) {
        if (value == ALL_ONES) {
            throw QueueFailure.gone().exception(device);
        }
        return value;
    }

    private long read64(int offset) {
        long low = Integer.toUnsignedLong(bar.read32(offset));
        return low | (long) bar.read32(offset + 4L) << 32;
    }

    private void write64(int offset, long value) {
        bar.write32(offset, (int) value);
        bar.write32(offset + 4L, (int) (value >>> 32));
    }
}

package io.nvmelm.transport.mock;

/// Offsets and fields of the controller properties in BAR 0 (Base 2.3 clause 3.1.4). Fields are given by shift and by
/// the mask that applies after the shift, unless a name ends in `BIT`.
public final class NvmRegisters {
    /// Controller Capabilities (CAP), 64 bits (fig. 36).
    public static final long CAP = 0x00;
    /// Version (VS), 32 bits: major in 31:16, minor in 15:8, tertiary in 7:0.
    public static final long VS = 0x08;
    /// Interrupt Mask Set (INTMS), 32 bits: a 1 masks the vector of that number.
    public static final long INTMS = 0x0C;
    /// Interrupt Mask Clear (INTMC), 32 bits: a 1 unmasks the vector of that number.
    public static final long INTMC = 0x10;
    /// Controller Configuration (CC), 32 bits (fig. 41).
    public static final long CC = 0x14;
    /// Controller Status (CSTS), 32 bits (fig. 42).
    public static final long CSTS = 0x1C;
    /// NVM Subsystem Reset (NSSR), 32 bits. CAP.NSSRS says whether it does anything.
    public static final long NSSR = 0x20;
    /// Admin Queue Attributes (AQA), 32 bits.
    public static final long AQA = 0x24;
    /// Admin Submission Queue Base Address (ASQ), 64 bits, page aligned.
    public static final long ASQ = 0x28;
    /// Admin Completion Queue Base Address (ACQ), 64 bits, page aligned.
    public static final long ACQ = 0x30;
    /// Controller Ready Timeouts (CRTO), 32 bits, in 500 ms: CRIMT in 31:16, CRWMT in 15:0.
    public static final long CRTO = 0x68;
    /// First doorbell.
    public static final long DOORBELLS = 0x1000;
    /// Bytes from one doorbell to the next with CAP.DSTRD 0.
    public static final int DOORBELL_STRIDE = 4;

    /// CAP.MQES, bits 15:0: largest number of entries of an I/O queue, 0's based.
    public static final long CAP_MQES_MASK = 0xFFFF;
    /// CAP.CQR: I/O queues must be physically contiguous.
    public static final long CAP_CQR_BIT = 1L << 16;
    /// CAP.TO: timeout of enabling and disabling, in 500 ms.
    public static final int CAP_TO_SHIFT = 24;
    /// Mask of CAP.TO.
    public static final long CAP_TO_MASK = 0xFF;
    /// CAP.DSTRD: distance of doorbells is 4 bytes times 2 to this power.
    public static final int CAP_DSTRD_SHIFT = 32;
    /// Mask of CAP.DSTRD.
    public static final long CAP_DSTRD_MASK = 0xF;
    /// CAP.CSS, its bit for the NVM command set.
    public static final long CAP_CSS_NVM_BIT = 1L << 37;
    /// CAP.MPSMIN: smallest memory page is 4096 bytes times 2 to this power.
    public static final int CAP_MPSMIN_SHIFT = 48;
    /// CAP.MPSMAX: largest memory page is 4096 bytes times 2 to this power.
    public static final int CAP_MPSMAX_SHIFT = 52;
    /// Mask of CAP.MPSMIN and CAP.MPSMAX.
    public static final long CAP_MPS_MASK = 0xF;
    /// CAP.CRMS, its bit for Controller Ready With Media.
    public static final long CAP_CRWMS_BIT = 1L << 59;

    /// CC.EN: enable.
    public static final int CC_EN_BIT = 1;
    /// CC.CSS: selected command set.
    public static final int CC_CSS_SHIFT = 4;
    /// Mask of CC.CSS.
    public static final int CC_CSS_MASK = 0x7;
    /// CC.MPS: memory page is 4096 bytes times 2 to this power.
    public static final int CC_MPS_SHIFT = 7;
    /// Mask of CC.MPS.
    public static final int CC_MPS_MASK = 0xF;
    /// CC.AMS: arbitration mechanism.
    public static final int CC_AMS_SHIFT = 11;
    /// Mask of CC.AMS.
    public static final int CC_AMS_MASK = 0x7;
    /// CC.SHN: shutdown notification; 1 normal, 2 abrupt.
    public static final int CC_SHN_SHIFT = 14;
    /// Mask of CC.SHN.
    public static final int CC_SHN_MASK = 0x3;
    /// CC.IOSQES: entry of an I/O submission queue is 2 to this power bytes.
    public static final int CC_IOSQES_SHIFT = 16;
    /// CC.IOCQES: entry of an I/O completion queue is 2 to this power bytes.
    public static final int CC_IOCQES_SHIFT = 20;
    /// Mask of CC.IOSQES and CC.IOCQES.
    public static final int CC_ENTRY_SIZE_MASK = 0xF;

    /// CSTS.RDY: ready.
    public static final int CSTS_RDY_BIT = 1;
    /// CSTS.CFS: controller fatal status.
    public static final int CSTS_CFS_BIT = 1 << 1;
    /// CSTS.SHST: shutdown status; 0 normal operation, 1 shutdown under way, 2 complete.
    public static final int CSTS_SHST_SHIFT = 2;
    /// Mask of CSTS.SHST.
    public static final int CSTS_SHST_MASK = 0x3;

    /// AQA.ASQS, bits 11:0: entries of the admin submission queue, 0's based, 1 or more.
    public static final int AQA_ASQS_SHIFT = 0;
    /// AQA.ACQS, bits 27:16: entries of the admin completion queue, 0's based, 1 or more.
    public static final int AQA_ACQS_SHIFT = 16;
    /// Mask of AQA.ASQS and AQA.ACQS.
    public static final int AQA_SIZE_MASK = 0xFFF;

    private NvmRegisters() {}

    /// {@return offset of the tail doorbell of a submission queue}
    ///
    /// @param queueId queue identifier, 0 for the admin queue
    public static long submissionDoorbell(int queueId) {
        return DOORBELLS + 2L * queueId * DOORBELL_STRIDE;
    }

    /// {@return offset of the head doorbell of a completion queue}
    ///
    /// @param queueId queue identifier, 0 for the admin queue
    public static long completionDoorbell(int queueId) {
        return DOORBELLS + (2L * queueId + 1) * DOORBELL_STRIDE;
    }
}

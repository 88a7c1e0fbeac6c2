package io.nvmelm.core.codec;

/// Where the fields of Identify Controller data start (CNS 01h, Base 2.3 fig. 328), and the sizes of its texts.
public final class IdentifyControllerOffsets {
    /// Offset of PCI vendor identifier (VID).
    public static final int VID_OFFSET = 0;
    /// Offset of PCI subsystem vendor identifier (SSVID).
    public static final int SSVID_OFFSET = 2;
    /// Offset of serial number (SN).
    public static final int SN_OFFSET = 4;
    /// Offset of model number (MN).
    public static final int MN_OFFSET = 24;
    /// Offset of firmware revision (FR).
    public static final int FR_OFFSET = 64;
    /// Offset of IEEE OUI identifier (IEEE).
    public static final int IEEE_OFFSET = 73;
    /// Offset of multi-path and sharing capabilities (CMIC).
    public static final int CMIC_OFFSET = 76;
    /// Offset of maximum data transfer size (MDTS).
    public static final int MDTS_OFFSET = 77;
    /// Offset of controller identifier (CNTLID).
    public static final int CNTLID_OFFSET = 78;
    /// Offset of version (VER).
    public static final int VER_OFFSET = 80;
    /// Offset of optional asynchronous events supported (OAES).
    public static final int OAES_OFFSET = 92;
    /// Offset of controller attributes (CTRATT).
    public static final int CTRATT_OFFSET = 96;
    /// Offset of controller type (CNTRLTYPE).
    public static final int CNTRLTYPE_OFFSET = 111;
    /// Offset of optional admin command support (OACS).
    public static final int OACS_OFFSET = 256;
    /// Offset of abort command limit (ACL).
    public static final int ACL_OFFSET = 258;
    /// Offset of asynchronous event request limit (AERL).
    public static final int AERL_OFFSET = 259;
    /// Offset of host memory buffer preferred size (HMPRE).
    public static final int HMPRE_OFFSET = 272;
    /// Offset of submission queue entry size (SQES).
    public static final int SQES_OFFSET = 512;
    /// Offset of completion queue entry size (CQES).
    public static final int CQES_OFFSET = 513;
    /// Offset of maximum outstanding commands (MAXCMD).
    public static final int MAXCMD_OFFSET = 514;
    /// Offset of number of namespaces (NN).
    public static final int NN_OFFSET = 516;
    /// Offset of optional NVM command support (ONCS).
    public static final int ONCS_OFFSET = 520;
    /// Offset of volatile write cache (VWC).
    public static final int VWC_OFFSET = 525;
    /// Offset of SGL support (SGLS).
    public static final int SGLS_OFFSET = 536;
    /// Offset of memory range tracking descriptors of the controller (CMMRTD).
    public static final int CMMRTD_OFFSET = 570;
    /// Offset of memory range tracking descriptors of the subsystem (NMMRTD).
    public static final int NMMRTD_OFFSET = 572;
    /// Offset of minimum memory range tracking granularity (MINMRTG).
    public static final int MINMRTG_OFFSET = 574;
    /// Offset of maximum memory range tracking granularity (MAXMRTG).
    public static final int MAXMRTG_OFFSET = 575;
    /// Offset of tracking attributes (TRATTR).
    public static final int TRATTR_OFFSET = 576;
    /// Offset of user data migration queues of the controller (MCUDMQ).
    public static final int MCUDMQ_OFFSET = 578;
    /// Offset of user data migration queues of the subsystem (MNSUDMQ).
    public static final int MNSUDMQ_OFFSET = 580;
    /// Offset of memory ranges of one controller data queue (MCMR).
    public static final int MCMR_OFFSET = 582;
    /// Offset of memory ranges of all controller data queues (NMCMR).
    public static final int NMCMR_OFFSET = 584;
    /// Offset of PRPs of one controller data queue (MCDQPC).
    public static final int MCDQPC_OFFSET = 586;
    /// Offset of the NVM subsystem NVMe qualified name (SUBNQN).
    public static final int SUBNQN_OFFSET = 768;
    /// Offset of the vendor specific bytes.
    public static final int VENDOR_OFFSET = 3072;
    /// Bytes of SN.
    public static final int SN_BYTES = 20;
    /// Bytes of MN.
    public static final int MN_BYTES = 40;
    /// Bytes of FR.
    public static final int FR_BYTES = 8;
    /// Bytes of SUBNQN.
    public static final int SUBNQN_BYTES = 256;

    private IdentifyControllerOffsets() {}
}

package io.nvmelm.nvme;

/// Identify Controller (CNS 01h, Base 2.3 fig. 328), the fields that live migration needs. Texts are without padding.
///
/// @param pciVendorId                  VID, bytes 0 to 1
/// @param pciSubsystemVendorId         SSVID, bytes 2 to 3
/// @param serialNumber                 SN, bytes 4 to 23
/// @param modelNumber                  MN, bytes 24 to 63
/// @param firmwareRevision             FR, bytes 64 to 71
/// @param ieeeOui                      IEEE OUI, bytes 73 to 75, 24 bits
/// @param multipathCapabilities        CMIC, byte 76
/// @param maximumDataTransferSize      MDTS, byte 77: exponent over the minimum page size, 0 for no limit
/// @param controllerId                 CNTLID, bytes 78 to 79
/// @param version                      VER, bytes 80 to 83, unsigned: major in bits 31:16, minor in 15:8
/// @param asynchronousEventsSupported  OAES, bytes 92 to 95, unsigned
/// @param controllerAttributes         CTRATT, bytes 96 to 99, unsigned
/// @param controllerType               CNTRLTYPE, byte 111
/// @param optionalAdminCommands        OACS, bytes 256 to 257; see [#hostManagedLiveMigration()]
/// @param abortCommandLimit            ACL, byte 258, 0's based
/// @param asynchronousEventLimit       AERL, byte 259, 0's based
/// @param hostMemoryBufferPreferred    HMPRE, bytes 272 to 275, unsigned, in 4 KiB; 0 in a subsystem with live
///                                     migration
/// @param submissionQueueEntrySize     SQES, byte 512
/// @param completionQueueEntrySize     CQES, byte 513
/// @param maximumCommands              MAXCMD, bytes 514 to 515
/// @param numberOfNamespaces           NN, bytes 516 to 519, unsigned
/// @param optionalNvmCommands          ONCS, bytes 520 to 521
/// @param volatileWriteCache           VWC, byte 525
/// @param sglSupport                   SGLS, bytes 536 to 539, unsigned
/// @param subsystemNqn                 SUBNQN, bytes 768 to 1023
/// @param tracking                     limits of change tracking, bytes 570 to 587
/// @param firstVendorByte              byte 3072
public record IdentifyController(
        int pciVendorId,
        int pciSubsystemVendorId,
        String serialNumber,
        String modelNumber,
        String firmwareRevision,
        int ieeeOui,
        int multipathCapabilities,
        int maximumDataTransferSize,
        int controllerId,
        long version,
        long asynchronousEventsSupported,
        long controllerAttributes,
        int controllerType,
        int optionalAdminCommands,
        int abortCommandLimit,
        int asynchronousEventLimit,
        long hostMemoryBufferPreferred,
        int submissionQueueEntrySize,
        int completionQueueEntrySize,
        int maximumCommands,
        long numberOfNamespaces,
        int optionalNvmCommands,
        int volatileWriteCache,
        long sglSupport,
        String subsystemNqn,
        TrackingLimits tracking,
        int firstVendorByte) {

    /// OACS bit 7: Virtualization Management.
    public static final int OACS_VIRTUALIZATION_MANAGEMENT = 1 << 7;
    /// OACS bit 11: Host Managed Live Migration (HMLMS).
    public static final int OACS_HOST_MANAGED_LIVE_MIGRATION = 1 << 11;

    /// {@return whether this controller is a migration management controller (OACS bit 11)}
    public boolean hostManagedLiveMigration() {
        return (optionalAdminCommands & OACS_HOST_MANAGED_LIVE_MIGRATION) != 0;
    }

    /// {@return whether it has Virtualization Management (OACS bit 7)}
    public boolean virtualizationManagement() {
        return (optionalAdminCommands & OACS_VIRTUALIZATION_MANAGEMENT) != 0;
    }

    /// {@return the most bytes that one command can move; [Long#MAX_VALUE] when the controller names no limit}
    ///
    /// @param minimumPageBytes the controller's minimum memory page size in bytes (2^(12 + CAP.MPSMIN))
    public long maximumTransferBytes(long minimumPageBytes) {
        if (maximumDataTransferSize == 0) {
            return Long.MAX_VALUE;
        }
        int shift = maximumDataTransferSize;
        return shift >= Long.numberOfLeadingZeros(minimumPageBytes) ? Long.MAX_VALUE : minimumPageBytes << shift;
    }
}

package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.IdentifyControllerOffsets.*;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;

/// Identify Controller data of 4096 bytes (CNS 01h, Base 2.3 fig. 328), as a view: reads and writes memory in place, of
/// which it touches the fields that live migration needs.
///
/// ```
///   0    VID   SSVID   SN (20)   MN (40)   64 FR (8)
///   73   IEEE (3)   76 CMIC   77 MDTS   78 CNTLID   80 VER   92 OAES   96 CTRATT   111 CNTRLTYPE
///   256  OACS   258 ACL   259 AERL   272 HMPRE
///   512  SQES   513 CQES   514 MAXCMD   516 NN   520 ONCS   525 VWC
///   570  CMMRTD   NMMRTD   574 MINMRTG   575 MAXMRTG   576 TRATTR   578 MCUDMQ   MNSUDMQ   MCMR   NMCMR   586 MCDQPC
///   768  SUBNQN (256)
///   3072 vendor specific (1024)
/// ```
///
/// Numeric setters store the low bits of what they are given. Texts and [#tracking()] make an object each; nothing else
/// allocates. Not thread-safe.
public final class IdentifyControllerView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;

    /// Creates a view that has yet to be wrapped around a structure.
    public IdentifyControllerView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public IdentifyControllerView wrap(MemorySegment segment, long byteOffset) {
        place("Identify Controller data", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return PCI vendor identifier (VID)}
    public int pciVendorId() {
        return unsigned16(VID_OFFSET);
    }

    /// Sets the PCI vendor identifier (VID).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyControllerView pciVendorId(int value) {
        set16(VID_OFFSET, value);
        return this;
    }

    /// {@return PCI subsystem vendor identifier (SSVID)}
    public int pciSubsystemVendorId() {
        return unsigned16(SSVID_OFFSET);
    }

    /// Sets the PCI subsystem vendor identifier (SSVID).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyControllerView pciSubsystemVendorId(int value) {
        set16(SSVID_OFFSET, value);
        return this;
    }

    /// {@return serial number (SN), without padding}
    public String serialNumber() {
        return TextField.SN.read(this);
    }

    /// Sets the serial number (SN) and pads it with spaces.
    ///
    /// @param value at most 20 printable ASCII characters
    /// @return this
    /// @throws InvalidValueException when it is longer or has other characters
    public IdentifyControllerView serialNumber(String value) {
        TextField.SN.write(this, value);
        return this;
    }

    /// {@return model number (MN), without padding}
    public String modelNumber() {
        return TextField.MN.read(this);
    }

    /// Sets the model number (MN) and pads it with spaces.
    ///
    /// @param value at most 40 printable ASCII characters
    /// @return this
    /// @throws InvalidValueException when it is longer or has other characters
    public IdentifyControllerView modelNumber(String value) {
        TextField.MN.write(this, value);
        return this;
    }

    /// {@return firmware revision (FR), without padding}
    public String firmwareRevision() {
        return TextField.FR.read(this);
    }

    /// Sets the firmware revision (FR) and pads it with spaces.
    ///
    /// @param value at most 8 printable ASCII characters
    /// @return this
    /// @throws InvalidValueException when it is longer or has other characters
    public IdentifyControllerView firmwareRevision(String value) {
        TextField.FR.write(this, value);
        return this;
    }

    /// {@return IEEE OUI identifier (IEEE), 24 bits}
    public int ieeeOui() {
        return unsigned16(IEEE_OFFSET) | unsigned8(IEEE_OFFSET + 2) << 16;
    }

    /// Sets the IEEE OUI identifier (IEEE).
    ///
    /// @param value 24 bits
    /// @return this
    public IdentifyControllerView ieeeOui(int value) {
        set16(IEEE_OFFSET, value);
        set8(IEEE_OFFSET + 2, value >>> 16);
        return this;
    }

    /// {@return multi-path and sharing capabilities (CMIC)}
    public int multipathCapabilities() {
        return unsigned8(CMIC_OFFSET);
    }

    /// Sets the multi-path and sharing capabilities (CMIC).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView multipathCapabilities(int value) {
        set8(CMIC_OFFSET, value);
        return this;
    }

    /// {@return maximum data transfer size (MDTS), exponent over the minimum page size; 0 for no limit}
    public int maximumDataTransferSize() {
        return unsigned8(MDTS_OFFSET);
    }

    /// Sets the maximum data transfer size (MDTS).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView maximumDataTransferSize(int value) {
        set8(MDTS_OFFSET, value);
        return this;
    }

    /// {@return controller identifier (CNTLID)}
    public int controllerId() {
        return unsigned16(CNTLID_OFFSET);
    }

    /// Sets the controller identifier (CNTLID).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyControllerView controllerId(int value) {
        set16(CNTLID_OFFSET, value);
        return this;
    }

    /// {@return version (VER), unsigned}
    public long version() {
        return unsigned32(VER_OFFSET);
    }

    /// Sets the version (VER).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyControllerView version(long value) {
        set32(VER_OFFSET, value);
        return this;
    }

    /// {@return optional asynchronous events supported (OAES), unsigned}
    public long asynchronousEventsSupported() {
        return unsigned32(OAES_OFFSET);
    }

    /// Sets the optional asynchronous events supported (OAES).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyControllerView asynchronousEventsSupported(long value) {
        set32(OAES_OFFSET, value);
        return this;
    }

    /// {@return controller attributes (CTRATT), unsigned}
    public long controllerAttributes() {
        return unsigned32(CTRATT_OFFSET);
    }

    /// Sets the controller attributes (CTRATT).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyControllerView controllerAttributes(long value) {
        set32(CTRATT_OFFSET, value);
        return this;
    }

    /// {@return controller type (CNTRLTYPE)}
    public int controllerType() {
        return unsigned8(CNTRLTYPE_OFFSET);
    }

    /// Sets the controller type (CNTRLTYPE).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView controllerType(int value) {
        set8(CNTRLTYPE_OFFSET, value);
        return this;
    }

    /// {@return optional admin command support (OACS)}
    public int optionalAdminCommands() {
        return unsigned16(OACS_OFFSET);
    }

    /// Sets the optional admin command support (OACS).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyControllerView optionalAdminCommands(int value) {
        set16(OACS_OFFSET, value);
        return this;
    }

    /// {@return abort command limit (ACL), 0's based}
    public int abortCommandLimit() {
        return unsigned8(ACL_OFFSET);
    }

    /// Sets the abort command limit (ACL).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView abortCommandLimit(int value) {
        set8(ACL_OFFSET, value);
        return this;
    }

    /// {@return asynchronous event request limit (AERL), 0's based}
    public int asynchronousEventLimit() {
        return unsigned8(AERL_OFFSET);
    }

    /// Sets the asynchronous event request limit (AERL).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView asynchronousEventLimit(int value) {
        set8(AERL_OFFSET, value);
        return this;
    }

    /// {@return host memory buffer preferred size (HMPRE), unsigned, in 4 KiB}
    public long hostMemoryBufferPreferred() {
        return unsigned32(HMPRE_OFFSET);
    }

    /// Sets the host memory buffer preferred size (HMPRE).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyControllerView hostMemoryBufferPreferred(long value) {
        set32(HMPRE_OFFSET, value);
        return this;
    }

    /// {@return submission queue entry size (SQES)}
    public int submissionQueueEntrySize() {
        return unsigned8(SQES_OFFSET);
    }

    /// Sets the submission queue entry size (SQES).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView submissionQueueEntrySize(int value) {
        set8(SQES_OFFSET, value);
        return this;
    }

    /// {@return completion queue entry size (CQES)}
    public int completionQueueEntrySize() {
        return unsigned8(CQES_OFFSET);
    }

    /// Sets the completion queue entry size (CQES).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView completionQueueEntrySize(int value) {
        set8(CQES_OFFSET, value);
        return this;
    }

    /// {@return maximum outstanding commands (MAXCMD)}
    public int maximumCommands() {
        return unsigned16(MAXCMD_OFFSET);
    }

    /// Sets the maximum outstanding commands (MAXCMD).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyControllerView maximumCommands(int value) {
        set16(MAXCMD_OFFSET, value);
        return this;
    }

    /// {@return number of namespaces (NN), unsigned}
    public long numberOfNamespaces() {
        return unsigned32(NN_OFFSET);
    }

    /// Sets the number of namespaces (NN).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyControllerView numberOfNamespaces(long value) {
        set32(NN_OFFSET, value);
        return this;
    }

    /// {@return optional NVM command support (ONCS)}
    public int optionalNvmCommands() {
        return unsigned16(ONCS_OFFSET);
    }

    /// Sets the optional NVM command support (ONCS).
    ///
    /// @param value 16 bits
    /// @return this
    public IdentifyControllerView optionalNvmCommands(int value) {
        set16(ONCS_OFFSET, value);
        return this;
    }

    /// {@return volatile write cache (VWC)}
    public int volatileWriteCache() {
        return unsigned8(VWC_OFFSET);
    }

    /// Sets the volatile write cache (VWC).
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView volatileWriteCache(int value) {
        set8(VWC_OFFSET, value);
        return this;
    }

    /// {@return SGL support (SGLS), unsigned}
    public long sglSupport() {
        return unsigned32(SGLS_OFFSET);
    }

    /// Sets the SGL support (SGLS).
    ///
    /// @param value 32 bits
    /// @return this
    public IdentifyControllerView sglSupport(long value) {
        set32(SGLS_OFFSET, value);
        return this;
    }

    /// {@return NVM subsystem NVMe qualified name (SUBNQN), up to its terminating 0}
    public String subsystemNqn() {
        return TextField.SUBNQN.read(this);
    }

    /// Sets the NVM subsystem NVMe qualified name (SUBNQN) and fills the rest of the field with 0.
    ///
    /// @param value at most 223 bytes as UTF-8, without a 0
    /// @return this
    /// @throws InvalidValueException when it is longer or has a 0 inside
    public IdentifyControllerView subsystemNqn(String value) {
        TextField.SUBNQN.write(this, value);
        return this;
    }

    /// {@return limits of change tracking, bytes 570 to 587}
    public TrackingLimits tracking() {
        return new TrackingLimits(
                unsigned16(CMMRTD_OFFSET),
                unsigned16(NMMRTD_OFFSET),
                unsigned8(MINMRTG_OFFSET),
                unsigned8(MAXMRTG_OFFSET),
                unsigned8(TRATTR_OFFSET),
                unsigned16(MCUDMQ_OFFSET),
                unsigned16(MNSUDMQ_OFFSET),
                unsigned16(MCMR_OFFSET),
                unsigned16(NMCMR_OFFSET),
                unsigned16(MCDQPC_OFFSET));
    }

    /// Sets the limits of change tracking, bytes 570 to 587.
    ///
    /// @param value the limits, of which the low bits are stored
    /// @return this
    public IdentifyControllerView tracking(TrackingLimits value) {
        set16(CMMRTD_OFFSET, value.maximumRangesController());
        set16(NMMRTD_OFFSET, value.maximumRangesSubsystem());
        set8(MINMRTG_OFFSET, value.minimumRangeGranularity());
        set8(MAXMRTG_OFFSET, value.maximumRangeGranularity());
        set8(TRATTR_OFFSET, value.attributes());
        set16(MCUDMQ_OFFSET, value.maximumQueuesController());
        set16(MNSUDMQ_OFFSET, value.maximumQueuesSubsystem());
        set16(MCMR_OFFSET, value.maximumQueueMemoryRanges());
        set16(NMCMR_OFFSET, value.maximumMemoryRanges());
        set16(MCDQPC_OFFSET, value.maximumQueuePrps());
        return this;
    }

    /// {@return first vendor specific byte, byte 3072}
    public int firstVendorByte() {
        return unsigned8(VENDOR_OFFSET);
    }

    /// Sets the first vendor specific byte, byte 3072.
    ///
    /// @param value 8 bits
    /// @return this
    public IdentifyControllerView firstVendorByte(int value) {
        set8(VENDOR_OFFSET, value);
        return this;
    }
}

package io.nvmelm.transport.vfio.uapi;

/// The configuration space of a PCI function (`linux/pci_regs.h`), as far as a driver needs it.
public final class PciRegs {
    /// Bytes of the conventional space.
    public static final int CFG_SPACE_SIZE = 256;
    /// Bytes of the extended space.
    public static final int CFG_SPACE_EXP_SIZE = 4096;
    /// Bytes of the header.
    public static final int STD_HEADER_SIZEOF = 64;

    /// Offset of the u16 vendor.
    public static final int VENDOR_ID = 0x00;
    /// Offset of the u16 device.
    public static final int DEVICE_ID = 0x02;
    /// Offset of the u16 command register.
    public static final int COMMAND = 0x04;
    /// Offset of the u16 status register.
    public static final int STATUS = 0x06;
    /// Offset of the u32 of class (high 24 bits) and revision.
    public static final int CLASS_REVISION = 0x08;
    /// Offset of the u8 revision.
    public static final int REVISION_ID = 0x08;
    /// Offset of the u8 programming interface.
    public static final int CLASS_PROG = 0x09;
    /// Offset of the u16 class and subclass.
    public static final int CLASS_DEVICE = 0x0A;
    /// Offset of the u8 header type.
    public static final int HEADER_TYPE = 0x0E;
    /// Offset of the u32 BAR 0.
    public static final int BASE_ADDRESS_0 = 0x10;
    /// Offset of the u32 BAR 1.
    public static final int BASE_ADDRESS_1 = 0x14;
    /// Offset of the u16 subsystem vendor.
    public static final int SUBSYSTEM_VENDOR_ID = 0x2C;
    /// Offset of the u16 subsystem.
    public static final int SUBSYSTEM_ID = 0x2E;
    /// Offset of the u8 that says where the first capability is.
    public static final int CAPABILITY_LIST = 0x34;

    /// Command: answer in I/O space.
    public static final int COMMAND_IO = 0x01;
    /// Command: answer in memory space.
    public static final int COMMAND_MEMORY = 0x02;
    /// Command: bus master, that is, DMA and MSI-X.
    public static final int COMMAND_MASTER = 0x04;
    /// Command: no interrupt by pin.
    public static final int COMMAND_INTX_DISABLE = 0x400;
    /// Status: there are capabilities.
    public static final int STATUS_CAP_LIST = 0x10;
    /// Header type: the bits of the layout.
    public static final int HEADER_TYPE_MASK = 0x7F;
    /// BAR: it is in I/O space.
    public static final int BASE_ADDRESS_SPACE_IO = 0x01;
    /// BAR: the bits of the width.
    public static final int BASE_ADDRESS_MEM_TYPE_MASK = 0x06;
    /// BAR: it is 64 bits wide.
    public static final int BASE_ADDRESS_MEM_TYPE_64 = 0x04;

    /// Capability: offset of the u8 identifier.
    public static final int CAP_LIST_ID = 0x00;
    /// Capability: offset of the u8 that says where the next one is; 0 at the end.
    public static final int CAP_LIST_NEXT = 0x01;
    /// Capability of power management.
    public static final int CAP_ID_PM = 0x01;
    /// Capability of PCI Express.
    public static final int CAP_ID_EXP = 0x10;
    /// Capability of MSI-X.
    public static final int CAP_ID_MSIX = 0x11;
    /// Power management: offset of the u16 control and status.
    public static final int PM_CTRL = 0x04;
    /// Power management: the bits of the power state, 0 for D0.
    public static final int PM_CTRL_STATE_MASK = 0x03;
    /// PCI Express: offset of the u32 device capabilities.
    public static final int EXP_DEVCAP = 0x04;
    /// PCI Express: the function can be reset alone.
    public static final int EXP_DEVCAP_FLR = 0x10000000;
    /// PCI Express: offset of the u16 device control.
    public static final int EXP_DEVCTL = 0x08;
    /// PCI Express: resets the function when written.
    public static final int EXP_DEVCTL_BCR_FLR = 0x8000;
    /// PCI Express: offset of the u16 device status.
    public static final int EXP_DEVSTA = 0x0A;
    /// PCI Express: transactions are pending.
    public static final int EXP_DEVSTA_TRPND = 0x20;
    /// MSI-X: offset of the u16 control.
    public static final int MSIX_FLAGS = 0x02;
    /// MSI-X: the bits of the table size, 0 for one entry.
    public static final int MSIX_FLAGS_QSIZE = 0x07FF;
    /// MSI-X: offset of the u32 of table offset and BAR.
    public static final int MSIX_TABLE = 0x04;
    /// MSI-X: the bits of the BAR.
    public static final int MSIX_TABLE_BIR = 0x7;

    private PciRegs() {}
}

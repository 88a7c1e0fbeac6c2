package io.nvmelm.transport.vfio.uapi;

/// Commands through the NVMe driver of the kernel (`linux/nvme_ioctl.h`). A command ioctl answers 0, -1 with an
/// error number, or the status of the completion: the status field without the phase bit (Base 2.3 fig. 100).
public final class NvmeIoctl {
    /// The namespace of a node.
    public static final long ID = 0x4E40;
    /// An admin command ([PassthruCmd]).
    public static final long ADMIN_CMD = 0xC0484E41L;
    /// Resets the controller; no argument.
    public static final long RESET = 0x4E44;
    /// Resets the subsystem; no argument.
    public static final long SUBSYS_RESET = 0x4E45;
    /// Looks for namespaces again; no argument.
    public static final long RESCAN = 0x4E46;
    /// An admin command with a result of 64 bits ([PassthruCmd64]).
    public static final long ADMIN64_CMD = 0xC0504E47L;

    /// Bits of the status code.
    public static final int STATUS_CODE_MASK = 0x00FF;
    /// Lowest bit of the status code type.
    public static final int STATUS_CODE_TYPE_SHIFT = 8;
    /// Bits of the status code type.
    public static final int STATUS_CODE_TYPE_MASK = 0x0700;
    /// Lowest bit of the command retry delay.
    public static final int STATUS_RETRY_DELAY_SHIFT = 11;
    /// Bits of the command retry delay.
    public static final int STATUS_RETRY_DELAY_MASK = 0x1800;
    /// More is in the error information log.
    public static final int STATUS_MORE = 0x2000;
    /// The command would fail again.
    public static final int STATUS_DO_NOT_RETRY = 0x4000;

    private NvmeIoctl() {}

    /// `struct nvme_passthru_cmd64`: a command with a result of 64 bits.
    public static final class PassthruCmd64 {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 80;
        /// Offset of the u8 opcode.
        public static final int OPCODE = 0;
        /// Offset of the u8 flags, which have to be 0.
        public static final int FLAGS = 1;
        /// Offset of the u32 namespace.
        public static final int NSID = 4;
        /// Offset of the u32 command dword 2.
        public static final int CDW2 = 8;
        /// Offset of the u32 command dword 3.
        public static final int CDW3 = 12;
        /// Offset of the u64 address of the metadata.
        public static final int METADATA = 16;
        /// Offset of the u64 address of the data.
        public static final int ADDR = 24;
        /// Offset of the u32 bytes of metadata.
        public static final int METADATA_LEN = 32;
        /// Offset of the u32 bytes of data.
        public static final int DATA_LEN = 36;
        /// Offset of the u32 command dword 10.
        public static final int CDW10 = 40;
        /// Offset of the u32 command dword 11.
        public static final int CDW11 = 44;
        /// Offset of the u32 command dword 12.
        public static final int CDW12 = 48;
        /// Offset of the u32 command dword 13.
        public static final int CDW13 = 52;
        /// Offset of the u32 command dword 14.
        public static final int CDW14 = 56;
        /// Offset of the u32 command dword 15.
        public static final int CDW15 = 60;
        /// Offset of the u32 time limit in milliseconds; 0 for that of the driver.
        public static final int TIMEOUT_MS = 64;
        /// Offset of the u64 result.
        public static final int RESULT = 72;

        private PassthruCmd64() {}
    }

    /// `struct nvme_passthru_cmd`: a command with a result of 32 bits.
    public static final class PassthruCmd {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 72;
        /// Offset of the u8 opcode.
        public static final int OPCODE = 0;
        /// Offset of the u8 flags, which have to be 0.
        public static final int FLAGS = 1;
        /// Offset of the u32 namespace.
        public static final int NSID = 4;
        /// Offset of the u32 command dword 2.
        public static final int CDW2 = 8;
        /// Offset of the u32 command dword 3.
        public static final int CDW3 = 12;
        /// Offset of the u64 address of the metadata.
        public static final int METADATA = 16;
        /// Offset of the u64 address of the data.
        public static final int ADDR = 24;
        /// Offset of the u32 bytes of metadata.
        public static final int METADATA_LEN = 32;
        /// Offset of the u32 bytes of data.
        public static final int DATA_LEN = 36;
        /// Offset of the u32 command dword 10.
        public static final int CDW10 = 40;
        /// Offset of the u32 command dword 11.
        public static final int CDW11 = 44;
        /// Offset of the u32 command dword 12.
        public static final int CDW12 = 48;
        /// Offset of the u32 command dword 13.
        public static final int CDW13 = 52;
        /// Offset of the u32 command dword 14.
        public static final int CDW14 = 56;
        /// Offset of the u32 command dword 15.
        public static final int CDW15 = 60;
        /// Offset of the u32 time limit in milliseconds; 0 for that of the driver.
        public static final int TIMEOUT_MS = 64;
        /// Offset of the u32 result.
        public static final int RESULT = 68;

        private PassthruCmd() {}
    }
}

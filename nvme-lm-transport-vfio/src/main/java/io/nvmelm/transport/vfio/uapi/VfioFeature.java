package io.nvmelm.transport.vfio.uapi;

/// Features of a VFIO device, most of them about migration (`linux/vfio.h`, `VFIO_DEVICE_FEATURE`). The flags of a
/// request are a feature number and at least one of [#GET], [#SET] and [#PROBE].
public final class VfioFeature {
    /// The bits of the feature number.
    public static final int MASK = 0xFFFF;
    /// Read the feature.
    public static final int GET = 1 << 16;
    /// Write the feature.
    public static final int SET = 1 << 17;
    /// Ask whether reading or writing is offered.
    public static final int PROBE = 1 << 18;

    /// Sets the token of a PF: 16 bytes.
    public static final int PCI_VF_TOKEN = 0;
    /// Gets [MigrationFlags].
    public static final int MIGRATION = 1;
    /// Gets or sets a [MigState].
    public static final int MIG_DEVICE_STATE = 2;
    /// Allows low power.
    public static final int LOW_POWER_ENTRY = 3;
    /// Allows low power with an event descriptor for the wake-up.
    public static final int LOW_POWER_ENTRY_WITH_WAKEUP = 4;
    /// Forbids low power.
    public static final int LOW_POWER_EXIT = 5;
    /// Starts tracking of written pages ([DmaLoggingControl]).
    public static final int DMA_LOGGING_START = 6;
    /// Stops tracking of written pages.
    public static final int DMA_LOGGING_STOP = 7;
    /// Gets and clears written pages ([DmaLoggingReport]).
    public static final int DMA_LOGGING_REPORT = 8;
    /// Gets a [DataSize].
    public static final int MIG_DATA_SIZE = 9;
    /// Sets bus mastering of devices that are not PCI.
    public static final int BUS_MASTER = 10;
    /// Gets a DMA buffer descriptor of a region; Linux newer than 6.12.
    public static final int DMA_BUF = 11;
    /// Makes the flags of [PrecopyInfo] valid (`VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2`); Linux newer than
    /// 6.12.
    public static final int MIG_PRECOPY_INFO_V2 = 12;

    /// Unknown state; a reset is the way out.
    public static final int DEVICE_STATE_ERROR = 0;
    /// Stopped.
    public static final int DEVICE_STATE_STOP = 1;
    /// Running.
    public static final int DEVICE_STATE_RUNNING = 2;
    /// Stopped, its state is read.
    public static final int DEVICE_STATE_STOP_COPY = 3;
    /// Stopped, its state is written.
    public static final int DEVICE_STATE_RESUMING = 4;
    /// Running without peer-to-peer DMA of its own.
    public static final int DEVICE_STATE_RUNNING_P2P = 5;
    /// Running, its state is read and tracked.
    public static final int DEVICE_STATE_PRE_COPY = 6;
    /// As [#DEVICE_STATE_PRE_COPY], without peer-to-peer DMA of its own.
    public static final int DEVICE_STATE_PRE_COPY_P2P = 7;

    private VfioFeature() {}

    /// `struct vfio_device_feature`: the head of a request.
    public static final class Feature {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of feature number and operation.
        public static final int FLAGS = 4;
        /// Offset of the payload.
        public static final int DATA = 8;

        private Feature() {}
    }

    /// `struct vfio_device_feature_migration`: what migration the device offers.
    public static final class MigrationFlags {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u64 of `FLAG_…` bits.
        public static final int FLAGS = 0;
        /// State can be read and written while stopped.
        public static final long FLAG_STOP_COPY = 1L << 0;
        /// The device can run without peer-to-peer DMA.
        public static final long FLAG_P2P = 1L << 1;
        /// State can be read while running.
        public static final long FLAG_PRE_COPY = 1L << 2;

        private MigrationFlags() {}
    }

    /// `struct vfio_device_feature_mig_state`: the migration state.
    public static final class MigState {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u32 state, one of `DEVICE_STATE_…`.
        public static final int DEVICE_STATE = 0;
        /// Offset of the s32 descriptor of a new stream, a result; -1 for none.
        public static final int DATA_FD = 4;

        private MigState() {}
    }

    /// `struct vfio_device_feature_mig_data_size`: how much state there is.
    public static final class DataSize {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 8;
        /// Offset of the u64 estimate of the bytes to read while stopped.
        public static final int STOP_COPY_LENGTH = 0;

        private DataSize() {}
    }

    /// `struct vfio_device_feature_dma_logging_control`: which pages to track.
    public static final class DmaLoggingControl {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// Offset of the u64 granule wished; the granule chosen as a result.
        public static final int PAGE_SIZE = 0;
        /// Offset of the u32 number of ranges.
        public static final int NUM_RANGES = 8;
        /// Offset of the u64 address of an array of [DmaLoggingRange].
        public static final int RANGES = 16;

        private DmaLoggingControl() {}
    }

    /// `struct vfio_device_feature_dma_logging_range`: a range of bus addresses to track.
    public static final class DmaLoggingRange {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 16;
        /// Offset of the u64 bus address.
        public static final int IOVA = 0;
        /// Offset of the u64 bytes.
        public static final int LENGTH = 8;

        private DmaLoggingRange() {}
    }

    /// `struct vfio_device_feature_dma_logging_report`: a question for written pages.
    public static final class DmaLoggingReport {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 32;
        /// Offset of the u64 bus address.
        public static final int IOVA = 0;
        /// Offset of the u64 bytes.
        public static final int LENGTH = 8;
        /// Offset of the u64 granule of the bitmap.
        public static final int PAGE_SIZE = 16;
        /// Offset of the u64 address of the bitmap of u64 words, in which bits are set and never cleared.
        public static final int BITMAP = 24;

        private DmaLoggingReport() {}
    }

    /// `struct vfio_precopy_info`: how much can be read from the stream before the device stops.
    public static final class PrecopyInfo {
        /// Bytes of the structure.
        public static final int BYTE_SIZE = 24;
        /// Offset of the u32 with the bytes of structure and tail.
        public static final int ARGSZ = 0;
        /// Offset of the u32 of `FLAG_…` bits.
        public static final int FLAGS = 4;
        /// Offset of the u64 initial bytes not read yet.
        public static final int INITIAL_BYTES = 8;
        /// Offset of the u64 bytes written since and not read yet.
        public static final int DIRTY_BYTES = 16;
        /// There are new initial bytes; valid after [VfioFeature#MIG_PRECOPY_INFO_V2] was set.
        public static final int FLAG_REINIT = 1 << 0;

        private PrecopyInfo() {}
    }
}

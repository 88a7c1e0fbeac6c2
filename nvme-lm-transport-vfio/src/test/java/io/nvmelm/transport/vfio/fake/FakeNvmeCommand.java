package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A passthrough command as the NVMe driver of the kernel reads it (linux/nvme_ioctl.h): `struct nvme_passthru_cmd64`,
/// or `struct nvme_passthru_cmd`, which differs behind offset 64 only.
///
/// @param struct the structure, in memory of the process
record FakeNvmeCommand(FakeStruct struct) {
    private static final int GET_LOG_PAGE = 0x02;
    private static final int IDENTIFY = 0x06;
    private static final int SET_FEATURES = 0x09;
    private static final int GET_FEATURES = 0x0A;
    private static final int DATA_QUEUE_FEATURE = 0x21;
    private static final int DATA_QUEUE_FEATURE_BYTES = 512;
    private static final int TRACK_SEND = 0x3D;
    private static final int TRACK_RECEIVE = 0x3E;
    private static final int START_TRACKING_MEMORY = 0x10001;
    private static final int RANGES_HEADER_BYTES = 8;
    private static final int RANGE_BYTES = 12;
    private static final int MIGRATION_SEND = 0x41;
    private static final int MIGRATION_RECEIVE = 0x42;
    private static final int SET_CONTROLLER_STATE = 2;
    private static final int IDENTIFY_BYTES = 4096;
    private static final int PAGE = 4096;

    int opcode() {
        return struct.u32(0) & 0xFF;
    }

    int flags() {
        return struct.u32(0) >>> 8 & 0xFF;
    }

    int nsid() {
        return struct.u32(4);
    }

    boolean hasMetadata() {
        return struct.u64(16) != 0 && struct.u32(32) != 0;
    }

    long address() {
        return struct.u64(24);
    }

    /// {@return bytes of the data buffer; 0 when there is none}
    long dataBytes() {
        return address() == 0 ? 0 : Integer.toUnsignedLong(struct.u32(36));
    }

    long timeoutMillis() {
        return Integer.toUnsignedLong(struct.u32(64));
    }

    /// {@return pages that the data buffer touches: as many segments when none of them are neighbours in physical
    /// memory}
    long pages() {
        return dataBytes() == 0 ? 0 : (address() + dataBytes() - 1) / PAGE - address() / PAGE + 1;
    }

    /// {@return whether the controller writes into the buffer}
    boolean writesHost() {
        return (opcode() & 2) != 0;
    }

    /// {@return whether somebody without CAP_SYS_ADMIN may do this: a few kinds of Identify}
    boolean allowedToAll() {
        if (opcode() != IDENTIFY) {
            return false;
        }
        return switch (cdw(10) & 0xFF) {
            case 0x00, 0x01, 0x05, 0x06, 0x08 -> true;
            default -> false;
        };
    }

    /// {@return whether this sets a feature that the driver keeps for itself: number of queues, autonomous power, host
    /// memory buffer, keep alive, host behaviour}
    boolean setsDriverFeature() {
        if (opcode() != SET_FEATURES) {
            return false;
        }
        return switch (cdw(10) & 0xFF) {
            case 0x07, 0x0C, 0x0D, 0x0F, 0x16 -> true;
            default -> false;
        };
    }

    /// {@return bytes that the controller moves by the command's own word, whatever the buffer is; 0 when unknown or
    /// none}
    long bytesMoved() {
        return switch (opcode()) {
            case IDENTIFY -> IDENTIFY_BYTES;
            case GET_LOG_PAGE -> (((long) (cdw(11) & 0xFFFF) << 16 | cdw(10) >>> 16) + 1) * 4;
            case GET_FEATURES -> (cdw(10) & 0x7FF) == DATA_QUEUE_FEATURE ? DATA_QUEUE_FEATURE_BYTES : 0;
            case TRACK_SEND -> cdw(10) == START_TRACKING_MEMORY ? trackMemoryBytes() : 0;
            case TRACK_RECEIVE -> (Integer.toUnsignedLong(cdw(12)) + 1) * 4;
            case MIGRATION_RECEIVE -> (Integer.toUnsignedLong(cdw(15)) + 1) * 4;
            case MIGRATION_SEND -> (cdw(10) & 0xFF) == SET_CONTROLLER_STATE ? Integer.toUnsignedLong(cdw(15)) * 4 : 0;
            default -> 0;
        };
    }

    /// Track Send has no length: the structure says how many ranges there are.
    private long trackMemoryBytes() {
        return dataBytes() < RANGES_HEADER_BYTES
                ? RANGES_HEADER_BYTES
                : RANGES_HEADER_BYTES
                        + RANGE_BYTES * Integer.toUnsignedLong(data().get(ValueLayout.JAVA_INT_UNALIGNED, 4));
    }

    /// {@return the submission entry without command identifier and data pointer (Base 2.3 fig. 92)}
    MemorySegment entry() {
        var entry = MemorySegment.ofArray(new int[16]);
        entry.set(ValueLayout.JAVA_INT, 0, opcode());
        entry.set(ValueLayout.JAVA_INT, 4, nsid());
        entry.set(ValueLayout.JAVA_INT, 8, struct.u32(8));
        entry.set(ValueLayout.JAVA_INT, 12, struct.u32(12));
        for (int dword = 10; dword < 16; dword++) {
            entry.set(ValueLayout.JAVA_INT, dword * 4L, cdw(dword));
        }
        return entry;
    }

    MemorySegment data() {
        return FakeStruct.at(address(), dataBytes()).memory();
    }

    private int cdw(int dword) {
        return struct.u32(dword * 4L);
    }
}

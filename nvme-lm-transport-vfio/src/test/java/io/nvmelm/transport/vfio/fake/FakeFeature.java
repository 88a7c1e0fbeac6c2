package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.UUID;

/// VFIO_DEVICE_FEATURE of a device, with the order of checks of the kernel.
final class FakeFeature {
    private static final int GET = 1 << 16;
    private static final int SET = 1 << 17;
    private static final int PROBE = 1 << 18;
    private static final int HEADER = 8;
    private static final String[] NAMES = {
        "PCI_VF_TOKEN",
        "MIGRATION",
        "MIG_DEVICE_STATE",
        "LOW_POWER_ENTRY",
        "LOW_POWER_ENTRY_WITH_WAKEUP",
        "LOW_POWER_EXIT",
        "DMA_LOGGING_START",
        "DMA_LOGGING_STOP",
        "DMA_LOGGING_REPORT",
        "MIG_DATA_SIZE",
        "BUS_MASTER",
        "DMA_BUF",
        "MIG_PRECOPY_INFOv2",
    };

    private final FakeKernel kernel;
    private final FakePciDevice device;

    FakeFeature(FakeKernel kernel, FakePciDevice device) {
        this.kernel = kernel;
        this.device = device;
    }

    /// {@return the name in the call log: `GET_MIGRATION`, `SET_MIG_DEVICE_STATE`, `PROBE_DMA_LOGGING_START`}
    static String requestName(MemorySegment argument) {
        int flags = new FakeStruct(argument).u32(4);
        int number = flags & 0xFFFF;
        String operation = (flags & PROBE) != 0 ? "PROBE_" : (flags & SET) != 0 ? "SET_" : "GET_";
        return operation + (number < NAMES.length ? NAMES[number] : "FEATURE_" + number);
    }

    int ioctl(FakeStruct feature) {
        long size = feature.sizeOfAtLeast(HEADER) - HEADER;
        int flags = feature.u32(4);
        FakeRefusal.when((flags & ~0x7FFFF) != 0, FakeErrno.EINVAL);
        boolean both = (flags & GET) != 0 && (flags & SET) != 0;
        FakeRefusal.when(both && (flags & PROBE) == 0, FakeErrno.EINVAL);
        FakeRefusal.when((flags & (GET | SET | PROBE)) == 0, FakeErrno.EINVAL);
        var migration = device.migration();
        var logging = device.logging();
        int number = flags & 0xFFFF;
        FakeRefusal.when(migration == null && (number == 1 || number == 2 || number == 9), FakeErrno.ENOTTY);
        FakeRefusal.when(logging == null && number >= 6 && number <= 8, FakeErrno.ENOTTY);
        return switch (number) {
            case 0 -> {
                FakeRefusal.when(!device.sriovCapable(), FakeErrno.ENOTTY);
                yield wanted(flags, size, SET, 16) ? token(feature) : 0;
            }
            case 1 -> {
                if (wanted(flags, size, GET, 8)) {
                    feature.put64(HEADER, migration.flags());
                }
                yield 0;
            }
            case 2 -> wanted(flags, size, GET | SET, 8) ? state(feature, (flags & SET) != 0) : 0;
            case 6 -> wanted(flags, size, SET, 24) ? kernel.locked(() -> logging.start(feature, HEADER)) : 0;
            case 7 -> wanted(flags, size, SET, 0) ? kernel.locked(logging::stop) : 0;
            case 8 -> wanted(flags, size, GET, 32) ? kernel.locked(() -> logging.report(feature, HEADER)) : 0;
            case 9 -> {
                if (wanted(flags, size, GET, 8)) {
                    feature.put64(HEADER, migration.sizeAnswer());
                }
                yield 0;
            }
            case 12 -> preCopyInfo(flags, size, migration);
            default -> -FakeErrno.ENOTTY;
        };
    }

    /// {@return whether the operation shall be done; false when it was only asked for, and exists}
    private static boolean wanted(int flags, long size, int offered, int payload) {
        FakeRefusal.when((flags & (GET | SET) & ~offered) != 0, FakeErrno.EINVAL);
        if ((flags & PROBE) != 0) {
            return false;
        }
        FakeRefusal.when((flags & (GET | SET)) == 0 || size < payload, FakeErrno.EINVAL);
        return true;
    }

    private int token(FakeStruct feature) {
        var bytes = new byte[16];
        MemorySegment.copy(feature.memory(), ValueLayout.JAVA_BYTE, HEADER, bytes, 0, 16);
        var buffer = ByteBuffer.wrap(bytes);
        synchronized (kernel) {
            device.token(new UUID(buffer.getLong(), buffer.getLong()));
        }
        return 0;
    }

    private int state(FakeStruct feature, boolean set) {
        var migration = device.migration();
        feature.u64(HEADER);
        if (!set) {
            feature.put32(HEADER, migration.stateAnswer());
            feature.put32(HEADER + 4, -1);
            return 0;
        }
        int fd = -1;
        int result = 0;
        try {
            var session = migration.moveTo(feature.u32(HEADER));
            if (session != null) {
                int installed = migration.takeDescriptorRefusal()
                        ? -FakeErrno.EMFILE
                        : kernel.install(session, "data " + device.name());
                fd = Math.max(-1, installed);
                result = Math.min(0, installed);
            }
        } catch (FakeRefusal refusal) {
            result = -refusal.errno();
        }
        feature.put32(HEADER + 4, fd);
        return result;
    }

    /// The quirk of a driver without PRE_COPY: even PROBE is EINVAL.
    private static int preCopyInfo(int flags, long size, FakeMigration migration) {
        FakeRefusal.when(migration == null || !migration.knowsReinit(), FakeErrno.ENOTTY);
        FakeRefusal.when((migration.flags() & 4) == 0, FakeErrno.EINVAL);
        if (wanted(flags, size, SET, 0)) {
            migration.optIn();
        }
        return 0;
    }
}

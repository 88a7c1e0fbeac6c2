package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An open device, by whichever path: information, regions, interrupts, reset, features.
final class FakeDeviceFile implements FakeFile {
    private static final int REGION_SHIFT = 40;
    private static final int CONFIG = 7;
    private static final int REGIONS = 9;
    private static final int IRQS = 5;
    private static final int MAP_SHARED = 1;
    private static final long PAGE_MASK = 4095;

    private final FakeKernel kernel;
    private final FakePciDevice device;
    private final FakeCore core;
    private final FakeFunction function;
    private final Runnable closed;
    private final FakeFeature feature;

    FakeDeviceFile(FakeKernel kernel, FakePciDevice device, Runnable closed) {
        this.kernel = kernel;
        this.device = device;
        this.core = device.core();
        this.function = device.function();
        this.closed = closed;
        this.feature = new FakeFeature(kernel, device);
    }

    @Override
    public String kind() {
        return "device";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return switch ((int) request) {
            case 0x3B6B -> "GET_INFO";
            case 0x3B6C -> "GET_REGION_INFO";
            case 0x3B6D -> "GET_IRQ_INFO";
            case 0x3B6E -> "SET_IRQS";
            case 0x3B6F -> "RESET";
            case 0x3B70 -> "GET_PCI_HOT_RESET_INFO";
            case 0x3B71 -> "PCI_HOT_RESET";
            case 0x3B75 -> FakeFeature.requestName(argument);
            case 0x3B76 -> "BIND_IOMMUFD";
            case 0x3B77 -> "ATTACH_IOMMUFD_PT";
            case 0x3B78 -> "DETACH_IOMMUFD_PT";
            default -> FakeFile.super.requestName(request, argument);
        };
    }

    @Override
    public int ioctl(long request, long value) {
        return switch ((int) request) {
            case 0x3B6F -> reset();
            case 0x3B6B, 0x3B6C, 0x3B6D, 0x3B6E, 0x3B75 -> -FakeErrno.EFAULT;
            default -> -FakeErrno.ENOTTY;
        };
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        var struct = new FakeStruct(argument);
        return switch ((int) request) {
            case 0x3B6B -> info(struct);
            case 0x3B6C -> regionInfo(struct);
            case 0x3B6D -> irqInfo(struct);
            case 0x3B6E -> kernel.locked(() -> core.irqs().set(struct));
            case 0x3B6F -> reset();
            case 0x3B75 -> feature.ioctl(struct);
            default -> -FakeErrno.ENOTTY;
        };
    }

    private int info(FakeStruct info) {
        info.sizeOfAtLeast(16);
        info.put32(4, 2 | (device.resettable() ? 1 : 0));
        info.put32(8, REGIONS);
        info.put32(12, IRQS);
        return 0;
    }

    private long size(int region) {
        if (region == CONFIG) {
            return FakeConfigSpace.BYTES;
        }
        return region < 6 ? function.barSize(region) : 0;
    }

    private int regionInfo(FakeStruct info) {
        long given = info.sizeOfAtLeast(32);
        int region = info.u32(8);
        FakeRefusal.when(region < 0 || region >= REGIONS - 1, FakeErrno.EINVAL);
        long size = size(region);
        boolean mappable = region < 6 && size >= 4096 && function.mappable(region);
        info.put32(4, (size > 0 ? 3 : 0) | (mappable ? 4 : 0));
        info.put32(12, 0);
        info.put64(16, size);
        info.put64(24, (long) region << REGION_SHIFT);
        if (mappable && !function.mappableAreas(region).isEmpty()) {
            sparse(info, given, region);
        }
        return 0;
    }

    private void sparse(FakeStruct info, long given, int region) {
        var areas = function.mappableAreas(region);
        int needed = 32 + 16 + 16 * areas.size();
        info.put32(4, info.u32(4) | 8);
        if (given < needed) {
            info.put32(0, needed);
            return;
        }
        info.put32(12, 32);
        FakeContainer.capability(info, 32, 1, 1, 0);
        info.put32(40, areas.size());
        info.put32(44, 0);
        for (int i = 0; i < areas.size(); i++) {
            info.put64(48 + 16L * i, areas.get(i).start());
            info.put64(56 + 16L * i, areas.get(i).size());
        }
    }

    private int irqInfo(FakeStruct info) {
        info.sizeOfAtLeast(16);
        int index = info.u32(8);
        FakeRefusal.when(index < 0 || index >= IRQS, FakeErrno.EINVAL);
        info.put32(4, index == FakeIrqs.INTX ? 7 : index <= FakeIrqs.MSIX ? 9 : 1);
        info.put32(12, core.irqs().count(index));
        return 0;
    }

    private int reset() {
        FakeRefusal.when(!device.resettable(), FakeErrno.ENOTTY);
        FakeRefusal.when(device.resetErrno() != 0, device.resetErrno());
        core.resetFunction();
        return 0;
    }

    /// Where an access goes.
    private record Place(int region, long offset, long count) {}

    private Place place(long position, long count) {
        long region = position >>> REGION_SHIFT;
        long offset = position & (1L << REGION_SHIFT) - 1;
        FakeRefusal.when(region >= REGIONS, FakeErrno.EINVAL);
        long size = size((int) region);
        if (region == CONFIG) {
            FakeRefusal.when(offset + count > size, FakeErrno.EFAULT);
            return new Place(CONFIG, offset, count);
        }
        FakeRefusal.when(offset >= size, FakeErrno.EINVAL);
        synchronized (kernel) {
            boolean decoded = device.physicalFunction() != null || core.config().memoryEnabled();
            FakeRefusal.when(!decoded, FakeErrno.EIO);
        }
        return new Place((int) region, offset, Math.min(count, size - offset));
    }

    private static int width(long offset, long left) {
        for (int width = 8; width > 1; width /= 2) {
            if (left >= width && offset % width == 0) {
                return width;
            }
        }
        return 1;
    }

    @Override
    public long pread(MemorySegment buffer, long position) {
        var place = place(position, buffer.byteSize());
        for (long done = 0; done < place.count();) {
            long offset = place.offset() + done;
            if (place.region() == CONFIG) {
                synchronized (kernel) {
                    buffer.set(ValueLayout.JAVA_BYTE, done++, core.config().read((int) offset));
                }
                continue;
            }
            int width = width(offset, place.count() - done);
            long value = function.read(place.region(), offset, width);
            for (int i = 0; i < width; i++) {
                buffer.set(ValueLayout.JAVA_BYTE, done++, (byte) (value >>> 8 * i));
            }
        }
        return place.count();
    }

    @Override
    public long pwrite(MemorySegment buffer, long position) {
        var place = place(position, buffer.byteSize());
        boolean reset = false;
        for (long done = 0; done < place.count();) {
            long offset = place.offset() + done;
            if (place.region() == CONFIG) {
                synchronized (kernel) {
                    reset |= core.config().write((int) offset, buffer.get(ValueLayout.JAVA_BYTE, done++));
                }
                continue;
            }
            int width = width(offset, place.count() - done);
            long value = 0;
            for (int i = 0; i < width; i++) {
                value |= Byte.toUnsignedLong(buffer.get(ValueLayout.JAVA_BYTE, done++)) << 8 * i;
            }
            function.write(place.region(), offset, width, value);
        }
        if (reset) {
            core.resetFunction();
        }
        return place.count();
    }

    @Override
    public long mmap(long byteSize, int protection, int flags, long position) {
        int region = (int) (position >>> REGION_SHIFT);
        long offset = position & (1L << REGION_SHIFT) - 1;
        FakeRefusal.when((flags & MAP_SHARED) == 0 || ((byteSize | offset) & PAGE_MASK) != 0, FakeErrno.EINVAL);
        FakeRefusal.when(region >= 6 || !function.mappable(region), FakeErrno.EINVAL);
        var wanted = new FakeArea(offset, byteSize);
        FakeRefusal.when(
                byteSize <= 0 || !new FakeArea(0, size(region)).holds(wanted), FakeErrno.EINVAL);
        var areas = function.mappableAreas(region);
        FakeRefusal.when(
                !areas.isEmpty() && areas.stream().noneMatch(area -> area.holds(wanted)), FakeErrno.EINVAL);
        return function.memory(region).address() + offset;
    }

    @Override
    public void onClose() {
        core.close();
        closed.run();
    }
}

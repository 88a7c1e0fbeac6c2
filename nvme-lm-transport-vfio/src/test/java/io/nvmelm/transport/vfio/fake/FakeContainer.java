package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A container (`/dev/vfio/vfio`) with the type 1 IOMMU driver, version 2. Lives as long as its descriptor or a group
/// in it.
final class FakeContainer implements FakeFile {
    private static final int TYPE1 = 1;
    private static final int TYPE1_V2 = 3;
    private static final int NO_IOMMU = 8;
    private static final int UNMAP_ALL = 9;
    private static final int UPDATE_VADDR = 10;
    private static final int INFO_BYTES = 24;

    private final FakeKernel kernel;
    private final FakeHost host;
    private final List<FakeGroup> groups = new ArrayList<>();
    private FakeAddressSpace space;
    private int type;

    FakeContainer(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public String kind() {
        return "container";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return switch ((int) request) {
            case 0x3B64 -> "GET_API_VERSION";
            case 0x3B65 -> "CHECK_EXTENSION";
            case 0x3B66 -> "SET_IOMMU";
            case 0x3B70 -> "IOMMU_GET_INFO";
            case 0x3B71 -> "MAP_DMA";
            case 0x3B72 -> "UNMAP_DMA";
            case 0x3B75 -> "DIRTY_PAGES";
            default -> FakeFile.super.requestName(request, argument);
        };
    }

    @Override
    public int ioctl(long request, long value) {
        return kernel.locked(() -> switch ((int) request) {
            case 0x3B64 -> 0;
            case 0x3B65 -> extension((int) value) ? 1 : 0;
            case 0x3B66 -> setIommu((int) value);
            case 0x3B70, 0x3B71, 0x3B72 -> type == 0 ? -FakeErrno.EINVAL : -FakeErrno.EFAULT;
            default -> type == 0 ? -FakeErrno.EINVAL : -FakeErrno.ENOTTY;
        });
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        var struct = new FakeStruct(argument);
        return kernel.locked(() -> {
            int number = (int) request;
            if (number == 0x3B64) {
                return 0;
            }
            if (number == 0x3B65 || number == 0x3B66) {
                kernel.violation(requestName(request, argument) + " takes a number, and was given a pointer");
                return number == 0x3B65 ? 0 : -FakeErrno.ENODEV;
            }
            FakeRefusal.when(type == 0, FakeErrno.EINVAL);
            FakeRefusal.when(type == NO_IOMMU, FakeErrno.ENOTTY);
            return switch (number) {
                case 0x3B70 -> info(struct);
                case 0x3B71 -> map(struct);
                case 0x3B72 -> unmap(struct);
                default -> -FakeErrno.ENOTTY;
            };
        });
    }

    private boolean extension(int number) {
        boolean type1 = number == TYPE1 || number == TYPE1_V2 || number == UNMAP_ALL || number == UPDATE_VADDR;
        boolean unsafe = number == NO_IOMMU;
        if (groups.isEmpty()) {
            return host.type1() && type1 || unsafe && host.anyWithoutIommu();
        }
        return groups.getFirst().withoutIommu() ? unsafe : host.type1() && type1;
    }

    private int setIommu(int wanted) {
        FakeRefusal.when(groups.isEmpty() || type != 0, FakeErrno.EINVAL);
        FakeRefusal.when(!extension(wanted) || wanted == UNMAP_ALL || wanted == UPDATE_VADDR, FakeErrno.ENODEV);
        type = wanted;
        space = new FakeAddressSpace(kernel, host.dmaLimits());
        return 0;
    }

    /// A group enters.
    void attach(FakeGroup group) {
        FakeRefusal.when(
                !groups.isEmpty() && groups.getFirst().withoutIommu() != group.withoutIommu(), FakeErrno.EPERM);
        groups.add(group);
    }

    /// A group leaves; with the last one go the IOMMU driver and all mappings.
    void detach(FakeGroup group) {
        groups.remove(group);
        if (groups.isEmpty() && type != 0) {
            type = 0;
            space.dispose();
            space = null;
        }
    }

    boolean ready() {
        return type != 0;
    }

    /// {@return bus addresses of the functions in here; null without IOMMU driver}
    FakeAddressSpace space() {
        return space;
    }

    private int info(FakeStruct info) {
        long given = info.sizeOfAtLeast(16);
        var ranges = space.limits().ranges();
        int rangesAt = INFO_BYTES;
        int migrationAt = rangesAt + 16 + 16 * ranges.size();
        int availableAt = migrationAt + 32;
        int needed = availableAt + 16;
        info.put32(4, given >= 20 ? 3 : 1);
        info.put64(8, -(long) space.limits().granule() & 0x7FFF_FFFF_FFFFL);
        if (given < 20) {
            return 0;
        }
        if (given < needed) {
            info.put32(0, needed);
            info.put32(16, 0);
            return 0;
        }
        info.put32(16, rangesAt);
        capability(info, rangesAt, 1, 1, migrationAt);
        info.put32(rangesAt + 8, ranges.size());
        info.put32(rangesAt + 12, 0);
        for (int i = 0; i < ranges.size(); i++) {
            info.put64(rangesAt + 16 + 16L * i, ranges.get(i).start());
            info.put64(rangesAt + 24 + 16L * i, ranges.get(i).last());
        }
        capability(info, migrationAt, 2, 1, availableAt);
        info.put32(migrationAt + 8, 0);
        info.put64(migrationAt + 16, 4096);
        info.put64(migrationAt + 24, 1L << 28);
        capability(info, availableAt, 3, 1, 0);
        info.put32(availableAt + 8, space.free());
        return 0;
    }

    static void capability(FakeStruct info, int offset, int id, int version, int next) {
        info.put16(offset, id);
        info.put16(offset + 2, version);
        info.put32(offset + 4, next);
    }

    private int map(FakeStruct map) {
        map.sizeOfAtLeast(32);
        int flags = map.u32(4);
        var bus = new FakeArea(map.u64(16), map.u64(24));
        long address = map.u64(8);
        long mask = space.limits().granule() - 1;
        FakeRefusal.when((flags & ~7) != 0, FakeErrno.EINVAL);
        if ((flags & 4) != 0) {
            FakeRefusal.when((flags & 3) != 0, FakeErrno.EINVAL);
            throw new FakeRefusal(FakeErrno.ENOENT);
        }
        FakeRefusal.when((flags & 3) == 0, FakeErrno.EINVAL);
        FakeRefusal.when(bus.size() == 0 || ((bus.start() | bus.size() | address) & mask) != 0, FakeErrno.EINVAL);
        FakeRefusal.when(wraps(bus) || wraps(new FakeArea(address, bus.size())), FakeErrno.EINVAL);
        FakeRefusal.when(space.used(bus), FakeErrno.EEXIST);
        FakeRefusal.when(space.free() == 0, FakeErrno.ENOSPC);
        FakeRefusal.when(!space.valid(bus), FakeErrno.EINVAL);
        FakeRefusal.when(address == 0, FakeErrno.EFAULT);
        FakeRefusal.when(!space.lockable(bus.size()), FakeErrno.ENOMEM);
        space.map(bus, address, (flags & 1) != 0, (flags & 2) != 0);
        return 0;
    }

    static boolean wraps(FakeArea area) {
        return Long.compareUnsigned(area.last(), area.start()) < 0;
    }

    private int unmap(FakeStruct unmap) {
        unmap.sizeOfAtLeast(24);
        int flags = unmap.u32(4);
        var bus = new FakeArea(unmap.u64(8), unmap.u64(16));
        long mask = space.limits().granule() - 1;
        FakeRefusal.when((flags & ~2) != 0, FakeErrno.EINVAL);
        if (flags == 2) {
            FakeRefusal.when(bus.start() != 0 || bus.size() != 0, FakeErrno.EINVAL);
            unmap.put64(16, space.unmapAll());
            return 0;
        }
        FakeRefusal.when(bus.size() == 0 || ((bus.start() | bus.size()) & mask) != 0, FakeErrno.EINVAL);
        FakeRefusal.when(wraps(bus) || space.cuts(bus), FakeErrno.EINVAL);
        unmap.put64(16, space.unmap(bus));
        return 0;
    }
}

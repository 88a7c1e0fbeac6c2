package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;

/// An open `/dev/iommu`: address spaces, page tables and devices by number. Lives as long as its descriptor or a device
/// bound to it.
final class FakeIommufd implements FakeFile {
    /// An address space.
    private static final class Ioas {
        final FakeAddressSpace space;
        int users;

        Ioas(FakeAddressSpace space) {
            this.space = space;
        }
    }

    /// A page table: made by the user, or by attaching a device to an address space.
    private static final class PageTable {
        final Ioas ioas;
        final boolean automatic;
        final boolean tracks;
        int users;

        PageTable(Ioas ioas, boolean automatic, boolean tracks) {
            this.ioas = ioas;
            this.automatic = automatic;
            this.tracks = tracks;
        }
    }

    private final FakeKernel kernel;
    private final FakeHost host;
    private final Map<Integer, Object> objects = new TreeMap<>();
    private int devices;
    private boolean closed;
    private int lastId;

    FakeIommufd(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public String kind() {
        return "iommufd";
    }

    @Override
    public String requestName(long request, MemorySegment argument) {
        return switch ((int) request) {
            case 0x3B80 -> "IOMMU_DESTROY";
            case 0x3B81 -> "IOAS_ALLOC";
            case 0x3B84 -> "IOAS_IOVA_RANGES";
            case 0x3B85 -> "IOAS_MAP";
            case 0x3B86 -> "IOAS_UNMAP";
            case 0x3B89 -> "HWPT_ALLOC";
            case 0x3B8B -> "SET_DIRTY_TRACKING";
            case 0x3B8C -> "GET_DIRTY_BITMAP";
            default -> FakeFile.super.requestName(request, argument);
        };
    }

    @Override
    public int ioctl(long request, MemorySegment argument) {
        var command = new FakeStruct(argument);
        return kernel.locked(() -> switch ((int) request) {
            case 0x3B80 -> destroy(sized(command, 8, 8).u32(4));
            case 0x3B81 -> allocate(sized(command, 12, 12));
            case 0x3B84 -> ranges(sized(command, 32, 32));
            case 0x3B85 -> map(sized(command, 40, 40));
            case 0x3B86 -> unmap(sized(command, 24, 24));
            case 0x3B89 -> allocateTable(sized(command, 24, 48));
            case 0x3B8B -> track(sized(command, 16, 16));
            case 0x3B8C -> dirty(sized(command, 48, 48));
            default -> -FakeErrno.ENOTTY;
        });
    }

    /// Checks the size field: too small is EINVAL, unknown bytes that are not 0 are E2BIG.
    private static FakeStruct sized(FakeStruct command, int minimum, int known) {
        long size = command.sizeOfAtLeast(minimum);
        for (long at = known; at < size; at++) {
            FakeRefusal.when(command.memory().get(ValueLayout.JAVA_BYTE, at) != 0, FakeErrno.E2BIG);
        }
        return command;
    }

    private int add(Object object) {
        objects.put(++lastId, object);
        return lastId;
    }

    private <T> T find(int id, Class<T> type) {
        var object = objects.get(id);
        FakeRefusal.when(!type.isInstance(object), FakeErrno.ENOENT);
        return type.cast(object);
    }

    private int destroy(int id) {
        var object = objects.get(id);
        FakeRefusal.when(object == null, FakeErrno.ENOENT);
        if (object instanceof Ioas ioas) {
            FakeRefusal.when(ioas.users > 0, FakeErrno.EBUSY);
            ioas.space.dispose();
        } else if (object instanceof PageTable table) {
            FakeRefusal.when(table.users > 0, FakeErrno.EBUSY);
            table.ioas.users--;
        } else {
            return -FakeErrno.EBUSY;
        }
        objects.remove(id);
        return 0;
    }

    private int allocate(FakeStruct command) {
        FakeRefusal.when(command.u32(4) != 0, FakeErrno.EOPNOTSUPP);
        command.put32(8, add(new Ioas(new FakeAddressSpace(kernel, host.dmaLimits()))));
        return 0;
    }

    private int ranges(FakeStruct command) {
        FakeRefusal.when(command.u32(12) != 0, FakeErrno.EOPNOTSUPP);
        var ranges = find(command.u32(4), Ioas.class).space.limits().ranges();
        int capacity = command.u32(8);
        command.put32(8, ranges.size());
        command.put64(24, host.dmaLimits().granule());
        int written = Math.min(capacity, ranges.size());
        if (written > 0) {
            var list = FakeStruct.at(command.u64(16), 16L * written);
            for (int i = 0; i < written; i++) {
                list.put64(16L * i, ranges.get(i).start());
                list.put64(16L * i + 8, ranges.get(i).last());
            }
        }
        return capacity < ranges.size() ? -FakeErrno.EMSGSIZE : 0;
    }

    private int map(FakeStruct command) {
        int flags = command.u32(4);
        long address = command.u64(16);
        long length = command.u64(24);
        FakeRefusal.when((flags & ~7) != 0 || command.u32(12) != 0, FakeErrno.EOPNOTSUPP);
        boolean fixed = (flags & 1) != 0;
        FakeRefusal.when(length == -1 || fixed && command.u64(32) == -1, FakeErrno.EOVERFLOW);
        FakeRefusal.when((flags & 6) == 0, FakeErrno.EINVAL);
        var space = find(command.u32(8), Ioas.class).space;
        long mask = space.limits().granule() - 1;
        FakeRefusal.when(length == 0 || ((length | address) & mask) != 0, FakeErrno.EINVAL);
        FakeRefusal.when(FakeContainer.wraps(new FakeArea(address, length)), FakeErrno.EOVERFLOW);
        long start = fixed ? command.u64(32) : space.place(length);
        var bus = new FakeArea(start, length);
        FakeRefusal.when((start & mask) != 0, FakeErrno.EINVAL);
        FakeRefusal.when(FakeContainer.wraps(bus), FakeErrno.EOVERFLOW);
        FakeRefusal.when(!space.valid(bus), FakeErrno.EINVAL);
        FakeRefusal.when(space.used(bus), FakeErrno.EEXIST);
        FakeRefusal.when(address == 0, FakeErrno.EFAULT);
        FakeRefusal.when(!space.lockable(length), FakeErrno.ENOMEM);
        space.map(bus, address, (flags & 4) != 0, (flags & 2) != 0);
        command.put64(32, start);
        return 0;
    }

    private int unmap(FakeStruct command) {
        var space = find(command.u32(4), Ioas.class).space;
        var bus = new FakeArea(command.u64(8), command.u64(16));
        if (bus.start() == 0 && bus.size() == -1) {
            command.put64(16, space.unmapAll());
            return 0;
        }
        FakeRefusal.when(bus.size() == 0, FakeErrno.EINVAL);
        FakeRefusal.when(FakeContainer.wraps(bus), FakeErrno.EOVERFLOW);
        FakeRefusal.when(!space.used(bus) || space.cuts(bus), FakeErrno.ENOENT);
        command.put64(16, space.unmap(bus));
        return 0;
    }

    private int allocateTable(FakeStruct command) {
        int flags = command.u32(4);
        FakeRefusal.when((flags & ~2) != 0 || command.u32(20) != 0, FakeErrno.EOPNOTSUPP);
        FakeRefusal.when(command.u32(0) >= 28 && command.u32(24) != 0, FakeErrno.EOPNOTSUPP);
        find(command.u32(8), FakePciDevice.class);
        var ioas = find(command.u32(12), Ioas.class);
        FakeRefusal.when(flags == 2 && !host.iommuTracksDirty(), FakeErrno.EOPNOTSUPP);
        ioas.users++;
        command.put32(16, add(new PageTable(ioas, false, flags == 2)));
        return 0;
    }

    private int track(FakeStruct command) {
        int flags = command.u32(4);
        FakeRefusal.when((flags & ~1) != 0 || command.u32(12) != 0, FakeErrno.EOPNOTSUPP);
        var table = find(command.u32(8), PageTable.class);
        FakeRefusal.when(!table.tracks, FakeErrno.EOPNOTSUPP);
        table.ioas.space.track(flags == 1);
        return 0;
    }

    private int dirty(FakeStruct command) {
        int flags = command.u32(8);
        FakeRefusal.when((flags & ~1) != 0 || command.u32(12) != 0, FakeErrno.EOPNOTSUPP);
        var table = find(command.u32(4), PageTable.class);
        var bus = new FakeArea(command.u64(16), command.u64(24));
        long page = command.u64(32);
        FakeRefusal.when(!table.tracks, FakeErrno.EOPNOTSUPP);
        FakeRefusal.when(!table.ioas.space.tracking() || Long.bitCount(page) != 1, FakeErrno.EINVAL);
        FakeRefusal.when(bus.size() == 0 || ((bus.start() | bus.size()) & page - 1) != 0, FakeErrno.EINVAL);
        for (long start : table.ioas.space.dirty(bus, flags == 0)) {
            FakeDmaLogging.mark(command.u64(40), bus, page, new FakeArea(start, FakeAddressSpace.PAGE));
        }
        return 0;
    }

    /// A device is bound.
    ///
    /// @return its id
    int bind(FakePciDevice device) {
        devices++;
        return add(device);
    }

    void unbind(int deviceId) {
        objects.remove(deviceId);
        devices--;
        release();
    }

    /// A device is attached to an address space or page table.
    ///
    /// @return id of the page table
    int attach(int id) {
        var object = objects.get(id);
        FakeRefusal.when(object == null, FakeErrno.ENOENT);
        FakeRefusal.when(object instanceof FakePciDevice, FakeErrno.EINVAL);
        int tableId = id;
        if (object instanceof Ioas ioas) {
            ioas.users++;
            tableId = add(new PageTable(ioas, true, false));
        }
        find(tableId, PageTable.class).users++;
        return tableId;
    }

    void detach(int tableId) {
        var table = find(tableId, PageTable.class);
        table.users--;
        if (table.automatic && table.users == 0) {
            table.ioas.users--;
            objects.remove(tableId);
        }
    }

    FakeAddressSpace space(int tableId) {
        return find(tableId, PageTable.class).ioas.space;
    }

    @Override
    public void onClose() {
        synchronized (kernel) {
            closed = true;
            release();
        }
    }

    private void release() {
        if (closed && devices == 0) {
            for (var object : objects.values()) {
                if (object instanceof Ioas ioas) {
                    ioas.space.dispose();
                }
            }
            objects.clear();
        }
    }
}

package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.Iommufd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// An address space of iommufd (`linux/iommufd.h`).
final class IommufdSpace implements DmaSpace {
    private static final int CALL_BYTES = 64;
    private static final int MOST_RANGES = 4096;
    private static final int SMALLEST_GRANULE = 4096;

    private final LinuxHost host;
    private final ReentrantLock lock = new ReentrantLock();
    private final OpenFile file;
    private final IoctlBuffer call;
    private final int ioasId;
    private int hwptId;
    private List<AddressRange> ranges = List.of();
    private long granule = SMALLEST_GRANULE;

    /// Makes an address space; which ranges it has is known once a device is attached.
    IommufdSpace(LinuxHost host, OpenFile file) {
        this.host = host;
        this.file = file;
        this.call = new IoctlBuffer(host, CALL_BYTES);
        check(call.start(Iommufd.IoasAlloc.BYTE_SIZE).call(file, Iommufd.IOAS_ALLOC),
                "making an address space of iommufd");
        this.ioasId = call.get32(Iommufd.IoasAlloc.OUT_IOAS_ID);
    }

    int ioasId() {
        return ioasId;
    }

    /// Makes a page table with dirty tracking for a device. There is none where the IOMMU cannot track, or where there is no IOMMU
    /// behind the device, as with a mediated one.
    ///
    /// @return its number; 0 when there is none
    int allocateTrackingTable(int deviceId) {
        int result = call.start(Iommufd.HwptAlloc.BYTE_SIZE)
                .put32(Iommufd.HwptAlloc.FLAGS, Iommufd.HwptAlloc.FLAG_DIRTY_TRACKING)
                .put32(Iommufd.HwptAlloc.DEV_ID, deviceId)
                .put32(Iommufd.HwptAlloc.PT_ID, ioasId)
                .call(file, Iommufd.HWPT_ALLOC);
        hwptId = result < 0 ? 0 : call.get32(Iommufd.HwptAlloc.OUT_HWPT_ID);
        return hwptId;
    }

    /// Gives up the page table with dirty tracking: the device could not be attached to it.
    void dropTrackingTable() {
        int id = hwptId;
        hwptId = 0;
        check(
                call.start(Iommufd.Destroy.BYTE_SIZE).put32(Iommufd.Destroy.ID, id).call(file, Iommufd.DESTROY),
                "destroying a page table of iommufd");
    }

    /// Reads the ranges, which follow from the devices that are attached.
    void readRanges() {
        int capacity = 16;
        while (true) {
            var array = new IoctlBuffer(host, (long) capacity * Iommufd.IovaRange.BYTE_SIZE);
            int result = call.start(Iommufd.IoasIovaRanges.BYTE_SIZE)
                    .put32(Iommufd.IoasIovaRanges.IOAS_ID, ioasId)
                    .put32(Iommufd.IoasIovaRanges.NUM_IOVAS, capacity)
                    .put64(Iommufd.IoasIovaRanges.ALLOWED_IOVAS, array.memory().address())
                    .call(file, Iommufd.IOAS_IOVA_RANGES);
            int count = call.get32(Iommufd.IoasIovaRanges.NUM_IOVAS);
            if (result == -Errno.EMSGSIZE || (result == 0 && count > capacity)) {
                if (count <= capacity || count > MOST_RANGES) {
                    throw new TransportException(
                            FailureCategory.FATAL,
                            "iommufd reports " + count + " address ranges, at most " + MOST_RANGES + " are believed",
                            "Check the version of the kernel",
                            0,
                            null);
                }
                capacity = count;
                continue;
            }
            check(result, "asking iommufd which device addresses are allowed");
            var read = new ArrayList<AddressRange>();
            for (int i = 0; i < count; i++) {
                long at = (long) i * Iommufd.IovaRange.BYTE_SIZE;
                read.add(new AddressRange(
                        array.get64(at + Iommufd.IovaRange.START), array.get64(at + Iommufd.IovaRange.LAST)));
            }
            read.sort(Comparator.comparing(AddressRange::first, Long::compareUnsigned));
            ranges = List.copyOf(read);
            granule = Math.max(SMALLEST_GRANULE, Long.highestOneBit(call.get64(
                    Iommufd.IoasIovaRanges.OUT_IOVA_ALIGNMENT)));
            return;
        }
    }

    @Override
    public List<AddressRange> ranges() {
        return ranges;
    }

    @Override
    public long granule() {
        return granule;
    }

    @Override
    public void map(long address, long deviceAddress, long byteSize) {
        lock.lock();
        try {
            int result = call.start(Iommufd.IoasMap.BYTE_SIZE)
                    .put32(
                            Iommufd.IoasMap.FLAGS,
                            Iommufd.IoasMap.FLAG_FIXED_IOVA
                                    | Iommufd.IoasMap.FLAG_READABLE
                                    | Iommufd.IoasMap.FLAG_WRITEABLE)
                    .put32(Iommufd.IoasMap.IOAS_ID, ioasId)
                    .put64(Iommufd.IoasMap.USER_VA, address)
                    .put64(Iommufd.IoasMap.LENGTH, byteSize)
                    .put64(Iommufd.IoasMap.IOVA, deviceAddress)
                    .call(file, Iommufd.IOAS_MAP);
            if (result < 0) {
                throw OpeningErrors.mapping(-result, deviceAddress, byteSize);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unmap(long deviceAddress, long byteSize) {
        lock.lock();
        try {
            int result = call.start(Iommufd.IoasUnmap.BYTE_SIZE)
                    .put32(Iommufd.IoasUnmap.IOAS_ID, ioasId)
                    .put64(Iommufd.IoasUnmap.IOVA, deviceAddress)
                    .put64(Iommufd.IoasUnmap.LENGTH, byteSize)
                    .call(file, Iommufd.IOAS_UNMAP);
            check(result, "unmapping device address " + Long.toHexString(deviceAddress) + "h");
            long unmapped = call.get64(Iommufd.IoasUnmap.LENGTH);
            if (unmapped != byteSize) {
                throw OpeningErrors.unmappedOther(deviceAddress, byteSize, unmapped);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void check(int result, String doing) {
        if (result < 0) {
            throw KernelError.of(doing, -result, "Check the kernel's log: dmesg");
        }
    }

    @Override
    public Optional<IommufdContext> iommufd() {
        return Optional.of(new IommufdContext(file, ioasId, hwptId));
    }

    @Override
    public void close() {
        file.close();
    }
}

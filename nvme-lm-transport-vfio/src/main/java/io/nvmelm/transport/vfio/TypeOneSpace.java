package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.VfioType1;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The address space of a container with IOMMU type 1, version 2 (`linux/vfio.h`).
final class TypeOneSpace implements DmaSpace {
    /// What x86 and most others allow, where the kernel does not say: everything below the window of its interrupt messages.
    private static final AddressRange USUAL = new AddressRange(0, 0xFEDF_FFFFL);
    private static final int USUAL_GRANULE = 4096;
    private static final int CALL_BYTES = 64;
    /// Answers to GET_INFO are asked for again with the size that the kernel wants; more than this is not believed.
    private static final int LARGEST_INFO = 1 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final OpenFile container;
    private final OpenFile group;
    private final IoctlBuffer call;
    private final List<AddressRange> ranges;
    private final long granule;

    TypeOneSpace(LinuxHost host, OpenFile container, OpenFile group) {
        this.container = container;
        this.group = group;
        this.call = new IoctlBuffer(host, CALL_BYTES);
        var info = info(host);
        long pageSizes = (info.get32(VfioType1.Type1Info.FLAGS) & VfioType1.Type1Info.FLAG_PGSIZES) != 0
                ? info.get64(VfioType1.Type1Info.IOVA_PGSIZES)
                : 0;
        this.granule = pageSizes == 0 ? USUAL_GRANULE : Math.max(USUAL_GRANULE, Long.lowestOneBit(pageSizes));
        this.ranges = List.copyOf(readRanges(info));
    }

    private IoctlBuffer info(LinuxHost host) {
        int byteSize = VfioType1.Type1Info.BYTE_SIZE;
        while (true) {
            var info = new IoctlBuffer(host, byteSize).start(byteSize);
            check(info.call(container, VfioType1.IOMMU_GET_INFO), "asking what the IOMMU can do");
            int wanted = info.get32(VfioType1.Type1Info.ARGSZ);
            if (wanted <= byteSize) {
                return info;
            }
            if (wanted > LARGEST_INFO) {
                throw new TransportException(
                        FailureCategory.FATAL,
                        "the kernel wants " + wanted + " bytes to describe the IOMMU, at most " + LARGEST_INFO
                                + " are believed",
                        "Check the version of the kernel",
                        0,
                        null);
            }
            byteSize = wanted;
        }
    }

    private static List<AddressRange> readRanges(IoctlBuffer info) {
        if ((info.get32(VfioType1.Type1Info.FLAGS) & VfioType1.Type1Info.FLAG_CAPS) == 0) {
            return List.of(USUAL);
        }
        long at = CapabilityChain.find(
                info,
                info.get32(VfioType1.Type1Info.CAP_OFFSET),
                VfioType1.IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
                VfioType1.Type1InfoCapIovaRange.BYTE_SIZE);
        if (at == CapabilityChain.NONE) {
            return List.of(USUAL);
        }
        long count = Integer.toUnsignedLong(info.get32(at + VfioType1.Type1InfoCapIovaRange.NR_IOVAS));
        var result = new ArrayList<AddressRange>();
        for (long i = 0; i < count; i++) {
            long range = at + VfioType1.Type1InfoCapIovaRange.IOVA_RANGES + i * VfioType1.IovaRange.BYTE_SIZE;
            CapabilityChain.require(info, range, VfioType1.IovaRange.BYTE_SIZE);
            result.add(new AddressRange(
                    info.get64(range + VfioType1.IovaRange.START), info.get64(range + VfioType1.IovaRange.END)));
        }
        result.sort(Comparator.comparing(AddressRange::first, Long::compareUnsigned));
        return result;
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
            int result = call.start(VfioType1.DmaMap.BYTE_SIZE)
                    .put32(VfioType1.DmaMap.FLAGS, VfioType1.DmaMap.FLAG_READ | VfioType1.DmaMap.FLAG_WRITE)
                    .put64(VfioType1.DmaMap.VADDR, address)
                    .put64(VfioType1.DmaMap.IOVA, deviceAddress)
                    .put64(VfioType1.DmaMap.SIZE, byteSize)
                    .call(container, VfioType1.IOMMU_MAP_DMA);
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
            int result = call.start(VfioType1.DmaUnmap.BYTE_SIZE)
                    .put64(VfioType1.DmaUnmap.IOVA, deviceAddress)
                    .put64(VfioType1.DmaUnmap.SIZE, byteSize)
                    .call(container, VfioType1.IOMMU_UNMAP_DMA);
            check(result, "unmapping device address " + Long.toHexString(deviceAddress) + "h");
            long unmapped = call.get64(VfioType1.DmaUnmap.SIZE);
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

    /// Closing the group takes it out of its container.
    @Override
    public void close() {
        group.close();
        container.close();
    }
}

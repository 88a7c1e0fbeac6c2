package io.nvmelm.transport.vfio;

import io.nvmelm.TransportException;
import java.util.List;
import java.util.Optional;

/// The addresses by which a device reaches memory: an IOMMU address space, which process memory is mapped into. Thread-safe.
interface DmaSpace extends AutoCloseable {

    /// Addresses that the IOMMU can translate for the device.
    ///
    /// @param first first address
    /// @param last  last address, inclusive, unsigned
    record AddressRange(long first, long last) {}

    /// {@return addresses that can be used, ascending}
    List<AddressRange> ranges();

    /// {@return what addresses and sizes must be multiples of, in bytes, a power of two}
    long granule();

    /// Lets the device read and write memory of this process.
    ///
    /// @throws TransportException when the kernel refuses
    void map(long address, long deviceAddress, long byteSize);

    /// Takes away exactly what was mapped.
    ///
    /// @throws TransportException when the kernel refuses or unmapped something else
    void unmap(long deviceAddress, long byteSize);

    /// {@return iommufd, where this space is one of it}
    default Optional<IommufdContext> iommufd() {
        return Optional.empty();
    }

    /// Closes the files. The device was closed before.
    @Override
    void close();
}

package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// The hardware of a function: its BARs, and what happens when they are accessed. Called without any lock of the fake
/// held.
public interface FakeFunction {

    /// {@return bytes of a BAR, a power of two; 0 when there is none}
    ///
    /// @param bar 0 to 5
    long barSize(int bar);

    /// {@return whether `mmap` of a BAR works: then [#memory(int)] is what is mapped}
    default boolean mappable(int bar) {
        return false;
    }

    /// {@return the memory behind a mappable BAR, aligned to pages, which lives as long as the function}
    default MemorySegment memory(int bar) {
        throw new UnsupportedOperationException("BAR " + bar + " has no memory");
    }

    /// {@return the only areas of a mappable BAR that may be mapped; empty when all of it may}
    default List<FakeArea> mappableAreas(int bar) {
        return List.of();
    }

    /// Reads a register.
    ///
    /// @param width 1, 2, 4 or 8 bytes, offset is a multiple of it
    /// @return the value in the low bytes
    long read(int bar, long offset, int width);

    /// Writes a register.
    ///
    /// @param width 1, 2, 4 or 8 bytes, offset is a multiple of it
    void write(int bar, long offset, int width, long value);

    /// Gives the function its way out: memory and interrupts. Called once, when it is added to a host.
    default void attach(FakeIommu dma, FakeInterrupts interrupts) {}

    /// The function is reset: by VFIO_DEVICE_RESET, by the FLR bit, when it is opened, and when it is closed.
    default void reset() {}

    /// {@return MSI-X vectors; 0 for none}
    default int vectors() {
        return 0;
    }

    /// {@return the PCI vendor}
    default int vendorId() {
        return 0x1b36;
    }

    /// {@return the PCI device}
    default int deviceId() {
        return 0x0010;
    }

    /// {@return class, subclass and programming interface: 0x010802 is NVMe}
    default int classCode() {
        return 0x010802;
    }
}

package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A function whose BAR 0 is plain memory that can be mapped, with MSI-X vectors and DMA that the test drives.
public final class ScratchFunction implements FakeFunction {
    private final MemorySegment bar;
    private final int vectors;
    private List<FakeArea> areas = List.of();
    private boolean mappable = true;
    private FakeIommu dma;
    private FakeInterrupts interrupts;
    private int resets;

    /// A function with a BAR of 16 KiB and four vectors.
    public ScratchFunction() {
        this(0x4000, 4);
    }

    /// A function.
    public ScratchFunction(long barSize, int vectors) {
        this.bar = Arena.ofAuto().allocate(barSize, 4096);
        this.vectors = vectors;
    }

    /// Restricts mapping to some areas.
    ///
    /// @return this
    public ScratchFunction mappableAreas(FakeArea... some) {
        areas = List.of(some);
        return this;
    }

    /// Forbids mapping: BAR 0 can then be reached by pread and pwrite alone.
    ///
    /// @return this
    public ScratchFunction notMappable() {
        mappable = false;
        return this;
    }

    /// {@return memory access as the function has it}
    public FakeIommu dma() {
        return dma;
    }

    /// {@return interrupts as the function has them}
    public FakeInterrupts interrupts() {
        return interrupts;
    }

    /// {@return resets since it was made}
    public int resets() {
        return resets;
    }

    /// {@return the memory of BAR 0}
    public MemorySegment memory() {
        return bar;
    }

    @Override
    public long barSize(int index) {
        return index == 0 ? bar.byteSize() : 0;
    }

    @Override
    public boolean mappable(int index) {
        return index == 0 && mappable;
    }

    @Override
    public MemorySegment memory(int index) {
        return bar;
    }

    @Override
    public List<FakeArea> mappableAreas(int index) {
        return areas;
    }

    @Override
    public long read(int index, long offset, int width) {
        return switch (width) {
            case 1 -> Byte.toUnsignedLong(bar.get(ValueLayout.JAVA_BYTE, offset));
            case 2 -> Short.toUnsignedLong(bar.get(ValueLayout.JAVA_SHORT, offset));
            case 4 -> Integer.toUnsignedLong(bar.get(ValueLayout.JAVA_INT, offset));
            default -> bar.get(ValueLayout.JAVA_LONG, offset);
        };
    }

    @Override
    public void write(int index, long offset, int width, long value) {
        switch (width) {
            case 1 -> bar.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
            case 2 -> bar.set(ValueLayout.JAVA_SHORT, offset, (short) value);
            case 4 -> bar.set(ValueLayout.JAVA_INT, offset, (int) value);
            default -> bar.set(ValueLayout.JAVA_LONG, offset, value);
        }
    }

    @Override
    public void attach(FakeIommu memory, FakeInterrupts lines) {
        dma = memory;
        interrupts = lines;
    }

    @Override
    public void reset() {
        resets++;
    }

    @Override
    public int vectors() {
        return vectors;
    }
}

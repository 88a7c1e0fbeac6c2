package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.transport.vfio.fake.FakeArea;
import io.nvmelm.transport.vfio.fake.FakeFunction;
import io.nvmelm.transport.vfio.fake.FakeInterrupts;
import io.nvmelm.transport.vfio.fake.FakeIommu;
import io.nvmelm.transport.vfio.fake.FakeNvmeFunction;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/// An NVMe function that posts admin completions of its own.
final class RogueFunction implements FakeFunction {
    private static final int ACQ = 0x30;

    private final FakeNvmeFunction honest;
    private FakeIommu dma;
    private long completions;

    RogueFunction(FakeNvmeFunction honest) {
        this.honest = honest;
    }

    /// Writes an entry of the admin completion queue.
    void post(int index, Consumer<CompletionEntryView> content) {
        var bytes = new byte[CompletionEntryView.BYTES];
        content.accept(new CompletionEntryView().wrap(MemorySegment.ofArray(bytes), 0));
        if (!dma.write(completions + (long) index * bytes.length, bytes)) {
            throw new AssertionError("no completion queue at " + completions);
        }
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        if (offset == ACQ) {
            completions = completions & ~0xFFFF_FFFFL | value & 0xFFFF_FFFFL;
        } else if (offset == ACQ + 4) {
            completions = completions & 0xFFFF_FFFFL | value << 32;
        }
        honest.write(bar, offset, width, value);
    }

    @Override
    public void attach(FakeIommu iommu, FakeInterrupts interrupts) {
        dma = iommu;
        honest.attach(iommu, interrupts);
    }

    @Override
    public long read(int bar, long offset, int width) {
        return honest.read(bar, offset, width);
    }

    @Override
    public boolean mappable(int bar) {
        return honest.mappable(bar);
    }

    @Override
    public MemorySegment memory(int bar) {
        return honest.memory(bar);
    }

    @Override
    public List<FakeArea> mappableAreas(int bar) {
        return honest.mappableAreas(bar);
    }

    @Override
    public long barSize(int bar) {
        return honest.barSize(bar);
    }

    @Override
    public void reset() {
        honest.reset();
    }

    @Override
    public int vectors() {
        return honest.vectors();
    }
}

package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.mock.AddressTranslation.Access;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An NVMe controller as a PCI function: registers and doorbells in BAR 0, DMA through the IOMMU, MSI-X. What it does
/// is done by a controller of the in-memory subsystem, in the time of the host's clock.
///
/// Offsets, bits and the layout of doorbells (Base 2.3 clause 3.1.4) are stated here on their own. What no driver may
/// do is written down in [#violations()]. Thread-safe.
public final class FakeNvmeFunction implements FakeFunction {
    private static final int PAGE = 4096;
    private static final int CAP_HIGH = 0x04;
    private static final int CC = 0x14;
    private static final int CSTS = 0x1C;
    private static final int AQA = 0x24;
    private static final int ACQ_HIGH = 0x34;
    private static final int DOORBELLS = 0x1000;
    private static final int ENABLED = 1;
    private static final int READY = 1;
    private static final int FATAL = 2;
    private static final int SMALLEST_BAR = 0x4000;

    private final FakeClock clock;
    private final FakeNvmeTime time;
    private final InMemoryController controller;
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private int vectors = 17;
    private int stride;
    private FakeIommu dma;
    private FakeNvmeMappedBar mapped;
    private volatile boolean fatal;
    private volatile boolean removed;
    private volatile boolean readyHeld;
    private volatile long readyDelayNanos;
    private int shownReady;
    private long readyAt;
    private int interruptsRaised;
    private int resets;

    /// A function that this controller is behind.
    ///
    /// @param clock      the clock of the host that it is plugged into
    /// @param controller the controlling controller, or a migratable one
    public FakeNvmeFunction(FakeClock clock, InMemoryController controller) {
        this.clock = clock;
        this.time = new FakeNvmeTime(clock, controller.clock());
        this.controller = controller;
    }

    /// Sets how many MSI-X vectors there are; 17 unless set, as the in-memory subsystem has for its 16 queue pairs.
    ///
    /// @return this
    public FakeNvmeFunction vectors(int count) {
        vectors = count;
        return this;
    }

    /// Sets CAP.DSTRD: doorbells are 4 bytes times 2 to this power apart.
    ///
    /// @return this
    public FakeNvmeFunction doorbellStride(int exponent) {
        stride = exponent;
        return this;
    }

    /// Lets BAR 0 be mapped; otherwise it is reached by pread and pwrite alone. Set vectors and stride first.
    ///
    /// @return this
    public FakeNvmeFunction mapped() {
        mapped = new FakeNvmeMappedBar(this, clock);
        return this;
    }

    /// Sets how long CSTS.RDY lags behind CC.EN. 0 unless set.
    ///
    /// @return this
    public FakeNvmeFunction readyDelay(Duration delay) {
        readyDelayNanos = delay.toNanos();
        return this;
    }

    /// Keeps CSTS.RDY as it is, or lets it change again: for timeouts of enabling and disabling.
    ///
    /// @return this
    public FakeNvmeFunction holdReady(boolean held) {
        readyHeld = held;
        return this;
    }

    /// The controller fails: CSTS.CFS is 1, and it neither takes doorbells nor touches memory until it is reset.
    public void controllerFatal() {
        fatal = true;
        showMapped();
    }

    /// The function is pulled out: registers read as all ones, writes are lost, DMA and interrupts end. For good.
    public void surpriseRemoval() {
        removed = true;
        if (mapped != null) {
            mapped.memory().fill((byte) -1);
        }
    }

    private void showMapped() {
        if (mapped != null) {
            mapped.show();
        }
    }

    synchronized boolean isReady() {
        return shownReady != 0;
    }

    /// {@return the controller behind this}
    public InMemoryController controller() {
        return controller;
    }

    /// {@return what the driver did that no driver may do: accesses of wrong width, doorbells that do not exist or come
    /// too early, admin queue registers changed while enabled}
    public List<String> violations() {
        return List.copyOf(violations);
    }

    /// {@return resets of the function}
    public synchronized int resets() {
        return resets;
    }

    /// {@return interrupts that reached an eventfd}
    public synchronized int interruptsRaised() {
        return interruptsRaised;
    }

    @Override
    public long barSize(int bar) {
        long needed = DOORBELLS + 2L * vectors * (4L << stride);
        return bar == 0 ? Math.max(SMALLEST_BAR, Long.highestOneBit(needed - 1) << 1) : 0;
    }

    @Override
    public boolean mappable(int bar) {
        return bar == 0 && mapped != null;
    }

    @Override
    public MemorySegment memory(int bar) {
        return mapped.memory();
    }

    @Override
    public int vectors() {
        return vectors;
    }

    @Override
    public void attach(FakeIommu iommu, FakeInterrupts interrupts) {
        dma = iommu;
        controller.attach(GuestMemory.translated(this::piece), vector -> interrupt(interrupts, vector));
    }

    private void interrupt(FakeInterrupts interrupts, int vector) {
        if (!removed && !fatal && interrupts.raise(vector)) {
            synchronized (this) {
                interruptsRaised++;
            }
        }
    }

    /// Memory of the process behind an address, a page at most. What the IOMMU refuses is probed in vain, and an access
    /// that was not probed in vain but is refused (mapped for the other direction, or unmapped just now) hits memory of
    /// no use.
    private MemorySegment piece(long address, long byteSize, Access access) {
        long size = Math.min(byteSize, PAGE - (address & PAGE - 1));
        var found = removed || fatal ? null : dma.translate(address, size, access == Access.WRITE).orElse(null);
        if (found != null || access == Access.PROBE) {
            return found;
        }
        var nowhere = MemorySegment.ofArray(new long[PAGE / Long.BYTES]).asSlice(address & 7, size);
        return access == Access.READ ? nowhere.fill((byte) -1) : nowhere;
    }

    @Override
    public void reset() {
        if (removed) {
            return;
        }
        synchronized (this) {
            resets++;
            fatal = false;
            shownReady = 0;
        }
        controller.functionLevelReset();
        showMapped();
    }

    @Override
    public long read(int bar, long offset, int width) {
        time.runDue();
        if (!isRegister("read", bar, offset, width) || removed) {
            return -1L >>> 64 - 8 * width;
        }
        long low = Integer.toUnsignedLong(register((int) offset));
        return width == 4 ? low : low | (long) register((int) offset + 4) << 32;
    }

    private int register(int offset) {
        int value = controller.readRegister32(offset);
        return switch (offset) {
            case CAP_HIGH -> value | stride;
            case CSTS -> status(value);
            default -> offset < DOORBELLS ? value : 0;
        };
    }

    private synchronized int status(int value) {
        int ready = value & READY;
        if (ready != shownReady && !readyHeld && time.nanoTime() - readyAt >= 0) {
            shownReady = ready;
        }
        return (value & ~READY) | shownReady | (fatal ? FATAL : 0);
    }

    @Override
    public void write(int bar, long offset, int width, long value) {
        time.runDue();
        if (isRegister("write", bar, offset, width) && !removed) {
            write((int) offset, (int) value);
            if (width == 8) {
                write((int) offset + 4, (int) (value >>> 32));
            }
        }
        time.runDue();
    }

    private void write(int offset, int value) {
        if (offset >= DOORBELLS) {
            ring(offset, value);
        } else if (offset == CC) {
            configure(value);
        } else {
            if (offset >= AQA && offset <= ACQ_HIGH && (controller.readRegister32(CC) & ENABLED) != 0) {
                violations.add("register " + Integer.toHexString(offset) + "h written while CC.EN is 1");
            }
            controller.writeRegister32(offset, value);
        }
    }

    private synchronized void configure(int value) {
        boolean enabled = (controller.readRegister32(CC) & ENABLED) != 0;
        boolean enable = (value & ENABLED) != 0;
        if (enable && !enabled && shownReady != 0) {
            violations.add("CC.EN set to 1 while CSTS.RDY is 1");
        }
        if (enable != enabled) {
            readyAt = time.nanoTime() + readyDelayNanos;
        }
        controller.writeRegister32(CC, value);
        if (enabled && !enable) {
            fatal = false;
        }
    }

    private void ring(int offset, int value) {
        int place = offset - DOORBELLS;
        if (place % (4 << stride) != 0) {
            violations.add("doorbell " + Integer.toHexString(offset) + "h written, where none is");
            return;
        }
        if (!isReady()) {
            violations.add("doorbell " + Integer.toHexString(offset) + "h written before CSTS.RDY was read as 1");
            return;
        }
        if (!fatal) {
            controller.writeRegister32(DOORBELLS + 4L * (place / (4 << stride)), value);
        }
    }

    private boolean isRegister(String what, int bar, long offset, int width) {
        boolean fits = bar == 0 && offset + width <= barSize(0) && (width == 4 || width == 8 && offset < DOORBELLS);
        if (!fits) {
            violations.add(what + " of " + width + " bytes at " + Long.toHexString(offset) + "h of BAR " + bar);
        }
        return fits;
    }
}

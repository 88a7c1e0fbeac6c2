package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The state of a device that lasts while it is open: who has it open, its address space, config space and interrupts.
/// Fields are guarded by the lock of the kernel.
final class FakeCore {
    private final FakeKernel kernel;
    private final FakePciDevice device;
    private final FakeFunction function;
    private final FakeConfigSpace config;
    private final FakeIrqs irqs;
    private final FakeIommu dma = new Dma();
    private int opens;
    private boolean byCdev;
    private Supplier<FakeAddressSpace> space = () -> null;

    FakeCore(FakeKernel kernel, FakePciDevice device, FakeFunction function) {
        this.kernel = kernel;
        this.device = device;
        this.function = function;
        this.config = new FakeConfigSpace(function);
        this.irqs = new FakeIrqs(kernel, config, function.vectors());
    }

    FakeIommu dma() {
        return dma;
    }

    FakeInterrupts interrupts() {
        return irqs;
    }

    FakeIrqs irqs() {
        return irqs;
    }

    FakeConfigSpace config() {
        return config;
    }

    boolean isOpen() {
        return opens > 0;
    }

    boolean openByCdev() {
        return opens > 0 && byCdev;
    }

    /// One more opens it. The caller resets the function when this returns true, without the lock.
    boolean open(Supplier<FakeAddressSpace> where, boolean cdev) {
        opens++;
        if (opens > 1) {
            return false;
        }
        byCdev = cdev;
        space = where;
        config.opened();
        return true;
    }

    /// One closes it; the last one leaves it reset.
    void close() {
        synchronized (kernel) {
            opens--;
            if (opens > 0) {
                return;
            }
            irqs.clear();
        }
        resetAroundUse();
        synchronized (kernel) {
            space = () -> null;
            config.opened();
            var migration = device.migration();
            if (migration != null) {
                migration.lastClose();
            }
        }
    }

    /// Resets the hardware when it is opened or closed. Some drivers keep the state of migration then, but no session.
    void resetAroundUse() {
        var migration = device.migration();
        if (migration != null && migration.keepsStateOverClose()) {
            function.reset();
            synchronized (kernel) {
                migration.endSession();
            }
        } else {
            resetFunction();
        }
    }

    /// Resets the hardware and what its driver keeps: migration goes to RUNNING, logging ends. Called without lock.
    void resetFunction() {
        function.reset();
        synchronized (kernel) {
            if (device.migration() != null) {
                device.migration().reset();
            }
            if (device.logging() != null) {
                device.logging().reset();
            }
        }
    }

    private final class Dma implements FakeIommu {

        @Override
        public Optional<MemorySegment> translate(long iova, long byteCount, boolean write) {
            var pieces = access(iova, byteCount, write);
            if (pieces.size() != 1) {
                if (pieces.size() > 1) {
                    fault(new FakeArea(iova, byteCount), write, "is not one piece of memory");
                }
                return Optional.empty();
            }
            return Optional.of(memory(pieces.getFirst()));
        }

        @Override
        public boolean read(long iova, byte[] target) {
            var pieces = access(iova, target.length, false);
            int at = 0;
            for (var piece : pieces) {
                MemorySegment.copy(memory(piece), 0, MemorySegment.ofArray(target), at, piece.size());
                at += (int) piece.size();
            }
            return !pieces.isEmpty();
        }

        @Override
        public boolean write(long iova, byte[] source) {
            var pieces = access(iova, source.length, true);
            int at = 0;
            for (var piece : pieces) {
                MemorySegment.copy(MemorySegment.ofArray(source), at, memory(piece), 0, piece.size());
                at += (int) piece.size();
            }
            return !pieces.isEmpty();
        }

        private MemorySegment memory(FakeArea piece) {
            return FakeStruct.at(piece.start(), piece.size()).memory();
        }

        private List<FakeArea> access(long iova, long byteCount, boolean write) {
            synchronized (kernel) {
                var bus = new FakeArea(iova, byteCount);
                var now = space.get();
                var migration = device.migration();
                if (byteCount <= 0 || FakeContainer.wraps(bus)) {
                    return fault(bus, write, "is no range");
                }
                if (now == null) {
                    return fault(bus, write, "has no address space");
                }
                if (!config.busMaster()) {
                    return fault(bus, write, "while bus mastering is off");
                }
                if (migration != null && migration.stopped()) {
                    return fault(bus, write, "while the device is stopped");
                }
                var pieces = now.pieces(bus, write);
                if (pieces == null) {
                    return fault(bus, write, "is not mapped for that");
                }
                if (write) {
                    now.written(bus);
                    if (device.logging() != null) {
                        device.logging().recordWrite(iova, byteCount);
                    }
                }
                return pieces;
            }
        }

        private List<FakeArea> fault(FakeArea bus, boolean write, String why) {
            synchronized (kernel) {
                kernel.dmaFaults.add(device.name() + (write ? " write " : " read ") + bus + " " + why);
            }
            return List.of();
        }
    }
}

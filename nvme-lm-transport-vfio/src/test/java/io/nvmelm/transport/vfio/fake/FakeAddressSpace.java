package io.nvmelm.transport.vfio.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// The bus addresses that a function may use, and the process memory behind them: of a container, or of an IOAS.
/// Guarded by the lock of the kernel.
final class FakeAddressSpace {
    static final long PAGE = 4096;

    /// A mapping.
    record Mapping(FakeArea bus, long address, boolean readable, boolean writable) {
        @Override
        public String toString() {
            return bus + (readable ? " r" : " -") + (writable ? "w" : "-");
        }
    }

    private final FakeKernel kernel;
    private final FakeDmaLimits limits;
    private final Map<Long, Mapping> mappings = new TreeMap<>(Long::compareUnsigned);
    private final TreeSet<Long> dirtyPages = new TreeSet<>(Long::compareUnsigned);
    private boolean tracking;

    FakeAddressSpace(FakeKernel kernel, FakeDmaLimits limits) {
        this.kernel = kernel;
        this.limits = limits;
        kernel.spaces.add(this);
    }

    FakeDmaLimits limits() {
        return limits;
    }

    int free() {
        return limits.entries() - mappings.size();
    }

    /// {@return whether any mapping has a byte of these}
    boolean used(FakeArea bus) {
        return mappings.values().stream().anyMatch(mapping -> mapping.bus().meets(bus));
    }

    /// {@return whether these lie in one of the valid ranges}
    boolean valid(FakeArea bus) {
        return limits.ranges().stream().anyMatch(range -> range.holds(bus));
    }

    /// {@return whether more memory may be locked}
    boolean lockable(long size) {
        long locked = mappings.values().stream()
                .mapToLong(mapping -> mapping.bus().size())
                .sum();
        return locked + size <= limits.lockedBytes();
    }

    void map(FakeArea bus, long address, boolean readable, boolean writable) {
        mappings.put(bus.start(), new Mapping(bus, address, readable, writable));
    }

    /// {@return the lowest free bus address for so many bytes}
    long place(long size) {
        for (var range : limits.ranges()) {
            long start = range.start();
            while (range.holds(new FakeArea(start, size))) {
                var wanted = new FakeArea(start, size);
                var hit = mappings.values().stream()
                        .filter(mapping -> mapping.bus().meets(wanted))
                        .findFirst();
                if (hit.isEmpty()) {
                    return start;
                }
                start = hit.get().bus().last() + 1;
            }
        }
        throw new FakeRefusal(FakeErrno.ENOSPC);
    }

    /// {@return whether these would cut a mapping into pieces}
    boolean cuts(FakeArea bus) {
        return mappings.values().stream()
                .anyMatch(mapping -> mapping.bus().meets(bus) && !bus.holds(mapping.bus()));
    }

    /// {@return bytes unmapped}
    long unmap(FakeArea bus) {
        long size = 0;
        var entries = mappings.values().iterator();
        while (entries.hasNext()) {
            var mapping = entries.next();
            if (bus.holds(mapping.bus())) {
                size += mapping.bus().size();
                entries.remove();
            }
        }
        return size;
    }

    long unmapAll() {
        long size = mappings.values().stream()
                .mapToLong(mapping -> mapping.bus().size())
                .sum();
        mappings.clear();
        return size;
    }

    /// The space is no more.
    void dispose() {
        mappings.clear();
        kernel.spaces.remove(this);
    }

    /// {@return the pieces of process memory behind bus addresses; null when some are not mapped, or not for this
    /// direction}
    List<FakeArea> pieces(FakeArea bus, boolean write) {
        var pieces = new ArrayList<FakeArea>();
        long at = bus.start();
        long left = bus.size();
        while (left > 0) {
            var mapping = at(at);
            if (mapping == null || (write ? !mapping.writable() : !mapping.readable())) {
                return null;
            }
            long inside = at - mapping.bus().start();
            long size = Math.min(left, mapping.bus().size() - inside);
            var piece = new FakeArea(mapping.address() + inside, size);
            int last = pieces.size() - 1;
            if (last >= 0 && pieces.get(last).last() + 1 == piece.start()) {
                pieces.set(last, new FakeArea(pieces.get(last).start(), pieces.get(last).size() + size));
            } else {
                pieces.add(piece);
            }
            at += size;
            left -= size;
        }
        return pieces;
    }

    private Mapping at(long address) {
        var one = new FakeArea(address, 1);
        return mappings.values().stream()
                .filter(mapping -> mapping.bus().holds(one))
                .findFirst()
                .orElse(null);
    }

    void track(boolean on) {
        if (on && !tracking) {
            dirtyPages.clear();
        }
        tracking = on;
    }

    boolean tracking() {
        return tracking;
    }

    void written(FakeArea bus) {
        if (tracking) {
            for (long page = bus.start() & -PAGE; Long.compareUnsigned(page, bus.last()) <= 0; page += PAGE) {
                dirtyPages.add(page);
            }
        }
    }

    /// {@return pages written in a range}
    List<Long> dirty(FakeArea bus, boolean clear) {
        var inside = dirtyPages.subSet(bus.start(), true, bus.last(), true);
        var pages = List.copyOf(inside);
        if (clear) {
            inside.clear();
        }
        return pages;
    }

    /// Memory of the process went away.
    void checkUnmapped(FakeArea process) {
        for (var mapping : mappings.values()) {
            if (new FakeArea(mapping.address(), mapping.bus().size()).meets(process)) {
                kernel.violation("memory " + process + " unmapped while mapped for DMA at " + mapping);
            }
        }
    }

    List<String> list() {
        return mappings.values().stream().map(Mapping::toString).toList();
    }
}

package io.nvmelm.transport.mock;

import java.util.Map;
import java.util.TreeMap;

/// Host memory of one controller that is watched (Base 2.3 clause 5.2.28.1.2): the ranges, and which units of them the
/// controller wrote since they were last reported. Ranges may overlap; what was written is noted once.
final class TrackedMemory {
    /// Number of bits of an address below 4 KiB, over which granularities are exponents.
    static final int PAGE_SHIFT = 12;

    /// Memory range tracking descriptors that this takes.
    final int descriptors;
    /// Granularity of reports, an exponent over 4 KiB.
    final int granularity;

    private final boolean holdsBack;
    private final TreeMap<Long, Long> endOfRange = new TreeMap<>();
    private final UnitSet changed = new UnitSet();
    private final UnitSet heldBack = new UnitSet();
    private final UnitSet reported = new UnitSet();

    /// @param granularity granularity of reports; units of it may be larger than those that ranges consist of
    /// @param holdsBack   whether units that were reported before are kept back while the controller runs
    TrackedMemory(int descriptors, int granularity, boolean holdsBack) {
        this.descriptors = descriptors;
        this.granularity = granularity;
        this.holdsBack = holdsBack;
    }

    /// Watches a range too.
    ///
    /// @param address  its start
    /// @param byteSize its length, 1 or more
    void add(long address, long byteSize) {
        long start = address;
        long end = address + byteSize;
        var before = endOfRange.floorEntry(start);
        if (before != null && before.getValue() >= start) {
            start = before.getKey();
            end = Math.max(end, before.getValue());
        }
        var touched = endOfRange.subMap(start, true, end, true);
        for (long other : touched.values()) {
            end = Math.max(end, other);
        }
        touched.clear();
        endOfRange.put(start, end);
    }

    /// The controller wrote memory. What lies outside of the ranges is ignored.
    void written(long address, long byteSize) {
        if (byteSize == 0) {
            return;
        }
        long end = address + byteSize;
        var first = endOfRange.floorKey(address);
        for (Map.Entry<Long, Long> range : endOfRange.subMap(first == null ? address : first, true, end, false)
                .entrySet()) {
            long from = Math.max(address, range.getKey());
            long to = Math.min(end, range.getValue());
            if (from < to) {
                change(from >>> shift(), (to - 1) >>> shift());
            }
        }
    }

    private void change(long first, long last) {
        if (!holdsBack) {
            changed.add(first, last - first + 1);
            return;
        }
        for (long unit = first; unit <= last; unit++) {
            (reported.contains(unit) ? heldBack : changed).add(unit, 1);
        }
    }

    /// What was held back is reported like everything else.
    void release() {
        changed.addAll(heldBack);
        heldBack.clear();
    }

    /// {@return whether there is something to report}
    boolean hasChanges() {
        return !changed.isEmpty();
    }

    /// {@return address of the next changes} Only when there are some.
    long nextAddress() {
        return changed.first() << shift();
    }

    /// {@return number of units from there on that were written, and are reported by this} Only when there are changes.
    long takeUnits() {
        long first = changed.first();
        long count = changed.removeRun(0xFFFF_FFFFL);
        if (holdsBack) {
            reported.add(first, count);
        }
        return count;
    }

    private int shift() {
        return PAGE_SHIFT + granularity;
    }
}

package io.nvmelm.transport.vfio.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// DMA logging of a device: which pages it wrote to since the last report. Pages are those of the granule that the
/// device chose.
public final class FakeDmaLogging {
    private static final int MOST_RANGES = 256;

    private final TreeSet<Long> dirty = new TreeSet<>(Long::compareUnsigned);
    private final List<FakeArea> ranges = new ArrayList<>();
    private final long onlyGranule;
    private FakeKernel kernel;
    private long granule;

    /// Logging that takes the granule it is asked for.
    public FakeDmaLogging() {
        this(0);
    }

    /// Logging with one granule, whatever it is asked for.
    ///
    /// @param granule bytes, a power of two; 0 for the wished one
    public FakeDmaLogging(long granule) {
        this.onlyGranule = granule;
    }

    void attach(FakeKernel shared) {
        kernel = shared;
    }

    /// {@return whether logging is on}
    public boolean running() {
        synchronized (kernel) {
            return granule != 0;
        }
    }

    /// {@return the ranges that are logged}
    public List<FakeArea> ranges() {
        synchronized (kernel) {
            return List.copyOf(ranges);
        }
    }

    /// The device wrote to memory: pages in the logged ranges become dirty.
    public void recordWrite(long iova, long length) {
        synchronized (kernel) {
            if (granule == 0 || length <= 0) {
                return;
            }
            for (long page = iova & -granule; Long.compareUnsigned(page, iova + length - 1) <= 0; page += granule) {
                var area = new FakeArea(page, granule);
                if (ranges.stream().anyMatch(range -> range.meets(area))) {
                    dirty.add(page);
                }
            }
        }
    }

    int start(FakeStruct control, int at) {
        long wished = control.u64(at);
        int count = control.u32(at + 8);
        FakeRefusal.when(count == 0, FakeErrno.EINVAL);
        FakeRefusal.when(Integer.compareUnsigned(count, MOST_RANGES) > 0, FakeErrno.E2BIG);
        FakeRefusal.when(Long.bitCount(wished) != 1, FakeErrno.EINVAL);
        var wanted = new ArrayList<FakeArea>();
        var list = FakeStruct.at(control.u64(at + 16), 16L * count);
        for (int i = 0; i < count; i++) {
            var area = new FakeArea(list.u64(16L * i), list.u64(16L * i + 8));
            FakeRefusal.when(((area.start() | area.size()) & wished - 1) != 0, FakeErrno.EINVAL);
            FakeRefusal.when(area.size() == 0, FakeErrno.EINVAL);
            FakeRefusal.when(Long.compareUnsigned(area.start() + area.size(), area.start()) < 0, FakeErrno.EOVERFLOW);
            FakeRefusal.when(wanted.stream().anyMatch(area::meets), FakeErrno.EINVAL);
            wanted.add(area);
        }
        FakeRefusal.when(granule != 0, FakeErrno.EINVAL);
        granule = onlyGranule == 0 ? wished : onlyGranule;
        ranges.addAll(wanted);
        control.put64(at, granule);
        return 0;
    }

    int stop() {
        reset();
        return 0;
    }

    void reset() {
        granule = 0;
        ranges.clear();
        dirty.clear();
    }

    int report(FakeStruct report, int at) {
        var area = new FakeArea(report.u64(at), report.u64(at + 8));
        long page = report.u64(at + 16);
        FakeRefusal.when(Long.bitCount(page) != 1 || Long.compareUnsigned(page, 4096) < 0, FakeErrno.EINVAL);
        FakeRefusal.when(area.size() == 0, FakeErrno.EINVAL);
        FakeRefusal.when(FakeContainer.wraps(area), FakeErrno.EOVERFLOW);
        FakeRefusal.when(granule == 0, FakeErrno.EINVAL);
        var pages = List.copyOf(dirty);
        for (long start : pages) {
            var written = new FakeArea(start, granule);
            if (written.meets(area)) {
                mark(report.u64(at + 24), area, page, written);
                dirty.remove(start);
            }
        }
        return 0;
    }

    /// Sets the bits of what was written in the bitmap of an area.
    static void mark(long bitmap, FakeArea area, long page, FakeArea written) {
        long bits = (area.size() + page - 1) / page;
        var words = FakeStruct.at(bitmap, (bits + 63) / 64 * 8);
        for (long bit = 0; bit < bits; bit++) {
            if (new FakeArea(area.start() + bit * page, page).meets(written)) {
                long word = bit / 64 * 8;
                words.put64(word, words.u64(word) | 1L << bit % 64);
            }
        }
    }
}

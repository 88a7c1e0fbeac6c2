package io.nvmelm.transport.vfio.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Calls that shall fail. Guarded by the lock of the kernel.
final class FakeFaultPlan {
    private static final class Entry {
        final Predicate<FakeCall> which;
        final int errno;
        int skip;
        int times;

        Entry(Predicate<FakeCall> which, int errno, int skip, int times) {
            this.which = which;
            this.errno = errno;
            this.skip = skip;
            this.times = times;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /// @param errno 0 for one that fits the call
    /// @param skip  calls that pass first
    /// @param times calls that fail then
    void add(Predicate<FakeCall> which, int errno, int skip, int times) {
        entries.add(new Entry(which, errno, skip, times));
    }

    /// {@return the errno that this call fails with; 0 for none}
    int next(FakeCall call) {
        for (var entry : entries) {
            if (!entry.which.test(call)) {
                continue;
            }
            if (entry.skip > 0) {
                entry.skip--;
                continue;
            }
            if (--entry.times == 0) {
                entries.remove(entry);
            }
            return entry.errno == 0 ? call.fittingErrno() : entry.errno;
        }
        return 0;
    }

    int pending() {
        return entries.size();
    }

    void clear() {
        entries.clear();
    }
}

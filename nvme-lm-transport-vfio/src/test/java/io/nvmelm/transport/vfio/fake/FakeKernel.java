package io.nvmelm.transport.vfio.fake;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/// The state that all files of the fake share. Its monitor is the lock of the fake: held for moments, never while a
/// function's registers are accessed or a call waits.
final class FakeKernel {
    private static final int FIRST_FD = 3;
    private static final int LOG_LINES = 20_000;
    private static final long LONGEST_WAIT_NANOS = 3_600_000_000_000L;
    private static final long STEP_NANOS = 1_000_000;

    /// An entry of the file descriptor table.
    static final class Entry {
        final FakeFile file;
        final String name;
        private int calls;
        private boolean closed;

        Entry(FakeFile file, String name) {
            this.file = file;
            this.name = name;
        }
    }

    final FakeClock clock;
    final FakeFaultPlan faults = new FakeFaultPlan();
    final FakeMemoryMap memory = new FakeMemoryMap();
    final List<FakeAddressSpace> spaces = new ArrayList<>();
    final List<String> dmaFaults = new ArrayList<>();
    private final Map<Integer, Entry> table = new TreeMap<>();
    private final Deque<String> log = new ArrayDeque<>();
    private final List<String> violations = new ArrayList<>();
    private int limit = 1024;

    FakeKernel(FakeClock clock) {
        this.clock = clock;
    }

    /// Gives a file the lowest free number.
    ///
    /// @return the number or -EMFILE
    synchronized int install(FakeFile file, String name) {
        int fd = FIRST_FD;
        while (table.containsKey(fd)) {
            fd++;
        }
        if (fd >= limit) {
            return -FakeErrno.EMFILE;
        }
        table.put(fd, new Entry(file, name));
        return fd;
    }

    synchronized void limit(int files) {
        limit = FIRST_FD + files;
    }

    /// {@return the file behind a number, as a call that is given the number as an argument finds it; null for none}
    synchronized FakeFile file(int fd) {
        var entry = table.get(fd);
        return entry == null ? null : entry.file;
    }

    /// Begins a call on a number.
    ///
    /// @return null when it is not open
    synchronized Entry enter(int fd, String call) {
        var entry = table.get(fd);
        if (entry == null) {
            violation(call + " on file descriptor " + fd + ", which is not open");
            return null;
        }
        entry.calls++;
        return entry;
    }

    void leave(Entry entry) {
        boolean last;
        synchronized (this) {
            last = --entry.calls == 0 && entry.closed;
        }
        if (last) {
            entry.file.onClose();
        }
        clock.changed();
    }

    /// Takes a number away; the file hears of it when the last call on it ends.
    ///
    /// @return null when it is not open
    Entry remove(int fd) {
        Entry entry;
        synchronized (this) {
            entry = table.remove(fd);
            if (entry == null) {
                violation("close of file descriptor " + fd + ", which is not open");
                return null;
            }
            entry.closed = true;
            if (entry.calls > 0) {
                return entry;
            }
        }
        entry.file.onClose();
        clock.changed();
        return entry;
    }

    /// Logs a call and says whether it shall fail.
    ///
    /// @return 0, or the errno to fail with
    synchronized int injected(FakeCall call) {
        return faults.next(call);
    }

    synchronized void log(FakeCall call, String details, long result) {
        log(call.kind() + "." + call.name() + details + " = " + result);
    }

    synchronized void log(String line) {
        if (log.size() == LOG_LINES) {
            log.remove();
        }
        log.add(line);
    }

    synchronized List<String> log() {
        return List.copyOf(log);
    }

    synchronized void clearLog() {
        log.clear();
    }

    synchronized void violation(String text) {
        violations.add(text);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized void forgetViolations() {
        violations.clear();
    }

    synchronized List<String> open() {
        return table.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().name)
                .toList();
    }

    /// Waits until something is there.
    ///
    /// @param ready   asked again and again, never with the lock held
    /// @param timeout nanoseconds, negative for no limit
    /// @return whether it is there
    boolean await(BooleanSupplier ready, long timeout) {
        long start = clock.nanoTime();
        long most = timeout < 0 ? LONGEST_WAIT_NANOS : timeout;
        while (true) {
            long seen = clock.changes();
            if (ready.getAsBoolean()) {
                return true;
            }
            long left = most - (clock.nanoTime() - start);
            if (left <= 0) {
                if (timeout < 0) {
                    violation("a call waits for what never comes");
                }
                return false;
            }
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            clock.await(Math.min(left, Math.max(STEP_NANOS, most / 1000)), seen);
        }
    }

    /// Does a piece of kernel work with the lock held, refusals turned into errno.
    synchronized int locked(IntSupplier work) {
        return refusable(work);
    }

    static int refusable(IntSupplier work) {
        try {
            return work.getAsInt();
        } catch (FakeRefusal refusal) {
            return -refusal.errno();
        }
    }
}

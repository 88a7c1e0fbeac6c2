package io.nvmelm.transport.vfio;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the interrupts of one vector (eventfd). Thread-safe. Closed with the interrupts of its device.
public final class EventCounter {
    /// What another thread's closing is noticed after.
    private static final long SLICE_MILLIS = 100;

    private final LinuxHost host;
    private final String device;
    private final OpenFile file;
    private final ReentrantLock lock = new ReentrantLock();
    private final MemorySegment value = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);

    private EventCounter(LinuxHost host, String device, OpenFile file) {
        this.host = host;
        this.device = device;
        this.file = file;
    }

    static EventCounter create(LinuxHost host, String device, String name) {
        int fd = host.calls().eventfd();
        if (fd < 0) {
            throw KernelError.of(
                    "making a counter of interrupts", -fd, "Raise the number of open files of the process: ulimit -n");
        }
        return new EventCounter(host, device, new OpenFile(host.calls(), fd, name));
    }

    /// Waits until there was an interrupt that nobody has taken yet. Blocks the thread, a virtual one with its carrier.
    ///
    /// @param timeout longest wait; zero for a look without waiting
    /// @return whether there was one
    /// @throws TransportException when the interrupts are disabled or the device is closed
    public boolean await(Duration timeout) {
        long deadline = host.clock().deadlineAfter(timeout);
        while (true) {
            long left = deadline - host.clock().nanoTime();
            long millis = Math.min(SLICE_MILLIS, Math.max(0, TimeUnit.NANOSECONDS.toMillis(left + 999_999)));
            int events;
            int fd = acquire();
            try {
                events = host.calls().poll(fd, SystemCalls.POLL_READABLE, (int) millis);
            } finally {
                file.release();
            }
            if (events < 0 && events != -Errno.EINTR) {
                throw failure("waiting for ", -events);
            }
            if (events > 0) {
                return readable(events);
            }
            if (left <= 0) {
                return false;
            }
        }
    }

    private boolean readable(int events) {
        if ((events & SystemCalls.POLL_READABLE) == 0) {
            throw failure("waiting for ", Errno.EIO);
        }
        return true;
    }

    /// {@return how many interrupts there were since this was last asked, 0 or more} Does not wait.
    ///
    /// @throws TransportException when the interrupts are disabled or the device is closed
    public long takePending() {
        int fd = acquire();
        lock.lock();
        try {
            long result = host.calls().read(fd, value, 0, Long.BYTES);
            if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
                return 0;
            }
            if (result != Long.BYTES) {
                throw failure("reading ", result < 0 ? (int) -result : Errno.EIO);
            }
            return value.get(ValueLayout.JAVA_LONG, 0);
        } finally {
            lock.unlock();
            file.release();
        }
    }

    private int acquire() {
        try {
            return file.acquire();
        } catch (TransportException closed) {
            var ended = new TransportException(
                    closed.category(),
                    file.name() + " has ended: interrupts were disabled, or the device was reset or closed",
                    "Enable the interrupts again",
                    Errno.EBADF,
                    closed);
            throw (TransportException) ended.at(device, null);
        }
    }

    private TransportException failure(String doing, int errno) {
        return (TransportException) KernelError.of(doing + file.name(), errno, "Enable the interrupts again").at(device,
                null);
    }

    OpenFile file() {
        return file;
    }

    void close() {
        file.close();
    }
}

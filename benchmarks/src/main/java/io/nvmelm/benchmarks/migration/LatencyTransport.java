package io.nvmelm.benchmarks.migration;

import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Another transport whose commands of migration all take the same time, by the clock on the wall. Commands that are under way together
/// take that time together. A completion is published by whoever waits for it; nobody else completes it, so stages of the future do not
/// run before.
public final class LatencyTransport extends ForwardingTransport {
    /// The end of a wait is not left to the kernel's timer.
    private static final long SPIN_NANOS = 100_000;

    private final long latencyNanos;

    /// Makes a slower transport.
    ///
    /// @param device  what executes the commands, at once; closed with this
    /// @param latency what each takes
    public LatencyTransport(AdminTransport device, Duration latency) {
        super(device);
        this.latencyNanos = latency.toNanos();
    }

    /// Waits until a moment: parks, and spins at the end. A virtual thread does not spin, since others wait for its core.
    ///
    /// @param deadlineNanos the moment, by [System#nanoTime()]
    public static void waitUntil(long deadlineNanos) {
        long left = deadlineNanos - System.nanoTime();
        while (left > 0) {
            if (Thread.currentThread().isVirtual()) {
                LockSupport.parkNanos(left);
            } else if (left > SPIN_NANOS) {
                LockSupport.parkNanos(left - SPIN_NANOS);
            } else {
                Thread.onSpinWait();
            }
            left = deadlineNanos - System.nanoTime();
        }
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        long due = System.nanoTime() + latencyNanos;
        return new Late(super.submit(entry, data, dataByteSize, timeout), due);
    }

    /// A completion that is not there before its time.
    private static final class Late extends CompletableFuture<Completion> {
        private final CompletableFuture<Completion> executed;
        private final long dueNanos;

        Late(CompletableFuture<Completion> executed, long dueNanos) {
            this.executed = executed;
            this.dueNanos = dueNanos;
        }

        private Completion publish() {
            waitUntil(dueNanos);
            var completion = executed.join();
            complete(completion);
            return completion;
        }

        @Override
        public Completion get() {
            return publish();
        }

        @Override
        public Completion join() {
            return publish();
        }

        @Override
        public Completion get(long timeout, TimeUnit unit) {
            return publish();
        }
    }
}

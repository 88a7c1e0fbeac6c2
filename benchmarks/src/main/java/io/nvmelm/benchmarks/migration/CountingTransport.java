package io.nvmelm.benchmarks.migration;

import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Another transport whose commands are counted.
final class CountingTransport implements AdminTransport {
    private final AdminTransport device;
    private final AtomicLong commands = new AtomicLong();

    CountingTransport(AdminTransport device) {
        this.device = device;
    }

    long commands() {
        return commands.get();
    }

    @Override
    public TransportLimits limits() {
        return device.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return device.allocate(byteSize);
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        commands.incrementAndGet();
        return device.submit(entry, data, dataByteSize, timeout);
    }

    @Override
    public void close() {
        device.close();
    }
}

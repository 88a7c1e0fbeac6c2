package io.nvmelm.benchmarks.migration;

import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Another transport whose commands are counted.
final class CountingTransport extends ForwardingTransport {
    private final AtomicLong commands = new AtomicLong();

    CountingTransport(AdminTransport device) {
        super(device);
    }

    long commands() {
        return commands.get();
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        commands.incrementAndGet();
        return super.submit(entry, data, dataByteSize, timeout);
    }
}

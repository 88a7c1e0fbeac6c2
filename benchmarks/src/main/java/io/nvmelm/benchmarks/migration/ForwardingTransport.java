package io.nvmelm.benchmarks.migration;

import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Another transport, to which everything is handed on; closed with this.
abstract class ForwardingTransport implements AdminTransport {
    private final AdminTransport device;

    ForwardingTransport(AdminTransport device) {
        this.device = device;
    }

    @Override
    public final TransportLimits limits() {
        return device.limits();
    }

    @Override
    public final TransferMemory allocate(long byteSize) {
        return device.allocate(byteSize);
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        return device.submit(entry, data, dataByteSize, timeout);
    }

    @Override
    public final void close() {
        device.close();
    }
}

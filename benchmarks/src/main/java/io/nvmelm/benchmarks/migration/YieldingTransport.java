package io.nvmelm.benchmarks.migration;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Another transport that lets other threads go on behind each command of migration, as a thread does that waits for a device. Virtual
/// threads have no time slices: where nothing waits, each runs to its end before the next begins, and however many there are, no more of
/// them are in the middle of something than there are cores. Not thread-safe: one command after the other.
final class YieldingTransport extends ForwardingTransport {
    private final SubmissionEntryView view = new SubmissionEntryView();

    /// Makes a transport that yields.
    ///
    /// @param device executes the commands; closed with this
    YieldingTransport(AdminTransport device) {
        super(device);
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        int opcode = view.wrap(entry, 0).opcode();
        var completion = super.submit(entry, data, dataByteSize, timeout);
        if (opcode == AdminOpcode.MIGRATION_SEND.value() || opcode == AdminOpcode.MIGRATION_RECEIVE.value()) {
            Thread.yield();
        }
        return completion;
    }
}

package io.nvmelm.endtoend;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.codec.TrackedMemoryChangesView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A transport that writes down every descriptor that the device returns by Track Receive, before the library has seen it.
final class MemoryReports implements AdminTransport {
    /// Ranges that the device says were written, as it says it.
    final List<MemoryRange> descriptors = new ArrayList<>();
    private final AdminTransport transport;

    MemoryReports(AdminTransport transport) {
        this.transport = transport;
    }

    @Override
    public TransportLimits limits() {
        return transport.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return transport.allocate(byteSize);
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        boolean report = new SubmissionEntryView().wrap(entry, 0).opcode() == AdminOpcode.TRACK_RECEIVE.value();
        var future = transport.submit(entry, data, dataByteSize, timeout);
        return report && data != null
                ? future.thenApply(completion -> {
                    if (completion.isSuccess()) {
                        note(data.segment(), dataByteSize);
                    }
                    return completion;
                })
                : future;
    }

    private void note(MemorySegment report, long byteSize) {
        var view = new TrackedMemoryChangesView().wrap(report, 0, byteSize);
        view.validate(view.controllerId());
        for (long i = 0; i < view.validatedCount(); i++) {
            view.select(i);
            descriptors.add(new MemoryRange(view.byteAddress(), view.byteSize()));
        }
    }

    @Override
    public void close() {
        transport.close();
    }
}

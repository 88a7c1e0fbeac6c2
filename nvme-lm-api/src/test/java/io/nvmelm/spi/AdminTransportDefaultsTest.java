package io.nvmelm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.nvme.Completion;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A transport that implements only what it must.
class AdminTransportDefaultsTest {

    private static final class Plain implements AdminTransport {
        @Override
        public TransportLimits limits() {
            return new TransportLimits(4096, 1, "the kernel takes memory back");
        }

        @Override
        public TransferMemory allocate(long byteSize) {
            throw new AssertionError("not called");
        }

        @Override
        public CompletableFuture<Completion> submit(
                MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
            throw new AssertionError("not called");
        }

        @Override
        public void close() {}
    }

    @Test
    void ringMemoryIsRefusedWithTheReasonOfTheLimits() {
        assertThatExceptionOfType(CapabilityMissingException.class)
                .isThrownBy(() -> new Plain().allocateRing(4096))
                .withMessageContaining("the kernel takes memory back");
    }

    @Test
    void listeningIsRefusedWithTheReason() {
        var transport = new Plain();
        var reason = transport.eventsUnavailable().orElseThrow();

        assertThatExceptionOfType(CapabilityMissingException.class)
                .isThrownBy(() -> transport.listenForEvents(event -> {}))
                .satisfies(e -> assertThat(e.capability()).contains(reason));
    }
}

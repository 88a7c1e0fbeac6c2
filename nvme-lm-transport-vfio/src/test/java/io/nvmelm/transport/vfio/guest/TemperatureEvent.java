package io.nvmelm.transport.vfio.guest;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An event that any controller can be made to report: its temperature is over a threshold (Base 2.3 figs. 150 and 152).
final class TemperatureEvent {
    /// SMART and health, temperature threshold, explained by the health log.
    static final AsynchronousEvent EVENT = new AsynchronousEvent(1, 1, 2, 0);

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int HEALTH_LOG = 2;
    private static final int HEALTH_LOG_BYTES = 512;
    private static final int FEATURE_TEMPERATURE_THRESHOLD = 0x04;
    private static final int FEATURE_EVENT_CONFIGURATION = 0x0B;
    private static final int TEMPERATURE_WARNING = 1 << 1;
    private static final int ZERO_KELVIN = 0;

    private TemperatureEvent() {}

    /// Reads the health log, which lets the event be reported again, enables it, and sets a threshold that is passed.
    static void provoke(AdminTransport transport) {
        try (var log = transport.allocate(HEALTH_LOG_BYTES)) {
            var entry = entry(AdminOpcode.GET_LOG_PAGE, (HEALTH_LOG_BYTES / 4 - 1) << 16 | HEALTH_LOG, 0);
            new SubmissionEntryView().wrap(entry, 0).namespaceId(0xFFFF_FFFFL);
            run(transport, entry, log);
        }
        run(transport, entry(AdminOpcode.SET_FEATURES, FEATURE_EVENT_CONFIGURATION, TEMPERATURE_WARNING), null);
        run(transport, entry(AdminOpcode.SET_FEATURES, FEATURE_TEMPERATURE_THRESHOLD, ZERO_KELVIN), null);
    }

    private static MemorySegment entry(AdminOpcode opcode, int cdw10, int cdw11) {
        var entry = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
        new SubmissionEntryView().wrap(entry, 0).opcode(opcode.value()).cdw10(cdw10).cdw11(cdw11);
        return entry;
    }

    private static void run(AdminTransport transport, MemorySegment entry, @Nullable TransferMemory data) {
        try {
            var completion = transport
                    .submit(entry, data, data == null ? 0 : HEALTH_LOG_BYTES, PATIENCE)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (!completion.isSuccess()) {
                throw new AssertionError("a command for the event was answered with " + completion.status());
            }
        } catch (Exception e) {
            throw new AssertionError("a command for the event failed", e);
        }
    }
}

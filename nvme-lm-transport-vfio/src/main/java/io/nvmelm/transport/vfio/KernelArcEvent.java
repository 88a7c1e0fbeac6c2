package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// JFR event of one request of a device that the kernel migrates: over one arc or several, or a reset. Nothing is allocated while no
/// recording wants it.
@Name("io.nvmelm.KernelArc")
@Label("Device Arc by the Kernel")
@Description("A request for another state of a device that the kernel migrates, or its reset")
@Category({"NVMe Live Migration"})
@StackTrace(false)
final class KernelArcEvent extends Event {
    /// Is asked whether anybody wants events.
    private static final KernelArcEvent SAMPLE = new KernelArcEvent();

    @Label("Device")
    @Nullable String device;

    @Label("From")
    @Nullable String from;

    @Label("To")
    @Nullable String to;

    @Label("Reset")
    @Description("Whether a reset led there") boolean reset;

    @Label("Failure")
    @Description("Why it was not done; empty when it was")
    @Nullable String failure;

    /// Begins an event; null while nobody wants it.
    static @Nullable KernelArcEvent start(String device, DeviceState from, DeviceState to, boolean reset) {
        if (!SAMPLE.isEnabled()) {
            return null;
        }
        var event = new KernelArcEvent();
        event.device = device;
        event.from = from.name();
        event.to = to.name();
        event.reset = reset;
        event.begin();
        return event;
    }

    /// Ends an event.
    ///
    /// @param thrown why it was not done, or null
    static void end(@Nullable KernelArcEvent event, @Nullable Throwable thrown) {
        if (event != null) {
            event.end();
            event.failure = thrown == null ? "" : thrown.toString();
            event.commit();
        }
    }
}

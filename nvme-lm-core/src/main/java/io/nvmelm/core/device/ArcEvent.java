package io.nvmelm.core.device;

import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// JFR event of one arc of a device, or of a reset. Nothing is allocated while no recording wants it.
@Name("io.nvmelm.Arc")
@Label("Device Arc")
@Description("One arc of the migration state machine of a device, or a reset")
@Category({"NVMe Live Migration"})
@StackTrace(false)
final class ArcEvent extends Event {
    /// Is asked whether anybody wants events.
    private static final ArcEvent SAMPLE = new ArcEvent();

    @Label("Device")
    @Nullable String device;

    @Label("From")
    @Nullable String from;

    @Label("To")
    @Nullable String to;

    @Label("State")
    @Description("State that the device was in afterwards")
    @Nullable String state;

    @Label("Reset")
    @Description("Whether a reset led there") boolean reset;

    @Label("Failure")
    @Description("Why it was not done; empty when it was")
    @Nullable String failure;

    /// Begins an event; null while nobody wants it.
    static @Nullable ArcEvent start(String device, DeviceState from, DeviceState to, boolean reset) {
        if (!SAMPLE.isEnabled()) {
            return null;
        }
        var event = new ArcEvent();
        event.device = device;
        event.from = from.name();
        event.to = to.name();
        event.reset = reset;
        event.begin();
        return event;
    }

    /// Ends an event of what was done.
    static void end(@Nullable ArcEvent event, DeviceState reached) {
        if (event != null) {
            event.tell(reached, "");
        }
    }

    /// Ends an event of what was not done.
    ///
    /// @return the failure
    static LiveMigrationException failed(
            @Nullable ArcEvent event, DeviceState reached, LiveMigrationException failure) {
        if (event != null) {
            event.tell(reached, failure.toString());
        }
        return failure;
    }

    private void tell(DeviceState reached, String why) {
        end();
        state = reached.name();
        failure = why;
        commit();
    }
}

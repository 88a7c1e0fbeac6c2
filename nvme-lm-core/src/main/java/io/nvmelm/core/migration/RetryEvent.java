package io.nvmelm.core.migration;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// JFR event of what is tried again, or in another way, on the way back of a migration. Nothing is allocated while no recording wants it.
@Name("io.nvmelm.Retry")
@Label("Retry")
@Description("What is tried again, or in another way, to have a device run at the source again")
@Category({"NVMe Live Migration"})
@StackTrace(false)
final class RetryEvent extends Event {
    /// Is asked whether anybody wants events.
    private static final RetryEvent SAMPLE = new RetryEvent();

    @Label("Device")
    @Nullable String device;

    @Label("Attempt")
    @Description("What is tried")
    @Nullable String attempt;

    @Label("Succeeded") boolean succeeded;

    /// Begins an event; null while nobody wants it.
    static @Nullable RetryEvent start(String attempt) {
        if (!SAMPLE.isEnabled()) {
            return null;
        }
        var event = new RetryEvent();
        event.attempt = attempt;
        event.begin();
        return event;
    }

    /// Ends an event.
    ///
    /// @return whether it succeeded
    static boolean end(@Nullable RetryEvent event, String device, boolean succeeded) {
        if (event != null) {
            event.end();
            event.device = device;
            event.succeeded = succeeded;
            event.commit();
        }
        return succeeded;
    }
}

package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.Errno;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// JFR event of a call of the kernel that was made more than once, from its first refusal to its end. Nothing is allocated while no
/// recording wants it, nor for a call that is made once.
@Name("io.nvmelm.KernelRetry")
@Label("Call of the Kernel Tried Again")
@Description("A call that the kernel refused for the moment (EAGAIN, EINTR, EBUSY), from its first refusal to its end")
@Category({"NVMe Live Migration"})
@StackTrace(false)
final class KernelRetryEvent extends Event {
    /// Is asked whether anybody wants events.
    private static final KernelRetryEvent SAMPLE = new KernelRetryEvent();

    @Label("Call")
    @Nullable String call;

    @Label("Refusal")
    @Description("Why it was refused the first time")
    @Nullable String refusal;

    @Label("Retries") long retries;

    @Label("Result")
    @Description("What came of the last one: 0 or more, or the negative errno") long result;

    /// Counts a call that is about to be made again.
    ///
    /// @param event  what this returned for the refusal before, null for the first
    /// @param result the negative errno
    static @Nullable KernelRetryEvent again(@Nullable KernelRetryEvent event, String call, long result) {
        var counting = event;
        if (counting == null) {
            if (!SAMPLE.isEnabled()) {
                return null;
            }
            counting = new KernelRetryEvent();
            counting.call = call;
            counting.refusal = Errno.text((int) -result);
            counting.begin();
        }
        counting.retries++;
        return counting;
    }

    /// Ends an event.
    static void end(@Nullable KernelRetryEvent event, long result) {
        if (event != null) {
            event.end();
            event.result = result;
            event.commit();
        }
    }
}

package io.nvmelm.transport.vfio;

import io.nvmelm.DeviceState;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.fsm.Plan;
import io.nvmelm.transport.vfio.linux.Errno;
import org.jspecify.annotations.Nullable;

/// What a request that failed means, by the plan and by where the device ended.
///
/// @param plan    the arcs that were to be executed, at least one
/// @param reached state afterwards, ERROR also for one without a name here; null when the device did not tell
record VfioMigratableDeviceFailure(Plan plan, @Nullable DeviceState reached) {
    private static final String RESET = "Reset the device";

    /// {@return the failure of an arc}
    ///
    /// @param errno  errno of the request
    /// @param remedy what to do where the device can be used as it is
    LiveMigrationException ofArc(int errno, String remedy) {
        var target = plan.arcs().getLast().to();
        var category = category(errno);
        String message = "the request for " + target + " failed: " + Errno.text(errno) + "; " + place();
        return new TransportException(
                category, message, category == FailureCategory.RESET_DEVICE ? RESET : remedy, errno, null)
                .at(null, failedArc());
    }

    /// {@return the message part that says where the device is}
    private String place() {
        return reached == null ? "the device does not tell its state any more" : "the device is in " + reached;
    }

    /// {@return the arc at which the way ended, where that can be told}
    private String failedArc() {
        return plan.arcs().stream()
                .filter(arc -> arc.from() == reached)
                .findFirst()
                .map(Object::toString)
                .orElse(plan.toString());
    }

    private FailureCategory category(int errno) {
        if (reached == null) {
            return FailureCategory.FATAL;
        }
        if (reached == DeviceState.ERROR || spoilsLoad(errno)) {
            return FailureCategory.RESET_DEVICE;
        }
        return mayBeTriedAgain(errno) ? FailureCategory.RETRY : FailureCategory.ABORT_MIGRATION;
    }

    /// {@return whether the device could not take the state that was loaded}
    boolean spoilsLoad(int errno) {
        return reached == DeviceState.RESUMING
                && plan.arcs().getFirst().from() == DeviceState.RESUMING
                && !mayBeTriedAgain(errno);
    }

    private static boolean mayBeTriedAgain(int errno) {
        return switch (errno) {
            case Errno.EAGAIN, Errno.EBUSY, Errno.EINTR, Errno.EMFILE, Errno.ENOMEM -> true;
            default -> false;
        };
    }

    /// {@return the failure of a session that was opened and could not be given to the caller}
    ///
    /// @param what   what went wrong
    /// @param errno  errno, 0 for none
    /// @param isBack whether the device could be taken back, which ended the session
    LiveMigrationException undelivered(String what, int errno, boolean isBack) {
        var category = isBack
                ? (mayBeTriedAgain(errno) ? FailureCategory.RETRY : FailureCategory.ABORT_MIGRATION)
                : (reached == null ? FailureCategory.FATAL : FailureCategory.RESET_DEVICE);
        String remedy = !isBack
                ? RESET
                : errno == Errno.EMFILE
                        ? "Close files or raise the limit of open files (ulimit -n), and ask for the state again"
                        : "Ask for the state again";
        return new TransportException(
                category,
                what + (errno == 0 ? "" : ": " + Errno.text(errno)) + "; " + place()
                        + (isBack ? ", where it was taken back and the session has ended" : ""),
                remedy,
                errno,
                null)
                .at(null, plan.arcs().getLast().toString());
    }
}

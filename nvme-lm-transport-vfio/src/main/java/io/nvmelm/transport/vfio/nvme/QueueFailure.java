package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Why a queue takes no more commands, from which each command under way gets an exception of its own.
///
/// @param category what a caller can do
/// @param message  what happened
/// @param remedy   what to do about it
/// @param cause    what was caught, if anything
record QueueFailure(FailureCategory category, String message, String remedy, @Nullable Throwable cause) {
    private static final String RESET = "Reset the controller; what it was doing is lost";

    static QueueFailure closed() {
        return new QueueFailure(FailureCategory.FATAL, "the controller was closed", "Open the controller again", null);
    }

    static QueueFailure reset() {
        return new QueueFailure(
                FailureCategory.ABORT_MIGRATION,
                "the controller was reset while the command was under way",
                "Whether it took effect is unknown; start the operation again",
                null);
    }

    static QueueFailure queuesGone() {
        return new QueueFailure(
                FailureCategory.RETRY,
                "the controller was reset, and has none of the I/O queues it had before",
                "Create I/O queues anew",
                null);
    }

    static QueueFailure underReset() {
        return new QueueFailure(
                FailureCategory.RETRY, "the controller is being reset", "Submit the command again afterwards", null);
    }

    static QueueFailure gone() {
        return new QueueFailure(
                FailureCategory.FATAL,
                "the controller is gone: its registers read as all ones",
                "Look into the kernel log for a removed or failed PCI function, and open it again when it is back",
                null);
    }

    static QueueFailure fatal(int status) {
        return new QueueFailure(
                FailureCategory.RESET_DEVICE,
                String.format(Locale.ROOT, "the controller reports a fatal status (CSTS.CFS, CSTS %08Xh)", status),
                RESET,
                null);
    }

    static QueueFailure stopped(int status) {
        return new QueueFailure(
                FailureCategory.RESET_DEVICE,
                String.format(Locale.ROOT, "the controller was stopped by somebody else (CSTS %08Xh)", status),
                RESET,
                null);
    }

    static QueueFailure protocol(String message) {
        return new QueueFailure(FailureCategory.RESET_DEVICE, message, RESET, null);
    }

    /// An access to the device or its memory failed.
    static QueueFailure of(RuntimeException failure) {
        if (failure instanceof LiveMigrationException closed && isDeviceClosed(closed)) {
            return new QueueFailure(
                    FailureCategory.FATAL, "the device was closed", "Open the device and the controller again",
                    failure);
        }
        if (failure instanceof LiveMigrationException known) {
            var category = known.category() == FailureCategory.FATAL
                    ? FailureCategory.FATAL
                    : FailureCategory.RESET_DEVICE;
            return new QueueFailure(
                    category, "the controller cannot be reached: " + failure.getMessage(), known.remedy(), failure);
        }
        return new QueueFailure(
                FailureCategory.FATAL,
                "the memory of the queues was taken away: the device is closed",
                "Open the device and the controller again",
                failure);
    }

    /// {@return whether the device was closed under the controller}
    static boolean isDeviceClosed(LiveMigrationException failure) {
        return failure instanceof TransportException transport && transport.errno().orElse(0) == Errno.EBADF;
    }

    /// {@return an exception of its own for each command, since an exception is shared by nobody}
    ///
    /// @param device name of the controller
    TransportException exception(String device) {
        return (TransportException) new TransportException(category, message, remedy, 0, cause).at(device, null);
    }
}

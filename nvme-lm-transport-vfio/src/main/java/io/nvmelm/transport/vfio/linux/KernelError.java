package io.nvmelm.transport.vfio.linux;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;

/// Makes the exception for a system call that failed.
public final class KernelError {
    private KernelError() {}

    /// {@return an exception that says what failed, with errno and what to do; of category RETRY where the kernel asks for that,
    /// FATAL where the device is gone, else ABORT_MIGRATION}
    ///
    /// @param doing  what was done, for instance `opening /dev/vfio/12`
    /// @param errno  positive error number
    /// @param remedy what to do, no full stop
    public static TransportException of(String doing, int errno, String remedy) {
        var category = switch (errno) {
            case Errno.EAGAIN, Errno.EINTR, Errno.EBUSY -> FailureCategory.RETRY;
            case Errno.ENODEV, Errno.ENXIO, Errno.EBADF -> FailureCategory.FATAL;
            default -> FailureCategory.ABORT_MIGRATION;
        };
        return new TransportException(category, doing + " failed: " + Errno.text(errno), remedy, errno, null);
    }
}

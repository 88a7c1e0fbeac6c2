package io.nvmelm.transport.vfio;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.time.Duration;

/// The reset of a function through its open file (`VFIO_DEVICE_RESET`), tried again while the device is busy.
final class FunctionReset {
    private static final long RETRY_NANOS = 10_000_000;

    private FunctionReset() {}

    /// Resets.
    ///
    /// @param timeout how long it is tried
    /// @throws TransportException when the kernel refused, or the device was busy for all that time
    static void of(LinuxHost host, OpenFile file, Duration timeout) {
        long deadline = host.clock().deadlineAfter(timeout);
        int fd = file.acquire();
        KernelRetryEvent retries = null;
        int result = -Errno.EAGAIN;
        try {
            while (true) {
                result = host.calls().ioctl(fd, Vfio.DEVICE_RESET, 0);
                if (result >= 0) {
                    return;
                }
                boolean busy = result == -Errno.EAGAIN || result == -Errno.EINTR;
                if (!busy || host.clock().nanoTime() - deadline >= 0) {
                    throw KernelError.of("VFIO_DEVICE_RESET", -result, "Close the device and open it again")
                            .category(busy ? FailureCategory.RETRY : FailureCategory.FATAL);
                }
                retries = KernelRetryEvent.again(retries, "VFIO_DEVICE_RESET", result);
                host.clock().pause(RETRY_NANOS);
            }
        } finally {
            KernelRetryEvent.end(retries, result);
            file.release();
        }
    }
}

package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// What it means that the kernel answered a passthrough command with an errno and not with a status of the controller.
final class KernelRefusal {
    /// The kernel counts deadlines in ticks of its clock, of which the longest is this: one may end so much early.
    private static final long LONGEST_TICK_NANOS = 10_000_000;

    private KernelRefusal() {}

    /// The failure of a command.
    ///
    /// @param command      the command in words
    /// @param node         path of the controller's node
    /// @param errno        positive error number
    /// @param timeout      time that the command had
    /// @param elapsedNanos time that the call took
    /// @return the failure, with what to do
    static LiveMigrationException of(String command, String node, int errno, Duration timeout, long elapsedNanos) {
        String doing = command + " through " + node;
        if (errno == Errno.ETIMEDOUT || (errno == Errno.EINTR && isOver(timeout, elapsedNanos))) {
            return new CommandTimeoutException(doing, timeout);
        }
        var failure = KernelError.of(doing, errno, remedy(errno));
        return switch (errno) {
            case Errno.EIO -> failure.category(FailureCategory.FATAL);
            // Whether the command took effect is unknown, so repeating it is not safe.
            case Errno.EINTR -> failure.category(FailureCategory.ABORT_MIGRATION);
            default -> failure;
        };
    }

    private static boolean isOver(Duration timeout, long elapsedNanos) {
        return elapsedNanos >= TimeUnit.NANOSECONDS.convert(timeout) - LONGEST_TICK_NANOS;
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EACCES, Errno.EPERM ->
                "Run as root or give the process CAP_SYS_ADMIN, without which only a few Identify commands pass; Set Features of"
                        + " what the driver manages itself is refused to everybody";
            case Errno.EINTR ->
                "The controller was reset while the command was under way, so whether it took effect is unknown: ask the device"
                        + " for its state, and see who reset it with: dmesg | grep nvme";
            case Errno.EINVAL ->
                "The data are larger than the driver takes for one command, or the command is fused or has metadata: open the"
                        + " transport again, which finds the limit anew, and send plain commands";
            case Errno.ENODEV, Errno.ENXIO, Errno.EIO ->
                "The controller is dead or gone; see why with: dmesg | grep nvme; and open another transport when it is back";
            case Errno.EAGAIN, Errno.EBUSY -> "The controller is being reset or is busy; try again";
            case Errno.ENOMEM -> "Free memory, or send less data with one command";
            case Errno.EFAULT ->
                "The memory of the command was taken away; close no memory by other means than TransferMemory.close()";
            case Errno.ENOTTY -> "The kernel is too old for results of 64 bits: use Linux 5.4 or newer";
            case Errno.EBADF -> "Open another transport";
            default -> "See what the nvme driver says with: dmesg | grep nvme";
        };
    }
}

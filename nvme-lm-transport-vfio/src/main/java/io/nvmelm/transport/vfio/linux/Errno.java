package io.nvmelm.transport.vfio.linux;

import java.util.Map;

/// Error numbers of Linux (asm-generic/errno-base.h, errno.h) that the calls of this module return.
public final class Errno {
    /// Operation not permitted.
    public static final int EPERM = 1;
    /// No such file or object.
    public static final int ENOENT = 2;
    /// Interrupted.
    public static final int EINTR = 4;
    /// Input or output error.
    public static final int EIO = 5;
    /// No such device or address.
    public static final int ENXIO = 6;
    /// Argument list, or structure, too big.
    public static final int E2BIG = 7;
    /// Bad file descriptor.
    public static final int EBADF = 9;
    /// Try again.
    public static final int EAGAIN = 11;
    /// Not enough memory, or more locked than allowed.
    public static final int ENOMEM = 12;
    /// Permission denied.
    public static final int EACCES = 13;
    /// Bad address.
    public static final int EFAULT = 14;
    /// Device or resource busy.
    public static final int EBUSY = 16;
    /// Exists already.
    public static final int EEXIST = 17;
    /// No such device.
    public static final int ENODEV = 19;
    /// Invalid argument.
    public static final int EINVAL = 22;
    /// Too many open files in this process.
    public static final int EMFILE = 24;
    /// No such ioctl here.
    public static final int ENOTTY = 25;
    /// No space left.
    public static final int ENOSPC = 28;
    /// Seek on a stream.
    public static final int ESPIPE = 29;
    /// Broken pipe.
    public static final int EPIPE = 32;
    /// Result out of range.
    public static final int ERANGE = 34;
    /// No such system call.
    public static final int ENOSYS = 38;
    /// No message there now.
    public static final int ENOMSG = 42;
    /// No data available.
    public static final int ENODATA = 61;
    /// Value too large.
    public static final int EOVERFLOW = 75;
    /// File descriptor in a bad state.
    public static final int EBADFD = 77;
    /// Message too long: more to say than there is room for.
    public static final int EMSGSIZE = 90;
    /// Operation not supported.
    public static final int EOPNOTSUPP = 95;
    /// Timed out.
    public static final int ETIMEDOUT = 110;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(EPERM, "EPERM, operation not permitted"),
            Map.entry(ENOENT, "ENOENT, no such file or object"),
            Map.entry(EINTR, "EINTR, interrupted"),
            Map.entry(EIO, "EIO, input or output error"),
            Map.entry(ENXIO, "ENXIO, no such device or address"),
            Map.entry(E2BIG, "E2BIG, structure or list too big"),
            Map.entry(EBADF, "EBADF, bad file descriptor"),
            Map.entry(EAGAIN, "EAGAIN, try again"),
            Map.entry(ENOMEM, "ENOMEM, not enough memory or locked memory"),
            Map.entry(EACCES, "EACCES, permission denied"),
            Map.entry(EFAULT, "EFAULT, bad address"),
            Map.entry(EBUSY, "EBUSY, device or resource busy"),
            Map.entry(EEXIST, "EEXIST, exists already"),
            Map.entry(ENODEV, "ENODEV, no such device"),
            Map.entry(EINVAL, "EINVAL, invalid argument"),
            Map.entry(EMFILE, "EMFILE, too many open files"),
            Map.entry(ENOTTY, "ENOTTY, no such ioctl here"),
            Map.entry(ENOSPC, "ENOSPC, no space left"),
            Map.entry(ESPIPE, "ESPIPE, seek on a stream"),
            Map.entry(EPIPE, "EPIPE, broken pipe"),
            Map.entry(ERANGE, "ERANGE, out of range"),
            Map.entry(ENOSYS, "ENOSYS, no such system call"),
            Map.entry(ENOMSG, "ENOMSG, no message now"),
            Map.entry(ENODATA, "ENODATA, no data"),
            Map.entry(EOVERFLOW, "EOVERFLOW, value too large"),
            Map.entry(EBADFD, "EBADFD, file descriptor in a bad state"),
            Map.entry(EMSGSIZE, "EMSGSIZE, more than fits"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP, not supported"),
            Map.entry(ETIMEDOUT, "ETIMEDOUT, timed out"));

    private Errno() {}

    /// {@return name and meaning of an error number, for messages}
    ///
    /// @param errno positive error number
    public static String text(int errno) {
        return TEXTS.getOrDefault(errno, "errno " + errno);
    }
}

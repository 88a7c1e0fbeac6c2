package io.nvmelm.transport.vfio.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// Handles of the functions of the C library. Each takes memory for errno first. None is critical: they may block, and the
/// garbage collector must not wait for them.
///
/// Initialised only after native access was found to be enabled.
@SuppressWarnings("restricted") // the one place that makes native calls
final class LibC {
    /// `EFD_CLOEXEC | EFD_NONBLOCK` (linux/eventfd.h).
    static final int EVENTFD_FLAGS = 0x80800;
    /// Offsets in `struct pollfd` (asm-generic/poll.h).
    static final long POLL_FD = 0;
    static final long POLL_EVENTS = 4;
    static final long POLL_RETURNED = 6;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    /// `int open(const char *path, int flags, mode_t mode)`.
    static final MethodHandle OPEN = variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    /// `int close(int fd)`.
    static final MethodHandle CLOSE = fixed("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    /// `int ioctl(int fd, unsigned long request, void *argument)`.
    static final MethodHandle IOCTL_POINTER =
            variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));
    /// `int ioctl(int fd, unsigned long request, unsigned long argument)`.
    static final MethodHandle IOCTL_VALUE =
            variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    /// `ssize_t read(int fd, void *buffer, size_t count)`.
    static final MethodHandle READ = fixed("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    /// `ssize_t write(int fd, const void *buffer, size_t count)`.
    static final MethodHandle WRITE = fixed("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    /// `ssize_t pread(int fd, void *buffer, size_t count, off_t offset)`.
    static final MethodHandle PREAD =
            fixed("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    /// `ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset)`.
    static final MethodHandle PWRITE =
            fixed("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    /// `void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)`, addresses as numbers.
    static final MethodHandle MMAP = fixed(
            "mmap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    /// `int munmap(void *address, size_t length)`.
    static final MethodHandle MUNMAP = fixed("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    /// `int eventfd(unsigned int count, int flags)`.
    static final MethodHandle EVENTFD = fixed("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    /// `int poll(struct pollfd *entries, nfds_t count, int timeout)`.
    static final MethodHandle POLL = fixed("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private LibC() {}

    private static MethodHandle fixed(String name, FunctionDescriptor function) {
        return LINKER.downcallHandle(address(name), function, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, int firstVariadic, FunctionDescriptor function) {
        return LINKER.downcallHandle(
                address(name),
                function,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MemorySegment address(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /// {@return the errno that was captured}
    static int errno(MemorySegment memory) {
        return (int) ERRNO.get(memory, 0L);
    }

    /// {@return never: passes on what a downcall should not throw, unchecked things as they are}
    static AssertionError unexpected(String call, Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        return new AssertionError(call + " threw a checked exception", t);
    }
}

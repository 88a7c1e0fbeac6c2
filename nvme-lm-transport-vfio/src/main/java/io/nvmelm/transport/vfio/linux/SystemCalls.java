package io.nvmelm.transport.vfio.linux;

import java.lang.foreign.MemorySegment;

/// The system calls that a device is driven by. Results are the kernel's own: zero or a positive number on success, and
/// the negative errno on failure ([Errno]), captured with the call that failed. Nothing is retried and nothing thrown.
///
/// Thread-safe. All calls may block but for [#close(int)], [#munmap(long, long)] and [#eventfd()]; none allocates but for
/// [#open(String, int)]. Buffers are native memory: what lies on the heap could move.
public interface SystemCalls {

    /// `O_RDONLY` (asm-generic/fcntl.h).
    int OPEN_READ_ONLY = 0;
    /// `O_RDWR`.
    int OPEN_READ_WRITE = 2;
    /// `O_CLOEXEC`: the file is not inherited by programs that this process starts.
    int OPEN_CLOSE_ON_EXEC = 0x80000;

    /// `PROT_READ | PROT_WRITE` (asm-generic/mman-common.h).
    int PROTECTION_READ_WRITE = 3;
    /// `MAP_SHARED`: of a file.
    int MAP_SHARED = 1;
    /// `MAP_PRIVATE | MAP_ANONYMOUS`: zeroed memory of this process.
    int MAP_ANONYMOUS = 0x22;
    /// `MAP_POPULATE`: pages are there when the call returns.
    int MAP_POPULATE = 0x8000;

    /// `POLLIN` (asm-generic/poll.h): there is something to read.
    int POLL_READABLE = 1;
    /// `POLLOUT`: there is room to write.
    int POLL_WRITABLE = 4;

    /// `FIONBIO` (asm-generic/ioctls.h): the argument points to an int; not 0 means that reads and writes of this open file no
    /// longer block.
    long SET_NON_BLOCKING = 0x5421;

    /// Opens a file.
    ///
    /// @param path  its path
    /// @param flags one of the `OPEN_` modes and any other flags
    /// @return file descriptor or negative errno
    int open(String path, int flags);

    /// Closes a file descriptor. Gone afterwards even if the kernel answers an error.
    ///
    /// @param fd file descriptor
    /// @return 0 or negative errno
    int close(int fd);

    /// An ioctl whose argument is a pointer.
    ///
    /// @param fd       file descriptor
    /// @param request  number of the request
    /// @param argument native memory that the kernel reads and writes
    /// @return what the kernel returned, or negative errno
    int ioctl(int fd, long request, MemorySegment argument);

    /// An ioctl whose argument is a number, or that has none.
    ///
    /// @param fd       file descriptor
    /// @param request  number of the request
    /// @param argument the number; 0 for none
    /// @return what the kernel returned, or negative errno
    int ioctl(int fd, long request, long argument);

    /// Reads from the position of the file, or from a stream.
    ///
    /// @param fd         file descriptor
    /// @param buffer     native memory
    /// @param byteOffset where in it the first byte goes
    /// @param byteCount  most bytes to read; the caller has checked that they fit
    /// @return bytes read, 0 at the end, or negative errno
    long read(int fd, MemorySegment buffer, long byteOffset, long byteCount);

    /// Writes at the position of the file, or to a stream.
    ///
    /// @param fd         file descriptor
    /// @param buffer     native memory
    /// @param byteOffset where in it the first byte is
    /// @param byteCount  most bytes to write; the caller has checked that they are there
    /// @return bytes written, or negative errno
    long write(int fd, MemorySegment buffer, long byteOffset, long byteCount);

    /// Reads from a position.
    ///
    /// @param fd           file descriptor
    /// @param buffer       native memory, read into from its start
    /// @param byteCount    most bytes to read; the caller has checked that they fit
    /// @param filePosition where in the file, in bytes
    /// @return bytes read or negative errno
    long pread(int fd, MemorySegment buffer, long byteCount, long filePosition);

    /// Writes at a position.
    ///
    /// @param fd           file descriptor
    /// @param buffer       native memory, written from its start
    /// @param byteCount    most bytes to write; the caller has checked that they are there
    /// @param filePosition where in the file, in bytes
    /// @return bytes written or negative errno
    long pwrite(int fd, MemorySegment buffer, long byteCount, long filePosition);

    /// Maps memory, of a file or fresh, at an address that the kernel chooses.
    ///
    /// @param byteSize     bytes, a multiple of the page size
    /// @param protection   [#PROTECTION_READ_WRITE]
    /// @param flags        one of the `MAP_` kinds and any other flags
    /// @param fd           file descriptor; -1 for none
    /// @param filePosition where in the file, a multiple of the page size
    /// @return address, or negative errno (-4095 to -1, which no address is)
    long mmap(long byteSize, int protection, int flags, int fd, long filePosition);

    /// Takes a mapping away. The caller has made sure that nobody uses it any more.
    ///
    /// @param address  what [#mmap] returned
    /// @param byteSize its size
    /// @return 0 or negative errno
    int munmap(long address, long byteSize);

    /// Makes a counter of events (eventfd), 0 at first, not blocking, not inherited by other programs.
    ///
    /// @return file descriptor or negative errno
    int eventfd();

    /// Waits until one file is ready.
    ///
    /// @param fd            file descriptor
    /// @param events        [#POLL_READABLE] or [#POLL_WRITABLE]
    /// @param timeoutMillis longest wait in milliseconds; 0 for none, negative for no limit
    /// @return events that are there, among them error and hang-up (8, 16, 32) even if not asked for; 0 when time ran out; or
    ///         negative errno
    int poll(int fd, int events, int timeoutMillis);
}

package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;

/// An open file of the fake kernel. What a file does not override is refused as Linux refuses it.
///
/// Results are the kernel's: 0 or more on success, the negative errno otherwise. Calls come without any lock of the
/// fake held, at once from several threads if the test does so. Buffers are cut to the bytes of the call.
public interface FakeFile {

    /// {@return the kind of file, for the call log and for picking calls that shall fail: `container`, `device`, …}
    String kind();

    /// {@return the name of a request in the call log, for instance `MAP_DMA`}
    default String requestName(long request, MemorySegment argument) {
        return "0x" + Long.toHexString(request);
    }

    /// An ioctl with a pointer.
    default int ioctl(long request, MemorySegment argument) {
        return -FakeErrno.ENOTTY;
    }

    /// An ioctl with a number or without argument.
    default int ioctl(long request, long value) {
        return -FakeErrno.ENOTTY;
    }

    /// Reads at the file's position.
    default long read(MemorySegment buffer) {
        return -FakeErrno.EINVAL;
    }

    /// Writes at the file's position.
    default long write(MemorySegment buffer) {
        return -FakeErrno.EINVAL;
    }

    /// Reads from a position.
    default long pread(MemorySegment buffer, long position) {
        return -FakeErrno.ESPIPE;
    }

    /// Writes at a position.
    default long pwrite(MemorySegment buffer, long position) {
        return -FakeErrno.ESPIPE;
    }

    /// {@return the address of a mapping of this file, which the kernel then accounts for; or negative errno}
    default long mmap(long byteSize, int protection, int flags, long position) {
        return -FakeErrno.ENODEV;
    }

    /// {@return the events of `poll` that are there now (1 readable, 4 writable, 8 error, 16 hang-up)} Does not wait.
    default int poll() {
        return 1 | 4;
    }

    /// FIONBIO was called, which Linux answers for every file.
    default void nonBlocking(boolean on) {}

    /// The descriptor was closed and the last call on it has returned.
    default void onClose() {}
}

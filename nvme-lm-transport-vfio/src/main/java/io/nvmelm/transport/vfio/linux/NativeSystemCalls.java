package io.nvmelm.transport.vfio.linux;

import io.nvmelm.FailureCategory;
import io.nvmelm.TransportException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The system calls of this host, by downcalls into the C library.
///
/// The memory that errno is captured in belongs to this object and is lent to one call at a time ([ErrnoMemory]); it is
/// freed when this object is no longer reachable, so a call that another thread is in can never lose it.
final class NativeSystemCalls implements SystemCalls {
    private final ErrnoMemory errno = new ErrnoMemory();
    private final ErrnoMemory pollEntries = new ErrnoMemory();

    private NativeSystemCalls() {}

    /// The calls of this host.
    ///
    /// @throws TransportException when native access is not enabled for this module, or this is not 64-bit Linux
    static NativeSystemCalls open() {
        requireNativeAccess(NativeSystemCalls.class.getModule());
        requireLinux(System.getProperty("os.name", ""), ValueLayout.ADDRESS.byteSize());
        return new NativeSystemCalls();
    }

    static void requireNativeAccess(Module module) {
        if (!module.isNativeAccessEnabled()) {
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            throw new TransportException(
                    FailureCategory.FATAL,
                    "native access is not enabled for " + (module.isNamed() ? "module " + name : "the class path"),
                    "Start Java with --enable-native-access=" + name,
                    0,
                    null);
        }
    }

    static void requireLinux(String operatingSystem, long addressBytes) {
        if (!operatingSystem.equals("Linux") || addressBytes != 8) {
            throw new TransportException(
                    FailureCategory.FATAL,
                    "this is " + operatingSystem + " with addresses of " + 8 * addressBytes
                            + " bits, and VFIO is 64-bit Linux",
                    "Use the in-memory subsystem here",
                    0,
                    null);
        }
    }

    @Override
    public int open(String path, int flags) {
        int slot = errno.acquire();
        try (var arena = Arena.ofConfined()) {
            var memory = errno.at(slot);
            int fd = (int) LibC.OPEN.invokeExact(memory, arena.allocateFrom(path), flags, 0);
            return fd == -1 ? -LibC.errno(memory) : fd;
        } catch (Throwable t) {
            throw LibC.unexpected("open", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public int close(int fd) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            int result = (int) LibC.CLOSE.invokeExact(memory, fd);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("close", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            int result = (int) LibC.IOCTL_POINTER.invokeExact(memory, fd, request, argument);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("ioctl", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            int result = (int) LibC.IOCTL_VALUE.invokeExact(memory, fd, request, argument);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("ioctl", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public long read(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            var piece = buffer.asSlice(byteOffset, byteCount);
            long result = (long) LibC.READ.invokeExact(memory, fd, piece, byteCount);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("read", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public long write(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            var piece = buffer.asSlice(byteOffset, byteCount);
            long result = (long) LibC.WRITE.invokeExact(memory, fd, piece, byteCount);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("write", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long byteCount, long filePosition) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            long result = (long) LibC.PREAD.invokeExact(memory, fd, buffer, byteCount, filePosition);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("pread", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long byteCount, long filePosition) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            long result = (long) LibC.PWRITE.invokeExact(memory, fd, buffer, byteCount, filePosition);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("pwrite", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public long mmap(long byteSize, int protection, int flags, int fd, long filePosition) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            long address = (long) LibC.MMAP.invokeExact(memory, 0L, byteSize, protection, flags, fd, filePosition);
            return address == -1 ? -LibC.errno(memory) : address;
        } catch (Throwable t) {
            throw LibC.unexpected("mmap", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public int munmap(long address, long byteSize) {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            int result = (int) LibC.MUNMAP.invokeExact(memory, address, byteSize);
            return result == -1 ? -LibC.errno(memory) : result;
        } catch (Throwable t) {
            throw LibC.unexpected("munmap", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public int eventfd() {
        int slot = errno.acquire();
        try {
            var memory = errno.at(slot);
            int fd = (int) LibC.EVENTFD.invokeExact(memory, 0, LibC.EVENTFD_FLAGS);
            return fd == -1 ? -LibC.errno(memory) : fd;
        } catch (Throwable t) {
            throw LibC.unexpected("eventfd", t);
        } finally {
            errno.release(slot);
        }
    }

    @Override
    public int poll(int fd, int events, int timeoutMillis) {
        int slot = errno.acquire();
        int entrySlot = pollEntries.acquire();
        try {
            var memory = errno.at(slot);
            var entry = pollEntries.at(entrySlot);
            entry.set(ValueLayout.JAVA_INT, LibC.POLL_FD, fd);
            entry.set(ValueLayout.JAVA_SHORT, LibC.POLL_EVENTS, (short) events);
            entry.set(ValueLayout.JAVA_SHORT, LibC.POLL_RETURNED, (short) 0);
            int ready = (int) LibC.POLL.invokeExact(memory, entry, 1L, timeoutMillis);
            return ready == -1
                    ? -LibC.errno(memory)
                    : Short.toUnsignedInt(entry.get(ValueLayout.JAVA_SHORT, LibC.POLL_RETURNED));
        } catch (Throwable t) {
            throw LibC.unexpected("poll", t);
        } finally {
            pollEntries.release(entrySlot);
            errno.release(slot);
        }
    }
}

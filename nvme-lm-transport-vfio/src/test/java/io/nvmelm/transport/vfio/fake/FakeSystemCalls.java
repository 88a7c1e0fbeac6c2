package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/// The system calls of the fake: finds the file, lets calls fail that shall fail, keeps the log.
final class FakeSystemCalls implements SystemCalls {
    private static final int EVENTS_NOT_ASKED_FOR = 8 | 16 | 32;
    private static final long PAGE_MASK = 4095;

    private final FakeKernel kernel;
    private final FakeNodes nodes;

    FakeSystemCalls(FakeKernel kernel, FakeNodes nodes) {
        this.kernel = kernel;
        this.nodes = nodes;
    }

    @Override
    public int open(String path, int flags) {
        var call = new FakeCall(path, "open", 0, -1);
        int injected = kernel.injected(call);
        int result = injected != 0 ? -injected : FakeKernel.refusable(() -> nodes.open(path, flags));
        kernel.log("open " + path + " = " + result);
        if ((flags & OPEN_CLOSE_ON_EXEC) == 0) {
            kernel.violation("open of " + path + " without O_CLOEXEC");
        }
        return result;
    }

    @Override
    public int close(int fd) {
        var entry = kernel.remove(fd);
        if (entry == null) {
            return -FakeErrno.EBADF;
        }
        int result = -kernel.injected(new FakeCall(entry.file.kind(), "close", 0, fd));
        kernel.log("close " + entry.name + " = " + result);
        return result;
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        if (request == SET_NON_BLOCKING) {
            return (int) call(fd, "FIONBIO", request, "", argument, entry -> {
                entry.nonBlocking(new FakeStruct(argument).u32(0) != 0);
                return 0;
            });
        }
        var entry = kernel.enter(fd, "ioctl 0x" + Long.toHexString(request));
        if (entry == null) {
            return -FakeErrno.EBADF;
        }
        try {
            var call = new FakeCall(entry.file.kind(), name(entry.file, request, argument), request, fd);
            return (int) run(call, "", argument, () -> entry.file.ioctl(request, argument));
        } finally {
            kernel.leave(entry);
        }
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        var entry = kernel.enter(fd, "ioctl 0x" + Long.toHexString(request));
        if (entry == null) {
            return -FakeErrno.EBADF;
        }
        try {
            var call = new FakeCall(entry.file.kind(), name(entry.file, request, MemorySegment.NULL), request, fd);
            return (int) run(call, "(" + argument + ")", null, () -> entry.file.ioctl(request, argument));
        } finally {
            kernel.leave(entry);
        }
    }

    private static String name(FakeFile file, long request, MemorySegment argument) {
        try {
            return file.requestName(request, argument);
        } catch (IndexOutOfBoundsException tooSmall) {
            return "0x" + Long.toHexString(request);
        }
    }

    @Override
    public long read(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
        return call(fd, "read", 0, "(" + byteCount + ")", buffer, file -> file.read(
                buffer.asSlice(byteOffset, byteCount)));
    }

    @Override
    public long write(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
        return call(fd, "write", 0, "(" + byteCount + ")", buffer, file -> file.write(
                buffer.asSlice(byteOffset, byteCount)));
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long byteCount, long filePosition) {
        String details = "(" + byteCount + ", 0x" + Long.toHexString(filePosition) + ")";
        return call(fd, "pread", 0, details, buffer, file -> file.pread(buffer.asSlice(0, byteCount), filePosition));
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long byteCount, long filePosition) {
        String details = "(" + byteCount + ", 0x" + Long.toHexString(filePosition) + ")";
        return call(fd, "pwrite", 0, details, buffer, file -> file.pwrite(
                buffer.asSlice(0, byteCount), filePosition));
    }

    private interface Work {
        long on(FakeFile file);
    }

    private long call(int fd, String name, long request, String details, MemorySegment memory, Work work) {
        var entry = kernel.enter(fd, name);
        if (entry == null) {
            return -FakeErrno.EBADF;
        }
        try {
            var call = new FakeCall(entry.file.kind(), name, request, fd);
            return run(call, details, memory, () -> work.on(entry.file));
        } finally {
            kernel.leave(entry);
        }
    }

    private long run(FakeCall call, String details, MemorySegment memory, LongSupplier work) {
        long result;
        int injected = kernel.injected(call);
        if (injected != 0) {
            result = -injected;
        } else if (memory != null && !memory.isNative()) {
            kernel.violation(call.kind() + "." + call.name() + " with memory of the Java heap");
            result = -FakeErrno.EFAULT;
        } else {
            try {
                result = work.getAsLong();
            } catch (FakeRefusal refusal) {
                result = -refusal.errno();
            } catch (IndexOutOfBoundsException outside) {
                kernel.violation(call.kind() + "." + call.name()
                        + " makes the kernel access bytes outside of the memory given: " + outside.getMessage());
                result = -FakeErrno.EFAULT;
            }
        }
        kernel.log(call, details, result);
        return result;
    }

    @Override
    public long mmap(long byteSize, int protection, int flags, int fd, long filePosition) {
        if ((byteSize & PAGE_MASK) != 0) {
            kernel.violation("mmap of " + byteSize + " bytes, which is no number of pages");
        }
        if ((flags & 0x20) != 0) {
            var call = new FakeCall("memory", "mmap", 0, -1);
            return run(call, "(" + byteSize + ")", null, () -> {
                synchronized (kernel) {
                    return kernel.memory.anonymous(byteSize);
                }
            });
        }
        String details = "(" + byteSize + ", 0x" + Long.toHexString(filePosition) + ")";
        return call(fd, "mmap", 0, details, null, file -> {
            long address = file.mmap(byteSize, protection, flags, filePosition);
            if (address > 0) {
                synchronized (kernel) {
                    kernel.memory.ofFile(address, byteSize, file.kind());
                }
            }
            return address;
        });
    }

    @Override
    public int munmap(long address, long byteSize) {
        var call = new FakeCall("memory", "munmap", 0, -1);
        return (int) run(call, "(" + byteSize + ")", null, () -> {
            synchronized (kernel) {
                var mapping = kernel.memory.remove(address, byteSize);
                if (mapping == null) {
                    kernel.violation("munmap of " + new FakeArea(address, byteSize) + ", which was not mapped so");
                    return -FakeErrno.EINVAL;
                }
                if (mapping.anonymous()) {
                    kernel.spaces.forEach(space -> space.checkUnmapped(mapping.area()));
                }
                return 0;
            }
        });
    }

    @Override
    public int eventfd() {
        var call = new FakeCall("eventfd", "eventfd", 0, -1);
        return (int) run(call, "", null, () -> kernel.install(new FakeEventFd(), "eventfd"));
    }

    @Override
    public int poll(int fd, int events, int timeoutMillis) {
        long timeout = timeoutMillis < 0 ? -1 : timeoutMillis * 1_000_000L;
        return (int) call(fd, "poll", 0, "(" + timeoutMillis + " ms)", null, file -> {
            int asked = events | EVENTS_NOT_ASKED_FOR;
            var there = new int[1];
            kernel.await(
                    () -> {
                        there[0] = file.poll() & asked;
                        return there[0] != 0;
                    },
                    timeout);
            boolean interrupted = there[0] == 0 && Thread.currentThread().isInterrupted();
            return interrupted ? -FakeErrno.EINTR : there[0];
        });
    }
}

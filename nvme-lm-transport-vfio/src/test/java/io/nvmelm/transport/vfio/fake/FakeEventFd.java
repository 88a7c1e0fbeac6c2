package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.MemorySegment;

/// An eventfd, not blocking: a counter that reading takes to 0.
final class FakeEventFd implements FakeFile {
    private long count;

    @Override
    public String kind() {
        return "eventfd";
    }

    synchronized void signal() {
        count++;
    }

    @Override
    public synchronized long read(MemorySegment buffer) {
        if (buffer.byteSize() < 8) {
            return -FakeErrno.EINVAL;
        }
        if (count == 0) {
            return -FakeErrno.EAGAIN;
        }
        new FakeStruct(buffer).put64(0, count);
        count = 0;
        return 8;
    }

    @Override
    public synchronized long write(MemorySegment buffer) {
        if (buffer.byteSize() < 8) {
            return -FakeErrno.EINVAL;
        }
        count += new FakeStruct(buffer).u64(0);
        return 8;
    }

    @Override
    public synchronized int poll() {
        return count > 0 ? 1 | 4 : 4;
    }
}

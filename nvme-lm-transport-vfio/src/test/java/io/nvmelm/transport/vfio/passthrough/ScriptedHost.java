package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.transport.vfio.linux.HostClock;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A host with one controller on the kernel's nvme driver, `/dev/nvme3`. The test says what each call answers, and sees what was
/// asked and what is still open. Until told otherwise, every command succeeds and Identify brings MDTS 0.
public final class ScriptedHost implements SystemCalls, HostClock {
    /// Address of the controller's function.
    public static final String ADDRESS = "0000:04:00.0";
    /// Folder of the function.
    public static final String FOLDER = "/sys/bus/pci/devices/" + ADDRESS;
    /// Path of the controller's node.
    public static final String NODE = "/dev/nvme3";

    /// What an ioctl with a passthrough structure answers.
    public interface Driver {
        /// {@return status, or negative errno}
        ///
        /// @param block the structure of 80 bytes
        int execute(MemorySegment block);
    }

    private final SyntheticFiles files = new SyntheticFiles()
            .link(FOLDER + "/driver", "../../../bus/pci/drivers/nvme")
            .node(FOLDER + "/nvme/nvme3")
            .node("/dev/nvme3");
    private final Map<String, Integer> openErrors = new ConcurrentHashMap<>();
    private final Set<Integer> open = ConcurrentHashMap.newKeySet();
    private final ConcurrentSkipListMap<Long, MemorySegment> mappings = new ConcurrentSkipListMap<>();
    private final List<byte[]> blocks = new CopyOnWriteArrayList<>();
    private final AtomicInteger nextFd = new AtomicInteger(7);
    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
    private volatile int identifiedMdts;
    private volatile int mmapError;
    private volatile Driver driver = this::identify;

    /// {@return the host}
    public LinuxHost host() {
        return new LinuxHost(this, files, this);
    }

    /// {@return the files, to be changed by the test}
    public SyntheticFiles files() {
        return files;
    }

    /// Says how the opening of a path fails; 0 when it does not.
    public ScriptedHost failOpen(String path, int errno) {
        openErrors.put(path, errno);
        return this;
    }

    /// Says that no memory can be mapped; 0 when it can.
    public ScriptedHost failMapping(int errno) {
        mmapError = errno;
        return this;
    }

    /// Says what commands answer.
    public ScriptedHost driver(Driver value) {
        driver = value;
        return this;
    }

    /// Says what Identify Controller names as MDTS.
    public ScriptedHost mdts(int exponent) {
        identifiedMdts = exponent;
        return this;
    }

    /// Lets time pass.
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /// {@return the structures that were given to the kernel, in order, as they were before the call}
    public List<byte[]> blocks() {
        return blocks;
    }

    /// {@return open file descriptors}
    public Set<Integer> openFiles() {
        return Set.copyOf(open);
    }

    /// {@return mapped pieces of memory}
    public int mappedPieces() {
        return mappings.size();
    }

    /// {@return the node, opened}
    OpenFile openNode() {
        return NvmeNode.open(host(), ADDRESS);
    }

    /// Does what Identify Controller does, whatever the size of the buffer, and nothing without one.
    ///
    /// @return 0
    int identify(MemorySegment block) {
        if (block.get(ValueLayout.JAVA_LONG, 24) == 0) {
            return 0;
        }
        data(block, 4096).set(ValueLayout.JAVA_BYTE, 77, (byte) identifiedMdts);
        return 0;
    }

    /// {@return the data that a structure names; fails the test when they are not mapped}
    MemorySegment data(MemorySegment block, long byteSize) {
        long address = block.get(ValueLayout.JAVA_LONG, 24);
        var mapping = mappings.floorEntry(address);
        if (mapping == null) {
            throw new AssertionError("the kernel was given the address " + Long.toHexString(address));
        }
        return mapping.getValue().asSlice(address - mapping.getKey(), byteSize);
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        if (!open.contains(fd) || request != 0xC0504E47L) {
            throw new AssertionError("ioctl " + Long.toHexString(request) + " on file " + fd);
        }
        blocks.add(argument.toArray(ValueLayout.JAVA_BYTE));
        return driver.execute(argument);
    }

    @Override
    public int open(String path, int flags) {
        int errno = openErrors.getOrDefault(path, 0);
        if (errno != 0 || !files.exists(path) || flags != (OPEN_READ_WRITE | OPEN_CLOSE_ON_EXEC)) {
            return errno == 0 ? -2 : -errno;
        }
        int fd = nextFd.getAndIncrement();
        open.add(fd);
        return fd;
    }

    @Override
    public int close(int fd) {
        if (!open.remove(fd)) {
            throw new AssertionError("file " + fd + " is not open");
        }
        return 0;
    }

    @Override
    public long mmap(long byteSize, int protection, int flags, int fd, long filePosition) {
        if (mmapError != 0) {
            return -mmapError;
        }
        var memory = Arena.ofAuto().allocate(byteSize, 4096);
        mappings.put(memory.address(), memory);
        return memory.address();
    }

    @Override
    public int munmap(long address, long byteSize) {
        var mapping = mappings.remove(address);
        if (mapping == null || mapping.byteSize() != byteSize) {
            throw new AssertionError(byteSize + " bytes at " + Long.toHexString(address) + " are not mapped");
        }
        return 0;
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public void pause(long duration) {
        nanos.addAndGet(duration);
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        throw unused();
    }

    @Override
    public long read(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
        throw unused();
    }

    @Override
    public long write(int fd, MemorySegment buffer, long byteOffset, long byteCount) {
        throw unused();
    }

    @Override
    public long pread(int fd, MemorySegment buffer, long byteCount, long filePosition) {
        throw unused();
    }

    @Override
    public long pwrite(int fd, MemorySegment buffer, long byteCount, long filePosition) {
        throw unused();
    }

    @Override
    public int eventfd() {
        throw unused();
    }

    @Override
    public int poll(int fd, int events, int timeoutMillis) {
        throw unused();
    }

    private static AssertionError unused() {
        return new AssertionError("passthrough has no use for this call");
    }
}

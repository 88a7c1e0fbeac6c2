package io.nvmelm.transport.vfio.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/// A driver as plain as can be, by system calls and numbers alone: opens a function by its group, maps memory, writes
/// registers and queue entries. For tests of the fake itself.
final class FakeNvmeRawDriver {
    static final long SUBMISSION = 0x10_0000;
    static final long COMPLETION = 0x11_0000;
    static final long DATA = 0x20_0000;
    static final int PAGE = 4096;
    static final int CC = 0x14;
    static final int CSTS = 0x1C;
    static final int SLOTS = 4;
    private static final long CONFIG = 7L << 40;
    private static final VarHandle DWORD = JAVA_INT.varHandle();

    final SystemCalls calls;
    final int device;
    private final int container;
    private final Arena arena = Arena.ofAuto();
    private MemorySegment submissions;
    private MemorySegment completions;
    private int tail;
    private int head;
    private int phase = 1;
    private int commandId;

    FakeNvmeRawDriver(SystemCalls calls, String name, int group) {
        this.calls = calls;
        this.container = opened("/dev/vfio/vfio");
        int groupFd = opened("/dev/vfio/" + group);
        var pointer = arena.allocate(JAVA_INT);
        pointer.set(JAVA_INT, 0, container);
        assertThat(calls.ioctl(groupFd, 0x3B68, pointer)).isZero();
        assertThat(calls.ioctl(container, 0x3B66, 3L)).isZero();
        this.device = calls.ioctl(groupFd, 0x3B6A, arena.allocateFrom(name, StandardCharsets.US_ASCII));
        assertThat(device).isPositive();
        command(6);
    }

    private int opened(String path) {
        int fd = calls.open(path, SystemCalls.OPEN_READ_WRITE | SystemCalls.OPEN_CLOSE_ON_EXEC);
        assertThat(fd).as(path).isPositive();
        return fd;
    }

    /// Writes PCI_COMMAND: 2 memory, 4 bus master.
    void command(int value) {
        var bytes = arena.allocate(2);
        bytes.set(JAVA_BYTE, 0, (byte) value);
        assertThat(calls.pwrite(device, bytes, 2, CONFIG + 4)).isEqualTo(2);
    }

    int read32(long offset) {
        var bytes = arena.allocate(JAVA_INT);
        assertThat(calls.pread(device, bytes, 4, offset)).isEqualTo(4);
        return bytes.get(JAVA_INT, 0);
    }

    long read64(long offset) {
        var bytes = arena.allocate(JAVA_LONG);
        assertThat(calls.pread(device, bytes, 8, offset)).isEqualTo(8);
        return bytes.get(JAVA_LONG, 0);
    }

    void write32(long offset, int value) {
        var bytes = arena.allocate(JAVA_INT);
        bytes.set(JAVA_INT, 0, value);
        assertThat(calls.pwrite(device, bytes, 4, offset)).isEqualTo(4);
    }

    void write64(long offset, long value) {
        var bytes = arena.allocate(JAVA_LONG);
        bytes.set(JAVA_LONG, 0, value);
        assertThat(calls.pwrite(device, bytes, 8, offset)).isEqualTo(8);
    }

    /// {@return fresh memory that the device reaches at an address}
    ///
    /// @param access 1 read, 2 write
    MemorySegment map(long iova, long byteSize, int access) {
        long address = calls.mmap(byteSize, 3, SystemCalls.MAP_ANONYMOUS, -1, 0);
        var map = arena.allocate(32, 8);
        map.set(JAVA_INT, 0, 32);
        map.set(JAVA_INT, 4, access);
        map.set(JAVA_LONG, 8, address);
        map.set(JAVA_LONG, 16, iova);
        map.set(JAVA_LONG, 24, byteSize);
        assertThat(calls.ioctl(container, 0x3B71, map)).isZero();
        return FakeStruct.at(address, byteSize).memory();
    }

    /// {@return an eventfd that MSI-X vector 0 signals}
    int interrupt() {
        int fd = calls.eventfd();
        var set = arena.allocate(24, 4);
        int[] words = {24, 4 | 32, 2, 0, 1, fd};
        MemorySegment.copy(words, 0, set, JAVA_INT, 0, words.length);
        assertThat(calls.ioctl(device, 0x3B6E, set)).isZero();
        return fd;
    }

    /// Maps the queues and enables the controller. Does not look whether it became ready.
    FakeNvmeRawDriver enable() {
        submissions = map(SUBMISSION, PAGE, 3);
        completions = map(COMPLETION, PAGE, 3);
        return enableAgain();
    }

    FakeNvmeRawDriver enableAgain() {
        completions.fill((byte) 0);
        tail = 0;
        head = 0;
        phase = 1;
        write32(0x24, (SLOTS - 1) << 16 | (SLOTS - 1));
        write64(0x28, SUBMISSION);
        write32(0x30, (int) COMPLETION);
        write32(0x34, 0);
        write32(CC, 0x0046_0000);
        write32(CC, 0x0046_0001);
        return this;
    }

    boolean isReady() {
        return read32(CSTS) == 1;
    }

    /// Puts a command into the admin queue.
    void put(int opcode, long prp1, long prp2, int cdw10) {
        var entry = submissions.asSlice(tail * 64L, 64).fill((byte) 0);
        entry.set(JAVA_INT, 0, opcode | ++commandId << 16);
        entry.set(JAVA_LONG, 24, prp1);
        entry.set(JAVA_LONG, 32, prp2);
        entry.set(JAVA_INT, 40, cdw10);
        tail = (tail + 1) % SLOTS;
    }

    /// Puts a command into the admin queue and rings its doorbell.
    void submit(int opcode, long prp1, long prp2, int cdw10) {
        put(opcode, prp1, prp2, cdw10);
        write32(0x1000, tail);
    }

    int tail() {
        return tail;
    }

    /// {@return the status of the next completion without its phase tag; empty when there is none}
    OptionalInt poll() {
        int last = (int) DWORD.getVolatile(completions, head * 16L + 12);
        if ((last >>> 16 & 1) != phase) {
            return OptionalInt.empty();
        }
        assertThat(last & 0xFFFF).isBetween(1, commandId);
        head = (head + 1) % SLOTS;
        phase = head == 0 ? 1 - phase : phase;
        write32(0x1004, head);
        return OptionalInt.of(last >>> 17);
    }
}

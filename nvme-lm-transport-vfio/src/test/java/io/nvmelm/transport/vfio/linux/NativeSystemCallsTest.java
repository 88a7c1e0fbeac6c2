package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The system calls of this machine, on what every Linux has.
class NativeSystemCallsTest {
    private static final int NO_FD = 1_000_000;
    private static final int NON_BLOCKING = 0x800;
    private static final int WRITE_ONLY = 1;
    private static final long UNKNOWN_REQUEST = 0x3BFF;
    /// `FIONREAD`, bytes that can be read, and `FIOCLEX`, close on exec (asm-generic/ioctls.h).
    private static final long BYTES_TO_READ = 0x541B;

    private static final long CLOSE_ON_EXEC = 0x5451;
    private static final int POLL_NOT_OPEN = 32;

    @TempDir private Path folder;

    private final SystemCalls calls = NativeSystemCalls.open();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(4096, 4096);

    @AfterEach
    void free() {
        arena.close();
    }

    private int open(Path path, int flags) {
        int fd = calls.open(path.toString(), flags);
        assertThat(fd).as(path.toString()).isNotNegative();
        return fd;
    }

    private int fifo() throws IOException, InterruptedException {
        var path = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
        return open(path, SystemCalls.OPEN_READ_WRITE);
    }

    @Test
    void openingWhatIsNotThereIsEnoent() {
        assertThat(calls.open(folder + "/absent", SystemCalls.OPEN_READ_ONLY)).isEqualTo(-Errno.ENOENT);
    }

    @Test
    void openingAPipeThatNobodyReadsIsEnxio() throws Exception {
        calls.close(fifo());
        assertThat(calls.open(folder + "/fifo", WRITE_ONLY | NON_BLOCKING)).isEqualTo(-Errno.ENXIO);
    }

    @Test
    void aPathBeyondAsciiIsFound() throws IOException {
        var path = Files.writeString(folder.resolve("größe-容量"), "x");
        assertThat(calls.close(open(path, SystemCalls.OPEN_READ_ONLY))).isZero();
    }

    @Test
    void anOpenedFileIsClosedOnExecIfAsked() throws IOException {
        var path = Files.writeString(folder.resolve("file"), "x");
        int kept = open(path, SystemCalls.OPEN_READ_ONLY);
        int closed = open(path, SystemCalls.OPEN_READ_ONLY | SystemCalls.OPEN_CLOSE_ON_EXEC);
        assertThat(Files.readString(Path.of("/proc/self/fdinfo/" + kept))).containsPattern("flags:\\s0[01]\\d*0");
        assertThat(flags(closed) & SystemCalls.OPEN_CLOSE_ON_EXEC).isNotZero();
        assertThat(flags(kept) & SystemCalls.OPEN_CLOSE_ON_EXEC).isZero();
        calls.close(kept);
        calls.close(closed);
    }

    private static int flags(int fd) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
                .filter(line -> line.startsWith("flags:"))
                .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyCallOnANumberThatIsNotOpenIsEbadf() {
        assertThat(calls.close(NO_FD)).isEqualTo(-Errno.EBADF);
        assertThat(calls.ioctl(NO_FD, BYTES_TO_READ, buffer)).isEqualTo(-Errno.EBADF);
        assertThat(calls.ioctl(NO_FD, CLOSE_ON_EXEC, 0)).isEqualTo(-Errno.EBADF);
        assertThat(calls.read(NO_FD, buffer, 0, 8)).isEqualTo(-Errno.EBADF);
        assertThat(calls.write(NO_FD, buffer, 0, 8)).isEqualTo(-Errno.EBADF);
        assertThat(calls.pread(NO_FD, buffer, 8, 0)).isEqualTo(-Errno.EBADF);
        assertThat(calls.pwrite(NO_FD, buffer, 8, 0)).isEqualTo(-Errno.EBADF);
        assertThat(calls.mmap(4096, SystemCalls.PROTECTION_READ_WRITE, SystemCalls.MAP_SHARED, NO_FD, 0))
                .isEqualTo(-Errno.EBADF);
        assertThat(calls.poll(NO_FD, SystemCalls.POLL_READABLE, 0)).isEqualTo(POLL_NOT_OPEN);
    }

    @Test
    void aCounterOfEventsAddsUpAndIsTakenWhole() {
        int fd = calls.eventfd();
        assertThat(calls.read(fd, buffer, 0, 8)).isEqualTo(-Errno.EAGAIN);
        assertThat(calls.poll(fd, SystemCalls.POLL_READABLE, 0)).isZero();
        assertThat(calls.poll(fd, SystemCalls.POLL_WRITABLE, 0)).isEqualTo(SystemCalls.POLL_WRITABLE);
        buffer.set(ValueLayout.JAVA_LONG, 16, 5);
        assertThat(calls.write(fd, buffer, 16, 8)).isEqualTo(8);
        assertThat(calls.write(fd, buffer, 16, 8)).isEqualTo(8);
        assertThat(calls.poll(fd, SystemCalls.POLL_READABLE, -1)).isEqualTo(SystemCalls.POLL_READABLE);
        assertThat(calls.read(fd, buffer, 32, 8)).isEqualTo(8);
        assertThat(buffer.get(ValueLayout.JAVA_LONG, 32)).isEqualTo(10);
        assertThat(calls.close(fd)).isZero();
    }

    @Test
    void anIoctlByPointerIsAnsweredInTheMemory() throws Exception {
        int fd = fifo();
        assertThat(calls.write(fd, buffer, 0, 77)).isEqualTo(77);
        assertThat(calls.ioctl(fd, BYTES_TO_READ, buffer)).isZero();
        assertThat(buffer.get(ValueLayout.JAVA_INT, 0)).isEqualTo(77);
        assertThat(calls.read(fd, buffer, 100, 4000 - 100)).isEqualTo(77);
        buffer.set(ValueLayout.JAVA_INT, 0, 1);
        assertThat(calls.ioctl(fd, SystemCalls.SET_NON_BLOCKING, buffer)).isZero();
        assertThat(calls.read(fd, buffer, 0, 8)).isEqualTo(-Errno.EAGAIN);
        assertThat(calls.ioctl(fd, UNKNOWN_REQUEST, buffer)).isEqualTo(-Errno.ENOTTY);
        calls.close(fd);
    }

    @Test
    void anIoctlByValueIsDone() throws Exception {
        int fd = fifo();
        assertThat(flags(fd) & SystemCalls.OPEN_CLOSE_ON_EXEC).isZero();
        assertThat(calls.ioctl(fd, CLOSE_ON_EXEC, 0)).isZero();
        assertThat(flags(fd) & SystemCalls.OPEN_CLOSE_ON_EXEC).isNotZero();
        assertThat(calls.ioctl(fd, UNKNOWN_REQUEST, 0)).isEqualTo(-Errno.ENOTTY);
        calls.close(fd);
    }

    @Test
    void filesAreReadAndWrittenAtPositionsAndInOrder() throws IOException {
        int fd = open(Files.writeString(folder.resolve("file"), "0123456789"), SystemCalls.OPEN_READ_WRITE);
        assertThat(calls.pread(fd, buffer, 3, 4)).isEqualTo(3);
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) '4');
        assertThat(calls.pwrite(fd, buffer, 3, 8)).isEqualTo(3);
        assertThat(calls.read(fd, buffer, 10, 100)).isEqualTo(11);
        assertThat(buffer.asSlice(10, 11).toArray(ValueLayout.JAVA_BYTE)).asString().isEqualTo("01234567456");
        assertThat(calls.read(fd, buffer, 0, 100)).isZero();
        calls.close(fd);
    }

    @Test
    void aPipeHasNoPositions() throws Exception {
        int fd = fifo();
        assertThat(calls.pread(fd, buffer, 1, 0)).isEqualTo(-Errno.ESPIPE);
        assertThat(calls.pwrite(fd, buffer, 1, 0)).isEqualTo(-Errno.ESPIPE);
        calls.close(fd);
    }

    @Test
    @SuppressWarnings("restricted")
    void aMappedFileAndTheFileAreTheSameBytes() throws IOException {
        int fd = open(Files.write(folder.resolve("file"), new byte[8192]), SystemCalls.OPEN_READ_WRITE);
        long address = calls.mmap(4096, SystemCalls.PROTECTION_READ_WRITE, SystemCalls.MAP_SHARED, fd, 4096);
        assertThat(address).isPositive();
        var mapped = MemorySegment.ofAddress(address).reinterpret(4096);
        mapped.set(ValueLayout.JAVA_INT, 8, 0x1234_5678);
        assertThat(calls.pread(fd, buffer, 4, 4096 + 8)).isEqualTo(4);
        assertThat(buffer.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0x1234_5678);
        assertThat(calls.munmap(address, 4096)).isZero();
        calls.close(fd);
    }

    @Test
    void badMappingsAreEinval() {
        assertThat(calls.mmap(0, SystemCalls.PROTECTION_READ_WRITE, SystemCalls.MAP_ANONYMOUS, -1, 0))
                .isEqualTo(-Errno.EINVAL);
        assertThat(calls.munmap(123, 4096)).isEqualTo(-Errno.EINVAL);
    }
}

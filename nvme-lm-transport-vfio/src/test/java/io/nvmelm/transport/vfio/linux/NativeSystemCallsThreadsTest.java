package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many threads in system calls at once, and what a call costs the heap.
@Isolated
class NativeSystemCallsThreadsTest {
    private static final int NO_FD = 1_000_000;
    private static final long CLOSE_ON_EXEC = 0x5451;
    private static final long BYTES_TO_READ = 0x541B;

    private final SystemCalls calls = NativeSystemCalls.open();

    private long failing(int kind, int eventfd, MemorySegment buffer) {
        return switch (kind) {
            case 0 -> calls.open("/absent", SystemCalls.OPEN_READ_ONLY);
            case 1 -> calls.close(NO_FD);
            case 2 -> calls.read(eventfd, buffer, 0, 8);
            case 3 -> calls.read(eventfd, buffer, 0, 4);
            case 4 -> calls.pread(eventfd, buffer, 8, 0);
            case 5 -> calls.ioctl(eventfd, 0x3BFF, buffer);
            case 6 -> calls.munmap(1, 4096);
            default -> calls.mmap(4096, 3, SystemCalls.MAP_SHARED, eventfd, 0);
        };
    }

    private static final int[] EXPECTED = {
        Errno.ENOENT, Errno.EBADF, Errno.EAGAIN, Errno.EINVAL, Errno.ESPIPE, Errno.ENOTTY, Errno.EINVAL, Errno.ENODEV,
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyThreadGetsTheErrnoOfItsOwnCall(long seed) throws InterruptedException {
        int eventfd = calls.eventfd();
        var wrong = new ConcurrentLinkedQueue<String>();
        try (var arena = Arena.ofShared()) {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 16; i++) {
                var random = new Random(seed * 100 + i);
                var buffer = arena.allocate(8);
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int round = 0; round < 5_000; round++) {
                        int kind = random.nextInt(EXPECTED.length);
                        long result = failing(kind, eventfd, buffer);
                        if (result != -EXPECTED[kind]) {
                            wrong.add("seed " + seed + " round " + round + " call " + kind + " = " + result);
                        }
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
        }
        calls.close(eventfd);
        assertThat(wrong).isEmpty();
    }

    @Test
    void moreThreadsThanThereAreSlotsCanBlockAtOnce() throws InterruptedException {
        int many = ErrnoMemory.SLOTS + 26;
        int eventfd = calls.eventfd();
        var results = new ConcurrentLinkedQueue<Integer>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < many; i++) {
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .start(() -> results.add(calls.poll(eventfd, SystemCalls.POLL_READABLE, -1))));
        }
        while (!threads.stream().allMatch(NativeSystemCallsThreadsTest::isInPoll)) {
            Thread.onSpinWait();
        }
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(8);
            for (int round = 0; round < 100; round++) {
                int kind = round % EXPECTED.length;
                assertThat(failing(kind, eventfd, buffer)).isEqualTo(-EXPECTED[kind]);
            }
            assertThat(results).isEmpty();
            buffer.set(ValueLayout.JAVA_LONG, 0, 1);
            assertThat(calls.write(eventfd, buffer, 0, 8)).isEqualTo(8);
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(results).hasSize(many).containsOnly(SystemCalls.POLL_READABLE);
        calls.close(eventfd);
    }

    private static boolean isInPoll(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(NativeSystemCalls.class.getName())
                        && frame.getMethodName().equals("poll"));
    }

    @Test
    void noCallAllocatesOnTheHeap() {
        int eventfd = calls.eventfd();
        try (var arena = Arena.ofShared()) {
            var buffer = arena.allocate(64);
            buffer.set(ValueLayout.JAVA_LONG, 0, 1);
            assertThat(allocatedBy(i -> calls.ioctl(eventfd, 0x3BFF, buffer))).as("ioctl with pointer").isZero();
            assertThat(allocatedBy(i -> calls.ioctl(eventfd, CLOSE_ON_EXEC, 0))).as("ioctl with value").isZero();
            assertThat(allocatedBy(i -> (int) calls.write(eventfd, buffer, 0, 8))).as("write").isZero();
            assertThat(allocatedBy(i -> (int) calls.read(eventfd, buffer, 8 * (i & 3) + 8, 8))).as("read").isZero();
            assertThat(allocatedBy(i -> (int) calls.pread(eventfd, buffer, 8, i))).as("pread").isZero();
            assertThat(allocatedBy(i -> (int) calls.pwrite(eventfd, buffer, 8, i))).as("pwrite").isZero();
            assertThat(allocatedBy(i -> calls.poll(eventfd, SystemCalls.POLL_READABLE, 0))).as("poll").isZero();
            assertThat(allocatedBy(i -> calls.close(NO_FD))).as("close").isZero();
            assertThat(allocatedBy(i -> calls.munmap(1, 4096))).as("munmap").isZero();
            assertThat(allocatedBy(i -> (int) calls.mmap(0, 3, SystemCalls.MAP_ANONYMOUS, -1, 0))).as("mmap").isZero();
        }
        calls.close(eventfd);
    }

    /// {@return bytes that 100 000 calls allocate once they are compiled: the least of some rounds, as compiling takes its time}
    private static long allocatedBy(IntUnaryOperator call) {
        // Reading the counter allocates by itself, so two readings with nothing between them are taken off.
        long reading = -(allocated() - allocated());
        long least = Long.MAX_VALUE;
        int sum = 0;
        for (int round = 0; round < 30 && least > 0; round++) {
            reading = Math.min(reading, -(allocated() - allocated()));
            long before = allocated();
            for (int i = 0; i < 100_000; i++) {
                sum += call.applyAsInt(i);
            }
            least = Math.min(least, allocated() - before - reading);
        }
        assertThat(sum).isNotEqualTo(42);
        return Math.max(0, least);
    }

    /// The counter is found by name: tests are compiled as part of a module that does not read the module it is in.
    private static long allocated() {
        try {
            var threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            return (long) Class.forName("com.sun.management.ThreadMXBean")
                    .getMethod("getCurrentThreadAllocatedBytes")
                    .invoke(threads);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("this JVM does not count allocated bytes", e);
        }
    }
}

package io.nvmelm.benchmarks.transfer;

import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What the library adds to a system call: an ioctl on an eventfd, which the kernel answers at once, by the library's calls
/// and by a bare downcall with errno memory that nobody shares. One that succeeds and one that fails.
@SuppressWarnings("restricted") // the baseline is a downcall of its own
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SystemCallBenchmark {
    private static final int CLOSED_FD = -1;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    private final MemorySegment errno = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());
    private final MemorySegment argument = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);
    private SystemCalls calls;
    private int fd;

    /// Opens the eventfd.
    @Setup
    public void open() {
        calls = LinuxHost.local().calls();
        fd = calls.eventfd();
        if (fd < 0) {
            throw new AssertionError("eventfd: " + fd);
        }
    }

    /// Closes the eventfd.
    @TearDown
    public void close() {
        calls.close(fd);
    }

    /// By the library, with success.
    @Benchmark
    @ComparedWith("bareIoctl")
    public int ioctl() {
        return calls.ioctl(fd, SystemCalls.SET_NON_BLOCKING, argument);
    }

    /// The baseline with success.
    @Benchmark
    public int bareIoctl() throws Throwable {
        int result = (int) IOCTL.invokeExact(errno, fd, SystemCalls.SET_NON_BLOCKING, argument);
        return result == -1 ? -(int) ERRNO.get(errno, 0L) : result;
    }

    /// By the library, with an errno.
    @Benchmark
    @ComparedWith("bareIoctlWithErrno")
    public int ioctlWithErrno() {
        return calls.ioctl(CLOSED_FD, SystemCalls.SET_NON_BLOCKING, argument);
    }

    /// The baseline with an errno.
    @Benchmark
    public int bareIoctlWithErrno() throws Throwable {
        int result = (int) IOCTL.invokeExact(errno, CLOSED_FD, SystemCalls.SET_NON_BLOCKING, argument);
        return result == -1 ? -(int) ERRNO.get(errno, 0L) : result;
    }
}

package io.nvmelm.benchmarks.transfer;

import io.nvmelm.MigrationData;
import io.nvmelm.transport.vfio.EndlessDevice;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// State on its way from the file of a migrating kernel device into a pipe that another process empties: by a session of the
/// library and a channel, and by a loop in C, which is compiled here (`cc` on the path). One operation is one MiB.
@SuppressWarnings("restricted") // the baseline is a library that was just compiled
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class MigrationDataBenchmark {
    private static final int MIB = 1 << 20;
    private static final int MIBS = 64;
    private static final long TOTAL_BYTES = (long) MIBS * MIB;
    private static final int WRITE_ONLY = 1;

    /// Bytes of a read and of a write.
    @Param({"262144", "1048576"}) public int pieceBytes;

    private Path folder;
    private Process drain;
    private EndlessDevice device;
    private MigrationData session;
    private FileChannel pipe;
    private ByteBuffer piece;
    private MethodHandle copyLoop;
    private MemorySegment nativePiece;
    private SystemCalls calls;
    private int sourceFd;
    private int pipeFd;

    /// Makes the pipe, and both ways into it.
    @Setup
    public void prepare() throws IOException, InterruptedException {
        folder = Files.createTempDirectory("nvme-lm-benchmark");
        var fifo = folder.resolve("pipe");
        run("mkfifo", fifo.toString());
        drain = new ProcessBuilder("dd", "if=" + fifo, "of=/dev/null", "bs=1M", "status=none").start();
        pipe = FileChannel.open(fifo, StandardOpenOption.WRITE);
        device = new EndlessDevice();
        session = device.save();
        piece = ByteBuffer.allocateDirect(pieceBytes);

        calls = LinuxHost.local().calls();
        sourceFd = calls.open("/dev/zero", SystemCalls.OPEN_READ_ONLY);
        pipeFd = calls.open(fifo.toString(), WRITE_ONLY);
        copyLoop = compileCopyLoop();
        nativePiece = Arena.ofAuto().allocate(pieceBytes, 4096);
    }

    private MethodHandle compileCopyLoop() throws IOException, InterruptedException {
        var source = folder.resolve("copy_loop.c");
        try (var text = MigrationDataBenchmark.class.getResourceAsStream("copy_loop.c")) {
            Files.copy(text, source);
        }
        var library = folder.resolve("libcopyloop.so");
        run("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString());
        return Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(library, Arena.ofAuto()).findOrThrow("copy_loop"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new AssertionError(List.of(command) + " ended with " + status);
        }
    }

    /// Closes everything; the other process ends with the pipe.
    @TearDown
    public void close() throws IOException, InterruptedException {
        session.close();
        device.close();
        pipe.close();
        calls.close(sourceFd);
        calls.close(pipeFd);
        drain.waitFor();
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /// By the library.
    @Benchmark
    @OperationsPerInvocation(MIBS)
    public long session() throws IOException {
        long left = TOTAL_BYTES;
        while (left > 0) {
            int count = session.read(piece.clear().limit((int) Math.min(pieceBytes, left)));
            if (count <= 0) {
                throw new AssertionError("read " + count);
            }
            piece.flip();
            while (piece.hasRemaining()) {
                pipe.write(piece);
            }
            left -= count;
        }
        return left;
    }

    /// The baseline: by a loop in C.
    @Benchmark
    @OperationsPerInvocation(MIBS)
    public long loopInC() throws Throwable {
        long copied = (long) copyLoop.invokeExact(sourceFd, pipeFd, nativePiece, (long) pieceBytes, TOTAL_BYTES);
        if (copied != TOTAL_BYTES) {
            throw new AssertionError("the loop in C returned " + copied);
        }
        return copied;
    }
}

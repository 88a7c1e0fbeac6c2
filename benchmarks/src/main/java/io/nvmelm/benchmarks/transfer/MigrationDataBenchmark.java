package io.nvmelm.benchmarks.transfer;

import io.nvmelm.MigrationData;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.benchmarks.report.NeedsCCompiler;
import io.nvmelm.transport.vfio.EndlessDevice;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// State on its way from the file of a migrating kernel device to a channel, or from a channel to such a file: by a session of the
/// library and a channel. One operation is one state. The baselines are a bare loop over two file channels in Java, and a loop over two
/// descriptors in C, which is compiled here; without `cc` on the path it alone has no result.
///
/// The device's file is `/dev/zero` when it saves and `/dev/null` when it loads, so the kernel's part is one clearing of each piece at
/// most. Medians are compared: a mean has in it what the scheduler does on a busy machine. The other end is a pipe that another process empties or fills, or what it would be without such a process: `/dev/null` when
/// saving, `/dev/zero` when loading.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class MigrationDataBenchmark {
    private static final String ZERO = "/dev/zero";
    private static final String NULL = "/dev/null";
    private static final int WRITE_ONLY = 1;

    /// Which way the state goes.
    public enum Way {
        /// From the device to the channel.
        SAVE,
        /// From the channel to the device.
        LOAD
    }

    /// What is at the other end of the channel.
    public enum Peer {
        /// Another process.
        PIPE,
        /// Nothing.
        NONE
    }

    /// State and piece, see [TransferSize].
    @Param({"6K/4K", "64K/64K", "1M/256K", "16M/1M", "256M/4M"}) public String transfer;

    /// Which way the state goes.
    @Param({"SAVE", "LOAD"}) public Way way;

    /// What is at the other end of the channel.
    @Param({"NONE", "PIPE"}) public Peer peer;

    private TransferSize size;
    private Path folder;
    private Process other;
    private EndlessDevice device;
    private MigrationData session;
    private FileChannel in;
    private FileChannel out;
    private FileChannel channel;
    private ByteBuffer piece;
    private SystemCalls calls;
    private int inFd;
    private int outFd;

    /// Makes both ends, for all three ways between them.
    @Setup
    public void prepare() throws IOException, InterruptedException {
        size = TransferSize.of(transfer);
        folder = Files.createTempDirectory("nvme-lm-benchmark");
        boolean saves = way == Way.SAVE;
        var end = peer == Peer.PIPE ? startOther(saves) : saves ? NULL : ZERO;
        var from = saves ? ZERO : end;
        var to = saves ? end : NULL;
        in = FileChannel.open(Path.of(from), StandardOpenOption.READ);
        out = FileChannel.open(Path.of(to), StandardOpenOption.WRITE);
        channel = saves ? out : in;
        device = new EndlessDevice(saves ? ZERO : NULL);
        session = saves ? device.save() : device.load();
        piece = ByteBuffer.allocateDirect(size.pieceBytes());
        calls = LinuxHost.local().calls();
        inFd = calls.open(from, SystemCalls.OPEN_READ_ONLY);
        outFd = calls.open(to, WRITE_ONLY);
    }

    /// Starts the process that empties or fills a pipe.
    private String startOther(boolean empties) throws IOException, InterruptedException {
        var fifo = folder.resolve("pipe").toString();
        int status = new ProcessBuilder("mkfifo", fifo).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException("mkfifo " + fifo + " ended with " + status);
        }
        other = new ProcessBuilder(
                "dd", "bs=1M", "status=none", empties ? "if=" + fifo : "if=" + ZERO, empties
                        ? "of=" + NULL
                        : "of="
                                + fifo)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return fifo;
    }

    /// Closes everything; the other process ends with the pipe.
    @TearDown
    public void close() throws IOException, InterruptedException {
        session.close();
        device.close();
        in.close();
        out.close();
        calls.close(inFd);
        calls.close(outFd);
        if (other != null) {
            other.waitFor();
        }
        deleteAll(folder);
    }

    private static void deleteAll(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /// The loop in C. By itself, so that the others are measured where it cannot be compiled.
    @State(Scope.Thread)
    public static class CompiledLoop {
        private LoopInC loop;

        /// Compiles it.
        @Setup
        public void compile(MigrationDataBenchmark benchmark) throws InterruptedException {
            loop = new LoopInC(benchmark.size.pieceBytes());
        }
    }

    /// By the library.
    @Benchmark
    @ComparedWith("loopInJava")
    public long session() throws IOException {
        return way == Way.SAVE ? save() : load();
    }

    private long save() throws IOException {
        long left = size.stateBytes();
        while (left > 0) {
            left -= requireSome(session.read(piece.clear().limit((int) Math.min(size.pieceBytes(), left))));
            piece.flip();
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
        }
        return left;
    }

    private long load() throws IOException {
        long left = size.stateBytes();
        while (left > 0) {
            left -= requireSome(channel.read(piece.clear().limit((int) Math.min(size.pieceBytes(), left))));
            session.write(piece.flip());
        }
        return left;
    }

    private static int requireSome(int count) {
        if (count <= 0) {
            throw new AssertionError("read " + count);
        }
        return count;
    }

    /// The baseline in Java.
    @Benchmark
    @ComparedWith("loopInC")
    public long loopInJava() throws IOException {
        long left = size.stateBytes();
        while (left > 0) {
            left -= requireSome(in.read(piece.clear().limit((int) Math.min(size.pieceBytes(), left))));
            piece.flip();
            while (piece.hasRemaining()) {
                out.write(piece);
            }
        }
        return left;
    }

    /// The baseline in C.
    @Benchmark
    @NeedsCCompiler
    public long loopInC(CompiledLoop compiled) throws Throwable {
        return compiled.loop.copy(inFd, outFd, size.stateBytes());
    }
}

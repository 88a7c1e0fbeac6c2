package io.nvmelm.benchmarks.transfer;

import io.nvmelm.benchmarks.migration.LargeController;
import io.nvmelm.benchmarks.report.ComparedWith;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Arrays;
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

/// State on its way from an NVMe controller to a channel, and from a channel to a controller, by Migration Receive and Send through a
/// device of the library. One operation is one state: the arcs that open and end its session included, suspension excluded. Medians are
/// the result.
///
/// The controller answers at once ([io.nvmelm.benchmarks.migration.InstantTransport]); its one copy of each piece, from or to its own
/// memory, stands for DMA. The channel copies each piece from or to memory. The baselines do the same three copies of the same pieces
/// between the same kinds of memory and nothing else: no commands, no session, no check of what is loaded. They also use as much memory,
/// for it does not all fit into the caches: as many pieces in turn as the library has commands under way, and for loading a second memory
/// of the controller, since a controller keeps the state that it has until it commits another one.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class DeviceChannelBenchmark {
    /// State and piece, see [TransferSize].
    @Param({"6K/4K", "64K/64K", "1M/4K", "1M/256K", "16M/1M", "256M/1M", "256M/4M"}) public String transfer;

    private static final int COMMANDS_IN_FLIGHT = 4;
    /// One is filled while the other is sent.
    private static final int PIECES_OF_A_LOAD = 2;
    private static final int PAGE_BYTES = 4096;

    private TransferSize size;
    private LargeController controller;
    private ByteBuffer stateMemory;
    private ByteBuffer otherStateMemory;
    private ByteBuffer[] transferMemory;
    private ByteBuffer piece;
    private MemoryChannel channel;

    /// Makes controller and channel, and loads a state.
    @Setup
    public void prepare() {
        size = TransferSize.of(transfer);
        controller = new LargeController(
                size.stateBytes(), size.pieceBytes(), COMMANDS_IN_FLIGHT, Duration.ZERO);
        stateMemory = pages(size.stateBytes());
        otherStateMemory = pages(size.stateBytes());
        transferMemory = new ByteBuffer[COMMANDS_IN_FLIGHT];
        Arrays.setAll(transferMemory, _ -> pages(size.pieceBytes()));
        piece = pages(size.pieceBytes());
        channel = new MemoryChannel(size);
        save();
        stateMemory.put(channel.memory.clear());
    }

    private static ByteBuffer pages(long bytes) {
        int count = Math.toIntExact(bytes);
        return ByteBuffer.allocateDirect(count + 2 * PAGE_BYTES).alignedSlice(PAGE_BYTES).slice(0, count);
    }

    /// Closes the controller.
    @TearDown
    public void close() {
        controller.close();
    }

    /// Controller to channel, by the library.
    @Benchmark
    @ComparedWith("copyOut")
    public long save() {
        channel.memory.clear();
        long bytes = 0;
        var saving = controller.save();
        while (saving.read(piece.clear()) >= 0) {
            bytes += channel.write(piece.flip());
        }
        return bytes;
    }

    /// The baseline of [#save()].
    @Benchmark
    public long copyOut() {
        channel.memory.clear();
        long bytes = 0;
        for (int number = 0; bytes < size.stateBytes(); number++) {
            int count = (int) Math.min(size.pieceBytes(), size.stateBytes() - bytes);
            var memory = transferMemory[number % COMMANDS_IN_FLIGHT];
            memory.clear().put(0, stateMemory, (int) bytes, count);
            piece.clear().put(memory.limit(count));
            bytes += channel.write(piece.flip());
        }
        return bytes;
    }

    /// Channel to controller, by the library.
    @Benchmark
    @ComparedWith("copyIn")
    public long load() {
        channel.memory.clear();
        long bytes = 0;
        var loading = controller.load();
        while (channel.read(piece.clear()) >= 0) {
            bytes += loading.write(piece.flip());
        }
        controller.commit();
        return bytes;
    }

    /// The baseline of [#load()].
    @Benchmark
    public long copyIn() {
        channel.memory.clear();
        int at = 0;
        for (int number = 0; channel.read(piece.clear()) >= 0; number++) {
            var memory = transferMemory[number % PIECES_OF_A_LOAD];
            memory.clear().put(piece.flip()).flip();
            int count = memory.limit();
            otherStateMemory.put(at, memory, 0, count);
            at += count;
        }
        var previous = stateMemory;
        stateMemory = otherStateMemory;
        otherStateMemory = previous;
        return at;
    }

    /// {@return the channel's memory} For a test.
    ByteBuffer channelMemory() {
        return channel.memory.duplicate().clear();
    }

    /// {@return the baseline's controller} For a test.
    ByteBuffer baselineState() {
        return stateMemory.duplicate().clear();
    }

    /// {@return the library's controller} For a test.
    LargeController controller() {
        return controller;
    }

    /// A channel to memory that is as large as the state.
    private static final class MemoryChannel implements ReadableByteChannel, WritableByteChannel {
        private final ByteBuffer memory;

        MemoryChannel(TransferSize size) {
            memory = pages(size.stateBytes());
        }

        @Override
        public int read(ByteBuffer target) {
            int count = Math.min(target.remaining(), memory.remaining());
            if (count == 0) {
                return -1;
            }
            target.put(target.position(), memory, memory.position(), count).position(target.position() + count);
            memory.position(memory.position() + count);
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            memory.put(source);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {}
    }
}

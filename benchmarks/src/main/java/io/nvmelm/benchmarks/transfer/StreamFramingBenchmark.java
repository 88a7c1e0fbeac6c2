package io.nvmelm.benchmarks.transfer;

import io.nvmelm.MigrationData;
import io.nvmelm.benchmarks.report.ComparedWith;
import io.nvmelm.core.stream.EndlessStream;
import io.nvmelm.core.stream.RecordReader;
import io.nvmelm.core.stream.RecordWriter;
import io.nvmelm.core.stream.StateProgress;
import io.nvmelm.core.stream.StreamSettings;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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
import org.openjdk.jmh.annotations.Warmup;

/// What the framing of the migration stream costs, without device and network: one operation moves a whole state from a session into
/// the buffer that goes to the sink, or from the source's buffer to a session, in pieces of 1 MiB. The baselines do the same memory
/// work: one copy of each piece between the same two buffers; with `checksums` also a CRC32C over what was copied. Compare `write` with
/// `copyOut`, and `read` with `copyIn`.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class StreamFramingBenchmark {
    private static final int PIECE_BYTES = 1 << 20;
    private static final int HEADER_BYTES = 24;

    /// Bytes of the state.
    @Param({"65536", "1048576", "16777216"}) public int stateBytes;

    /// Whether state has checksums.
    @Param({"false", "true"}) public boolean checksums;

    private final CRC32C checksum = new CRC32C();
    private ByteBuffer device;
    private ByteBuffer piece;
    private ByteBuffer network;
    private Session session;
    private EndlessStream stream;
    private RecordWriter writer;
    private RecordReader reader;
    private int nextDevice;

    /// Makes both ends.
    @Setup
    public void prepare() {
        device = ByteBuffer.allocateDirect(PIECE_BYTES);
        piece = ByteBuffer.allocateDirect(HEADER_BYTES + PIECE_BYTES);
        network = ByteBuffer.allocateDirect(PIECE_BYTES);
        session = new Session();
        stream = new EndlessStream(new StreamSettings(PIECE_BYTES, checksums, Optional.empty()));
        reader = stream.reader(Math.min(PIECE_BYTES, stateBytes));
        openWriter();
    }

    private void openWriter() {
        writer = stream.writer(sent -> sent.position(sent.limit()));
        nextDevice = 0;
    }

    /// The source's side, by the stream.
    @Benchmark
    @ComparedWith("copyOut")
    public long write() {
        if (nextDevice == EndlessStream.DEVICES) {
            openWriter();
        }
        session.left = stateBytes;
        return writer.writeState(nextDevice++, session, StateProgress.SILENT);
    }

    /// The baseline of [#write()].
    @Benchmark
    public long copyOut() {
        session.left = stateBytes;
        long sum = 0;
        for (int left = stateBytes; left > 0; left -= PIECE_BYTES) {
            session.read(piece.clear().position(HEADER_BYTES));
            sum += checksum(piece.position());
        }
        return sum;
    }

    /// The destination's side, by the stream.
    @Benchmark
    @ComparedWith("copyIn")
    public long read() {
        long total = 0;
        while (total < stateBytes) {
            reader.next();
            total += session.write(reader.payload());
        }
        return total;
    }

    /// The baseline of [#read()].
    @Benchmark
    public long copyIn() {
        long sum = 0;
        for (int left = stateBytes; left > 0; left -= PIECE_BYTES) {
            int count = Math.min(left, PIECE_BYTES);
            piece.clear().position(HEADER_BYTES).put(network.clear().limit(count));
            sum += checksum(HEADER_BYTES + count);
            sum += session.write(piece.limit(HEADER_BYTES + count).position(HEADER_BYTES));
        }
        return sum;
    }

    private long checksum(int end) {
        if (!checksums) {
            return 0;
        }
        checksum.reset();
        checksum.update(piece.limit(end).position(HEADER_BYTES));
        return checksum.getValue();
    }

    /// A device whose state is one piece of memory again and again.
    private final class Session implements MigrationData {
        private int left;

        @Override
        public Direction direction() {
            return Direction.SAVING;
        }

        @Override
        public int read(ByteBuffer destination) {
            int count = Math.min(left, Math.min(destination.remaining(), PIECE_BYTES));
            if (count == 0) {
                return -1;
            }
            destination.put(device.clear().limit(count));
            left -= count;
            return count;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = source.remaining();
            device.clear().put(source);
            return count;
        }

        @Override
        public OptionalLong totalBytes() {
            return OptionalLong.of(stateBytes);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}

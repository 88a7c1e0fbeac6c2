package io.nvmelm.benchmarks.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.benchmarks.CCompiler;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.transport.vfio.EndlessDevice;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The ways from a device to a channel and back carry the same bytes as their baselines.
class TransferTest {
    private static final int BYTES = 300_000;
    private static final int PIECE_BYTES = 65_536;
    private static final int WRITE_ONLY = 1;

    @TempDir Path folder;

    @Test
    void sizesAreReadAsTheyAreWritten() {
        assertThat(TransferSize.of("16M/1M")).isEqualTo(new TransferSize(16 << 20, 1 << 20));
        assertThat(TransferSize.of("6K/4096")).isEqualTo(new TransferSize(6144, 4096));
        assertThat(TransferSize.of("6K/4K").pieces()).isEqualTo(2);
        assertThatThrownBy(() -> TransferSize.of("16M")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1K/1K", "6K/4K", "64K/64K", "1M/64K", "1M/1M"})
    void aControllerIsSavedAndLoadedAsByCopies(String transfer) throws IOException {
        var benchmark = new DeviceChannelBenchmark();
        benchmark.transfer = transfer;
        benchmark.prepare();
        long bytes = TransferSize.of(transfer).stateBytes();
        var state = ByteBuffer.allocate((int) bytes).put(benchmark.controller().state().asByteBuffer()).flip();
        state.put(ControllerStateView.CSATTR_OFFSET, (byte) ControllerStateView.SUSPENDED_MASK);
        assertThat(benchmark.baselineState()).as("what the baseline copies").isEqualTo(state);

        assertThat(benchmark.save()).isEqualTo(bytes);
        assertThat(benchmark.channelMemory()).isEqualTo(state);
        zero(benchmark.channelMemory());
        assertThat(benchmark.copyOut()).isEqualTo(bytes);
        assertThat(benchmark.channelMemory()).isEqualTo(state);

        int last = (int) bytes - 1;
        benchmark.channelMemory().put(last, (byte) ~state.get(last));
        state.put(last, (byte) ~state.get(last));
        assertThat(benchmark.load()).isEqualTo(bytes);
        assertThat(MemorySegment.ofBuffer(state).mismatch(benchmark.controller().state())).isEqualTo(-1);
        assertThat(benchmark.copyIn()).isEqualTo(bytes);
        assertThat(benchmark.baselineState()).isEqualTo(state);
        benchmark.close();
    }

    private static void zero(ByteBuffer buffer) {
        MemorySegment.ofBuffer(buffer).fill((byte) 0);
    }

    @Test
    void sessionAndLoopInCReadAndWriteTheSameFile() throws Throwable {
        var content = new byte[BYTES];
        new Random(1).nextBytes(content);
        var from = Files.write(folder.resolve("from"), content);
        var saved = ByteBuffer.allocateDirect(BYTES);
        try (var device = new EndlessDevice(from.toString()); var session = device.save()) {
            while (saved.hasRemaining()) {
                assertThat(session.read(saved)).isPositive();
            }
        }
        assertThat(saved.flip()).isEqualTo(ByteBuffer.wrap(content));

        var to = Files.createFile(folder.resolve("to"));
        try (var device = new EndlessDevice(to.toString()); var session = device.load()) {
            assertThat(session.write(saved)).isEqualTo(BYTES);
        }
        assertThat(to).hasBinaryContent(content);

        if (CCompiler.isPresent()) {
            var copy = Files.createFile(folder.resolve("copy"));
            var calls = LinuxHost.local().calls();
            int in = calls.open(from.toString(), SystemCalls.OPEN_READ_ONLY);
            int out = calls.open(copy.toString(), WRITE_ONLY);
            assertThat(new LoopInC(PIECE_BYTES).copy(in, out, BYTES)).isEqualTo(BYTES);
            calls.close(in);
            calls.close(out);
            assertThat(copy).hasBinaryContent(content);
        }
    }
}

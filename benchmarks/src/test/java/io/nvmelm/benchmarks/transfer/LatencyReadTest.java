package io.nvmelm.benchmarks.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.TransferOptions;
import io.nvmelm.benchmarks.migration.MovingController;
import io.nvmelm.benchmarks.migration.MovingController.Kind;
import io.nvmelm.benchmarks.migration.MovingController.Setting;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reading a state of n pieces with q commands in flight takes the latency of a command once for each round of q, exactly: the second
/// look at the header takes none of its own.
class LatencyReadTest {
    private static final int QUEUE_PAIRS = 1;
    private static final int PIECE_BYTES = 4096;
    private static final Duration LATENCY = Duration.ofMillis(1);

    @ParameterizedTest
    @CsvSource({"1,1", "1,4", "2,1", "2,2", "3,2", "4,4", "5,4", "16,1", "16,4", "16,16", "17,16", "64,4", "64,16"})
    void aStateIsReadInTheTimeOfItsRounds(int pieces, int inFlight) {
        int padding = (pieces - 1) * PIECE_BYTES;
        var setting = Setting.of(Kind.IN_MEMORY, QUEUE_PAIRS)
                .withState(padding, TransferOptions.defaults().withPieces(PIECE_BYTES, inFlight))
                .withLatency(LatencyModel.none().with(CommandClass.MIGRATION, LATENCY));
        try (var controller = new MovingController(setting)) {
            var device = controller.source();
            assertThat(Math.ceilDiv(device.estimatedStateBytes(), PIECE_BYTES)).isEqualTo(pieces);
            device.setState(DeviceState.STOP);
            long begun = controller.virtualNanos();
            var saving = device.setState(DeviceState.STOP_COPY).orElseThrow();
            var buffer = ByteBuffer.allocate(PIECE_BYTES);
            long bytes = 0;
            for (int count = saving.read(buffer); count >= 0; count = saving.read(buffer.clear())) {
                bytes += count;
            }
            assertThat(bytes).isEqualTo(saving.totalBytes().orElseThrow());
            assertThat(controller.virtualNanos() - begun)
                    .isEqualTo(Math.ceilDiv(pieces, inFlight) * LATENCY.toNanos());
        }
    }
}

package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateCodec;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.SubmissionQueueState;
import io.nvmelm.rules.Proves;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NvmRegisters;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The largest state there is, 65 535 queues of either kind, through a device and back out of it.
class LargestStateTest {
    private static final int QUEUES = 65_535;
    private static final byte[] STATE = state();

    private static byte[] state() {
        var submission = IntStream.rangeClosed(1, QUEUES)
                .mapToObj(id -> new SubmissionQueueState(4096L * id, 1 + id % 1023, id, id, 1, 0, id % 2, 0))
                .toList();
        var completion = IntStream.rangeClosed(1, QUEUES)
                .mapToObj(id -> new CompletionQueueState(
                        8192L * id,
                        1 + id % 1023,
                        id,
                        id % 2,
                        (id + 1) % 2,
                        CompletionQueueState.attributes(true, id % 3 == 0, id % 5 == 0, 0),
                        0))
                .toList();
        var state = ControllerState.of(
                true, NvmeControllerState.Version0.of(submission, completion), OpaqueBytes.EMPTY);
        var bytes = new byte[(int) state.byteSize()];
        ControllerStateCodec.encode(state, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    /// Counts what is lent and how many commands are under way.
    private static final class CountingTransport implements AdminTransport {
        private final AdminTransport transport;
        private long lentBytes;
        private long mostLentBytes;

        CountingTransport(AdminTransport transport) {
            this.transport = transport;
        }

        @Override
        public TransportLimits limits() {
            return transport.limits();
        }

        @Override
        public TransferMemory allocate(long byteSize) {
            var memory = transport.allocate(byteSize);
            lentBytes += byteSize;
            mostLentBytes = Math.max(mostLentBytes, lentBytes);
            return new Lent(memory, byteSize);
        }

        private final class Lent implements TransferMemory {
            private final TransferMemory memory;
            private final long byteSize;

            Lent(TransferMemory memory, long byteSize) {
                this.memory = memory;
                this.byteSize = byteSize;
            }

            @Override
            public MemorySegment segment() {
                return memory.segment();
            }

            @Override
            public boolean isQuarantined() {
                return memory.isQuarantined();
            }

            @Override
            public void close() {
                lentBytes -= byteSize;
                memory.close();
            }
        }

        @Override
        public CompletableFuture<Completion> submit(
                MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
            return transport.submit(entry, data instanceof Lent lent ? lent.memory : data, dataByteSize, timeout);
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    @Test
    void theStateHasTheSizeOfTheStandard() {
        assertThat(STATE).hasSize(3_145_736);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 68, 500, 4092, 4096, 4100, 65_536, 262_144, 1_048_576, 3_145_732, 3_145_736, 4_194_304})
    @Proves(host = {
        "state.queues",
        "state.submission-queue",
        "state.completion-queue",
        "state.envelope",
        "set.first-middle-last",
        "get.count-is-zero-based",
        "set.count-is-plain"
    })
    void itIsWrittenAndReadInPiecesOfAnySizeInBoundedMemory(int pieceBytes) {
        var clock = new VirtualClock();
        var subsystem = InMemorySubsystem.builder(clock)
                .maximumQueuePairs(QUEUES)
                .maximumQueueEntries(1024)
                .maximumTransferBytes(8 << 20)
                .mdts(0)
                .vendorState(false)
                .latency(LatencyModel.none().with(CommandClass.MIGRATION, Duration.ofNanos(10)))
                .build();
        var transport = new CountingTransport(subsystem.controllingTransport());
        int inFlight = 3;
        var options = TransferOptions.defaults().withPieces(pieceBytes, inFlight);
        var controller = subsystem.controller(1);
        controller.attach(new GuestMemory(1L << 32), vector -> {});
        controller.writeRegister32(NvmRegisters.AQA, 0x001F_001F);
        controller.writeRegister64(NvmRegisters.ASQ, 0x1_0000);
        controller.writeRegister64(NvmRegisters.ACQ, 0x2_0000);

        try (var device = NvmeMigratableDevice.open(
                ControllingController.open(transport, options).migratable(1), null)) {
            device.selectStateFormat(StateFormat.ofVersion(0));
            var loading = device.setState(DeviceState.RESUMING).orElseThrow();
            for (int at = 0; at < STATE.length; at += 100_000) {
                loading.write(ByteBuffer.wrap(STATE, at, Math.min(100_000, STATE.length - at)));
            }
            device.setState(DeviceState.STOP);

            device.announceSuspension();
            var saving = device.setState(DeviceState.STOP_COPY).orElseThrow();
            assertThat(saving.totalBytes()).hasValue(STATE.length);
            var read = ByteBuffer.allocate(STATE.length + 1);
            while (saving.read(read) >= 0) {
                assertThat(read.hasRemaining()).isTrue();
            }
            assertThat(Arrays.equals(read.array(), 0, read.position(), STATE, 0, STATE.length)).isTrue();
        }
        assertThat(transport.mostLentBytes).isLessThanOrEqualTo((long) inFlight * pieceBytes + 4096);
        assertThat(transport.lentBytes).isZero();
        assertThat(subsystem.violations()).isEmpty();
    }
}

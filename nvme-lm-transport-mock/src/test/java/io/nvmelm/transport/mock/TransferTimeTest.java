package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.DATA_TRANSFER_ERROR;
import static io.nvmelm.nvme.StatusCode.INVALID_FIELD_IN_COMMAND;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.rules.Proves;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How long data takes on the link of a controller, in virtual time, and that what is refused takes none.
class TransferTimeTest {
    private static final long BYTES_PER_SECOND = 1_000_000_000;

    private final VirtualClock clock = new VirtualClock();

    private InMemorySubsystemBuilder builder() {
        return InMemorySubsystem.builder(clock)
                .namespace(new NamespaceMedium(1 << 20, 4096))
                .latency(LatencyModel.none().withBandwidth(BYTES_PER_SECOND));
    }

    private long identify(ManagementHost management) {
        long before = clock.nanoTime();
        management.identify(1);
        return clock.nanoTime() - before;
    }

    /// An opcode and the number of the dword that says how many bytes: all of them are asked for.
    private static MemorySegment everything(int opcode) {
        var bytes = ManagementHost.entry(opcode, opcode == 0x41 ? 0x3_0002 : 0, 1, 0, 0, 0);
        var entry = new SubmissionEntryView().wrap(bytes, 0);
        switch (opcode) {
            case 0x3E -> entry.cdw12(-1);
            case 0x02 -> entry.cdw10(0xFFFF_0002).cdw11(0xFFFF);
            default -> entry.cdw15(-1).cdw11(0x1_0001);
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0x02, 0x3E, 0x41, 0x42})
    @Proves(device = "discovery.data-within-mdts")
    void moreThanMdtsIsRefusedAtOnceAndHoldsNothingUp(int opcode) {
        var subsystem = builder().mdts(5).build();
        var management = new ManagementHost(subsystem);
        new TestHost(subsystem.controller(1)).bringUp();
        var tracking = new TrackingHost(subsystem);
        assertThat(tracking.start(1, 0, new TrackingHost.Range(0, 1)).isSuccess()).isTrue();
        assertThat(management.suspend(1).isSuccess()).isTrue();
        long before = clock.nanoTime();
        try (var memory = management.transport.allocate(4096)) {
            var answer = management.transport
                    .submit(everything(opcode), memory, 4096, ManagementHost.TIMEOUT)
                    .join();
            assertThat(answer.status().is(INVALID_FIELD_IN_COMMAND)).as(answer.toString()).isTrue();
        }
        assertThat(clock.nanoTime() - before).isZero();
        assertThat(identify(management)).isEqualTo(4096);
    }

    @Test
    @Proves(device = "discovery.data-within-mdts")
    void withoutMdtsDataThatIsNotThereTakesNoTimeEither() {
        var subsystem = builder().mdts(0).build();
        var management = new ManagementHost(subsystem);
        long before = clock.nanoTime();
        try (var memory = management.transport.allocate(4096)) {
            var answer = management.transport
                    .submit(everything(0x02), memory, 4096, ManagementHost.TIMEOUT)
                    .join();
            assertThat(answer.status().is(DATA_TRANSFER_ERROR)).as(answer.toString()).isTrue();
        }
        assertThat(clock.nanoTime() - before).isZero();
        assertThat(identify(management)).isEqualTo(4096);
    }

    @Test
    void aReadOrWriteLongerThanMdtsTakesNoTime() {
        var subsystem = builder().mdts(5).build();
        var host = new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 8);
        for (int opcode : new int[] {0x01, 0x02}) {
            long before = clock.nanoTime();
            assertThat(host.execute(1, 1, opcode, TestHost.io(0, 33, TestHost.DATA, 0)).is(INVALID_FIELD_IN_COMMAND))
                    .isTrue();
            assertThat(clock.nanoTime() - before).isZero();
        }
        long before = clock.nanoTime();
        assertThat(host.execute(1, 1, 0x02, TestHost.io(0, 2, TestHost.DATA, TestHost.DATA + 4096))
                .status()
                .isSuccess())
                .isTrue();
        assertThat(clock.nanoTime() - before).isEqualTo(8192);
    }
}

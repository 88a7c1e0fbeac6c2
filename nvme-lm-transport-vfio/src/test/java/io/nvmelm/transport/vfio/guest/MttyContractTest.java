package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigratableDevice;
import io.nvmelm.transport.mock.testkit.MigratableDeviceContract;
import io.nvmelm.transport.vfio.VfioMigratableDevice;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/// What a migratable device promises, by the kernel's own sample device and nobody's test double: `mtty` with STOP_COPY, P2P and
/// PRE_COPY.
@Tag("guest")
class MttyContractTest extends MigratableDeviceContract {
    private final Mtty sourcePort = Mtty.first();
    private final Mtty destinationPort = Mtty.second();

    @Override
    protected MigratableDevice openSource() {
        return open(sourcePort);
    }

    @Override
    protected MigratableDevice openDestination() {
        return open(destinationPort);
    }

    private static MigratableDevice open(Mtty port) {
        return VfioMigratableDevice.over(port.open());
    }

    @Override
    protected void giveSourceState(int mark) {
        source();
        sourcePort.writeScratch(mark);
    }

    @Override
    protected void assertDestinationState(int mark) {
        assertThat(destinationPort.readScratch()).isEqualTo(mark);
    }

    /// An emulated processor is slow.
    @Override
    protected Duration patience() {
        return Duration.ofMinutes(3);
    }

    @AfterEach
    void closePorts() {
        sourcePort.close();
        destinationPort.close();
    }
}

package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeDmaLogging;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.uapi.VfioFeature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeviceFeaturesTest {
    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(5);
    private final VfioDevice device = fixture.openPlain();
    private final DeviceFeatures features = new DeviceFeatures(fixture.kernel.host(), device.file());

    @AfterEach
    void nothingIsLeft() {
        device.close();
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void answersAreTheKernels() {
        assertThat(features.migrationFlags()).isEqualTo(5);
        assertThat(features.state()).isEqualTo(2);
        assertThat(features.dataSize()).isEqualTo(716);
        var change = features.setState(3);
        assertThat(change.failed()).isFalse();
        assertThat(change.hasFile()).isTrue();
        assertThat(fixture.kernel.host().calls().close(change.dataFd())).isZero();
        var refused = features.setState(6);
        assertThat(refused.result()).isEqualTo(-FakeErrno.EINVAL);
        assertThat(refused.hasFile()).isFalse();
        assertThat(features.state()).isEqualTo(3);
    }

    @Test
    void operationsAreProbed() {
        assertThat(features.probe(VfioFeature.DMA_LOGGING_START, VfioFeature.SET)).isEqualTo(-FakeErrno.ENOTTY);
        fixture.pci.logging(new FakeDmaLogging());
        assertThat(features.probe(VfioFeature.DMA_LOGGING_START, VfioFeature.SET)).isZero();
        assertThat(features.probe(VfioFeature.DMA_LOGGING_START, VfioFeature.GET)).isEqualTo(-FakeErrno.EINVAL);
        assertThat(fixture.pci.logging().running()).isFalse();
    }

    /// An unsigned 64-bit size is not folded into an errno.
    @Test
    void aSizeBeyondLongIsTheLargestLong() {
        fixture.migration.sizeAnswer(Long.MAX_VALUE);
        assertThat(features.dataSize()).isEqualTo(Long.MAX_VALUE);
        fixture.kernel.failNext(FakeCall.named("GET_MIG_DATA_SIZE"), FakeErrno.EIO);
        assertThat(features.dataSize()).isEqualTo(-FakeErrno.EIO);
    }

    @Test
    void aClosedDeviceIsRefusedByType() {
        device.close();
        assertThatThrownBy(features::state).isInstanceOf(TransportException.class);
    }
}

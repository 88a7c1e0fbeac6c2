package io.nvmelm.transport.vfio;

import static io.nvmelm.transport.vfio.VfioMigratableDeviceFixture.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationProbeTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 6, 8})
    void withoutStopCopyThereIsNoMigration(int flags) {
        var fixture = new VfioMigratableDeviceFixture(flags);
        var refusal = refusal(MigrationUnsupportedException.class, fixture::open);
        assertThat(refusal.reasons().getFirst()).contains("STOP_COPY").contains("0x" + flags);
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void everyReasonIsToldAtOnce() {
        var fixture = new VfioMigratableDeviceFixture(2);
        fixture.kernel.failNext(FakeCall.named("GET_MIG_DEVICE_STATE"), FakeErrno.ENOTTY);
        try (var device = fixture.openPlain()) {
            fixture.pci.noIommu(true);
            var reasons = VfioMigratableDevice.unsupportedReasons(device);
            assertThat(reasons).hasSize(3);
            assertThat(reasons.get(0)).contains("no IOMMU").contains("intel_iommu=on");
            assertThat(reasons.get(1)).contains("mlx5_vfio_pci").contains("STOP_COPY");
            assertThat(reasons.get(2)).contains("does not tell the migration state");
        }
        fixture.kernel.assertNothingLeft();
    }

    /// An answer that is none is a failure and not a device without migration.
    @ParameterizedTest
    @ValueSource(strings = {"GET_MIGRATION", "GET_MIG_DEVICE_STATE"})
    void aDeviceThatDoesNotAnswerIsAFailure(String call) {
        var fixture = new VfioMigratableDeviceFixture(7);
        fixture.kernel.failNext(FakeCall.named(call), FakeErrno.EIO);
        assertThat(refusal(TransportException.class, fixture::open).errno()).hasValue(FakeErrno.EIO);
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void aFileDescriptorWithoutAddressIsProbedToo() {
        var fixture = new VfioMigratableDeviceFixture(7);
        fixture.pci.migration(null);
        try (var device = fixture.openPlain()) {
            int fd = device.file().acquire();
            var refusal = refusal(
                    MigrationUnsupportedException.class,
                    "disk",
                    () -> VfioMigratableDevice.overFileDescriptor(
                            fixture.kernel.host(), fd, "disk", TransferOptions.defaults()));
            assertThat(refusal.reasons().getFirst()).contains("the kernel driver of this device cannot migrate");
            device.file().release();
        }
    }
}

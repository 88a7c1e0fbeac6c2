package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.transport.vfio.fake.FakeDmaLogging;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever call fails, and however often a device is opened: nothing is left.
class VfioMigratableDeviceLeaksTest {
    private static final int ROUNDS = 10_000;
    private static final MemoryRange RANGE = new MemoryRange(0, 1 << 20);

    /// Every call of a whole life fails in turn: opening, tracking, pre-copy, the final state, a load, a reset.
    @ParameterizedTest
    @EnumSource(value = AccessPath.class, names = {"GROUP", "CDEV"})
    void nothingIsLeftWhicheverCallFails(AccessPath path) {
        int failures = 0;
        for (int n = 1;; n++) {
            var fixture = new VfioMigratableDeviceFixture(7);
            fixture.pci.logging(n % 2 == 0 ? new FakeDmaLogging() : null);
            fixture.kernel.failAt(n);
            var failure = wholeLife(fixture, path);
            failure.ifPresent(e -> assertThat(e.device())
                    .as("device named by: %s", e)
                    .isEqualTo(VfioMigratableDeviceFixture.ADDRESS));
            fixture.kernel.assertNothingLeft();
            if (fixture.kernel.failuresLeft() > 0) {
                break;
            }
            failures += failure.isPresent() ? 1 : 0;
        }
        assertThat(failures).isGreaterThan(20);
    }

    private static Optional<LiveMigrationException> wholeLife(VfioMigratableDeviceFixture fixture, AccessPath path) {
        try (var device = fixture.open(path, TransferOptions.defaults())) {
            device.estimatedStateBytes();
            device.dirtyMemory().ifPresent(tracking -> {
                tracking.start(List.of(RANGE), 4096);
                tracking.stop();
            });
            var saving = device.setState(DeviceState.PRE_COPY).orElseThrow();
            saving.preCopyInfo();
            VfioMigratableDeviceFixture.drain(saving, ByteBuffer.allocateDirect(4096));
            device.setState(DeviceState.STOP_COPY);
            VfioMigratableDeviceFixture.drain(saving);
            var loading = device.setState(DeviceState.RESUMING).orElseThrow();
            loading.write(ByteBuffer.wrap(FakeMigration.streamOf(VfioMigratableDeviceFixture.stateOf(2))));
            device.setState(DeviceState.RUNNING);
            device.reset();
            return Optional.empty();
        } catch (LiveMigrationException e) {
            return Optional.of(e);
        }
    }

    @Test
    void nothingIsLeftAfterManyRounds() {
        var fixture = new VfioMigratableDeviceFixture(7);
        fixture.migration.setGuestState(new byte[16]);
        fixture.pci.logging(new FakeDmaLogging());
        var piece = ByteBuffer.allocate(64);
        var bitmap = MemorySegment.ofArray(new byte[32]);
        for (int round = 0; round < ROUNDS; round++) {
            try (var device = fixture.open()) {
                var session = device.setState(round % 2 == 0 ? DeviceState.STOP_COPY : DeviceState.PRE_COPY)
                        .orElseThrow();
                assertThat(session.read(piece.clear())).isPositive();
                if (round % 100 == 0) {
                    var tracking = device.dirtyMemory().orElseThrow();
                    tracking.start(List.of(RANGE), 4096);
                    tracking.report(RANGE, 4096, bitmap);
                }
            }
        }
        fixture.kernel.assertNothingLeft();
    }

    @Test
    void sessionsThatNobodyClosesAreClosedWithTheirArcs() {
        var fixture = new VfioMigratableDeviceFixture(7);
        try (var device = fixture.open()) {
            int open = fixture.kernel.openDescriptors().size();
            for (int round = 0; round < 100; round++) {
                device.setState(DeviceState.PRE_COPY);
                device.setState(DeviceState.STOP_COPY);
                device.setState(DeviceState.RESUMING);
                device.reset();
                assertThat(fixture.kernel.openDescriptors()).hasSize(open);
            }
        }
        fixture.kernel.assertNothingLeft();
    }
}

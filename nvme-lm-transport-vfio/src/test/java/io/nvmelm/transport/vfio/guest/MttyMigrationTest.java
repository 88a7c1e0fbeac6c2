package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.PreCopyInfo;
import io.nvmelm.SessionEndedException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.AccessPath;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioMigratableDevice;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The kernel's migration interface as its sample device offers it, by numbers: sizes, ends of streams, garbage, resets, dirty
/// memory.
@Tag("guest")
class MttyMigrationTest {
    private static final int EOPNOTSUPP = 95;

    private final Mtty source = Mtty.first();
    private final Mtty destination = Mtty.second();
    private VfioDevice sourceFunction;
    private VfioMigratableDevice sender;
    private VfioMigratableDevice receiver;

    @BeforeEach
    void open() {
        sourceFunction = source.open();
        sender = VfioMigratableDevice.over(sourceFunction);
        receiver = VfioMigratableDevice.over(destination.open());
    }

    @AfterEach
    void close() {
        source.close();
        destination.close();
    }

    @Test
    void aSerialPortHasAllCapabilities() {
        assertThat(sender.capabilities()).containsExactlyInAnyOrder(MigrationCapability.values());
        assertThat(VfioMigratableDevice.unsupportedReasons(sourceFunction)).isEmpty();
        assertThat(sender.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(sourceFunction.path())
                .isEqualTo(GuestEnvironment.read().iommufd() ? AccessPath.CDEV : AccessPath.GROUP);
    }

    @Test
    void theStateHasSixtyBytesInEveryState() {
        assertThat(sender.estimatedStateBytes()).isEqualTo(Mtty.STATE_BYTES);
        for (var state : List.of(DeviceState.RUNNING_P2P, DeviceState.STOP, DeviceState.RESUMING)) {
            sender.setState(state).ifPresent(MigrationData::close);
            assertThat(sender.estimatedStateBytes()).as(state.toString()).isEqualTo(Mtty.STATE_BYTES);
        }
    }

    @Test
    void aStoppedPortIsMovedToAnother() {
        source.writeScratch(0xA5);
        destination.writeScratch(0);

        byte[] state = readAll(sender.setState(DeviceState.STOP_COPY).orElseThrow());
        load(state);

        assertThat(state).hasSize(Mtty.STATE_BYTES);
        assertThat(receiver.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(destination.readScratch()).isEqualTo(0xA5);
    }

    @Test
    void theSameSessionGoesOnFromPreCopyToStopCopy() {
        source.writeScratch(0x11);
        try (var session = sender.setState(DeviceState.PRE_COPY).orElseThrow()) {
            assertThat(session.preCopyInfo()).contains(new PreCopyInfo(Mtty.HEADER_BYTES, 0, false));
            byte[] early = readAvailable(session);
            assertThat(early).hasSize(Mtty.HEADER_BYTES);
            assertThat(session.preCopyInfo()).contains(new PreCopyInfo(0, 0, false));
            assertThat(session.read(ByteBuffer.allocate(1))).as("a temporary end").isZero();
            source.writeScratch(0x22);

            assertThat(sender.setState(DeviceState.STOP_COPY)).as("no second session").isEmpty();
            byte[] late = readAll(session);

            assertThat(late).hasSize(Mtty.STATE_BYTES - Mtty.HEADER_BYTES);
            load(concatenated(early, late));
            assertThat(destination.readScratch()).isEqualTo(0x22);
        }
    }

    @Test
    void preCopyGoesOnWithoutPeerToPeer() {
        var session = sender.setState(DeviceState.PRE_COPY).orElseThrow();
        assertThat(sender.setState(DeviceState.PRE_COPY_P2P)).isEmpty();
        assertThat(readAvailable(session)).hasSize(Mtty.HEADER_BYTES);
        assertThat(sender.setState(DeviceState.RUNNING)).isEmpty();
        assertThatThrownBy(() -> session.read(ByteBuffer.allocate(8))).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void thereIsNoWayBackFromStopCopyToPreCopy() {
        sender.setState(DeviceState.STOP_COPY).orElseThrow();

        assertThatThrownBy(() -> sender.setState(DeviceState.PRE_COPY))
                .isInstanceOf(DeviceStateException.class)
                .hasMessageContaining(source.address().toString());
        assertThat(sender.state()).isEqualTo(DeviceState.STOP_COPY);
    }

    @Test
    void garbageIsRefusedUntilAReset() {
        destination.writeScratch(0x33);
        var session = receiver.setState(DeviceState.RESUMING).orElseThrow();
        var garbage = ByteBuffer.allocateDirect(Mtty.STATE_BYTES);
        while (garbage.hasRemaining()) {
            garbage.put((byte) 0x5A);
        }

        assertThatThrownBy(() -> {
            session.write(garbage.flip());
            receiver.setState(DeviceState.RUNNING);
        }).isInstanceOf(LiveMigrationException.class).hasMessageContaining(destination.address().toString());
        assertThat(receiver.state()).isEqualTo(DeviceState.RESUMING);
        assertThatThrownBy(() -> receiver.setState(DeviceState.RUNNING)).isInstanceOf(LiveMigrationException.class);

        receiver.reset();
        assertThat(receiver.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(destination.readScratch()).isEqualTo(0x33);
    }

    @Test
    void aStateThatBreaksOffIsRefused() {
        byte[] state = readAll(sender.setState(DeviceState.STOP_COPY).orElseThrow());
        var session = receiver.setState(DeviceState.RESUMING).orElseThrow();
        session.write(ByteBuffer.wrap(state, 0, state.length - 1));

        assertThatThrownBy(() -> receiver.setState(DeviceState.RUNNING))
                .isInstanceOf(LiveMigrationException.class)
                .hasMessageContaining("EINVAL");
        assertThat(receiver.state()).isEqualTo(DeviceState.RESUMING);
    }

    @Test
    void aResetEndsTheSessionAndTheDeviceRuns() {
        var session = sender.setState(DeviceState.STOP_COPY).orElseThrow();
        sender.reset();

        assertThat(sender.state()).isEqualTo(DeviceState.RUNNING);
        assertThatThrownBy(() -> session.read(ByteBuffer.allocateDirect(8))).isInstanceOf(SessionEndedException.class);
        assertThat(readAll(sender.setState(DeviceState.STOP_COPY).orElseThrow())).hasSize(Mtty.STATE_BYTES);
    }

    @Test
    void aPortMovesThereAndBackAgainAndAgain() {
        for (int round = 0; round < 20; round++) {
            source.writeScratch(round);
            load(readAll(sender.setState(DeviceState.STOP_COPY).orElseThrow()));
            assertThat(destination.readScratch()).isEqualTo(round);
            sender.setState(DeviceState.RUNNING);
        }
    }

    /// Whatever the driver makes of it: see [Mtty].
    @Test
    void aDeviceThatWasClosedInAnyStateOpensRunning() {
        source.close();
        for (var state : DeviceState.values()) {
            if (state != DeviceState.ERROR) {
                try (var device = VfioMigratableDevice.open(source.address())) {
                    assertThat(device.state()).as("after " + state).isEqualTo(DeviceState.RUNNING);
                    device.setState(state);
                }
            }
        }
        try (var device = VfioMigratableDevice.open(source.address())) {
            assertThat(readAll(device.setState(DeviceState.STOP_COPY).orElseThrow())).hasSize(Mtty.STATE_BYTES);
        }
    }

    /// A kernel without iommufd takes the start of tracking and refuses the report (`vfio_ioctl_device_feature_logging_report` needs
    /// its bitmaps). The sample device never writes memory.
    @Test
    void writtenMemoryIsTrackedWhereTheKernelCanReportIt() {
        var tracking = sender.dirtyMemory().orElseThrow();
        var range = new MemoryRange(0, 1 << 20);
        assertThat(tracking.start(List.of(range), 4096)).isGreaterThanOrEqualTo(4096);
        try (var arena = Arena.ofConfined()) {
            var bitmap = arena.allocate(32, 8);
            if (GuestEnvironment.read().iommufd()) {
                tracking.report(range, 4096, bitmap);
            } else {
                assertThatThrownBy(() -> tracking.report(range, 4096, bitmap))
                        .isInstanceOfSatisfying(TransportException.class, e -> assertThat(e.errno()).hasValue(
                                EOPNOTSUPP))
                        .hasMessageContaining(source.address().toString());
            }
            assertThat(bitmap.toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0);
        }
        tracking.stop();
        assertThat(sender.state()).isEqualTo(DeviceState.RUNNING);
    }

    private void load(byte[] state) {
        try (var session = receiver.setState(DeviceState.RESUMING).orElseThrow()) {
            session.write(ByteBuffer.wrap(state));
            receiver.setState(DeviceState.RUNNING);
        }
    }

    private static byte[] readAll(MigrationData session) {
        var result = new ByteArrayOutputStream();
        var piece = ByteBuffer.allocateDirect(16);
        while (session.read(piece.clear()) >= 0) {
            append(result, piece.flip());
        }
        return result.toByteArray();
    }

    private static byte[] readAvailable(MigrationData session) {
        var result = new ByteArrayOutputStream();
        var piece = ByteBuffer.allocateDirect(16);
        while (session.read(piece.clear()) > 0) {
            append(result, piece.flip());
        }
        return result.toByteArray();
    }

    private static void append(ByteArrayOutputStream bytes, ByteBuffer piece) {
        while (piece.hasRemaining()) {
            bytes.write(piece.get());
        }
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }
}

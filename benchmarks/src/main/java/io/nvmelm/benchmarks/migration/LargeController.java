package io.nvmelm.benchmarks.migration;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationData;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// A controller on an [InstantTransport] whose state has the size that a benchmark wants: a few queues, and vendor specific data for the
/// rest. It is saved or loaded again and again. Used by one thread.
public final class LargeController implements AutoCloseable {
    private static final int CONTROLLER_ID = 1;
    private static final int LARGEST_TRANSFER = 4 << 20;
    private static final int VENDOR_BYTES = 64;

    private final AdminTransport transport;
    private final InstantTransport instant;
    private final NvmeMigratableDevice device;

    /// Makes a controller.
    ///
    /// @param stateBytes bytes of its state, a multiple of 4 of 1024 or more
    /// @param pieceBytes bytes that a command moves
    /// @param inFlight   commands that read at the same time
    /// @param latency    what a command of migration takes by the clock on the wall
    public LargeController(long stateBytes, int pieceBytes, int inFlight, Duration latency) {
        var subsystem = InMemorySubsystem.builder(new VirtualClock())
                .maximumTransferBytes(LARGEST_TRANSFER)
                .mdts(0)
                .maximumCommandsInFlight(64)
                .namespace(new NamespaceMedium(1 << 10, 512))
                .build();
        instant = new InstantTransport(
                subsystem.controllingTransport(), stateOf(stateBytes), stateOf(ControllerStateView.HEADER_BYTES + 8));
        transport = latency.isZero() ? instant : new LatencyTransport(instant, latency);
        var options = TransferOptions.defaults().withMaximumStateBytes(1L << 30).withPieces(pieceBytes, inFlight);
        device = NvmeMigratableDevice.open(
                ControllingController.open(transport, options).migratable(CONTROLLER_ID), instant.function());
        device.estimatedStateBytes();
        device.announceSuspension();
        device.setState(DeviceState.STOP);
    }

    /// A state without queues: the header of the standard's part, and bytes of the vendor.
    private static MemorySegment stateOf(long bytes) {
        var state = Arena.ofAuto().allocate(bytes, 64);
        long vendorBytes = bytes - ControllerStateView.HEADER_BYTES - 8;
        new ControllerStateView().wrap(state, 0).nvmeStateDwords(2).vendorDwords(vendorBytes / 4);
        for (long at = bytes - vendorBytes; at < bytes - VENDOR_BYTES; at += VENDOR_BYTES) {
            state.asSlice(at, VENDOR_BYTES).fill((byte) (at >>> 6));
        }
        return state;
    }

    /// {@return a new session that reads the state} The one before has ended.
    public MigrationData save() {
        device.setState(DeviceState.STOP);
        return device.setState(DeviceState.STOP_COPY).orElseThrow();
    }

    /// {@return a new session that takes a state} What was written in the one before is lost unless it was committed.
    public MigrationData load() {
        return device.setState(DeviceState.RESUMING).orElseThrow();
    }

    /// Has the controller take what was written.
    public void commit() {
        device.setState(DeviceState.STOP);
    }

    /// {@return the state of the controller}
    public MemorySegment state() {
        return instant.state();
    }

    @Override
    public void close() {
        device.close();
        transport.close();
    }
}

package io.nvmelm.benchmarks.migration;

import io.nvmelm.ControlledFunction;
import io.nvmelm.DeviceState;
import io.nvmelm.MigrationData;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InterruptHandler;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A controller with I/O queues that moves between two hosts, there and back again, and both ways to move it: by devices of the library
/// and by [SerialMigration]. Used by one thread.
///
/// Between two moves [#prepare()] makes the side ready that is to take the controller.
public final class MovingController implements AutoCloseable {
    /// What the hosts are made of.
    public enum Kind {
        /// A model that does what the standard says: [InMemorySubsystem].
        IN_MEMORY,
        /// A device that answers at once: [InstantTransport].
        INSTANT
    }

    private static final int QUEUE_ENTRIES = 16;
    private static final long GUEST_MEMORY_BYTES = 1L << 28;
    private static final int FIRST_ID = 1;
    private static final int SECOND_ID = 0x40;
    /// Place of the one version and of the one vendor format in the list of a subsystem.
    private static final int FORMAT_INDEX = 1;

    /// One host.
    private final class Side {
        final InMemorySubsystem subsystem;
        final int controllerId;
        final CountingTransport counted;
        AdminTransport transport;
        ControlledFunction function;
        InstantTransport instant;
        NvmeMigratableDevice device;

        Side(String name, int queuePairs, int controllerId, Setting setting) {
            this.controllerId = controllerId;
            subsystem = InMemorySubsystem.builder(clock)
                    .nqn("nqn.2014-08.org.example:" + name)
                    .secondaryIdsFrom(controllerId)
                    .migratableControllers(1)
                    .maximumQueuePairs(queuePairs)
                    .vendorStatePadding(setting.paddingBytes())
                    .maximumStateBytes(1L << 28)
                    .latency(setting.latency())
                    .commandLogCapacity(1)
                    .namespace(medium)
                    .build();
            counted = new CountingTransport(subsystem.controllingTransport());
            transport = setting.yields() ? new YieldingTransport(counted) : counted;
            function = controller().function();
        }

        InMemoryController controller() {
            return subsystem.controller(controllerId);
        }

        long commands() {
            return instant != null ? instant.commands() : counted.commands();
        }

        void open(TransferOptions options) {
            device = NvmeMigratableDevice.open(
                    ControllingController.open(transport, options).migratable(controllerId), function);
        }
    }

    /// How the hosts differ from the simplest ones.
    ///
    /// @param kind         what they are made of
    /// @param queuePairs   I/O queue pairs of the controller
    /// @param paddingBytes bytes by which its state is larger than it need be
    /// @param latency      what commands take in virtual time; for the model alone
    /// @param wall         what a command of migration takes by the clock on the wall; for the instant device alone
    /// @param options      sizes of pieces, and commands in flight
    /// @param yields       whether other threads go on behind each command of migration
    public record Setting(
            Kind kind,
            int queuePairs,
            int paddingBytes,
            LatencyModel latency,
            Duration wall,
            TransferOptions options,
            boolean yields) {

        /// {@return hosts without latency}
        ///
        /// @param kind       what they are made of
        /// @param queuePairs I/O queue pairs of the controller
        public static Setting of(Kind kind, int queuePairs) {
            return new Setting(
                    kind, queuePairs, 0, LatencyModel.none(), Duration.ZERO, TransferOptions.defaults(), false);
        }

        /// {@return instant hosts of a controller with 64 queue pairs, whose commands of migration take time}
        ///
        /// @param latencyMicros what each takes by the clock on the wall, in microseconds
        /// @param vendorBytes   bytes of vendor specific data beside the queues
        /// @param pieceBytes    bytes that a command moves
        /// @param inFlight      commands in flight
        static Setting slow(int latencyMicros, int vendorBytes, int pieceBytes, int inFlight) {
            return of(Kind.INSTANT, 64)
                    .withState(vendorBytes, TransferOptions.defaults().withPieces(pieceBytes, inFlight))
                    .withWallLatency(Duration.ofNanos(latencyMicros * 1000L));
        }

        /// {@return the same with a larger state, read and written in pieces}
        ///
        /// @param bytes     by how much it is larger
        /// @param transfers pieces and commands in flight
        public Setting withState(int bytes, TransferOptions transfers) {
            return new Setting(kind, queuePairs, bytes, latency, wall, transfers, yields);
        }

        /// {@return the same with latency in virtual time}
        ///
        /// @param model what commands take
        public Setting withLatency(LatencyModel model) {
            return new Setting(kind, queuePairs, paddingBytes, model, wall, options, yields);
        }

        /// {@return the same with latency by the clock on the wall}
        ///
        /// @param each what a command of migration takes
        public Setting withWallLatency(Duration each) {
            return new Setting(kind, queuePairs, paddingBytes, latency, each, options, yields);
        }

        /// {@return the same with threads that let others go on behind each command of migration}
        public Setting withYields() {
            return new Setting(kind, queuePairs, paddingBytes, latency, wall, options, true);
        }
    }

    private final VirtualClock clock = new VirtualClock();
    private final GuestMemory memory = new GuestMemory(GUEST_MEMORY_BYTES);
    private final NamespaceMedium medium = new NamespaceMedium(1 << 10, 512);
    private final TransferOptions options;
    private final ByteBuffer piece;
    private Side source;
    private Side destination;
    private MigrationData loading;
    /// The baseline from source to destination, and the one back; null until used.
    private @Nullable SerialMigration serial;
    private @Nullable SerialMigration serialBack;

    /// Makes two hosts, and a guest's queues at the first.
    ///
    /// @param setting how they are
    public MovingController(Setting setting) {
        options = setting.options();
        piece = ByteBuffer.allocateDirect(options.pieceBytes());
        source = new Side("a", setting.queuePairs(), FIRST_ID, setting);
        destination = new Side("b", setting.queuePairs(), SECOND_ID, setting);
        GuestDriver.builder(clock, memory)
                .queuePairs(setting.queuePairs())
                .queueEntries(QUEUE_ENTRIES)
                .start(source.controller());
        destination.controller().attach(memory, InterruptHandler.NONE);
        source.open(options);
        destination.open(options);
        if (setting.kind() == Kind.INSTANT) {
            beInstant(setting);
        }
    }

    /// Puts devices into the place of the model that answer with the states that the model had.
    private void beInstant(Setting setting) {
        var full = capture(source.device);
        var empty = capture(destination.device);
        for (var side : new Side[] {source, destination}) {
            side.device.close();
            side.instant = new InstantTransport(side.counted, full, empty);
            if (!setting.wall().isZero()) {
                side.transport = new LatencyTransport(side.instant, setting.wall());
            } else {
                side.transport = setting.yields() ? new YieldingTransport(side.instant) : side.instant;
            }
            side.function = side.instant.function();
            side.open(options);
        }
    }

    private static MemorySegment capture(NvmeMigratableDevice device) {
        var bytes = ByteBuffer.allocateDirect(Math.toIntExact(device.estimatedStateBytes()));
        var saving = device.setState(DeviceState.STOP_COPY).orElseThrow();
        while (bytes.hasRemaining() && saving.read(bytes) > 0) {}
        device.setState(DeviceState.RUNNING);
        return MemorySegment.ofBuffer(bytes.flip());
    }

    /// {@return the device that is to be moved}
    public NvmeMigratableDevice source() {
        return source.device;
    }

    /// {@return the device that takes it}
    public NvmeMigratableDevice destination() {
        return destination.device;
    }

    /// {@return virtual time, in nanoseconds}
    public long virtualNanos() {
        return clock.nanoTime();
    }

    /// {@return commands that both controlling controllers were sent so far; of an instant device those that it answered itself}
    public long commands() {
        return source.commands() + destination.commands();
    }

    /// {@return the state of the controller that moves, which goes on running}
    public MemorySegment state() {
        return capture(source.device);
    }

    /// Resets the destination, with its guest memory attached.
    public void resetDestination() {
        destination.device.reset();
    }

    /// Makes the devices of both sides ready to move: all that the library does before the guest stops.
    public void prepare() {
        resetDestination();
        source.device.announceSuspension();
        loading = destination.device.setState(DeviceState.RESUMING).orElseThrow();
    }

    /// The blackout by devices of the library, in one thread: from Suspend at the source to Resume at the destination.
    ///
    /// @return bytes of the state
    public long move() {
        long bytes = 0;
        var saving = source.device.setState(DeviceState.STOP_COPY).orElseThrow();
        var buffer = piece.clear();
        while (saving.read(buffer) >= 0) {
            bytes += loading.write(buffer.flip());
            buffer.clear();
        }
        destination.device.setState(DeviceState.RUNNING);
        return bytes;
    }

    /// What is done behind the blackout: the source's session ends, and what was the destination is the source of the next move.
    public void settle() {
        source.device.setState(DeviceState.STOP);
        swap();
    }

    private void swap() {
        var moved = source;
        source = destination;
        destination = moved;
        var there = serial;
        serial = serialBack;
        serialBack = there;
    }

    /// {@return the baseline for the next move} Prepares it: all that the driver does before the guest stops.
    public SerialMigration prepareSerial() {
        var next = resetSerial();
        next.prepare();
        return next;
    }

    /// {@return the baseline for the next move, which is to be [prepared][SerialMigration#prepare()]} Resets the destination.
    public SerialMigration resetSerial() {
        destination.function.reset();
        var next = serial;
        if (next == null) {
            next = new SerialMigration(
                    source.transport,
                    source.controllerId,
                    destination.transport,
                    destination.controllerId,
                    FORMAT_INDEX,
                    FORMAT_INDEX,
                    options.pieceBytes());
            serial = next;
        }
        return next;
    }

    /// What is done behind the blackout of the baseline.
    public void settleSerial() {
        swap();
    }

    @Override
    public void close() {
        Stream.of(serial, serialBack).filter(Objects::nonNull).forEach(SerialMigration::close);
        source.device.close();
        destination.device.close();
        source.transport.close();
        destination.transport.close();
    }
}

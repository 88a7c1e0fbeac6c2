package io.nvmelm.examples;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationProgress;
import io.nvmelm.MigrationReport;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import io.nvmelm.transport.mock.guest.GuestLoad;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/// Migrates an NVMe controller under load from one in-memory subsystem to another and back, over a loopback TCP connection, and shows
/// that the guest lost nothing.
///
/// The device lives in virtual time; what is printed is what the library took by the clock on the wall, the start of the virtual
/// machine's just-in-time compiler included. The load runs for a while before each migration so that there is something to lose.
///
/// What a VMM does for a real machine is all here: open the controlling controllers, make devices of the migratable ones, pause and
/// resume the guest, and point it to the controller that it continues on.
public final class MigrateInMemory {
    private static final int QUEUE_PAIRS = 8;
    private static final int QUEUE_ENTRIES = 64;
    private static final Duration LOAD_BEFORE_EACH_MIGRATION = Duration.ofMillis(400);

    private final PrintStream out;
    private final VirtualClock clock = new VirtualClock();
    private final GuestMemory guestMemory = new GuestMemory(64L << 20);
    private final NamespaceMedium medium = new NamespaceMedium(1 << 16, 4096);
    private final InMemorySubsystem hostA = subsystem("a");
    private final InMemorySubsystem hostB = subsystem("b");
    private int migrations;

    /// Prepares two hosts over one medium.
    ///
    /// @param out where to say what happens
    public MigrateInMemory(PrintStream out) {
        this.out = out;
    }

    /// Runs the program; the exit code is 0 when nothing was lost.
    ///
    /// @param arguments none
    /// @throws Exception when something failed that should not
    public static void main(String[] arguments) throws Exception {
        System.exit(new MigrateInMemory(System.out).run() ? 0 : 1);
    }

    private InMemorySubsystem subsystem(String name) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:" + name)
                .migratableControllers(1)
                .maximumQueuePairs(QUEUE_PAIRS)
                .namespace(medium)
                .latency(LatencyModel.none()
                        .with(CommandClass.READ, Duration.ofNanos(20_000))
                        .with(CommandClass.WRITE, Duration.ofNanos(30_000))
                        .withFetchDelay(Duration.ofNanos(500))
                        .withJitter(Duration.ofNanos(10_000)))
                .build();
    }

    /// Migrates to the other host and back under load.
    ///
    /// @return whether the guest lost nothing
    /// @throws Exception when something failed that should not
    public boolean run() throws Exception {
        var guest = GuestDriver.builder(clock, guestMemory)
                .queuePairs(QUEUE_PAIRS)
                .queueEntries(QUEUE_ENTRIES)
                .start(hostA.controller(1));
        out.printf("A guest with %d I/O queue pairs of %d entries, all under load.%n", QUEUE_PAIRS, QUEUE_ENTRIES);
        var load = new GuestLoad(guest, 32);
        try (var threads = Executors.newCachedThreadPool()) {
            var loadEnded = CompletableFuture.runAsync(load, threads);
            try {
                migrate(guest, load, hostA, hostB);
                migrate(guest, load, hostB, hostA);
                Thread.sleep(LOAD_BEFORE_EACH_MIGRATION);
            } finally {
                load.stop();
                loadEnded.join();
            }
        }
        return judge(guest);
    }

    private void migrate(GuestDriver guest, GuestLoad load, InMemorySubsystem from, InMemorySubsystem to)
            throws IOException, InterruptedException {
        Thread.sleep(LOAD_BEFORE_EACH_MIGRATION);
        long commandsBefore = load.submitted();
        var commandsInBlackout = new ArrayList<Integer>();
        List<MigrationProgress> progress = new ArrayList<>();

        // On each host: the controlling controller, and the controller that the guest sees, as a device.
        try (var fromTransport = from.controllingTransport();
                var toTransport = to.controllingTransport();
                var source = NvmeMigratableDevice.open(
                        ControllingController.open(fromTransport).migratableByVirtualFunction(1),
                        from.controller(1).function());
                var destination = NvmeMigratableDevice.open(
                        ControllingController.open(toTransport).migratableByVirtualFunction(1),
                        to.controller(1).function());
                var server = ServerSocketChannel.open()) {

            // The destination starts from a clean controller that can reach the guest's memory.
            destination.reset();
            guest.attach(to.controller(1));

            var sourceGuest = new GuestControl() {
                @Override
                public void pause() {
                    guest.pause();
                    from.clearAdminCommandLog();
                    to.clearAdminCommandLog();
                }

                @Override
                public void resume() {
                    guest.resume();
                }
            };
            var destinationGuest = new GuestControl() {
                @Override
                public void pause() {
                    guest.pause();
                }

                @Override
                public void resume() {
                    commandsInBlackout.add(from.adminCommandLog().size() + to.adminCommandLog().size());
                    guest.rebind(to.controller(1));
                    guest.resume();
                }
            };

            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var received = CompletableFuture.supplyAsync(() -> receive(server, destination, destinationGuest));
            try (var socket = connect(server)) {
                var report = new MigrationSender(source, socket)
                        .guest(sourceGuest)
                        .listener(progress::add)
                        .run()
                        .throwIfFailed();
                received.join().throwIfFailed();
                migrations++;
                print(report, progress, load.submitted() - commandsBefore, commandsInBlackout.getFirst());
            }
        }
    }

    private static SocketChannel connect(ServerSocketChannel server) throws IOException {
        var socket = SocketChannel.open(server.getLocalAddress());
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return socket;
    }

    private static MigrationReport receive(
            ServerSocketChannel server, NvmeMigratableDevice destination, GuestControl guest) {
        try (var socket = server.accept()) {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new MigrationReceiver(destination, socket).guest(guest).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(
            MigrationReport report, List<MigrationProgress> progress, long commands, int commandsInBlackout) {
        out.printf("migration %d of %s, after %d I/O commands%n", migrations, report.device(), commands);
        var last = progress.getLast();
        out.printf(
                "  progress: %d snapshots, %d of %d bytes at %d us%n",
                progress.size(),
                last.bytesTransferred(),
                last.bytesTotal(),
                last.elapsed().toNanos() / 1000);
        for (var phase : report.phases()) {
            out.printf("  %-10s %8d us%n", phase.phase(), phase.time().toNanos() / 1000);
        }
        out.printf(
                "  state: %d bytes, commands inside the blackout: %d, blackout: %d us%n",
                report.stateBytes(), commandsInBlackout, report.blackout().toNanos() / 1000);
    }

    private boolean judge(GuestDriver guest) {
        guest.verifyMedium();
        var report = guest.report();
        report.violations().forEach(violation -> out.println("violation: " + violation));
        var deviceViolations = new ArrayList<>(hostA.violations());
        deviceViolations.addAll(hostB.violations());
        deviceViolations.forEach(violation -> out.println("violation: " + violation));
        out.printf(
                "The guest completed %d commands and found every block as it wrote it: %s.%n",
                report.completed(), report.isClean() ? "yes" : "no");
        out.printf(
                "result: migrated %d times, %d commands lost, %d duplicated, %d wrong blocks%n",
                migrations, report.lost(), report.duplicated(), report.wrongBlocks());
        return migrations == 2 && report.isClean() && deviceViolations.isEmpty();
    }
}

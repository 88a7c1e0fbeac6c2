package io.nvmelm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.GuestControl;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.MigrationChannels;
import io.nvmelm.core.migration.MigrationHistory;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The examples of a switchover run, and the README shows what runs.
class SwitchoverExampleTest {
    private final VirtualClock clock = new VirtualClock();
    private final NamespaceMedium medium = new NamespaceMedium(1 << 12, 512);
    private final InMemorySubsystem a = host("a");
    private final InMemorySubsystem b = host("b");
    private final MigrationHistory history = new MigrationHistory(4);
    private final GuestDriver guest = GuestDriver.builder(clock, new GuestMemory(1 << 26)).start(a.controller(1));

    private InMemorySubsystem host(String name) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:" + name)
                .migratableControllers(2)
                .namespace(medium)
                .build();
    }

    private static MigratableDevice open(InMemorySubsystem subsystem, int number) {
        return NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratableByVirtualFunction(number),
                subsystem.controller(number).function());
    }

    /// The memory of this guest is where it is.
    private static final class NothingToCopy implements PreCopyStage {
        @Override
        public String name() {
            return "guest memory";
        }

        @Override
        public Remainder copy(PreCopyContext context) {
            context.progress(0, 0);
            return new Remainder(0, 0, false);
        }

        @Override
        public void finish(PreCopyContext context) {}
    }

    /// What both sides reported, and what the source settled.
    private record Reports(MigrationReport source, MigrationReport destination, MigrationReport settled) {}

    /// Moves both controllers.
    ///
    /// @param losesCommit whether the connection breaks when COMMIT is sent
    private Reports migrate(boolean losesCommit) throws IOException {
        var there = Pipe.open();
        var back = Pipe.open();
        guest.run(200);
        guest.attach(b.controller(1));
        var atDestination = new GuestControl() {
            @Override
            public void pause() {}

            @Override
            public void resume() {
                guest.rebind(b.controller(1));
                guest.resume();
            }
        };
        var sources = List.of(open(a, 1), open(a, 2));
        var destinations = List.of(open(b, 1), open(b, 2));
        destinations.forEach(MigratableDevice::reset);
        var received = CompletableFuture.supplyAsync(() -> new MigrationReceiver(
                destinations, MigrationChannels.blocking(there.source(), back.sink()))
                .guest(atDestination)
                .history(history)
                .run());
        var out = losesCommit ? new BreaksAtCommit(there.sink()) : there.sink();
        var sender = SwitchoverExample.sender(
                sources, MigrationChannels.blocking(back.source(), out), guest, new NothingToCopy());
        var sent = sender.run();
        var settled = SwitchoverExample.settle(sender, sent, id -> {
            received.join();
            return SwitchoverExample.answer(history, id);
        });
        return new Reports(sent, received.join(), settled);
    }

    /// A connection that is lost when COMMIT is sent.
    private record BreaksAtCommit(WritableByteChannel channel) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).getShort(bytes.position()) == RecordType.COMMIT
                    .number()) {
                channel.close();
                throw new IOException("the cable was pulled");
            }
            return channel.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private void assertThatTheGuestLostNothing() {
        guest.run(200);
        assertThat(guest.verifyMedium()).isZero();
        assertThat(guest.report().isClean()).as(guest.report().toString()).isTrue();
    }

    @Test
    void bothControllersMoveTogether() throws IOException {
        var reports = migrate(false);
        assertThat(reports.source().throwIfFailed().devices()).hasSize(2);
        assertThat(reports.destination().throwIfFailed().runsHere()).isTrue();
        assertThat(reports.settled()).isSameAs(reports.source());
        assertThatTheGuestLostNothing();
    }

    @Test
    void aLostCommitIsSettledByAskingTheDestination() throws IOException {
        var reports = migrate(true);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
        assertThat(reports.settled().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(reports.settled().runsHere()).isTrue();
        assertThatTheGuestLostNothing();
    }

    /// @param refusals how often the guest does not resume at the destination
    private Reports migrateOverASocket(int refusals) throws IOException, InterruptedException {
        guest.run(200);
        guest.attach(b.controller(1));
        var left = new AtomicInteger(refusals);
        var atDestination = new GuestControl() {
            @Override
            public void pause() {}

            @Override
            public void resume() {
                if (left.getAndDecrement() > 0) {
                    throw new IllegalStateException("The monitor is busy");
                }
                guest.rebind(b.controller(1));
                guest.resume();
            }
        };
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            var received = CompletableFuture.supplyAsync(() -> {
                try (var socket = server.accept()) {
                    return SwitchoverExample.arrive(open(b, 1), socket, atDestination, history);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            var settled = SwitchoverExample.leave(
                    open(a, 1), server.getLocalAddress(), guest, id -> {
                        received.join();
                        return SwitchoverExample.answer(history, id);
                    }, Duration.ZERO);
            return new Reports(settled, received.join(), settled);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theMethodsOfAVmmEndWithTheGuestOnExactlyOneSide(int refusals) throws Exception {
        var reports = migrateOverASocket(refusals);
        assertThat(reports.settled().mayRun()).isEqualTo(refusals == 2
                ? RunPermission.SOURCE
                : RunPermission.DESTINATION);
        assertThat(reports.settled().runsHere()).isEqualTo(refusals == 2);
        assertThat(reports.destination().runsHere()).isEqualTo(refusals < 2);
        assertThatTheGuestLostNothing();
    }

    /// What may run there and does not yet is the only copy.
    @Test
    void aDestinationThatDoesNotRunYetIsWaitedFor() throws IOException {
        var asks = new MigrationReport(
                new UUID(1, 2), MigrationRole.SOURCE, List.of("d"), RunPermission.ASK_DESTINATION, false, List.of(), 0,
                Duration.ZERO, List.of(), List.of(), new PeerException("it was lost", "Ask", null));
        var there = Pipe.open();
        var sender = new MigrationSender(open(a, 1), there.source(), there.sink());
        for (var answer : List.of(
                Optional.<SwitchoverExample.Answer>empty(),
                Optional.of(new SwitchoverExample.Answer(RunPermission.DESTINATION, false)))) {
            assertThat(SwitchoverExample.settle(sender, asks, id -> answer)).isSameAs(asks);
        }
        there.source().close();
        there.sink().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"switchover", "undecided", "vmm", "dry-run-source", "dry-run-destination"})
    void theReadmeShowsTheExamplesAsTheyAreCompiled(String name) throws IOException {
        var file = name.startsWith("dry") ? "DryRunExample" : "SwitchoverExample";
        var source = Files.readString(Path.of("src/test/java/io/nvmelm/examples/" + file + ".java"));
        var begin = "// README " + name + " begin\n";
        var shown = source.substring(
                source.indexOf(begin) + begin.length(), source.indexOf("    // README " + name + " end")).indent(-4);
        assertThat(Files.readString(Path.of("..", "README.md"))).contains("```java\n" + shown + "```");
    }
}

package io.nvmelm.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.GuestControl;
import io.nvmelm.RunPermission;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// The examples run, and the README shows what runs.
class ExamplesTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path SOURCE = Path.of("src/test/java/io/nvmelm/examples/EmbeddingExample.java");

    @Test
    void theEmbeddingExampleMovesAGuest() throws IOException {
        var clock = new VirtualClock();
        var medium = new NamespaceMedium(1 << 12, 512);
        var a = InMemorySubsystem.builder(clock).nqn("nqn.2014-08.org.nvmexpress:uuid:a").namespace(medium).build();
        var b = InMemorySubsystem.builder(clock).nqn("nqn.2014-08.org.nvmexpress:uuid:b").namespace(medium).build();
        var guest = GuestDriver.builder(clock, new GuestMemory(1 << 26)).start(a.controller(1));
        guest.run(200);
        guest.attach(b.controller(1));
        var atDestination = new GuestControl() {
            @Override
            public void pause() {
                guest.pause();
            }

            @Override
            public void resume() {
                guest.rebind(b.controller(1));
                guest.resume();
            }
        };
        try (var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                var there = SocketChannel.open(server.getLocalAddress());
                var here = server.accept()) {
            var received = CompletableFuture.supplyAsync(() -> EmbeddingExample.receive(b.controllingTransport(), b
                    .controller(1).function(), atDestination, here));
            var sent = EmbeddingExample.send(a.controllingTransport(), a.controller(1).function(), guest, there);
            assertThat(sent.throwIfFailed().mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(received.join().throwIfFailed().mayRun()).isEqualTo(RunPermission.DESTINATION);
        }
        guest.run(200);
        assertThat(guest.verifyMedium()).isZero();
        assertThat(guest.report().isClean()).as(guest.report().toString()).isTrue();
    }

    @Test
    void theReadmeShowsTheEmbeddingExampleAsItIsCompiled() throws IOException {
        var source = Files.readString(SOURCE);
        var shown = source.substring(
                source.indexOf("// README begin\n") + "// README begin\n".length(),
                source.indexOf("    // README end"))
                .indent(-4);
        assertThat(shown.lines().filter(line -> !line.isBlank())).hasSizeLessThanOrEqualTo(15);
        assertThat(Files.readString(README)).contains("```java\n" + shown + "```");
    }

    @Test
    void theMainJobEndsWithItsResultLine() throws Exception {
        var output = new ByteArrayOutputStream();
        boolean clean;
        try (var out = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            clean = new MigrateInMemory(out).run();
        } catch (UncheckedIOException e) {
            throw new AssertionError(output.toString(StandardCharsets.UTF_8), e);
        }
        var text = output.toString(StandardCharsets.UTF_8);
        assertThat(clean).as(text).isTrue();
        assertThat(text.lines().toList().getLast())
                .isEqualTo("result: migrated 2 times, 0 commands lost, 0 duplicated, 0 wrong blocks");
        assertThat(text).contains("commands inside the blackout: 4");
    }

    /// The test that CONTRIBUTING.md asks newcomers to copy.
    @Test
    void resumeOfARunningControllerIsRefused() {
        var subsystem = InMemorySubsystem.builder(new VirtualClock()).build();
        var controller = ControllingController.open(subsystem.controllingTransport()).migratableByVirtualFunction(1);

        assertThatThrownBy(controller::resume)
                .isInstanceOfSatisfying(CommandFailedException.class, e -> assertThat(
                        e.status().is(StatusCode.CONTROLLER_NOT_SUSPENDED)).isTrue());
    }

    /// The one line of a tester that the README shows.
    @Test
    void aScriptedFaultHitsTheCommandItNames() {
        var clock = new VirtualClock();
        var subsystem = InMemorySubsystem.builder(clock).namespace(new NamespaceMedium(1 << 16, 4096)).build();
        subsystem.faults().on(AdminOpcode.MIGRATION_RECEIVE).nth(3).timesOut();

        var controller = ControllingController.open(subsystem.controllingTransport()).migratableByVirtualFunction(1);
        assertThat(controller.isSuspended()).isFalse();
        assertThat(controller.isSuspended()).isFalse();
        assertThatThrownBy(controller::isSuspended).isInstanceOf(CommandTimeoutException.class);
        assertThat(controller.isSuspended()).isFalse();
    }
}

package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.GuestControl;
import io.nvmelm.RunPermission;
import io.nvmelm.examples.RealHost;
import io.nvmelm.transport.vfio.VfioMigratableDevice;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A device that the kernel migrates moves by sender and receiver over a connection, as the README shows, and back again.
@Tag("guest")
@Timeout(180)
class MttyEndToEndTest {
    private final Mtty here = Mtty.first();
    private final Mtty there = Mtty.second();

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    @Test
    void aDeviceMovesThereAndBack() throws IOException {
        here.open();
        there.open();
        here.writeScratch(0x5C);
        move(here, there);
        assertThat(there.readScratch()).isEqualTo(0x5C);

        there.writeScratch(0xC5);
        try (var left = VfioMigratableDevice.over(here.device())) {
            assertThat(left.state()).as("the source stays stopped").isEqualTo(DeviceState.STOP);
            left.reset();
        }
        move(there, here);
        assertThat(here.readScratch()).isEqualTo(0xC5);
    }

    private static void move(Mtty from, Mtty to) throws IOException {
        var source = new CountingGuest();
        var destination = new CountingGuest();
        var place = Files.createTempDirectory("nvme-lm").resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(place));
                var client = SocketChannel.open(server.getLocalAddress());
                var accepted = server.accept()) {
            var received = CompletableFuture.supplyAsync(
                    () -> RealHost.receiveKernelMigrated(to.device(), destination, accepted));
            var sent = RealHost.sendKernelMigrated(from.device(), source, client);
            assertThat(sent.throwIfFailed().mayRun()).isEqualTo(RunPermission.DESTINATION);
            assertThat(received.join().throwIfFailed().mayRun()).isEqualTo(RunPermission.DESTINATION);
        }
        Files.delete(place);
        Files.delete(place.getParent());
        assertThat(source.pauses.get()).isEqualTo(1);
        assertThat(source.resumes.get()).isZero();
        assertThat(destination.resumes.get()).isEqualTo(1);
    }

    private static final class CountingGuest implements GuestControl {
        private final AtomicInteger pauses = new AtomicInteger();
        private final AtomicInteger resumes = new AtomicInteger();

        @Override
        public void pause() {
            pauses.incrementAndGet();
        }

        @Override
        public void resume() {
            resumes.incrementAndGet();
        }
    }
}

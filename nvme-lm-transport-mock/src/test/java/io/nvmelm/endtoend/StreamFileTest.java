package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightReason;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.stream.RawState;
import io.nvmelm.core.stream.SavingSession;
import io.nvmelm.core.stream.StreamDescription;
import io.nvmelm.core.stream.StreamLoader;
import io.nvmelm.core.stream.StreamSaver;
import io.nvmelm.core.stream.StreamSettings;
import io.nvmelm.transport.mock.CommandRecord;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/// A controller goes into a file and out of it.
class StreamFileTest {
    private static final StreamSettings SMALL_PIECES = new StreamSettings(4096, true, Optional.empty());

    private final TwoHosts hosts = new TwoHosts(5, false, builder -> builder.vendorStatePadding(20_000));
    private final GuestDriver guest = GuestDriver.builder(hosts.clock, hosts.memory)
            .queuePairs(8)
            .queueEntries(64)
            .blocks(0, 4096)
            .seed(5)
            .start(TwoHosts.controller(hosts.a));
    private final NvmeMigratableDevice source = hosts.open(hosts.a);
    private final NvmeMigratableDevice destination = hosts.open(hosts.b);

    /// Stops the guest with commands in its queues, and saves its controller, which stays stopped.
    private byte[] save(StreamSettings settings) {
        guest.run(200);
        guest.submit(100);
        hosts.clock.advance(Duration.ofNanos(30_000));
        guest.pause();
        source.setState(DeviceState.STOP);
        var file = new ByteArrayOutputStream();
        long bytes = StreamSaver.save(List.of(source), Channels.newChannel(file), settings);
        assertThat(source.state()).isEqualTo(DeviceState.STOP);
        assertThat(file.size()).isEqualTo(bytes);
        return file.toByteArray();
    }

    /// Whether it is the Set Controller State after which the controller has the state (Base 2.3, SEQIND 10b or 11b).
    private static boolean isLastPart(CommandRecord command) {
        return command.opcode() == 0x41 && command.select() == 2 && (command.cdw10() >>> 17 & 1) == 1;
    }

    private static ReadableByteChannel channel(byte[] file) {
        return Channels.newChannel(new ByteArrayInputStream(file));
    }

    /// The guest goes on at the destination, and has lost nothing.
    private void goOnAtTheDestination() {
        guest.attach(TwoHosts.controller(hosts.b));
        guest.rebind(TwoHosts.controller(hosts.b));
        destination.setState(DeviceState.RUNNING);
        guest.resume();
        guest.run(200);
        assertThat(guest.drain()).as(guest.report().toString()).isTrue();
        assertThat(guest.verifyMedium()).isZero();
        assertThat(guest.report().isClean()).as(guest.report().toString()).isTrue();
        assertThat(hosts.b.violations()).isEmpty();
    }

    @Test
    void theGuestLosesNothing() {
        var loaded = StreamLoader.load(List.of(destination), channel(save(SMALL_PIECES)), SMALL_PIECES);

        assertThat(destination.state()).isEqualTo(DeviceState.STOP);
        assertThat(loaded.manifest().devices()).hasSize(1);
        assertThat(loaded.manifest().chosenFormats())
                .containsExactly(source.stateFormats().stream().findFirst());
        assertThat(loaded.properties()).containsExactly(Optional.empty());
        goOnAtTheDestination();
    }

    @Test
    void theGuestLosesNothingWithAKey() {
        var settings = StreamSettings.DEFAULT.withKey(new SecretKeySpec(new byte[32], "HmacSHA256"));
        byte[] file = save(settings);
        assertThatThrownBy(() -> StreamLoader.load(List.of(destination), channel(file), SMALL_PIECES))
                .isInstanceOf(StreamFormatException.class);
        assertThat(destination.state()).isEqualTo(DeviceState.RUNNING);
        StreamLoader.load(List.of(destination), channel(file), settings);
        goOnAtTheDestination();
    }

    @Test
    void aFileThatIsCutOffOrDamagedLeavesAFreshDevice() {
        byte[] file = save(SMALL_PIECES);
        for (int length = 0; length < file.length; length += 997) {
            byte[] part = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> StreamLoader.load(List.of(destination), channel(part), SMALL_PIECES))
                    .isInstanceOf(StreamFormatException.class);
            assertThat(destination.state()).isEqualTo(DeviceState.RUNNING);
        }
        for (int at = file.length - 1; at >= 0; at -= 1499) {
            byte[] damaged = file.clone();
            damaged[at] ^= 4;
            assertThatThrownBy(() -> StreamLoader.load(List.of(destination), channel(damaged), SMALL_PIECES))
                    .isInstanceOf(StreamFormatException.class);
            assertThat(destination.state()).isEqualTo(DeviceState.RUNNING);
        }
        StreamLoader.load(List.of(destination), channel(file), SMALL_PIECES);
        goOnAtTheDestination();
    }

    @Test
    void nothingIsCommittedBeforeTheEndWasVerified() {
        byte[] file = save(SMALL_PIECES);
        byte[] withoutEnd = Arrays.copyOf(file, file.length - 44);
        hosts.b.clearAdminCommandLog();
        assertThatThrownBy(() -> StreamLoader.load(List.of(destination), channel(withoutEnd), SMALL_PIECES))
                .hasMessageContaining("ends in front of it");
        assertThat(hosts.b.adminCommandLog()).noneMatch(StreamFileTest::isLastPart);

        hosts.b.clearAdminCommandLog();
        StreamLoader.load(List.of(destination), channel(file), SMALL_PIECES);
        assertThat(hosts.b.adminCommandLog()).anyMatch(StreamFileTest::isLastPart);
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeADeviceIsTouched() {
        byte[] file = save(SMALL_PIECES);
        var other = new TwoHosts(6, true, builder -> builder);
        try (var withoutVendorData = other.open(other.b)) {
            other.b.clearAdminCommandLog();
            assertThatThrownBy(() -> StreamLoader.load(List.of(withoutVendorData), channel(file), SMALL_PIECES))
                    .isInstanceOf(MigrationUnsupportedException.class)
                    .hasMessageContaining("formats of the state is [version 0], needed: one of [version 0 with ");
            assertThatThrownBy(() -> StreamLoader.load(List.of(), channel(file), SMALL_PIECES))
                    .hasMessageContaining("the stream has 1 devices, 0 were given");
            assertThat(other.b.adminCommandLog()).as("Migration Send").noneMatch(command -> command.opcode() == 0x41);
        }
        destination.setState(DeviceState.STOP);
        destination.setState(DeviceState.STOP_COPY);
        assertThatThrownBy(() -> StreamLoader.load(List.of(destination), channel(file), SMALL_PIECES))
                .hasMessageContaining("state of the device is STOP_COPY, needed: RUNNING or STOP");
        assertThat(destination.state()).isEqualTo(DeviceState.STOP_COPY);
    }

    @Test
    void aRunningDeviceIsNotSaved() {
        var file = new ByteArrayOutputStream();
        assertThatThrownBy(() -> StreamSaver.save(List.of(source), Channels.newChannel(file), SMALL_PIECES))
                .isInstanceOf(DeviceStateException.class)
                .hasMessageContaining("STOP");
        assertThat(file.size()).isZero();
        assertThat(source.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void aChannelThatFailsLeavesTheSourceStopped() {
        save(SMALL_PIECES);
        var channel = Channels.newChannel(new OutputStream() {
            private int taken;

            @Override
            public void write(int value) throws IOException {
                if (taken++ > 6000) {
                    throw new IOException("disk full");
                }
            }
        });
        assertThatThrownBy(() -> StreamSaver.save(List.of(source), channel, SMALL_PIECES))
                .isInstanceOf(LiveMigrationException.class)
                .hasMessageContaining("disk full");
        assertThat(source.state()).isEqualTo(DeviceState.STOP);
        source.setState(DeviceState.RUNNING);
        guest.resume();
        assertThat(guest.drain()).isTrue();
    }

    @Test
    void rawStateIsTheBytesOfTheControllerAndNothingElse() {
        save(SMALL_PIECES);
        var session = source.setState(DeviceState.STOP_COPY).orElseThrow();
        var raw = new ByteArrayOutputStream();
        assertThat(RawState.save(session, Channels.newChannel(raw)))
                .isEqualTo(session.totalBytes().orElseThrow());
        session.close();
        source.setState(DeviceState.STOP);

        try (var loading = destination.setState(DeviceState.RESUMING).orElseThrow()) {
            assertThat(RawState.load(channel(raw.toByteArray()), loading)).isEqualTo(raw.size());
        }
        destination.setState(DeviceState.STOP);
        goOnAtTheDestination();
    }

    /// The standard's state has the I/O queues alone, so the embedder supplies what is set up before queues are created.
    private byte[] saveStandardState(InMemorySubsystem host, NvmeMigratableDevice device) {
        device.setState(DeviceState.STOP);
        var manifest = device.manifest().withSupplied(true);
        var properties = Optional.of(new RegisterSupplement(TwoHosts.controller(host)).capture());
        var file = new ByteArrayOutputStream();
        try (var session = device.setState(DeviceState.STOP_COPY).orElseThrow()) {
            var saving = new SavingSession(manifest, device.stateFormats().stream().findFirst(), session, properties);
            StreamSaver.saveSessions(List.of(saving), Channels.newChannel(file), SMALL_PIECES);
        }
        device.setState(DeviceState.STOP);
        return file.toByteArray();
    }

    @Test
    void whatAStateLeavesOutIsInTheControllerBeforeIt() {
        var standard = new TwoHosts(7, true, builder -> builder);
        var running = GuestDriver.builder(standard.clock, standard.memory).seed(8).start(TwoHosts.controller(
                standard.a));
        running.run(200);
        var to = standard.open(standard.b);
        to.reset();
        running.attach(TwoHosts.controller(standard.b));
        running.pause();
        byte[] file = saveStandardState(standard.a, standard.open(standard.a));
        new StreamLoader(List.of(to), SMALL_PIECES)
                .supplement(to, new RegisterSupplement(TwoHosts.controller(standard.b)))
                .load(channel(file));
        to.setState(DeviceState.RUNNING);
        running.rebind(TwoHosts.controller(standard.b));
        running.resume();
        running.run(200);
        assertThat(running.verifyMedium()).isZero();
        assertThat(running.report().isClean()).as(running.report().toString()).isTrue();
        assertThat(standard.b.violations()).isEmpty();
    }

    /// Enabling a controller ends its queues, so this order is of no use, whoever waives the reason.
    @Test
    void whatIsAppliedBehindAStateEndsItsQueues() {
        var standard = new TwoHosts(7, true, builder -> builder);
        var stopped = GuestDriver.builder(standard.clock, standard.memory).start(TwoHosts.controller(standard.a));
        stopped.pause();
        var to = standard.open(standard.b);
        to.reset();
        stopped.attach(TwoHosts.controller(standard.b));
        var loaded = new StreamLoader(List.of(to), SMALL_PIECES)
                .options(MigrationOptions.defaults().waiving(PreflightReason.PART_NOT_CARRIED))
                .load(channel(saveStandardState(standard.a, standard.open(standard.a))));
        long bytes = stateBytes(to);
        new RegisterSupplement(TwoHosts.controller(standard.b)).apply(loaded.properties().getFirst().orElseThrow());
        assertThat(stateBytes(to)).isEqualTo(48 + 8).isLessThan(bytes);
    }

    private static long stateBytes(NvmeMigratableDevice device) {
        try (var session = device.setState(DeviceState.STOP_COPY).orElseThrow()) {
            return session.totalBytes().orElseThrow();
        } finally {
            device.setState(DeviceState.STOP);
        }
    }

    @Test
    void aFileSaysWhatItIs() {
        assertThat(StreamDescription.describe(channel(save(SMALL_PIECES))))
                .contains("nvme-lm stream version 1, readable from version 1 on, a file")
                .contains("devices: 1")
                .contains("nqn.2014-08.org.nvmexpress:uuid:a")
                .contains("format of the state: NVMe Controller State version 0, vendor data");
    }
}

package io.nvmelm.core.stream;

import static io.nvmelm.core.stream.RawStream.concat;
import static io.nvmelm.core.stream.RawStream.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationRole;
import io.nvmelm.StreamFormatException;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What follows a manifest is what it announces: no reader and no writer takes anything else.
class ManifestContradictionTest {
    private static final byte[] STATE = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final DeviceManifest FULL = Samples.fullDevice();
    private static final DeviceManifest BARE = FULL.withSupplied(false);

    private static byte[] bytes(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    private static byte[] properties() {
        return bytes(Records.properties(Samples.properties()));
    }

    private static RawStream file(DeviceManifest device) {
        byte[] manifest = bytes(ManifestCodec.encode(Samples.ORIGIN.manifest(
                List.of(device), List.of(device.formats().stream().findFirst()))));
        return new RawStream().preamble(manifest.length).record(1, 3, 0xFFFF, manifest);
    }

    private static byte[] ended(RawStream stream, int records, long stateBytes) {
        return stream.record(3, 3, 0, number(8, stateBytes))
                .record(5, 3, 0xFFFF, concat(number(8, records), number(8, stateBytes), number(4, 1)))
                .toBytes();
    }

    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    /// The loader refuses the file in a record for a reason, and leaves the device as a reset does.
    private static void assertRefused(DeviceManifest own, byte[] file, int record, String reason) {
        var device = new ManifestDevice(own);
        var bounds = RawStream.bounds(file, 0);
        assertThatThrownBy(() -> StreamLoader.load(List.of(device), channel(file), StreamSettings.DEFAULT))
                .isInstanceOfSatisfying(StreamFormatException.class, refusal -> {
                    assertThat(refusal.recordNumber()).isEqualTo(record);
                    assertThat(refusal.byteOffset())
                            .isBetween((long) bounds.get(record), (long) bounds.get(record + 1));
                })
                .hasMessageContaining(reason);
        assertThat(device.log).doesNotContain("STOP");
        if (!device.log.isEmpty()) {
            assertThat(device.log).last().isEqualTo("reset");
        }
    }

    @Test
    void announcedPropertiesThatDoNotComeAreRefused() {
        byte[] file = ended(file(FULL).record(2, 3, 0, STATE), 3, 8);
        assertRefused(FULL, file, 1, "STATE of device 0 in front of its PROPERTIES, which the manifest announces");
        assertRefused(FULL, ended(file(FULL), 2, 0), 1, "STATE_END of device 0 in front of its PROPERTIES");
    }

    @Test
    void propertiesThatComeTwiceAreRefused() {
        byte[] file =
                ended(file(FULL).record(4, 2, 0, properties()).record(4, 2, 0, properties()).record(2, 3, 0, STATE), 5,
                        8);
        assertRefused(FULL, file, 2, "a second PROPERTIES of device 0");
    }

    @Test
    void propertiesThatNobodyAnnouncedAreRefused() {
        byte[] file = ended(file(BARE).record(4, 2, 0, properties()).record(2, 3, 0, STATE), 4, 8);
        assertRefused(FULL, file, 1, "PROPERTIES of device 0, which the manifest says are not supplied");
    }

    @Test
    void propertiesBehindTheirStateAreRefused() {
        byte[] file = file(BARE).record(2, 3, 0, STATE).record(3, 3, 0, number(8, 8)).record(4, 2, 0, properties())
                .toBytes();
        assertRefused(FULL, file, 3, "PROPERTIES behind STATE_END of device 0");
    }

    @Test
    void aStateLargerThanItsDeviceTakesIsRefusedBeforeItIsWritten() {
        var small = new DeviceManifest(
                BARE.name(), BARE.capabilities(), BARE.formats(), 1, 2048, BARE.controller(), Set.of(), false);
        byte[] fits = new byte[2048];
        assertRefused(
                small,
                ended(file(small).record(2, 3, 0, fits).record(2, 3, 0, new byte[1]), 4, 2049),
                2,
                "STATE up to byte 2049 of the state of device 0, it is loaded into one that takes up to 2048");
        var device = new ManifestDevice(small);
        StreamLoader.load(
                List.of(device), channel(ended(file(small).record(2, 3, 0, fits), 3, 2048)), StreamSettings.DEFAULT);
        assertThat(device.loaded.size()).isEqualTo(2048);
    }

    @Test
    void aChosenFormatThatIsNoneOfTheDeviceIsRefused() {
        byte[] manifest = bytes(ManifestCodec.encode(
                Samples.ORIGIN.manifest(List.of(BARE), List.of(Optional.of(StateFormat.ofVersion(0))))));
        int field = manifest.length - 20;
        assertThat(manifest[field]).isOne();
        manifest[field + 2] = 7;
        byte[] file = new RawStream().preamble(manifest.length).record(1, 3, 0xFFFF, manifest).toBytes();
        assertRefused(BARE, file, 0, "device 0: format of the state is ");
        assertThatThrownBy(() -> StreamDescription.describe(channel(file)))
                .isInstanceOfSatisfying(StreamFormatException.class, refusal -> assertThat(refusal.byteOffset())
                        .isEqualTo(48 + 24 + field - 8));
        manifest[field] = 0;
        byte[] none = new RawStream().preamble(manifest.length).record(1, 3, 0xFFFF, manifest).toBytes();
        assertRefused(BARE, none, 0, "is that of a kernel's driver, allowed: one of the 3 formats");
    }

    @Test
    void nothingIsSavedThatItsManifestContradicts() {
        var session = ArrayState.of(STATE);
        var format = Optional.of(FULL.formats().getFirst());
        var properties = Optional.of(Samples.properties());
        assertThatThrownBy(() -> new SavingSession(FULL, format, session, Optional.empty()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("since the manifest says supplied");
        assertThatThrownBy(() -> new SavingSession(BARE, format, session, properties))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("withSupplied");
        assertThatThrownBy(() -> new SavingSession(BARE, Optional.of(StateFormat.ofVersion(9)), session, Optional
                .empty())).isInstanceOf(InvalidValueException.class).hasMessageContaining("one of the 3 formats");
        assertThatThrownBy(() -> new SavingSession(BARE, Optional.empty(), session, Optional.empty()))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new SavingSession(Samples.kernelDevice(), format, session, Optional.empty()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("that of a kernel's driver");
    }

    /// Whoever is asked for its manifest knows nothing of a supplement, and none is written.
    @Test
    void aSavedDeviceIsSaidToBeWithoutProperties() {
        var out = new ByteArrayOutputStream();
        StreamSaver.save(List.of(new ManifestDevice(FULL)), Channels.newChannel(out), StreamSettings.DEFAULT);
        var device = new ManifestDevice(FULL);
        var loaded = StreamLoader.load(List.of(device), channel(out.toByteArray()), StreamSettings.DEFAULT);
        assertThat(loaded.manifest().devices()).containsExactly(BARE);
        assertThat(device.loaded.toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void aDeviceStandsInAStreamOnce() {
        var device = new ManifestDevice(Samples.kernelDevice());
        var out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> StreamSaver.save(
                List.of(device, device), Channels.newChannel(out), StreamSettings.DEFAULT))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("devices is one of them twice");
        var session = new SavingSession(
                Samples.kernelDevice(), Optional.empty(), ArrayState.of(STATE), Optional.empty());
        assertThatThrownBy(() -> StreamSaver.saveSessions(
                List.of(session, session), Channels.newChannel(out), StreamSettings.DEFAULT))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("sessions is one of them twice");
        assertThat(out.size()).isZero();

        var two = List.of(device, new ManifestDevice(Samples.kernelDevice()));
        StreamSaver.save(two, Channels.newChannel(out), StreamSettings.DEFAULT);
        device.log.clear();
        assertThatThrownBy(() -> StreamLoader.load(
                List.of(device, device), channel(out.toByteArray()), StreamSettings.DEFAULT))
                .isInstanceOf(InvalidValueException.class);
        assertThat(device.log).isEmpty();
        assertThat(StreamLoader.load(two, channel(out.toByteArray()), StreamSettings.DEFAULT).properties()).hasSize(2);
    }

    private static RecordWriter writer(StreamKind kind, DeviceManifest device) {
        var preamble = Preamble.of(kind, StreamSettings.DEFAULT, 0, Samples.STREAM_ID);
        var writer = new RecordWriter(
                payload -> payload.position(payload.limit()),
                StreamSettings.DEFAULT,
                preamble,
                Optional.empty(),
                List.of(device));
        writer.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, Records.empty());
        return writer;
    }

    private static void assertNotWritten(RecordWriter writer, RecordType type, ByteBuffer payload, String reason) {
        long before = writer.bytesWritten();
        assertThatThrownBy(() -> writer.write(type, 0, payload))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining(reason);
        assertThat(writer.bytesWritten()).isEqualTo(before);
    }

    @Test
    void noWriterWritesPropertiesTwiceOrUnannouncedOrLate() {
        var unannounced = writer(StreamKind.SOURCE_TO_DESTINATION, BARE);
        assertNotWritten(unannounced, RecordType.PROPERTIES, Records.properties(Samples.properties()), "not supplied");

        var announced = writer(StreamKind.SOURCE_TO_DESTINATION, FULL);
        announced.write(RecordType.SUSPENDING, RecordType.WHOLE_STREAM, Records.alive(Duration.ofSeconds(1)));
        assertNotWritten(announced, RecordType.STATE, ByteBuffer.wrap(STATE), "in front of its PROPERTIES");
        assertThatThrownBy(() -> announced.writeState(0, ArrayState.of(STATE), StateProgress.SILENT))
                .isInstanceOf(InvalidValueException.class);
        announced.write(RecordType.PROPERTIES, 0, Records.properties(Samples.properties()));
        assertNotWritten(announced, RecordType.PROPERTIES, Records.properties(Samples.properties()), "a second");
        announced.writeState(0, ArrayState.of(STATE), StateProgress.SILENT);
        assertNotWritten(announced, RecordType.PROPERTIES, Records.properties(Samples.properties()), "STATE_END");
        announced.writeEnd();
    }

    /// Its state begins while the guest runs, when there is nothing to capture yet.
    @Test
    void aDeviceThatDeliversItsStateWhileItRunsHasItsPropertiesBeforeTheNextStateOfTheStoppedOne() {
        var preCopy = Samples.kernelDevice().withSupplied(true);
        var moved = writer(StreamKind.SOURCE_TO_DESTINATION, preCopy);
        moved.write(RecordType.STATE, 0, ByteBuffer.wrap(STATE));
        assertNotWritten(moved, RecordType.STATE_END, Records.stateEnd(8), "in front of its PROPERTIES");
        moved.write(RecordType.SUSPENDING, RecordType.WHOLE_STREAM, Records.alive(Duration.ofSeconds(1)));
        assertNotWritten(moved, RecordType.STATE, ByteBuffer.wrap(STATE), "in front of its PROPERTIES");
        assertThatThrownBy(() -> moved.writeState(0, ArrayState.of(STATE), StateProgress.SILENT))
                .isInstanceOf(InvalidValueException.class);
        moved.write(RecordType.PROPERTIES, 0, Records.properties(Samples.properties()));
        moved.writeState(0, ArrayState.of(STATE), StateProgress.SILENT);

        assertNotWritten(
                writer(StreamKind.FILE, preCopy), RecordType.STATE, ByteBuffer.wrap(STATE),
                "in front of its PROPERTIES");
    }

    @Test
    void aDestinationTakesNoMoreThanItSays() {
        var toDestination = new Conduit();
        var toSource = new Conduit();
        var source = new DuplexStream(MigrationRole.SOURCE, toSource, toDestination, StreamSettings.DEFAULT);
        var destination = new DuplexStream(MigrationRole.DESTINATION, toDestination, toSource, StreamSettings.DEFAULT);
        var small = new DeviceManifest("d", BARE.capabilities(), BARE.formats(), 1, 7, Optional.empty(), Set.of(),
                false);
        var opening = CompletableFuture.runAsync(() -> destination.open(List.of(small)));
        source.open(List.of(BARE));
        opening.join();
        source.writer().write(RecordType.STATE, 0, ByteBuffer.wrap(STATE));
        assertThatThrownBy(destination.reader()::next)
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("takes up to 7");
    }
}

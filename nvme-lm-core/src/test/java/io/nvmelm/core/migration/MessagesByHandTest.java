package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.FailureCategory;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.RunPermission;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.stream.DuplexStream;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.Records;
import io.nvmelm.nvme.OpaqueBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Sides that were written after the section of STREAM.md on the messages of a migration, against the library's other side.
@Timeout(60)
class MessagesByHandTest {
    private static final ControllerProperties PROPERTIES = new ControllerProperties(
            0x460001, 0x1F001F, 0x1000, 0x2000, 0, List.of(), OpaqueBytes.EMPTY, OpaqueBytes.EMPTY);
    private static final byte[] STATE = {1, 2, 3, 4};
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final Pair pair = new Pair(STATE);
    private final List<ControllerProperties> applied = new ArrayList<>();
    private CompletableFuture<MigrationReport> receiver;
    private DuplexStream source;

    @AfterEach
    void close() {
        pair.close();
    }

    /// Opens a migration of a device whose source supplies PROPERTIES, and comes as far as the SUSPENDING of the source.
    private void suspend() {
        receiver = CompletableFuture.supplyAsync(pair.receiver()
                .guest(pair.guest("destination"))
                .supplement(pair.destination, new ControllerSupplement() {
                    @Override
                    public ControllerProperties capture() {
                        throw new AssertionError();
                    }

                    @Override
                    public void apply(ControllerProperties properties) {
                        applied.add(properties);
                    }
                })::run);
        source = pair.byHand(MigrationRole.SOURCE);
        source.open(List.of(pair.source.manifest().withSupplied(true)));
        hear(RecordType.ACCEPT);
        hear(RecordType.READY);
        say(RecordType.SUSPENDING, Records.alive(SILENCE));
        hear(RecordType.ALIVE);
    }

    private void hear(RecordType expected) {
        assertThat(source.reader().next()).isEqualTo(expected);
    }

    private void say(RecordType type, ByteBuffer payload) {
        source.writer().write(type, RecordType.WHOLE_STREAM, payload);
    }

    private void sayProperties() {
        source.writer().write(RecordType.PROPERTIES, 0, Records.properties(PROPERTIES));
    }

    private void sayState() {
        source.writer().write(RecordType.STATE, 0, ByteBuffer.wrap(STATE));
    }

    private void sayStateEnd() {
        source.writer()
                .write(
                        RecordType.STATE_END,
                        0,
                        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, STATE.length));
    }

    private void assertRefused(String why) {
        hear(RecordType.FAILED);
        assertThat(Records.decodeFailed(source.reader()).text()).contains(why);
        source.writer().write(RecordType.FAILED, RecordType.WHOLE_STREAM, Records.failed(
                FailureCategory.ABORT_MIGRATION, "refused"));
        var report = receiver.join();
        assertThat(report.failure()).isInstanceOf(StreamFormatException.class);
        assertThat(report.mayRun()).isEqualTo(RunPermission.NOT_HERE);
        assertThat(pair.log).contains("destination reset").doesNotContain("destination RESUMING to STOP");
    }

    @Test
    void aSourceByHandIsUnderstood() {
        suspend();
        sayProperties();
        sayState();
        sayStateEnd();
        source.writer().writeEnd();
        hear(RecordType.LOADED);
        assertThat(pair.destination.content).isEqualTo(STATE);
        assertThat(applied).containsExactly(PROPERTIES);
        assertThat(pair.log).doesNotContain("destination guest resumed");
        say(RecordType.COMMIT, Records.empty());
        hear(RecordType.RUNNING);
        assertThat(receiver.join().runsHere()).isTrue();
    }

    /// A record that no writer of this library writes there.
    private void sayWrongly(int number, RecordType type, byte[] payload) {
        var record = ByteBuffer.allocate(24 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putShort((short) type.number()).putShort((short) 3).putInt(0).putInt(payload.length).putInt(number);
        record.putInt(crc(payload, payload.length)).putInt(crc(record.array(), 20)).put(payload);
        pair.sayByHand(record.flip());
    }

    private static int crc(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    @Test
    void aStateWithoutThePropertiesThatWereAnnouncedIsRefused() {
        suspend();
        sayWrongly(2, RecordType.STATE, STATE);
        assertRefused("STATE of device 0 in front of its PROPERTIES");
        assertThat(applied).isEmpty();
        assertThat(pair.destination.content).isEmpty();
    }

    @Test
    void propertiesAreAppliedOnce() {
        suspend();
        sayProperties();
        var again = Records.properties(PROPERTIES);
        byte[] payload = new byte[again.remaining()];
        again.get(payload);
        sayWrongly(3, RecordType.PROPERTIES, payload);
        assertRefused("a second PROPERTIES of device 0");
        assertThat(applied).containsExactly(PROPERTIES);
    }

    @Test
    void commitBeforeTheStateIsRefused() {
        suspend();
        say(RecordType.COMMIT, Records.empty());
        assertRefused("COMMIT");
    }

    /// Else the phases, and their deadlines, would have no end.
    @Test
    void aSourceSuspendsOnce() {
        suspend();
        say(RecordType.ALIVE, Records.alive(SILENCE));
        hear(RecordType.ALIVE);
        say(RecordType.SUSPENDING, Records.alive(SILENCE));
        assertRefused("SUSPENDING");
    }

    @Test
    void aDestinationByHandIsUnderstood() {
        var sender = CompletableFuture.supplyAsync(pair.sender().guest(pair.guest("source"))::run);
        source = pair.byHand(MigrationRole.DESTINATION);
        source.open(List.of(pair.destination.manifest()));
        say(RecordType.ACCEPT, Records.accept(List.of(OptionalInt.empty())));
        say(RecordType.READY, Records.ready(Duration.ZERO));
        hear(RecordType.SUSPENDING);
        assertThat(pair.log).doesNotContain("source guest paused");
        say(RecordType.ALIVE, Records.alive(SILENCE));
        hear(RecordType.STATE);
        assertThat(pair.log).contains("source guest paused");
        hear(RecordType.STATE_END);
        hear(RecordType.END);
        say(RecordType.LOADED, Records.empty());
        hear(RecordType.COMMIT);
        say(RecordType.RUNNING, Records.empty());
        assertThat(sender.join().mayRun()).isEqualTo(RunPermission.DESTINATION);
    }
}

package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.DeviceManifest;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.StreamFormatException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// Both sides of a migration on their stream.
class DuplexStreamTest {
    private final Conduit toDestination = new Conduit();
    private final Conduit toSource = new Conduit();

    private DuplexStream source(StreamSettings settings) {
        return new DuplexStream(MigrationRole.SOURCE, toSource, toDestination, settings, Samples.ORIGIN);
    }

    private DuplexStream destination(StreamSettings settings) {
        return new DuplexStream(MigrationRole.DESTINATION, toDestination, toSource, settings, Samples.OTHER_ORIGIN);
    }

    private static StreamManifest[] open(
            DuplexStream source, List<DeviceManifest> ofSource, DuplexStream destination,
            List<DeviceManifest> ofDestination) {
        var atDestination = CompletableFuture.supplyAsync(() -> destination.open(ofDestination));
        var atSource = source.open(ofSource);
        return new StreamManifest[] {atSource, atDestination.join()};
    }

    @Test
    void bothSidesLearnTheOthersDevicesAndTheMigration() {
        for (var settings : List.of(Samples.PLAIN, Samples.UNCHECKED, Samples.AUTHENTICATED)) {
            var source = source(settings);
            var destination = destination(settings);
            var seen = open(source, List.of(Samples.fullDevice()), destination, List.of(Samples.kernelDevice()));

            assertThat(seen[0].devices()).containsExactly(Samples.kernelDevice());
            assertThat(seen[0].streamId()).isEqualTo(Samples.OTHER_ID);
            assertThat(seen[1].devices()).containsExactly(Samples.fullDevice());
            assertThat(seen[1].writerName()).isEqualTo("nvme-lm");
            assertThat(seen[1].chosenFormats()).isEmpty();
            assertThat(source.migrationId()).isEqualTo(Samples.STREAM_ID);
            assertThat(destination.migrationId()).isEqualTo(Samples.STREAM_ID);
        }
    }

    @Test
    void aWholeConversationComesThrough() {
        for (var settings : List.of(Samples.PLAIN, Samples.UNCHECKED, Samples.AUTHENTICATED)) {
            var source = source(settings);
            var destination = destination(settings);
            open(source, List.of(Samples.fullDevice()), destination, List.of(Samples.fullDevice()));

            destination.writer()
                    .write(RecordType.ACCEPT, RecordType.WHOLE_STREAM, Records.accept(List.of(OptionalInt.of(1))));
            destination.writer().write(RecordType.READY, RecordType.WHOLE_STREAM, Records.ready(Duration.ofMillis(3)));
            assertThat(source.reader().next()).isEqualTo(RecordType.ACCEPT);
            assertThat(source.reader().next()).isEqualTo(RecordType.READY);

            byte[] state = Samples.bytes(8, 10_000);
            source.writer().write(RecordType.ALIVE, RecordType.WHOLE_STREAM, Records.alive(Duration.ofSeconds(3)));
            source.writer().write(RecordType.PROPERTIES, 0, Records.properties(Samples.properties()));
            var moved = new ArrayList<Long>();
            assertThat(source.writer().writeState(0, ArrayState.of(state), moved::add)).isEqualTo(10_000);
            assertThat(moved).containsExactly(4096L, 8192L, 10_000L);
            source.writer().writeEnd();
            source.writer()
                    .write(
                            RecordType.FAILED,
                            RecordType.WHOLE_STREAM,
                            Records.failed(FailureCategory.RESET_DEVICE, "Gerät"));

            var reader = destination.reader();
            assertThat(reader.next()).isEqualTo(RecordType.ALIVE);
            assertThat(Records.decodeAlive(reader)).isEqualTo(Duration.ofSeconds(3));
            assertThat(reader.next()).isEqualTo(RecordType.PROPERTIES);
            assertThat(reader.device()).isZero();
            assertThat(Records.decodeProperties(reader)).isEqualTo(Samples.properties());
            var received = ByteBuffer.allocate(10_000);
            for (int i = 0; i < 3; i++) {
                assertThat(reader.next()).isEqualTo(RecordType.STATE);
                received.put(reader.payload());
            }
            assertThat(received.array()).isEqualTo(state);
            assertThat(reader.next()).isEqualTo(RecordType.STATE_END);
            assertThat(Records.decodeStateEnd(reader)).isEqualTo(10_000);
            assertThat(reader.next()).isEqualTo(RecordType.END);
            assertThat(Records.decodeEnd(reader)).isEqualTo(new StreamTotals(7, 10_000, 1));
            assertThat(reader.next()).isEqualTo(RecordType.FAILED);
            assertThat(Records.decodeFailed(reader)).isEqualTo(new PeerFailure(FailureCategory.RESET_DEVICE, "Gerät"));
            assertThat(reader.bytesRead()).isEqualTo(source.writer().bytesWritten());
        }
    }

    @Test
    void theEndOfAStateGoesOutWithItsLastPiece() {
        int[][] sizesAndWrites = {{0, 1}, {1, 1}, {4095, 1}, {4096, 1}, {4097, 2}, {8192, 2}};
        for (int[] pair : sizesAndWrites) {
            var source = source(Samples.PLAIN);
            open(source, List.of(Samples.kernelDevice()), destination(Samples.PLAIN), List.of());
            source.writer().writeState(0, ArrayState.of(new byte[pair[0]]), StateProgress.SILENT);

            assertThat(toDestination.waitingWrites()).as("%d bytes", pair[0]).isEqualTo(pair[1]);
            var rest = ByteBuffer.allocate(1 << 16);
            while (toDestination.waitingWrites() > 0) {
                toDestination.read(rest);
            }
        }
    }

    @Test
    void aKeyOnOneSideAloneIsRefusedByBoth() {
        assertKeysRefused(Samples.PLAIN, Samples.AUTHENTICATED, "at byte 20");
        assertKeysRefused(Samples.AUTHENTICATED, Samples.PLAIN, "at byte 20");
    }

    private void assertKeysRefused(StreamSettings ofSource, StreamSettings ofDestination, String place) {
        var destination = destination(ofDestination);
        var opening = CompletableFuture.supplyAsync(() -> destination.open(List.of()));

        assertThatThrownBy(() -> source(ofSource).open(List.of()))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining(place);
        assertThat(catchThrowableOfType(CompletionException.class, opening::join))
                .hasCauseInstanceOf(StreamFormatException.class)
                .hasMessageContaining(place);
    }

    @Test
    void nothingFollowsARecordThatTheSinkDidNotTakeWholly() {
        var source = source(Samples.PLAIN);
        var failing = new DuplexStream(MigrationRole.SOURCE, toSource, bytes -> {
            if (bytes.remaining() == RecordHeader.BYTES) {
                throw new PeerException("gone", "None", null);
            }
            toDestination.write(bytes);
        }, Samples.PLAIN, Samples.ORIGIN);
        assertThat(source).isNotNull();
        open(failing, List.of(), destination(Samples.PLAIN), List.of());
        Runnable write = () -> failing.writer().write(RecordType.COMMIT, RecordType.WHOLE_STREAM, Records.empty());

        assertThat(catchThrowable(write::run)).hasMessageContaining("gone");
        assertThat(catchThrowable(write::run)).hasMessageContaining("nothing can follow");
    }

    @Test
    void aStreamIsOpenedOnce() {
        var source = source(Samples.PLAIN);
        assertThatThrownBy(source::writer).isInstanceOf(InvalidValueException.class);
        open(source, List.of(), destination(Samples.PLAIN), List.of());
        assertThatThrownBy(() -> source.open(List.of())).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void theRefusalOfAPreambleIsNamedAlsoWhenItCannotBeAnswered() {
        var closed = new PeerException("closed", "None", null);
        var destination = new DuplexStream(
                MigrationRole.DESTINATION, Transcript.source(new byte[100]), bytes -> {
                    throw closed;
                }, Samples.PLAIN);

        assertThatThrownBy(() -> destination.open(List.of()))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining("the first bytes are 0000000000000000")
                .hasSuppressedException(closed);
        assertThat(destination.isOpen()).isFalse();
    }

    @Test
    void aConnectionThatThrowsTheSameTwiceIsReportedOnce() {
        var closed = new PeerException("closed", "None", null);
        var destination = new DuplexStream(MigrationRole.DESTINATION, target -> {
            throw closed;
        }, bytes -> {
            throw closed;
        }, Samples.PLAIN);

        assertThat(catchThrowable(() -> destination.open(List.of()))).isSameAs(closed).hasNoSuppressedExceptions();
    }

    @Test
    void anAnswerThatCannotBeGivenFailsTheOpening() {
        var closed = new PeerException("closed", "None", null);
        var destination = new DuplexStream(
                MigrationRole.DESTINATION, Transcript.source(GoldenStream.SOURCE_DIRECTION.read()), bytes -> {
                    throw closed;
                }, Samples.PLAIN);

        assertThat(catchThrowable(() -> destination.open(List.of()))).isSameAs(closed);
        assertThat(destination.isOpen()).isFalse();
    }

    @Test
    void aStreamIsOpenFromTheExchangeOfPreamblesOn() {
        assertOpensWithThePreamble(MigrationRole.SOURCE, GoldenStream.DESTINATION_DIRECTION.read());
        assertOpensWithThePreamble(MigrationRole.DESTINATION, GoldenStream.SOURCE_DIRECTION.read());
    }

    private static void assertOpensWithThePreamble(MigrationRole role, byte[] peer) {
        for (int length = 0; length < 80; length++) {
            var stream = new DuplexStream(
                    role, Transcript.source(Arrays.copyOf(peer, length)), new Conduit(), Samples.PLAIN);
            assertThat(stream.isOpen()).isFalse();
            assertThatThrownBy(() -> stream.open(List.of())).isInstanceOf(StreamFormatException.class);

            assertThat(stream.isOpen()).as("%d bytes", length).isEqualTo(length >= Preamble.BYTES);
            if (stream.isOpen()) {
                assertThat(stream.writer().bytesWritten()).isPositive();
            } else {
                assertThatThrownBy(stream::writer).isInstanceOf(InvalidValueException.class);
            }
        }
        var whole = new DuplexStream(role, Transcript.source(peer), new Conduit(), Samples.PLAIN);
        whole.open(List.of());
        assertThat(whole.isOpen()).isTrue();
    }
}

package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceManifest;
import io.nvmelm.MigrationData;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Memory of moving a state does not grow with the state. The JVM's counter is found by name, because tests are compiled as part of a
/// module that does not read the module it is in.
class HotPathTest {
    private static final List<DeviceManifest> DEVICES = List.of(Samples.kernelDevice(), Samples.kernelDevice());
    private static final int PIECES = 2000;
    private static final int PIECE_BYTES = 4096;
    private static final long STATE_BYTES = (long) PIECES * PIECE_BYTES;
    /// Less than a byte for each piece; what is there once (a payload of END, a size) has room.
    private static final long ONCE = 1900;
    /// What the JDK's `Mac` makes for each HMAC: an array of its 32 bytes.
    private static final long TAG_ARRAY = 48;

    private static long allocated(Runnable action) {
        try {
            var threads =
                    Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(null);
            Method counter =
                    Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            long before = (long) counter.invoke(threads);
            action.run();
            return (long) counter.invoke(threads) - before;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("this JVM does not count allocated bytes", e);
        }
    }

    @Test
    void aPieceThatIsWrittenAllocatesNothing() {
        for (boolean checksums : new boolean[] {true, false}) {
            assertThat(allocatedByWriting(settings(checksums))).isLessThan(ONCE);
        }
    }

    @Test
    void aPieceThatIsReadAllocatesNothing() {
        for (boolean checksums : new boolean[] {true, false}) {
            assertThat(allocatedByReading(settings(checksums))).isLessThan(ONCE);
        }
    }

    @Test
    void anAuthenticatedPieceAllocatesTheArrayOfItsHmacAndNothingElse() {
        var authenticated = settings(true).withKey(Samples.AUTHENTICATED.key().orElseThrow());
        assertThat(allocatedByWriting(authenticated)).isLessThan(PIECES * TAG_ARRAY + ONCE);
        assertThat(allocatedByReading(authenticated)).isLessThan(PIECES * TAG_ARRAY + ONCE);
    }

    @Test
    void aStateOfOnePieceAllocatesNothing() {
        var session = new Zeros(PIECE_BYTES);
        var writer = writer(settings(true), Collections.nCopies(2 * PIECES, Samples.kernelDevice()));
        writeStates(writer, session, 0);
        assertThat(allocated(() -> writeStates(writer, session, PIECES))).isLessThan(ONCE);
    }

    @Test
    void aDirectionWithoutStateHasNoRoomForPieces() {
        var settings = new StreamSettings(4 << 20, true, Optional.empty());
        long before = directBytes();
        var writer = new RecordWriter(
                bytes -> bytes.position(bytes.limit()),
                settings,
                Preamble.of(StreamKind.DESTINATION_TO_SOURCE, settings, 0, Samples.STREAM_ID),
                Optional.empty(),
                DEVICES);
        assertThat(directBytes() - before).isLessThan(1 << 20);
        writer.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, Records.empty());
    }

    private static long directBytes() {
        try {
            var factory = Class.forName("java.lang.management.ManagementFactory");
            var pool = Class.forName("java.lang.management.BufferPoolMXBean");
            var pools = (List<?>) factory.getMethod("getPlatformMXBeans", Class.class).invoke(null, pool);
            for (var each : pools) {
                if (pool.getMethod("getName").invoke(each).equals("direct")) {
                    return (long) pool.getMethod("getMemoryUsed").invoke(each);
                }
            }
            throw new AssertionError("this JVM has no direct buffers");
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("this JVM does not count direct buffers", e);
        }
    }

    private static void writeStates(RecordWriter writer, Zeros session, int firstDevice) {
        for (int i = 0; i < PIECES; i++) {
            session.left = PIECE_BYTES;
            writer.writeState(firstDevice + i, session, StateProgress.SILENT);
        }
    }

    private static long allocatedByWriting(StreamSettings settings) {
        var writer = writer(settings, DEVICES);
        writer.writeState(0, new Zeros(STATE_BYTES), StateProgress.SILENT);
        var session = new Zeros(STATE_BYTES);
        return allocated(() -> writer.writeState(1, session, StateProgress.SILENT));
    }

    private static long allocatedByReading(StreamSettings settings) {
        var recording = ByteBuffer.allocate((int) STATE_BYTES * 2 + (1 << 20));
        var writer = new RecordWriter(recording::put, settings, preamble(settings), authenticator(settings), DEVICES);
        var manifest = new Origin(Samples.STREAM_ID, "1")
                .manifest(DEVICES, List.of());
        var encoded = ManifestCodec.encode(manifest);
        var preamble = Preamble.of(
                StreamKind.SOURCE_TO_DESTINATION, settings, encoded.remaining(), Samples.STREAM_ID);
        writer.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, encoded);
        writer.writeState(0, new Zeros(STATE_BYTES), StateProgress.SILENT);
        writer.writeState(1, new Zeros(STATE_BYTES), StateProgress.SILENT);
        recording.flip();
        byte[] bytes = new byte[PIECE_BYTES];
        var input = new StreamInput(target -> {
            int count = Math.min(target.remaining(), recording.remaining());
            target.put(target.position(), recording, recording.position(), count).position(
                    target.position() + count);
            recording.position(recording.position() + count);
            return count;
        });
        var reader = new RecordReader(input, withHeader(preamble), authenticator(settings));
        reader.readManifest();
        readState(reader, bytes);
        return allocated(() -> readState(reader, bytes));
    }

    private static void readState(RecordReader reader, byte[] bytes) {
        long total = 0;
        while (reader.next() == RecordType.STATE) {
            var payload = reader.payload();
            total += payload.remaining();
            payload.get(bytes);
        }
        assertThat(total == STATE_BYTES).isTrue();
    }

    private static StreamSettings settings(boolean checksums) {
        return new StreamSettings(PIECE_BYTES, checksums, Optional.empty());
    }

    private static Preamble preamble(StreamSettings settings) {
        return Preamble.of(StreamKind.SOURCE_TO_DESTINATION, settings, 0, Samples.STREAM_ID);
    }

    private static Optional<Authenticator> authenticator(StreamSettings settings) {
        return settings.key()
                .map(key -> Authenticator.of(key, StreamKind.SOURCE_TO_DESTINATION, List.of(new byte[Preamble.BYTES])));
    }

    /// The recording starts behind the preamble.
    private static Preamble withHeader(Preamble preamble) {
        return new Preamble(
                preamble.version(),
                preamble.leastVersion(),
                preamble.headerBytes() - Preamble.BYTES,
                preamble.preambleBytes(),
                preamble.kind(),
                preamble.features(),
                preamble.maximumPayload(),
                preamble.streamId());
    }

    private static RecordWriter writer(StreamSettings settings, List<DeviceManifest> devices) {
        var writer = new RecordWriter(
                bytes -> bytes.position(bytes.limit()),
                settings,
                preamble(settings),
                authenticator(settings),
                devices);
        writer.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, Records.empty());
        return writer;
    }

    /// A state of zeros.
    private static final class Zeros implements MigrationData {
        private final OptionalLong total;
        private long left;

        Zeros(long bytes) {
            total = OptionalLong.of(bytes);
            left = bytes;
        }

        @Override
        public Direction direction() {
            return Direction.SAVING;
        }

        @Override
        public int read(ByteBuffer destination) {
            int count = (int) Math.min(left, destination.remaining());
            destination.position(destination.position() + count);
            left -= count;
            return count == 0 ? -1 : count;
        }

        @Override
        public int write(ByteBuffer source) {
            throw new AssertionError("a session that saves is written");
        }

        @Override
        public OptionalLong totalBytes() {
            return total;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}

package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.MigrationCapability;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;

/// A writer that takes many states, and a reader that never comes to an end; in the package of the stream, because of a stream with the
/// devices of a real one nothing could be measured.
public final class EndlessStream {
    /// States that one writer takes.
    public static final int DEVICES = 1 << 20;

    private static final UUID ID = new UUID(1, 2);
    private static final DeviceManifest DEVICE = new DeviceManifest(
            "d", Set.of(MigrationCapability.STOP_COPY), List.of(), 1, 1, Optional.empty(), Set.of(), false);

    private final StreamSettings settings;
    private final ByteBuffer manifest = ManifestCodec.encode(new Origin(ID, "1")
            .manifest(List.of(DEVICE), List.of()));
    private final Preamble preamble;

    /// Makes a stream.
    ///
    /// @param settings sizes and checksums
    public EndlessStream(StreamSettings settings) {
        this.settings = settings;
        this.preamble = Preamble.of(StreamKind.FILE, settings, manifest.remaining() - Preamble.BYTES, ID);
    }

    /// {@return a writer that takes [#DEVICES] states, of one device each; the device index in the headers wraps}
    ///
    /// @param sink what it writes to
    public RecordWriter writer(ByteSink sink) {
        var writer = new RecordWriter(
                sink, settings, preamble, Optional.empty(), Collections.nCopies(DEVICES, DEVICE));
        writer.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, manifest.duplicate());
        return writer;
    }

    /// {@return a reader of one state that never ends, in pieces of one size}
    ///
    /// @param pieceBytes bytes of a piece
    public RecordReader reader(int pieceBytes) {
        var reader = new RecordReader(new StreamInput(new Pieces(pieceBytes)), preamble, Optional.empty());
        reader.readManifest();
        return reader;
    }

    /// First the manifest, then the same piece with other numbers.
    private final class Pieces implements ByteSource {
        private final int pieceBytes;
        private final ByteBuffer record;
        private final CRC32C checksum = new CRC32C();
        private int number;

        Pieces(int pieceBytes) {
            this.pieceBytes = pieceBytes;
            record = ByteBuffer.allocateDirect(RecordHeader.BYTES + Math.max(pieceBytes, manifest.remaining()))
                    .order(ByteOrder.LITTLE_ENDIAN);
            record.put(RecordHeader.BYTES, manifest, 0, manifest.remaining());
            head(RecordType.MANIFEST, RecordType.WHOLE_STREAM, manifest.remaining(), true);
        }

        private void head(RecordType type, int device, int length, boolean checked) {
            record.clear()
                    .putShort(RecordHeader.TYPE, (short) type.number())
                    .putShort(RecordHeader.FLAGS, (short) (checked ? 3 : 1))
                    .putShort(RecordHeader.DEVICE, (short) device)
                    .putInt(RecordHeader.PAYLOAD_BYTES, length)
                    .putInt(RecordHeader.PAYLOAD_CRC, checked ? crc(RecordHeader.BYTES, length) : 0);
            number(number);
            record.position(0).limit(RecordHeader.BYTES + length);
        }

        private void number(int value) {
            record.clear().putInt(RecordHeader.NUMBER, value);
            record.putInt(RecordHeader.HEADER_CRC, crc(0, RecordHeader.HEADER_CRC));
        }

        private int crc(int at, int length) {
            checksum.reset();
            checksum.update(record.clear().position(at).limit(at + length));
            record.clear();
            return (int) checksum.getValue();
        }

        @Override
        public int read(ByteBuffer target) {
            if (!record.hasRemaining()) {
                next();
            }
            int count = Math.min(target.remaining(), record.remaining());
            target.put(target.position(), record, record.position(), count).position(target.position() + count);
            record.position(record.position() + count);
            return count;
        }

        private void next() {
            if (number++ == 0) {
                head(RecordType.STATE, 0, pieceBytes, settings.stateChecksums());
            } else {
                number(number);
                record.position(0).limit(RecordHeader.BYTES + pieceBytes);
            }
        }
    }
}

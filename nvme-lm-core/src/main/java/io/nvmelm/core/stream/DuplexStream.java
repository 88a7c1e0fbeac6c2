package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationRole;
import io.nvmelm.StreamFormatException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The two directions of a migration on a connection: preambles and manifests in strict alternation, so that neither side ever waits for
/// the other to read, then records at will.
///
/// Not thread-safe; reader and writer may be used by one thread each. Blocks as source and sink do. Memory: one buffer in each
/// direction.
public final class DuplexStream {
    private final MigrationRole role;
    private final StreamInput input;
    private final ByteSink out;
    private final StreamSettings settings;
    private final Origin origin;
    private @Nullable UUID migrationId;
    private @Nullable RecordReader reader;
    private @Nullable RecordWriter writer;

    /// Makes a stream; nothing is read or written yet.
    ///
    /// @param role     which side this is
    /// @param in       what the other side sends
    /// @param out      what the other side gets
    /// @param settings sizes, checksums, key
    public DuplexStream(MigrationRole role, ByteSource in, ByteSink out, StreamSettings settings) {
        this(role, in, out, settings, Origin.create());
    }

    DuplexStream(MigrationRole role, ByteSource in, ByteSink out, StreamSettings settings, Origin origin) {
        this.role = role;
        this.input = new StreamInput(in);
        this.out = out;
        this.settings = settings;
        this.origin = origin;
        this.migrationId = role == MigrationRole.SOURCE ? origin.streamId() : null;
    }

    /// Exchanges preambles and manifests: the source's preamble, the destination's, the source's manifest, the destination's.
    ///
    /// @param own the devices of this side
    /// @return what the other side says
    /// @throws InvalidValueException  when it was called before, or `own` is larger than a record can be; nothing was sent
    /// @throws StreamFormatException  when the other side does not speak this format, is not of the other role, or does not have
    ///                                the key
    /// @throws LiveMigrationException when source or sink throws
    public StreamManifest open(List<DeviceManifest> own) {
        if (reader != null) {
            throw new InvalidValueException("calls of open", "2", "1");
        }
        var kind = StreamKind.sentBy(role);
        var said = origin.manifest(own, List.of());
        var manifest = ManifestCodec.encode(said);
        var preamble = Preamble.of(kind, settings, manifest.remaining(), origin.streamId());
        boolean isSource = role == MigrationRole.SOURCE;
        var peerKind = isSource ? StreamKind.DESTINATION_TO_SOURCE : StreamKind.SOURCE_TO_DESTINATION;
        byte[] sent = preamble.encode().array();
        StreamHead peer;
        if (isSource) {
            out.write(ByteBuffer.wrap(sent));
            peer = StreamHead.read(input, settings).require(peerKind);
        } else {
            peer = readSourcesHead(peerKind, sent);
            migrationId = peer.preamble().streamId();
        }
        var preambles = isSource ? List.of(sent, peer.bytes()) : List.of(peer.bytes(), sent);
        var toWrite = new RecordWriter(out, settings, preamble, authenticator(kind, preambles), said.devices());
        var toRead = new RecordReader(input, peer.preamble(), authenticator(peerKind, preambles));
        reader = toRead;
        writer = toWrite;
        if (isSource) {
            toWrite.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, manifest);
            return toRead.readManifest();
        }
        var devices = toRead.readManifest();
        toRead.limitStates(said.devices());
        toWrite.write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, manifest);
        return devices;
    }

    /// Answers also a preamble that it refuses, so that the source sees for itself why. Of two failures the first is thrown: the second,
    /// of the answer, is most often its consequence.
    private StreamHead readSourcesHead(StreamKind peerKind, byte[] own) {
        StreamHead head;
        try {
            head = StreamHead.read(input, settings).require(peerKind);
        } catch (RuntimeException refusal) {
            try {
                out.write(ByteBuffer.wrap(own));
            } catch (RuntimeException unanswered) {
                if (!refusal.equals(unanswered)) {
                    refusal.addSuppressed(unanswered);
                }
            }
            throw refusal;
        }
        out.write(ByteBuffer.wrap(own));
        return head;
    }

    private Optional<Authenticator> authenticator(StreamKind kind, List<byte[]> preambles) {
        return settings.key().map(key -> Authenticator.of(key, kind, preambles));
    }

    /// {@return the identifier of the migration, which the source chose}
    ///
    /// @throws InvalidValueException at the destination before [#open(List)] has read it
    public UUID migrationId() {
        return required(migrationId);
    }

    /// {@return whether [#open(List)] has come so far that [#writer()] and [#reader()] can be used: both preambles were exchanged and
    /// accepted by this side. The manifests need not have been; it stays true when the exchange of these, or a later record, fails}
    public boolean isOpen() {
        return writer != null;
    }

    /// {@return what writes to the other side}
    ///
    /// @throws InvalidValueException while the stream is not [open][#isOpen()]
    public RecordWriter writer() {
        return required(writer);
    }

    /// {@return what reads from the other side}
    ///
    /// @throws InvalidValueException while the stream is not [open][#isOpen()]
    public RecordReader reader() {
        return required(reader);
    }

    private static <T> T required(@Nullable T part) {
        if (part == null) {
            throw new InvalidValueException("the stream", "not open", "one that was opened");
        }
        return part;
    }
}

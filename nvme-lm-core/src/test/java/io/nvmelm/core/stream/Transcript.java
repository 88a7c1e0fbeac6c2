package io.nvmelm.core.stream;

import io.nvmelm.nvme.OpaqueBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Everything that a stream says, as values that can be compared.
final class Transcript {
    private Transcript() {}

    static ByteSource source(byte[] bytes) {
        var content = ByteBuffer.wrap(bytes);
        return target -> {
            if (!content.hasRemaining()) {
                return -1;
            }
            int count = Math.min(content.remaining(), target.remaining());
            target.put(content.slice(content.position(), count));
            content.position(content.position() + count);
            return count;
        };
    }

    /// Reads a file, or a direction of a migration without a key: the manifest and so many further records.
    static List<Object> read(byte[] bytes, StreamSettings settings, int records) {
        return read(new StreamInput(source(bytes)), settings, records);
    }

    static List<Object> read(StreamInput input, StreamSettings settings, int records) {
        var head = StreamHead.read(input, settings);
        var kind = head.preamble().kind();
        var reader = new RecordReader(
                input,
                head.preamble(),
                settings.key().map(key -> Authenticator.of(key, kind, List.of(head.bytes()))));
        var said = new ArrayList<Object>();
        var manifest = reader.readManifest();
        said.add(kind);
        said.add(manifest);
        for (int i = 0; i < records; i++) {
            said.add(reader.next());
            said.add(reader.device());
            said.add(payload(reader, (RecordType) said.get(said.size() - 2), manifest));
        }
        return said;
    }

    static Object payload(RecordReader reader, RecordType type, StreamManifest manifest) {
        return switch (type) {
            case MANIFEST -> throw new AssertionError("a second manifest");
            case STATE -> opaque(reader.payload());
            case STATE_END -> Records.decodeStateEnd(reader);
            case PROPERTIES -> Records.decodeProperties(reader);
            case END -> Records.decodeEnd(reader);
            case ACCEPT -> Records.decodeAccept(reader, manifest.devices());
            case REFUSE -> Records.decodeRefuse(reader);
            case READY -> Records.decodeReady(reader);
            case LOADED, COMMIT, RUNNING -> reader.payload().remaining();
            case FAILED -> Records.decodeFailed(reader);
            case ALIVE, SUSPENDING -> Records.decodeAlive(reader);
        };
    }

    private static OpaqueBytes opaque(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return OpaqueBytes.copyOf(bytes);
    }
}

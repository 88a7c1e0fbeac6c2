package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.StreamFormatException;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.List;

/// Manifests of devices by themselves, as bytes: what one host gives to another one, or to a control plane, for a dry run before any
/// connection of a migration is there. It is a stream of kind [StreamKind#MANIFEST], with checksums and, where a key is given, an HMAC.
///
/// Keeps nothing, blocks for nothing; thread-safe.
public final class DeviceManifests {
    private DeviceManifests() {}

    /// {@return the manifests as bytes, about as many as the devices have namespaces times 64}
    ///
    /// @param devices  what the devices of one guest say, in their order; 0 to [StreamManifest#MAXIMUM_DEVICES]
    /// @param settings the key, if there is one
    /// @throws InvalidValueException when they are more than the 4 MiB of a record
    public static byte[] encode(List<DeviceManifest> devices, StreamSettings settings) {
        return encode(devices, settings, Origin.create());
    }

    static byte[] encode(List<DeviceManifest> devices, StreamSettings settings, Origin origin) {
        var said = origin.manifest(devices, List.of());
        var payload = ManifestCodec.encode(said);
        var preamble = Preamble.of(StreamKind.MANIFEST, settings, payload.remaining(), origin.streamId());
        var bytes = ByteBuffer.allocate((int) preamble.headerBytes());
        byte[] head = preamble.encode().array();
        bytes.put(head);
        new RecordWriter(
                bytes::put,
                settings,
                preamble,
                settings.key().map(key -> Authenticator.of(key, StreamKind.MANIFEST, List.of(head))),
                said.devices())
                .write(RecordType.MANIFEST, RecordType.WHOLE_STREAM, payload);
        return bytes.array();
    }

    /// {@return what [#encode(List, StreamSettings)] was given}
    ///
    /// @param bytes    what it returned
    /// @param settings the key, if there was one
    /// @throws StreamFormatException when the bytes are damaged, not authentic, of another kind, or more or less than that
    public static List<DeviceManifest> decode(byte[] bytes, StreamSettings settings) {
        var input = new StreamInput(
                Channels.source(java.nio.channels.Channels.newChannel(new ByteArrayInputStream(bytes))));
        var reader = StreamLoader.reader(
                input, StreamHead.read(input, settings).require(StreamKind.MANIFEST), settings);
        var devices = reader.readManifest().devices();
        if (input.taken() < bytes.length) {
            throw new StreamFormatException(
                    1,
                    input.taken(),
                    (bytes.length - input.taken()) + " bytes follow the manifest, allowed: 0",
                    "Give the bytes of one encoding alone");
        }
        return devices;
    }
}

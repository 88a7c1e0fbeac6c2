package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a writer says of itself.
///
/// @param streamId      identifier of the stream
/// @param writerVersion version of the library that writes it
record Origin(UUID streamId, String writerVersion) {
    private static final String WRITER_NAME = "nvme-lm";
    /// Version of this library.
    static final String VERSION = "0.1.0";

    /// A new stream of this library.
    static Origin create() {
        return new Origin(UUID.randomUUID(), VERSION);
    }

    StreamManifest manifest(List<DeviceManifest> devices, List<Optional<StateFormat>> chosenFormats) {
        return new StreamManifest(streamId, WRITER_NAME, writerVersion, devices, chosenFormats);
    }
}

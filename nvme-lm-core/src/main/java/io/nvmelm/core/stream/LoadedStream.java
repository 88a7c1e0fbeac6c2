package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import java.util.List;
import java.util.Optional;

/// What a stream brought besides the states, which are in their devices.
///
/// @param manifest   what the stream said at its front
/// @param properties for each device what its state does not carry, for the embedder to put in place before the device runs
public record LoadedStream(StreamManifest manifest, List<Optional<ControllerProperties>> properties) {

    /// Copies the list.
    public LoadedStream {
        properties = List.copyOf(properties);
    }
}

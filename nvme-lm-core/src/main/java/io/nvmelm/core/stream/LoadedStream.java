package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import java.util.List;
import java.util.Optional;

/// What a stream brought besides the states, which are in their devices.
///
/// @param manifest   what the stream said at its front
/// @param properties for each device what its state does not carry. That of a device with a [io.nvmelm.ControllerSupplement] is in the
///                   device, since it has to be there before the state; that of another one is nowhere else
public record LoadedStream(StreamManifest manifest, List<Optional<ControllerProperties>> properties) {

    /// Copies the list.
    public LoadedStream {
        properties = List.copyOf(properties);
    }
}

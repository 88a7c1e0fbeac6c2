package io.nvmelm.spi;

import io.nvmelm.InvalidValueException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a transport can carry.
///
/// @param maximumTransferBytes    most bytes that one command can move, 4096 or more
/// @param maximumCommandsInFlight most commands under way at the same time, 1 or more
/// @param noRingMemoryReason      why a controller cannot keep writing into memory of this transport after the command
///                                that named it (as a Controller Data Queue needs); null where it can
public record TransportLimits(
        long maximumTransferBytes, int maximumCommandsInFlight, @Nullable String noRingMemoryReason) {

    /// Checks every bound.
    public TransportLimits {
        if (maximumTransferBytes < 4096) {
            throw new InvalidValueException(
                    "maximumTransferBytes", Long.toString(maximumTransferBytes), "4096 or more");
        }
        if (maximumCommandsInFlight < 1) {
            throw new InvalidValueException(
                    "maximumCommandsInFlight", Integer.toString(maximumCommandsInFlight), "1 or more");
        }
    }

    /// {@return why memory of this transport cannot hold a ring that the controller fills; empty where it can}
    public Optional<String> ringMemoryUnavailable() {
        return Optional.ofNullable(noRingMemoryReason);
    }
}

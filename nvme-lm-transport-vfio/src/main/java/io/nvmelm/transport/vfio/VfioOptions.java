package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/// How to open a device.
///
/// @param path        group or cdev
/// @param vfToken     token that a physical function on vfio-pci shares with its virtual functions: needed for such a VF, and for a
///                    PF whose VFs are in use; becomes the token of a PF that has none yet. Empty where the PF is bound to
///                    another driver
/// @param openTimeout longest time that opening and resetting are tried again while the kernel answers that the device is
///                    busy (EAGAIN), more than zero
public record VfioOptions(AccessPath path, Optional<UUID> vfToken, Duration openTimeout) {
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(5);

    /// Checks the time.
    public VfioOptions {
        if (openTimeout.isNegative() || openTimeout.isZero()) {
            throw new InvalidValueException("openTimeout", openTimeout.toString(), "more than zero");
        }
    }

    /// {@return the path chosen by what the kernel has, no token, 5 seconds}
    public static VfioOptions defaults() {
        return new VfioOptions(AccessPath.AUTOMATIC, Optional.empty(), OPEN_TIMEOUT);
    }

    /// {@return these options with another path}
    ///
    /// @param value group, cdev or automatic
    public VfioOptions withPath(AccessPath value) {
        return new VfioOptions(value, vfToken, openTimeout);
    }

    /// {@return these options with a token}
    ///
    /// @param value the token
    public VfioOptions withVfToken(UUID value) {
        return new VfioOptions(path, Optional.of(value), openTimeout);
    }

    /// {@return these options with another time}
    ///
    /// @param value longest time to try, more than zero
    public VfioOptions withOpenTimeout(Duration value) {
        return new VfioOptions(path, vfToken, value);
    }
}

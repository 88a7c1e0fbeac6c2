package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationData;
import io.nvmelm.nvme.StateFormat;
import java.util.Optional;

/// One device that is being saved: what a stream says of it, and the session that delivers its state.
///
/// @param manifest   what the device said of itself
/// @param format     format of its sessions, one of the manifest's; empty where the kernel's driver knows alone
/// @param session    open session of a device in STOP_COPY; read to its end, left open
/// @param properties what its state does not carry; there if, and only if, the manifest says that it is supplied
public record SavingSession(
        DeviceManifest manifest,
        Optional<StateFormat> format,
        MigrationData session,
        Optional<ControllerProperties> properties) {

    /// Checks that the manifest says what the session delivers.
    ///
    /// @throws InvalidValueException when the format is none of the manifest's, or the properties are there and not announced or the
    ///                               other way round
    public SavingSession {
        StreamManifest.requireFormat(manifest, format);
        if (manifest.supplied() != properties.isPresent()) {
            throw new InvalidValueException(
                    "properties of " + manifest.name(),
                    properties.isPresent() ? "there" : "not there",
                    manifest.supplied()
                            ? "there, since the manifest says supplied"
                            : "not there, or a manifest that says supplied (withSupplied)");
        }
    }
}

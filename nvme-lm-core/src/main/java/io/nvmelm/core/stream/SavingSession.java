package io.nvmelm.core.stream;

import io.nvmelm.ControllerProperties;
import io.nvmelm.DeviceManifest;
import io.nvmelm.MigrationData;
import io.nvmelm.nvme.StateFormat;
import java.util.Optional;

/// One device that is being saved: what a stream says of it, and the session that delivers its state.
///
/// @param manifest   what the device said of itself
/// @param format     format of its sessions; empty where the kernel's driver knows alone
/// @param session    open session of a device in STOP_COPY; read to its end, left open
/// @param properties what its state does not carry, when the embedder moves that
public record SavingSession(
        DeviceManifest manifest,
        Optional<StateFormat> format,
        MigrationData session,
        Optional<ControllerProperties> properties) {}

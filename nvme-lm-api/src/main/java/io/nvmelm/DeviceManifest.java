package io.nvmelm;

import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Everything about a device that decides whether its state can go to another one: what a [preflight][PreflightReport] compares, and
/// what stands at the front of every migration stream.
///
/// @param name                name of the device for messages
/// @param capabilities        what it can do during migration
/// @param formats             formats in which it delivers and takes its state, best first; empty where the kernel's driver knows alone
/// @param estimatedStateBytes estimated size of its state in bytes, 1 or more
/// @param maximumStateBytes   largest state in bytes that this side takes, 1 or more
/// @param controller          what the NVMe controller is; empty where the kernel migrates the device
/// @param missingFromState    parts of the guest-visible controller that its state does not carry, to be moved by the embedder
/// @param supplied            whether the embedder moves those parts, by a [ControllerSupplement]
public record DeviceManifest(
        String name,
        Set<MigrationCapability> capabilities,
        List<StateFormat> formats,
        long estimatedStateBytes,
        long maximumStateBytes,
        Optional<ControllerManifest> controller,
        Set<ControllerPart> missingFromState,
        boolean supplied) {

    /// Checks the sizes and copies the collections.
    ///
    /// @throws InvalidValueException when a size is less than 1
    public DeviceManifest {
        if (estimatedStateBytes < 1) {
            throw new InvalidValueException(
                    "estimatedStateBytes", Long.toString(estimatedStateBytes), "1 to 2^63 - 1");
        }
        if (maximumStateBytes < 1) {
            throw new InvalidValueException("maximumStateBytes", Long.toString(maximumStateBytes), "1 to 2^63 - 1");
        }
        capabilities = Set.copyOf(capabilities);
        formats = List.copyOf(formats);
        missingFromState = Set.copyOf(missingFromState);
    }

    /// {@return the same, with other formats}
    ///
    /// @param chosen formats of its state, best first
    public DeviceManifest withFormats(List<StateFormat> chosen) {
        return new DeviceManifest(
                name,
                capabilities,
                chosen,
                estimatedStateBytes,
                maximumStateBytes,
                controller,
                missingFromState,
                supplied);
    }

    /// {@return the same, with the missing parts supplied by the embedder or not}
    ///
    /// @param isSupplied whether a [ControllerSupplement] moves them
    public DeviceManifest withSupplied(boolean isSupplied) {
        return new DeviceManifest(
                name,
                capabilities,
                formats,
                estimatedStateBytes,
                maximumStateBytes,
                controller,
                missingFromState,
                isSupplied);
    }
}

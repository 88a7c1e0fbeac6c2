package io.nvmelm.core.stream;

import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What a stream says at its front about itself and about the devices whose state follows.
///
/// @param streamId      identifier of the stream; that of the source is the identifier of the migration
/// @param writerName    name of the program that wrote it
/// @param writerVersion version of that program
/// @param devices       the devices, 0 to [#MAXIMUM_DEVICES]; records name them by their place from 0
/// @param chosenFormats format of the state of each device, empty where the kernel's driver knows alone; no element at all in a duplex
///                      stream, where [RecordType#ACCEPT] says it
public record StreamManifest(
        UUID streamId,
        String writerName,
        String writerVersion,
        List<DeviceManifest> devices,
        List<Optional<StateFormat>> chosenFormats) {

    /// Most devices of a stream.
    public static final int MAXIMUM_DEVICES = 4096;

    /// Checks the counts and formats and copies the lists.
    ///
    /// @throws InvalidValueException when a count is outside its bounds, or a chosen format is none of its device's
    public StreamManifest {
        devices = List.copyOf(devices);
        chosenFormats = List.copyOf(chosenFormats);
        if (devices.size() > MAXIMUM_DEVICES) {
            throw new InvalidValueException("devices", Integer.toString(devices.size()), "0 to " + MAXIMUM_DEVICES);
        }
        if (!chosenFormats.isEmpty() && chosenFormats.size() != devices.size()) {
            throw new InvalidValueException(
                    "chosenFormats", Integer.toString(chosenFormats.size()), "0 or the number of devices, "
                            + devices.size());
        }
        for (int i = 0; i < chosenFormats.size(); i++) {
            requireFormat(devices.get(i), chosenFormats.get(i));
        }
    }

    /// Refuses a format that a device does not say it has, and none where it has some.
    static void requireFormat(DeviceManifest device, Optional<StateFormat> chosen) {
        if (chosen.map(device.formats()::contains).orElse(device.formats().isEmpty())) {
            return;
        }
        throw new InvalidValueException(
                "format of the state",
                chosen.map(StateFormat::toString).orElse("that of a kernel's driver"),
                device.formats().isEmpty()
                        ? "that of a kernel's driver"
                        : "one of the " + device.formats().size() + " formats of the device");
    }
}

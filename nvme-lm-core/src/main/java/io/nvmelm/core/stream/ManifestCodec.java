package io.nvmelm.core.stream;

import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerPart;
import io.nvmelm.DeviceManifest;
import io.nvmelm.MigrationCapability;
import io.nvmelm.StreamFormatException;
import io.nvmelm.nvme.StateFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The payload of [RecordType#MANIFEST] to and from [StreamManifest]. The tags are part of the format and listed in `STREAM.md`.
final class ManifestCodec {
    private static final int WRITER_NAME = 1;
    private static final int WRITER_VERSION = 2;
    private static final int DEVICE = 3;

    private static final int NAME = 1;
    private static final int CAPABILITIES = 2;
    private static final int FORMAT = 3;
    private static final int ESTIMATED_BYTES = 4;
    private static final int MAXIMUM_BYTES = 5;
    private static final int CONTROLLER = 6;
    private static final int MISSING_PARTS = 7;
    private static final int SUPPLIED = 8;
    private static final int CHOSEN_FORMAT = 9;

    /// As many as an index of [RecordType#ACCEPT] names.
    private static final int MAXIMUM_FORMATS = 0xFFFF;
    private static final int FORMAT_BYTES = 20;
    private static final int HAS_VERSION = 1;
    private static final int HAS_VENDOR = 2;
    /// The bits of [ControllerPart], by place.
    private static final List<ControllerPart> PARTS = List.of(
            ControllerPart.CONTROLLER_PROPERTIES,
            ControllerPart.ADMIN_QUEUES,
            ControllerPart.FEATURES,
            ControllerPart.INTERRUPTS);

    private ManifestCodec() {}

    /// The payload.
    ///
    /// @throws io.nvmelm.InvalidValueException when the manifest is larger than a record can be
    static ByteBuffer encode(StreamManifest manifest) {
        var out = new FieldWriter(RecordType.MANIFEST.mostPayload());
        out.text(WRITER_NAME, "writerName", manifest.writerName());
        out.text(WRITER_VERSION, "writerVersion", manifest.writerVersion());
        for (int i = 0; i < manifest.devices().size(); i++) {
            var device = manifest.devices().get(i);
            Optional<StateFormat> chosen =
                    manifest.chosenFormats().isEmpty() ? Optional.empty() : manifest.chosenFormats().get(i);
            boolean isChosen = !manifest.chosenFormats().isEmpty();
            out.nested(DEVICE, fields -> encodeDevice(fields, device, isChosen, chosen));
        }
        return out.finish();
    }

    private static void encodeDevice(
            FieldWriter out, DeviceManifest device, boolean isChosen, Optional<StateFormat> chosen) {
        out.text(NAME, "name", device.name());
        out.unsigned32(CAPABILITIES, MigrationCapability.toFlags(device.capabilities()));
        device.formats().forEach(format -> encodeFormat(out, FORMAT, Optional.of(format)));
        out.unsigned64(ESTIMATED_BYTES, device.estimatedStateBytes());
        out.unsigned64(MAXIMUM_BYTES, device.maximumStateBytes());
        device.controller()
                .ifPresent(controller -> out.nested(
                        CONTROLLER, fields -> ControllerFields.encode(fields, controller)));
        int parts = 0;
        for (var part : device.missingFromState()) {
            parts |= 1 << PARTS.indexOf(part);
        }
        out.unsigned32(MISSING_PARTS, parts);
        out.unsigned8(SUPPLIED, device.supplied() ? 1 : 0);
        if (isChosen) {
            encodeFormat(out, CHOSEN_FORMAT, chosen);
        }
    }

    /// A format: u8 which parts it has, u8 0, u16 version, 16 bytes UUID of the vendor.
    private static void encodeFormat(FieldWriter out, int tag, Optional<StateFormat> format) {
        var version = format.map(StateFormat::version).orElse(OptionalInt.empty());
        var vendor = format.flatMap(StateFormat::vendorUuid);
        out.value(tag, FORMAT_BYTES, bytes -> {
            bytes.put((byte) ((version.isPresent() ? HAS_VERSION : 0) | (vendor.isPresent() ? HAS_VENDOR : 0)));
            bytes.put((byte) 0).putShort((short) version.orElse(0));
            UuidBytes.put(bytes, vendor.orElse(UuidBytes.ZERO));
        });
    }

    /// What the present record of a reader says.
    ///
    /// @param preamble what the stream is
    /// @param unknown  gets one line for each unknown field; null to drop them
    /// @throws StreamFormatException when a field is wrong or missing
    static StreamManifest decode(RecordReader record, Preamble preamble, @Nullable List<String> unknown) {
        return decode(
                new FieldReader(
                        record.payload(), record.recordNumber(), record.payloadOffset(), "manifest", unknown),
                preamble.streamId(),
                preamble.kind());
    }

    static StreamManifest decode(FieldReader in, UUID streamId, StreamKind kind) {
        String name = null;
        String version = null;
        var devices = new ArrayList<DeviceManifest>();
        var chosen = new ArrayList<Optional<StateFormat>>();
        while (in.next()) {
            switch (in.tag()) {
                case WRITER_NAME -> name = in.once().text();
                case WRITER_VERSION -> version = in.once().text();
                case DEVICE -> {
                    in.requireCount(devices.size(), StreamManifest.MAXIMUM_DEVICES);
                    devices.add(decodeDevice(in.nested("device " + devices.size()), kind, chosen));
                }
                default -> in.skip();
            }
        }
        var writerName = in.required(WRITER_NAME, name);
        var writerVersion = in.required(WRITER_VERSION, version);
        return in.made(() -> new StreamManifest(streamId, writerName, writerVersion, devices, chosen));
    }

    private static DeviceManifest decodeDevice(
            FieldReader in, StreamKind kind, List<Optional<StateFormat>> chosen) {
        String name = null;
        Integer capabilities = null;
        var formats = new ArrayList<StateFormat>();
        Long estimated = null;
        Long maximum = null;
        ControllerManifest controller = null;
        Set<ControllerPart> missing = null;
        Integer supplied = null;
        int chosenPlace = -1;
        while (in.next()) {
            switch (in.tag()) {
                case NAME -> name = in.once().text();
                case CAPABILITIES -> capabilities = in.once().signed32();
                case FORMAT -> {
                    in.requireCount(formats.size(), MAXIMUM_FORMATS);
                    formats.add(decodeFormat(in)
                            .orElseThrow(() -> in.refusal("a format without version and vendor UUID")));
                }
                case ESTIMATED_BYTES -> estimated = in.once().signed64();
                case MAXIMUM_BYTES -> maximum = in.once().signed64();
                case CONTROLLER -> controller = ControllerFields.decode(in.once().nested("controller"));
                case MISSING_PARTS -> missing = decodeParts(in.once());
                case SUPPLIED -> supplied = in.once().unsigned8();
                case CHOSEN_FORMAT -> {
                    if (kind != StreamKind.FILE) {
                        throw in.refusal("format of the state in a stream of kind " + kind
                                + ", allowed: in a file alone");
                    }
                    chosen.add(decodeFormat(in.once()));
                    chosenPlace = in.place();
                }
                default -> in.skip();
            }
        }
        var deviceName = in.required(NAME, name);
        var flags = in.required(CAPABILITIES, capabilities);
        var estimatedBytes = in.required(ESTIMATED_BYTES, estimated);
        var maximumBytes = in.required(MAXIMUM_BYTES, maximum);
        var parts = in.required(MISSING_PARTS, missing);
        var isSupplied = in.required(SUPPLIED, supplied) != 0;
        var nvme = Optional.ofNullable(controller);
        var device = in.made(() -> new DeviceManifest(
                deviceName,
                MigrationCapability.fromFlags(flags),
                formats,
                estimatedBytes,
                maximumBytes,
                nvme,
                parts,
                isSupplied));
        if (chosenPlace >= 0) {
            in.requireAt(chosenPlace, () -> StreamManifest.requireFormat(device, chosen.getLast()));
        }
        return device;
    }

    private static Optional<StateFormat> decodeFormat(FieldReader in) {
        in.requireLength(FORMAT_BYTES, FORMAT_BYTES);
        int at = in.valueStart();
        int has = Byte.toUnsignedInt(in.bytes().get(at));
        if ((has & ~(HAS_VERSION | HAS_VENDOR)) != 0) {
            throw in.refusal("parts of a format are " + has + ", allowed: 0 to 3");
        }
        if (has == 0) {
            return Optional.empty();
        }
        int version = Short.toUnsignedInt(in.bytes().getShort(at + 2));
        return Optional.of(new StateFormat(
                (has & HAS_VERSION) == 0 ? OptionalInt.empty() : OptionalInt.of(version),
                (has & HAS_VENDOR) == 0 ? Optional.empty() : Optional.of(UuidBytes.get(in.bytes(), at + 4))));
    }

    private static Set<ControllerPart> decodeParts(FieldReader in) {
        int bits = in.signed32();
        if (bits >>> PARTS.size() != 0) {
            throw in.refusal("missing parts are " + Preamble.hex(bits) + ", allowed: the lowest " + PARTS.size()
                    + " bits");
        }
        var parts = EnumSet.noneOf(ControllerPart.class);
        for (int i = 0; i < PARTS.size(); i++) {
            if ((bits & 1 << i) != 0) {
                parts.add(PARTS.get(i));
            }
        }
        return parts;
    }
}

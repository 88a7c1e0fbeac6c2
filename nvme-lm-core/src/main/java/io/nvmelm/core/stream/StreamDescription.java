package io.nvmelm.core.stream;

import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.preflight.ForeignText;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/// What a stream is, as text for people: its preamble and its manifest. Takes files and recorded directions of a migration. The body is
/// not read, and no key is needed: what an authenticated stream says here is not verified to be authentic.
public final class StreamDescription {
    private static final int MOST_SHOWN = 32;

    private final StringBuilder text = new StringBuilder();

    private StreamDescription() {}

    /// Describes a stream. Blocks as the channel does.
    ///
    /// @param in where the stream starts, in blocking mode; read to the end of the manifest, left open
    /// @return several lines, each with a line feed, of namespaces, features and formats the first 32; characters that a terminal would obey are shown as codes
    /// @throws StreamFormatException  when it is no stream, damaged, or of a version that this one does not read
    /// @throws LiveMigrationException when the channel failed
    public static String describe(ReadableByteChannel in) {
        var input = new StreamInput(Channels.source(in));
        var preamble = StreamHead.readUnverified(input).preamble();
        var reader = new RecordReader(input, preamble, Optional.empty());
        var unknown = new ArrayList<String>();
        var manifest = reader.readManifestUnverified(unknown);
        var description = new StreamDescription();
        description.add(preamble);
        description.add(manifest);
        unknown.forEach(field -> description.line("unknown in %s", field));
        return description.text.toString();
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is of a library that this one does not depend on
    private void line(String format, Object... values) {
        text.append(ForeignText.shown(String.format(Locale.ROOT, format, values))).append('\n');
    }

    private void add(Preamble preamble) {
        line(
                "nvme-lm stream version %d, readable from version %d on, %s",
                preamble.version(),
                preamble.leastVersion(),
                switch (preamble.kind()) {
                    case FILE -> "a file";
                    case MANIFEST -> "a manifest alone";
                    case SOURCE_TO_DESTINATION -> "from source to destination";
                    case DESTINATION_TO_SOURCE -> "from destination to source";
                });
        line("stream id: %s", preamble.streamId());
        line(
                "authenticated: %s, state with checksums: %s",
                preamble.isAuthenticated() ? "yes, not verified here" : "no",
                preamble.hasStateChecksums() ? "yes" : "no");
        line("first record behind the manifest: at byte %d", preamble.headerBytes());
    }

    private void add(StreamManifest manifest) {
        line("written by: %s %s", manifest.writerName(), manifest.writerVersion());
        line("devices: %d", manifest.devices().size());
        for (int i = 0; i < manifest.devices().size(); i++) {
            var device = manifest.devices().get(i);
            line("device %d: %s", i, device.name());
            if (!manifest.chosenFormats().isEmpty()) {
                line("  format of the state: %s", shown(manifest.chosenFormats().get(i)));
            }
            add(device);
        }
    }

    private static String shown(Optional<StateFormat> format) {
        return format.map(StreamDescription::shown).orElse("that of the kernel's driver");
    }

    private static String shown(StateFormat format) {
        var version = format.version().isPresent()
                ? "NVMe Controller State version " + format.version().getAsInt()
                : "no NVMe Controller State";
        return version + format.vendorUuid().map(uuid -> ", vendor data " + uuid).orElse("");
    }

    private void add(DeviceManifest device) {
        line("  capabilities: %s", device.capabilities().stream().sorted().toList());
        each("  ", "formats", device.formats(), format -> line("  can do: %s", shown(format)));
        line(
                "  state: about %d bytes, takes up to %d",
                device.estimatedStateBytes(), device.maximumStateBytes());
        if (!device.missingFromState().isEmpty()) {
            line(
                    "  not in the state: %s, %s",
                    device.missingFromState().stream().sorted().toList(),
                    device.supplied() ? "moved by the embedder" : "not moved");
        }
        device.controller().ifPresent(this::add);
    }

    private void add(ControllerManifest controller) {
        var identity = controller.identity();
        line("  controller: %04Xh of %s", identity.controllerId(), identity.subsystemNqn());
        identity.vfNumber().ifPresent(number -> line("  virtual function: %d", number));
        line(
                "  model: %s, serial number: %s, firmware: %s",
                identity.modelNumber(), identity.serialNumber(), identity.firmwareRevision());
        controller.pciVendorId().ifPresent(value -> line("  PCI vendor: %04Xh", value));
        controller.pciSubsystemVendorId().ifPresent(value -> line("  PCI subsystem vendor: %04Xh", value));
        controller.ieeeOui().ifPresent(value -> line("  IEEE OUI: %06Xh", value));
        controller.nvmeVersion()
                .ifPresent(value -> line(
                        "  NVMe version: %d.%d.%d", value >>> 16, value >>> 8 & 0xFF, value & 0xFF));
        controller.controllerCapabilities().ifPresent(value -> line("  CAP: %016Xh", value));
        controller.maximumTransferBytes()
                .ifPresent(value -> line("  largest transfer: %s", value == 0 ? "no limit" : value + " bytes"));
        controller.ioQueuePairs().ifPresent(value -> line("  I/O queue pairs: %d", value));
        controller.interruptVectors().ifPresent(value -> line("  interrupt vectors: %d", value));
        controller.ioCommands()
                .ifPresent(value -> line(
                        "  SQES: %02Xh, CQES: %02Xh, ONCS: %04Xh, VWC: %02Xh, SGLS: %08Xh",
                        value.submissionEntrySizes(),
                        value.completionEntrySizes(),
                        value.optionalCommands(),
                        value.volatileWriteCache(),
                        value.sgl()));
        line("  namespaces: %d", controller.namespaces().size());
        each("    ", "namespaces", controller.namespaces(), this::add);
        each("  ", "features", controller.features(), this::add);
    }

    /// Shows the first of many, and says how many there are besides.
    private <T> void each(String indent, String what, List<T> all, Consumer<T> show) {
        all.stream().limit(MOST_SHOWN).forEach(show);
        if (all.size() > MOST_SHOWN) {
            line("%sand %d more %s", indent, all.size() - MOST_SHOWN, what);
        }
    }

    private void add(FeatureSetting feature) {
        line(
                "  feature %02Xh: %08Xh%s%s",
                feature.featureId(),
                feature.value(),
                feature.namespaceId() == 0 ? "" : " of namespace " + feature.namespaceId(),
                feature.data().byteSize() == 0 ? "" : " and " + feature.data().byteSize() + " bytes");
    }

    private void add(NamespaceManifest namespace) {
        var extent = namespace.extent();
        line(
                "    namespace %d: %d blocks of %d bytes, %d bytes of metadata%s%s%s%s%s",
                extent.namespaceId(),
                extent.blockCount(),
                extent.blockByteSize(),
                namespace.metadataBytes(),
                namespace.extendedBlocks() ? " behind the data" : "",
                namespace.protection() == 0
                        ? ""
                        : ", protection type " + (namespace.protection() & 7)
                                + ((namespace.protection() & 8) == 0
                                        ? " in their last bytes"
                                        : " in their first bytes"),
                namespace.nguid().map(bytes -> ", NGUID " + hex(bytes)).orElse(""),
                namespace.eui64().map(bytes -> ", EUI64 " + hex(bytes)).orElse(""),
                namespace.uuid().map(UUID::toString).map(uuid -> ", UUID " + uuid).orElse(""));
    }

    private static String hex(OpaqueBytes bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}

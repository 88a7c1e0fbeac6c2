package io.nvmelm.core.stream;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.InvalidValueException;
import io.nvmelm.IoCommandSupport;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.nvme.OpaqueBytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The fields of a [ControllerManifest] inside a manifest.
final class ControllerFields {
    private static final int SUBSYSTEM_NQN = 1;
    private static final int SERIAL_NUMBER = 2;
    private static final int MODEL_NUMBER = 3;
    private static final int FIRMWARE_REVISION = 4;
    private static final int CONTROLLER_ID = 5;
    private static final int VF_NUMBER = 6;
    private static final int PCI_VENDOR = 7;
    private static final int PCI_SUBSYSTEM_VENDOR = 8;
    private static final int IEEE_OUI = 9;
    private static final int NVME_VERSION = 10;
    private static final int CAPABILITIES = 11;
    private static final int MAXIMUM_TRANSFER = 12;
    private static final int IO_QUEUE_PAIRS = 13;
    private static final int INTERRUPT_VECTORS = 14;
    private static final int NAMESPACES = 15;
    private static final int FEATURE = 16;
    private static final int IO_COMMANDS = 17;

    static final int MAXIMUM_NAMESPACES = 65_536;
    private static final int MAXIMUM_FEATURES = 65_536;
    private static final int LARGEST_VF_NUMBER = 0xFFFF;
    private static final int TABLE_HEADER_BYTES = 8;
    private static final int NAMESPACE_BYTES = 60;
    private static final int IO_COMMANDS_BYTES = 12;
    private static final int HAS_NGUID = 1;
    private static final int HAS_EUI64 = 2;
    private static final int HAS_UUID = 4;
    private static final int EXTENDED_BLOCKS = 1;
    private static final int NGUID_BYTES = 16;
    private static final int EUI64_BYTES = 8;
    private static final int FEATURE_BYTES = 12;
    private static final int MAXIMUM_FEATURE_DATA = 4096;

    private ControllerFields() {}

    static void encode(FieldWriter out, ControllerManifest controller) {
        var identity = controller.identity();
        out.text(SUBSYSTEM_NQN, "subsystemNqn", identity.subsystemNqn());
        out.text(SERIAL_NUMBER, "serialNumber", identity.serialNumber());
        out.text(MODEL_NUMBER, "modelNumber", identity.modelNumber());
        out.text(FIRMWARE_REVISION, "firmwareRevision", identity.firmwareRevision());
        requireRange("controllerId", identity.controllerId(), 0, 0xFFFF);
        out.unsigned16(CONTROLLER_ID, identity.controllerId());
        identity.vfNumber().ifPresent(number -> {
            requireRange("vfNumber", number, 1, LARGEST_VF_NUMBER);
            out.unsigned16(VF_NUMBER, number);
        });
        controller.pciVendorId().ifPresent(value -> out.unsigned16(PCI_VENDOR, value));
        controller.pciSubsystemVendorId().ifPresent(value -> out.unsigned16(PCI_SUBSYSTEM_VENDOR, value));
        controller.ieeeOui().ifPresent(value -> out.unsigned32(IEEE_OUI, value));
        controller.nvmeVersion().ifPresent(value -> out.unsigned32(NVME_VERSION, value));
        controller.controllerCapabilities().ifPresent(value -> out.unsigned64(CAPABILITIES, value));
        controller.maximumTransferBytes().ifPresent(value -> out.unsigned64(MAXIMUM_TRANSFER, value));
        controller.ioQueuePairs().ifPresent(value -> out.unsigned16(IO_QUEUE_PAIRS, value));
        controller.interruptVectors().ifPresent(value -> out.unsigned16(INTERRUPT_VECTORS, value));
        controller.ioCommands().ifPresent(commands -> encode(out, commands));
        encodeNamespaces(out, controller.namespaces());
        requireRange("number of features", controller.features().size(), 0, MAXIMUM_FEATURES);
        controller.features().forEach(feature -> encodeFeature(out, FEATURE, feature));
    }

    private static void requireRange(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidValueException(field, Integer.toString(value), least + " to " + most);
        }
    }

    /// What is said of I/O commands: u8 SQES, u8 CQES, u16 ONCS, u8 VWC, 3 bytes 0, u32 SGLS.
    private static void encode(FieldWriter out, IoCommandSupport commands) {
        out.value(IO_COMMANDS, IO_COMMANDS_BYTES, bytes -> bytes.put((byte) commands.submissionEntrySizes())
                .put((byte) commands.completionEntrySizes())
                .putShort((short) commands.optionalCommands())
                .putInt(commands.volatileWriteCache())
                .putInt((int) commands.sgl()));
    }

    private static IoCommandSupport decodeIoCommands(FieldReader in) {
        in.requireLength(IO_COMMANDS_BYTES, Integer.MAX_VALUE);
        int at = in.valueStart();
        var bytes = in.bytes();
        return new IoCommandSupport(
                Byte.toUnsignedInt(bytes.get(at)),
                Byte.toUnsignedInt(bytes.get(at + 1)),
                Short.toUnsignedInt(bytes.getShort(at + 2)),
                Byte.toUnsignedInt(bytes.get(at + 4)),
                Integer.toUnsignedLong(bytes.getInt(at + 8)));
    }

    /// A table: u16 bytes of an element, u16 0, u32 number of elements, elements.
    private static void encodeNamespaces(FieldWriter out, List<NamespaceManifest> namespaces) {
        requireRange("number of namespaces", namespaces.size(), 0, MAXIMUM_NAMESPACES);
        out.value(NAMESPACES, TABLE_HEADER_BYTES + NAMESPACE_BYTES * namespaces.size(), bytes -> {
            bytes.putShort((short) NAMESPACE_BYTES).putShort((short) 0).putInt(namespaces.size());
            namespaces.forEach(namespace -> put(bytes, namespace));
        });
    }

    /// An element: u32 NSID, u8 base 2 logarithm of the block size, u8 which identifiers it has, u16 metadata bytes, u64 blocks, NGUID,
    /// EUI64, UUID, u8 where the metadata are (bit 0 behind the data of their block), u8 DPS, u16 0.
    private static void put(ByteBuffer bytes, NamespaceManifest namespace) {
        var extent = namespace.extent();
        int has = (namespace.nguid().isPresent() ? HAS_NGUID : 0)
                | (namespace.eui64().isPresent() ? HAS_EUI64 : 0)
                | (namespace.uuid().isPresent() ? HAS_UUID : 0);
        bytes.putInt((int) extent.namespaceId())
                .put((byte) Integer.numberOfTrailingZeros(extent.blockByteSize()))
                .put((byte) has)
                .putShort((short) namespace.metadataBytes())
                .putLong(extent.blockCount())
                .put(namespace.nguid().orElse(OpaqueBytes.zeros(NGUID_BYTES)).toByteArray())
                .put(namespace.eui64().orElse(OpaqueBytes.zeros(EUI64_BYTES)).toByteArray());
        UuidBytes.put(bytes, namespace.uuid().orElse(UuidBytes.ZERO));
        bytes.put((byte) (namespace.extendedBlocks() ? EXTENDED_BLOCKS : 0))
                .put((byte) namespace.protection())
                .putShort((short) 0);
    }

    /// A feature: u32 NSID, u32 value, u8 FID, 3 bytes 0, data.
    static void encodeFeature(FieldWriter out, int tag, FeatureSetting feature) {
        out.value(tag, FEATURE_BYTES + feature.data().byteSize(), bytes -> bytes.putInt((int) feature.namespaceId())
                .putInt(feature.value())
                .putInt(feature.featureId())
                .put(feature.data().toByteArray()));
    }

    static ControllerManifest decode(FieldReader in) {
        String[] texts = new String[FIRMWARE_REVISION];
        var numbers = new Numbers();
        IoCommandSupport ioCommands = null;
        List<NamespaceManifest> namespaces = List.of();
        var features = new ArrayList<FeatureSetting>();
        while (in.next()) {
            switch (in.tag()) {
                case SUBSYSTEM_NQN, SERIAL_NUMBER, MODEL_NUMBER, FIRMWARE_REVISION ->
                    texts[in.tag() - 1] = in.once().text();
                case CONTROLLER_ID, VF_NUMBER, PCI_VENDOR, PCI_SUBSYSTEM_VENDOR, IO_QUEUE_PAIRS, INTERRUPT_VECTORS ->
                    numbers.set(in.tag(), in.once().unsigned16());
                case IEEE_OUI, NVME_VERSION -> numbers.set(in.tag(), in.once().signed32());
                case CAPABILITIES, MAXIMUM_TRANSFER -> numbers.set(in.tag(), in.once().signed64());
                case IO_COMMANDS -> ioCommands = decodeIoCommands(in.once());
                case NAMESPACES -> namespaces = decodeNamespaces(in.once());
                case FEATURE -> {
                    in.requireCount(features.size(), MAXIMUM_FEATURES);
                    features.add(decodeFeature(in));
                }
                default -> in.skip();
            }
        }
        var identity = identity(in, texts, numbers);
        var attached = namespaces;
        var commands = Optional.ofNullable(ioCommands);
        return in.made(() -> new ControllerManifest(
                identity,
                numbers.ofInt(PCI_VENDOR),
                numbers.ofInt(PCI_SUBSYSTEM_VENDOR),
                numbers.ofInt(IEEE_OUI),
                numbers.ofInt(NVME_VERSION),
                numbers.ofLong(CAPABILITIES),
                numbers.ofLong(MAXIMUM_TRANSFER),
                numbers.ofInt(IO_QUEUE_PAIRS),
                numbers.ofInt(INTERRUPT_VECTORS),
                commands,
                attached,
                features));
    }

    private static ControllerIdentity identity(FieldReader in, @Nullable String[] texts, Numbers numbers) {
        var vfNumber = numbers.ofInt(VF_NUMBER);
        if (vfNumber.isPresent() && vfNumber.getAsInt() == 0) {
            throw in.refusal("vfNumber is 0, allowed: 1 to " + LARGEST_VF_NUMBER);
        }
        return new ControllerIdentity(
                in.required(SUBSYSTEM_NQN, texts[SUBSYSTEM_NQN - 1]),
                in.required(SERIAL_NUMBER, texts[SERIAL_NUMBER - 1]),
                in.required(MODEL_NUMBER, texts[MODEL_NUMBER - 1]),
                in.required(FIRMWARE_REVISION, texts[FIRMWARE_REVISION - 1]),
                in.required(CONTROLLER_ID, numbers.values[CONTROLLER_ID]).intValue(),
                vfNumber);
    }

    /// Numbers by tag, as far as they came.
    private static final class Numbers {
        private final @Nullable Long[] values = new @Nullable Long[FEATURE];

        void set(int tag, long value) {
            values[tag] = value;
        }

        OptionalInt ofInt(int tag) {
            var value = values[tag];
            return value == null ? OptionalInt.empty() : OptionalInt.of(value.intValue());
        }

        OptionalLong ofLong(int tag) {
            var value = values[tag];
            return value == null ? OptionalLong.empty() : OptionalLong.of(value);
        }
    }

    private static List<NamespaceManifest> decodeNamespaces(FieldReader in) {
        in.requireLength(TABLE_HEADER_BYTES, Integer.MAX_VALUE);
        int elementBytes = Short.toUnsignedInt(in.bytes().getShort(in.valueStart()));
        long count = Integer.toUnsignedLong(in.bytes().getInt(in.valueStart() + 4));
        if (elementBytes < NAMESPACE_BYTES) {
            throw in.refusal(
                    "bytes of a namespace are " + elementBytes + ", allowed: " + NAMESPACE_BYTES + " to 65535");
        }
        if (count > MAXIMUM_NAMESPACES || count * elementBytes != in.length() - TABLE_HEADER_BYTES) {
            throw in.refusal("number of namespaces is " + count + " of " + elementBytes + " bytes each, there are "
                    + (in.length() - TABLE_HEADER_BYTES) + " bytes, and at most " + MAXIMUM_NAMESPACES
                    + " namespaces");
        }
        var namespaces = new ArrayList<NamespaceManifest>((int) count);
        for (int i = 0; i < count; i++) {
            namespaces.add(decodeNamespace(in, in.valueStart() + TABLE_HEADER_BYTES + i * elementBytes));
        }
        return namespaces;
    }

    private static NamespaceManifest decodeNamespace(FieldReader in, int at) {
        var bytes = in.bytes();
        int shift = bytes.get(at + 4);
        if (shift < 9 || shift > 30) {
            throw in.refusal("logarithm of the block size is " + shift + ", allowed: 9 to 30");
        }
        int has = bytes.get(at + 5);
        return in.made(() -> new NamespaceManifest(
                new NamespaceExtent(
                        Integer.toUnsignedLong(bytes.getInt(at)), bytes.getLong(at + 8), 1 << shift),
                Short.toUnsignedInt(bytes.getShort(at + 6)),
                (bytes.get(at + 56) & EXTENDED_BLOCKS) != 0,
                Byte.toUnsignedInt(bytes.get(at + 57)),
                (has & HAS_NGUID) == 0 ? Optional.empty() : Optional.of(in.opaque(at + 16, NGUID_BYTES)),
                (has & HAS_EUI64) == 0 ? Optional.empty() : Optional.of(in.opaque(at + 32, EUI64_BYTES)),
                (has & HAS_UUID) == 0 ? Optional.empty() : Optional.of(UuidBytes.get(bytes, at + 40))));
    }

    static FeatureSetting decodeFeature(FieldReader in) {
        in.requireLength(FEATURE_BYTES, FEATURE_BYTES + MAXIMUM_FEATURE_DATA);
        int at = in.valueStart();
        return in.made(() -> new FeatureSetting(
                Byte.toUnsignedInt(in.bytes().get(at + 8)),
                Integer.toUnsignedLong(in.bytes().getInt(at)),
                in.bytes().getInt(at + 4),
                in.opaque(at + FEATURE_BYTES, in.length() - FEATURE_BYTES)));
    }
}

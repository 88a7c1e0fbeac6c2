package io.nvmelm.core.stream;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerPart;
import io.nvmelm.ControllerProperties;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.IoCommandSupport;
import io.nvmelm.MigrationCapability;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/// Fixed values of which tests and golden files are made.
final class Samples {
    static final UUID STREAM_ID = UUID.fromString("00112233-4455-4677-8899-aabbccddeeff");
    static final UUID OTHER_ID = UUID.fromString("0f1e2d3c-4b5a-4697-8877-665544332211");
    static final UUID VENDOR = UUID.fromString("6ba7b810-9dad-41d1-80b4-00c04fd430c8");
    static final StreamSettings PLAIN = new StreamSettings(4096, true, Optional.empty());
    static final StreamSettings UNCHECKED = new StreamSettings(4096, false, Optional.empty());
    static final SecretKey KEY = new SecretKeySpec(bytes(7, 32), "HmacSHA256");
    static final StreamSettings AUTHENTICATED = PLAIN.withKey(KEY);

    /// What wrote the golden files.
    static final Origin ORIGIN = new Origin(STREAM_ID, "0.1.0");
    static final Origin OTHER_ORIGIN = new Origin(OTHER_ID, "0.1.0");

    private Samples() {}

    static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static OpaqueBytes opaque(long seed, int count) {
        return OpaqueBytes.copyOf(bytes(seed, count));
    }

    /// An NVMe controller with a value in every field.
    static DeviceManifest fullDevice() {
        return new DeviceManifest(
                "0000:3b:00.1",
                Set.of(MigrationCapability.STOP_COPY, MigrationCapability.P2P),
                List.of(StateFormat.of(0, VENDOR), StateFormat.ofVersion(0), StateFormat.ofVendor(VENDOR)),
                1536,
                1 << 20,
                Optional.of(new ControllerManifest(
                        new ControllerIdentity(
                                "nqn.2014-08.org.example:a", "S1234", "Modell Ü", "1.0", 18, OptionalInt.of(1)),
                        OptionalInt.of(0x1B36),
                        OptionalInt.of(0x1AF4),
                        OptionalInt.of(0x525400),
                        OptionalInt.of(0x0002_0300),
                        OptionalLong.of(0x0020_0028_0F01_03FFL),
                        OptionalLong.of(524_288),
                        OptionalInt.of(64),
                        OptionalInt.of(65),
                        Optional.of(new IoCommandSupport(0x66, 0x44, 0x015C, 0x07, 0x8013_0001L)),
                        List.of(
                                new NamespaceManifest(
                                        new NamespaceExtent(1, 1 << 21, 512),
                                        0,
                                        false,
                                        0,
                                        Optional.of(opaque(1, 16)),
                                        Optional.of(opaque(2, 8)),
                                        Optional.of(OTHER_ID)),
                                new NamespaceManifest(
                                        new NamespaceExtent(0xFFFF_FFFEL, 1L << 40, 4096),
                                        64,
                                        true,
                                        0xA,
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty())),
                        List.of(
                                new FeatureSetting(0x07, 0, 0x003F_003F, OpaqueBytes.EMPTY),
                                new FeatureSetting(0x03, 1, 0, opaque(3, 64))))),
                Set.of(ControllerPart.ADMIN_QUEUES, ControllerPart.INTERRUPTS),
                true);
    }

    /// A device that the kernel migrates.
    static DeviceManifest kernelDevice() {
        return new DeviceManifest(
                "kernel",
                Set.of(MigrationCapability.STOP_COPY),
                List.of(),
                1,
                Long.MAX_VALUE,
                Optional.empty(),
                Set.of(),
                false);
    }

    static ControllerProperties properties() {
        return new ControllerProperties(
                0x0046_0001,
                0x001F_001F,
                0x1_0000_1000L,
                0x1_0000_2000L,
                2,
                List.of(new FeatureSetting(0x0B, 0, 0x1FF, opaque(4, 5))),
                opaque(5, 32),
                opaque(6, 11));
    }
}

package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerPart;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.IoCommandSupport;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The comparison of two manifests, value by value.
class PreflightTest {
    private static final StateFormat BARE = StateFormat.ofVersion(0);
    private static final StateFormat FULL = StateFormat.of(0, new UUID(1, 1));
    private static final OpaqueBytes NGUID = OpaqueBytes.copyOf(new byte[] {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    });
    private static final OpaqueBytes EUI64 = OpaqueBytes.copyOf(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final NamespaceManifest NAMESPACE = new NamespaceManifest(
            new NamespaceExtent(1, 1000, 4096), 8, false, 0, Optional.of(NGUID), Optional.of(EUI64),
            Optional.of(new UUID(2, 2)));

    /// A manifest whose values can be changed one by one.
    private static final class Side {
        String nqn = "nqn";
        String serial = "S";
        String model = "M";
        String firmware = "F";
        int controllerId = 1;
        OptionalInt vendor = OptionalInt.of(0x1000);
        OptionalInt subsystemVendor = OptionalInt.of(0x1001);
        OptionalInt oui = OptionalInt.of(0x1002);
        OptionalInt version = OptionalInt.of(0x0002_0000);
        OptionalLong cap = OptionalLong.of(0);
        OptionalLong transfer = OptionalLong.of(1 << 20);
        OptionalInt queues = OptionalInt.of(8);
        OptionalInt vectors = OptionalInt.of(9);
        List<NamespaceManifest> namespaces = List.of(NAMESPACE);
        List<FeatureSetting> features = List.of();
        Set<MigrationCapability> capabilities = Set.of(MigrationCapability.STOP_COPY, MigrationCapability.P2P);
        Optional<IoCommandSupport> ioCommands = Optional.of(new IoCommandSupport(0x66, 0x44, 0, 0, 0));
        List<StateFormat> formats = List.of(FULL, BARE);
        long estimated = 1000;
        long maximum = 1000;
        boolean withController = true;
        Set<ControllerPart> missing = Set.of(ControllerPart.ADMIN_QUEUES, ControllerPart.FEATURES);
        boolean supplied;

        DeviceManifest manifest(String name) {
            var controller = new ControllerManifest(
                    new ControllerIdentity(nqn, serial, model, firmware, controllerId, OptionalInt.empty()),
                    vendor, subsystemVendor, oui, version, cap, transfer, queues, vectors, ioCommands, namespaces,
                    features);
            return new DeviceManifest(name, capabilities, formats, estimated, maximum,
                    withController ? Optional.of(controller) : Optional.empty(), missing, supplied);
        }
    }

    private final Side source = new Side();
    private final Side destination = new Side();

    /// What is found beyond that vendor specific data may or may not carry the missing parts.
    private List<PreflightFinding> findings() {
        return Preflight.between(
                List.of(source.manifest("here")), List.of(destination.manifest("there")), MigrationOptions.defaults())
                .findings()
                .stream()
                .filter(finding -> finding.reason() != PreflightReason.PART_NOT_CARRIED
                        || finding.severity() != Severity.NOTE)
                .toList();
    }

    private void assertOnly(Severity severity, PreflightReason reason, String field, String found, String required) {
        assertThat(findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.reason()).isEqualTo(reason);
            assertThat(finding.field()).isEqualTo(field);
            assertThat(finding.found()).isEqualTo(found);
            assertThat(finding.required()).isEqualTo(required);
            assertThat(finding.device()).isEqualTo("there");
            assertThat(finding.remedy()).isNotBlank().doesNotEndWith(".");
        });
    }

    @Test
    void twoAlikeHaveNothingButWhatTheFormatMayCarry() {
        assertThat(findings()).isEmpty();
        assertThat(Preflight.between(
                List.of(source.manifest("a")), List.of(destination.manifest("b")), MigrationOptions.defaults())
                .findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.reason()).isEqualTo(PreflightReason.PART_NOT_CARRIED);
                    assertThat(finding.severity()).isEqualTo(Severity.NOTE);
                    assertThat(finding.found()).startsWith("[ADMIN_QUEUES, FEATURES]");
                });
    }

    /// Every field of CAP at the value that is just allowed and at the one that is just not.
    @ParameterizedTest
    @CsvSource({
        "CAP.CQR, 16, 0, 1, BLOCKER", "CAP.AMS, 17, 3, 1, BLOCKER", "CAP.AMS, 17, 1, 2, BLOCKER",
        "CAP.TO, 24, 10, 11, WARNING", "CAP.DSTRD, 32, 0, 1, BLOCKER", "CAP.DSTRD, 32, 4, 3, BLOCKER",
        "CAP.NSSRS, 36, 1, 0, WARNING", "CAP.CSS, 37, 65, 64, BLOCKER", "CAP.BPS, 45, 1, 0, WARNING",
        "CAP.CPS, 46, 1, 2, NOTE", "CAP.MPSMIN, 48, 0, 1, BLOCKER", "CAP.MPSMAX, 52, 4, 3, BLOCKER",
        "CAP.PMRS, 56, 1, 0, BLOCKER", "CAP.CMBS, 57, 1, 0, BLOCKER", "CAP.NSSS, 58, 1, 0, WARNING",
        "CAP.CRMS, 59, 3, 1, WARNING", "CAP.NSSES, 61, 1, 0, WARNING"
    })
    void aCapabilityThatTheDestinationLacksIsNamed(String field, int shift, long before, long now, Severity severity) {
        source.cap = OptionalLong.of(before << shift);
        destination.cap = OptionalLong.of(now << shift);
        assertThat(findings()).singleElement().satisfies(finding -> {
            assertThat(finding.field()).isEqualTo(field);
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.reason()).isEqualTo(PreflightReason.CAPABILITIES_DIFFER);
            assertThat(finding.found()).isEqualTo(Long.toHexString(now).toUpperCase(java.util.Locale.ROOT) + "h");
        });
        destination.cap = source.cap;
        assertThat(findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "16, 1, 0", "17, 1, 3", "24, 11, 10", "36, 0, 1", "37, 64, 65", "45, 0, 1", "48, 1, 0", "52, 3, 4", "56, 0, 1",
        "57, 0, 1", "58, 0, 1", "59, 1, 3", "61, 0, 1", "0, 100, 101", "19, 0, 31", "62, 0, 3"
    })
    void moreThanTheGuestKnowsIsFine(int shift, long before, long now) {
        source.cap = OptionalLong.of(before << shift);
        destination.cap = OptionalLong.of(now << shift);
        assertThat(findings()).isEmpty();
    }

    @Test
    void shorterQueuesBlock() {
        source.cap = OptionalLong.of(0xFFFF);
        destination.cap = OptionalLong.of(0xFFFE);
        assertOnly(Severity.BLOCKER, PreflightReason.QUEUE_LIMIT, "CAP.MQES", "65535 entries", "65536 or more");
    }

    @Test
    void whatOnlyOneSideKnowsIsANote() {
        destination.cap = OptionalLong.empty();
        destination.vendor = OptionalInt.empty();
        source.queues = OptionalInt.empty();
        source.version = OptionalInt.empty();
        destination.transfer = OptionalLong.empty();
        source.vectors = OptionalInt.empty();
        destination.vectors = OptionalInt.empty();
        assertThat(findings())
                .allSatisfy(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.NOTE);
                    assertThat(finding.reason()).isEqualTo(PreflightReason.UNKNOWN);
                })
                .extracting(finding -> finding.side() + " " + finding.field())
                .containsExactly(
                        "DESTINATION VID",
                        "SOURCE VER",
                        "DESTINATION CAP",
                        "DESTINATION MDTS",
                        "SOURCE I/O queue pairs (NVQ)");
    }

    @Test
    void fewerQueuesVectorsAndSmallerTransfersBlock() {
        destination.queues = OptionalInt.of(7);
        assertOnly(Severity.BLOCKER, PreflightReason.QUEUE_LIMIT, "I/O queue pairs (NVQ)", "7", "8 or more");
        destination.queues = OptionalInt.of(9);
        destination.vectors = OptionalInt.of(8);
        assertOnly(Severity.BLOCKER, PreflightReason.VECTOR_LIMIT, "interrupt vectors (NVI)", "8", "9 or more");
        destination.vectors = OptionalInt.of(10);
        destination.transfer = OptionalLong.of((1 << 20) - 4096);
        assertOnly(Severity.BLOCKER, PreflightReason.TRANSFER_LIMIT, "MDTS", "1044480 bytes", "1048576 bytes or more");
        destination.transfer = OptionalLong.of(0);
        assertThat(findings()).isEmpty();
        destination.transfer = OptionalLong.of(1 << 30);
        source.transfer = OptionalLong.of(0);
        assertOnly(Severity.BLOCKER, PreflightReason.TRANSFER_LIMIT, "MDTS", "1073741824 bytes", "no limit");
        destination.transfer = OptionalLong.of(0);
        assertThat(findings()).isEmpty();
    }

    @Test
    void anotherIdentityIsAWarningFieldByField() {
        destination.vendor = OptionalInt.of(0x2000);
        destination.subsystemVendor = OptionalInt.of(0x2001);
        destination.oui = OptionalInt.of(0x2002);
        destination.model = "N";
        destination.firmware = "G";
        destination.serial = "T";
        destination.nqn = "other";
        destination.controllerId = 0x1F;
        assertThat(findings())
                .allMatch(finding -> finding.reason() == PreflightReason.IDENTITY_DIFFERS)
                .extracting(finding -> finding.severity() + " " + finding.field() + " " + finding.found() + " "
                        + finding.required())
                .containsExactly(
                        "WARNING VID 2000h 1000h",
                        "WARNING SSVID 2001h 1001h",
                        "WARNING IEEE 2002h 1002h",
                        "WARNING MN 'N' 'M'",
                        "WARNING FR 'G' 'F'",
                        "WARNING SN 'T' 'S'",
                        "WARNING SUBNQN 'other' 'nqn'",
                        "NOTE CNTLID 1Fh 1h");
    }

    @Test
    void aStateWithoutANamedFormatNeedsTheSameMakerAndModel() {
        source.formats = List.of();
        destination.formats = List.of();
        destination.vendor = OptionalInt.of(1);
        destination.model = "N";
        destination.firmware = "G";
        assertThat(findings())
                .extracting(finding -> finding.severity() + " " + finding.field())
                .containsExactly("BLOCKER VID", "BLOCKER MN", "WARNING FR");
    }

    @ParameterizedTest
    @CsvSource({"0x20000, 0x10400, WARNING, 1.4.0, 2.0.0 or later", "0x20000, 0x20101, NOTE, 2.1.1, 2.0.0"})
    void anotherVersionIsNamed(String before, String now, Severity severity, String found, String required) {
        source.version = OptionalInt.of(Integer.decode(before));
        destination.version = OptionalInt.of(Integer.decode(now));
        assertOnly(severity, PreflightReason.CAPABILITIES_DIFFER, "VER", found, required);
    }

    private static NamespaceManifest changed(UnaryOperator<NamespaceManifest> change) {
        return change.apply(NAMESPACE);
    }

    private static NamespaceManifest resized(long id, long blocks, int blockBytes, int metadata) {
        return new NamespaceManifest(
                new NamespaceExtent(id, blocks, blockBytes), metadata, false, 0, NAMESPACE.nguid(), NAMESPACE.eui64(),
                NAMESPACE.uuid());
    }

    @Test
    void namespacesAreComparedByTheirIdentifier() {
        destination.namespaces = List.of(resized(2, 1000, 4096, 8));
        assertThat(findings())
                .extracting(finding -> finding.severity() + " " + finding.reason() + " " + finding.field())
                .containsExactly(
                        "BLOCKER NAMESPACE_MISSING NSID of namespace 1",
                        "WARNING NAMESPACE_DIFFERS NSID of namespace 2");
        destination.namespaces = List.of(resized(1, 999, 4096, 8));
        assertOnly(Severity.BLOCKER, PreflightReason.NAMESPACE_DIFFERS, "NSZE of namespace 1", "999 blocks",
                "1000 blocks");
        destination.namespaces = List.of(resized(1, 1001, 4096, 8));
        assertOnly(Severity.WARNING, PreflightReason.NAMESPACE_DIFFERS, "NSZE of namespace 1", "1001 blocks",
                "1000 blocks");
        destination.namespaces = List.of(resized(1, 8000, 512, 8));
        assertOnly(Severity.BLOCKER, PreflightReason.NAMESPACE_DIFFERS, "LBADS of namespace 1", "512 bytes",
                "4096 bytes");
        destination.namespaces = List.of(resized(1, 1000, 4096, 0));
        assertOnly(Severity.BLOCKER, PreflightReason.NAMESPACE_DIFFERS, "MS of namespace 1", "0 bytes", "8 bytes");
    }

    @Test
    void everyIdentifierOfANamespaceCounts() {
        destination.namespaces = List.of(changed(namespace -> new NamespaceManifest(
                namespace.extent(), 8, false, 0, Optional.of(OpaqueBytes.zeros(16)), namespace.eui64(), namespace
                        .uuid())));
        assertOnly(Severity.BLOCKER, PreflightReason.IDENTITY_DIFFERS, "NGUID of namespace 1", "0".repeat(32),
                "0102030405060708090a0b0c0d0e0f10");
        destination.namespaces = List.of(changed(namespace -> new NamespaceManifest(
                namespace.extent(), 8, false, 0, namespace.nguid(), Optional.empty(), namespace.uuid())));
        assertOnly(Severity.BLOCKER, PreflightReason.IDENTITY_DIFFERS, "EUI64 of namespace 1", "not there",
                "0102030405060708");
        destination.namespaces = List.of(changed(namespace -> new NamespaceManifest(
                namespace.extent(), 8, false, 0, namespace.nguid(), namespace.eui64(), Optional.of(new UUID(0, 9)))));
        assertOnly(Severity.BLOCKER, PreflightReason.IDENTITY_DIFFERS, "UUID of namespace 1",
                "00000000-0000-0000-0000-000000000009", "00000000-0000-0002-0000-000000000002");
        source.namespaces = List.of(changed(namespace -> new NamespaceManifest(
                namespace.extent(), 8, false, 0, namespace.nguid(), namespace.eui64(), Optional.empty())));
        assertOnly(Severity.WARNING, PreflightReason.IDENTITY_DIFFERS, "UUID of namespace 1",
                "00000000-0000-0000-0000-000000000009", "not there");
    }

    @Test
    void namespacesWithoutAnyIdentifierCannotBeToldApart() {
        var nameless = changed(namespace -> new NamespaceManifest(
                namespace.extent(), 8, false, 0, Optional.empty(), Optional.empty(), Optional.empty()));
        source.namespaces = List.of(nameless);
        destination.namespaces = List.of(nameless);
        assertThat(findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.NOTE);
            assertThat(finding.reason()).isEqualTo(PreflightReason.UNKNOWN);
        });
    }

    @Test
    void featuresAreComparedUnlessTheEmbedderMovesThem() {
        source.features = List.of(
                new FeatureSetting(6, 0, 1, OpaqueBytes.EMPTY), new FeatureSetting(0x0C, 3, 0x10, OpaqueBytes.zeros(
                        2)));
        assertOnly(Severity.NOTE, PreflightReason.UNKNOWN, "features", "not known at the destination",
                "known at both sides, to be compared");
        destination.features = List.of(new FeatureSetting(6, 0, 0, OpaqueBytes.EMPTY));
        assertThat(findings())
                .allMatch(finding -> finding.reason() == PreflightReason.FEATURE_DIFFERS
                        && finding.severity() == Severity.WARNING)
                .extracting(finding -> finding.field() + ": " + finding.found() + ", " + finding.required())
                .containsExactly(
                        "feature 6h: 0h, 1h",
                        "feature Ch of namespace 3: not there, 10h with " + OpaqueBytes.zeros(2));
        destination.features = source.features;
        assertThat(findings()).isEmpty();
        destination.features = List.of(new FeatureSetting(6, 0, 0, OpaqueBytes.EMPTY));
        source.supplied = true;
        assertThat(findings()).hasSize(2);
        destination.supplied = true;
        assertThat(findings()).isEmpty();
    }

    @Test
    void partsThatNobodyCarriesBlock() {
        destination.formats = List.of(BARE);
        assertThat(findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.BLOCKER);
            assertThat(finding.reason()).isEqualTo(PreflightReason.PART_NOT_CARRIED);
            assertThat(finding.side()).isEqualTo(MigrationRole.SOURCE);
            assertThat(finding.found()).isEqualTo("[ADMIN_QUEUES, FEATURES] not in a state of version 0");
        });
        source.supplied = true;
        assertThat(findings()).singleElement()
                .satisfies(finding -> assertThat(finding.side()).isEqualTo(MigrationRole.DESTINATION));
        destination.supplied = true;
        assertThat(findings()).isEmpty();
    }

    @Test
    void noCommonFormatBlocks() {
        source.formats = List.of(FULL);
        destination.formats = List.of(BARE, StateFormat.ofVendor(new UUID(1, 1)));
        assertOnly(Severity.BLOCKER, PreflightReason.NO_COMMON_FORMAT, "formats of the state",
                "[version 0, no version with 00000000-0000-0001-0000-000000000001]",
                "one of [version 0 with 00000000-0000-0001-0000-000000000001]");
    }

    /// Whatever format they will have in common, it has no vendor specific data.
    @Test
    void partsThatNoFormatOfOneSideCarriesBlockAlsoWithoutACommonFormat() {
        destination.formats = List.of(StateFormat.ofVersion(5));
        assertParts("there");
        destination.formats = List.of(StateFormat.of(5, new UUID(1, 5)), StateFormat.ofVersion(5));
        assertThat(findings()).extracting(PreflightFinding::reason).containsExactly(PreflightReason.NO_COMMON_FORMAT);
        source.formats = List.of(BARE);
        assertParts("here");
        source.supplied = true;
        destination.supplied = true;
        assertThat(findings()).extracting(PreflightFinding::reason).containsExactly(PreflightReason.NO_COMMON_FORMAT);
    }

    private void assertParts(String side) {
        assertThat(findings()).extracting(PreflightFinding::reason, PreflightFinding::severity)
                .containsExactlyInAnyOrder(
                        tuple(PreflightReason.NO_COMMON_FORMAT, Severity.BLOCKER),
                        tuple(PreflightReason.PART_NOT_CARRIED, Severity.BLOCKER));
        assertThat(findings())
                .filteredOn(finding -> finding.reason() == PreflightReason.PART_NOT_CARRIED)
                .extracting(PreflightFinding::found)
                .containsExactly("[ADMIN_QUEUES, FEATURES] not in any state that " + side
                        + " knows: it has no vendor specific data");
    }

    @Test
    void anotherKindOfDeviceBlocks() {
        destination.formats = List.of();
        assertThat(findings()).singleElement()
                .satisfies(finding -> assertThat(finding.reason()).isEqualTo(PreflightReason.DEVICE_MISMATCH));
        destination.withController = false;
        source.formats = List.of();
        assertThat(findings()).singleElement()
                .satisfies(finding -> assertThat(finding.reason()).isEqualTo(PreflightReason.DEVICE_MISMATCH));
        source.withController = false;
        assertThat(findings()).singleElement().satisfies(finding -> {
            assertThat(finding.reason()).isEqualTo(PreflightReason.UNKNOWN);
            assertThat(finding.severity()).isEqualTo(Severity.NOTE);
        });
    }

    @Test
    void aStateThatIsLargerThanTheDestinationTakesBlocks() {
        source.estimated = 1001;
        assertOnly(Severity.BLOCKER, PreflightReason.STATE_SIZE, "largest state", "1000 bytes", "1001 bytes or more");
        source.estimated = 1000;
        assertThat(findings()).isEmpty();
    }

    @Test
    void severalDevicesNeedP2pAndAsManyOnTheOtherSide() {
        destination.capabilities = Set.of(MigrationCapability.STOP_COPY);
        assertThat(findings()).as("one alone needs none").isEmpty();
        var report = Preflight.between(
                List.of(source.manifest("a"), source.manifest("b")),
                List.of(source.manifest("c"), destination.manifest("d"), source.manifest("e")),
                MigrationOptions.defaults());
        assertThat(report.blockers())
                .extracting(finding -> finding.reason() + " " + finding.device() + " " + finding.side())
                .containsExactly("DEVICE_MISMATCH all devices DESTINATION", "P2P_MISSING d DESTINATION");
        assertThat(report.isPossible()).isFalse();
        assertThat(Preflight.between(
                List.of(source.manifest("a"), source.manifest("b")),
                List.of(source.manifest("c"), destination.manifest("d")),
                MigrationOptions.defaults().waiving(PreflightReason.P2P_MISSING))
                .isPossible()).isTrue();
    }
}

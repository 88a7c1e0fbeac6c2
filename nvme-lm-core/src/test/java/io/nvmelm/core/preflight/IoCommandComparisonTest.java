package io.nvmelm.core.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.IoCommandSupport;
import io.nvmelm.MigrationRole;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the guest's driver read of I/O commands and of the layout of blocks, it has at the destination.
class IoCommandComparisonTest {
    private static final NamespaceManifest PLAIN = namespace(8, false, 0);

    private static NamespaceManifest namespace(int metadataBytes, boolean extendedBlocks, int protection) {
        return new NamespaceManifest(
                new NamespaceExtent(1, 8, 512), metadataBytes, extendedBlocks, protection, Optional.empty(),
                Optional.empty(), Optional.of(new UUID(0, 1)));
    }

    private static DeviceManifest device(Optional<IoCommandSupport> commands, NamespaceManifest namespace) {
        var bare = ControllerManifest.of(new ControllerIdentity("q", "s", "m", "f", 1, OptionalInt.empty()));
        return new DeviceManifest(
                "d", Set.of(), List.of(StateFormat.ofVersion(0)), 1, 1,
                Optional.of(new ControllerManifest(
                        bare.identity(), bare.pciVendorId(), bare.pciSubsystemVendorId(), bare.ieeeOui(),
                        bare.nvmeVersion(), bare.controllerCapabilities(), bare.maximumTransferBytes(),
                        bare.ioQueuePairs(), bare.interruptVectors(), commands, List.of(namespace), List.of())),
                Set.of(), false);
    }

    private static List<PreflightFinding> between(IoCommandSupport before, IoCommandSupport now) {
        return ControllerComparison.between(
                device(Optional.of(before), PLAIN), device(Optional.of(now), PLAIN));
    }

    private static IoCommandSupport of(String field, long value) {
        return new IoCommandSupport(
                field.equals("SQES") ? (int) value : 0x66,
                field.equals("CQES") ? (int) value : 0x44,
                field.equals("ONCS") ? (int) value : 0,
                field.equals("VWC") ? (int) value : 0,
                field.equals("SGLS") ? value : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "SQES, 0x66, 0x77, BLOCKER", "SQES, 0x76, 0x66, BLOCKER", "SQES, 0x66, 0x76, ''", "SQES, 0x66, 0x65, ''",
        "CQES, 0x44, 0x55, BLOCKER", "CQES, 0x54, 0x44, BLOCKER", "CQES, 0x44, 0x43, ''",
        "ONCS, 0x1C, 0x18, BLOCKER", "ONCS, 0x1C, 0x3C, ''", "ONCS, 0x8000, 0, BLOCKER",
        "VWC, 0, 1, BLOCKER", "VWC, 1, 0, ''", "VWC, 7, 5, WARNING", "VWC, 5, 7, ''", "VWC, 6, 7, BLOCKER",
        "SGLS, 1, 0, BLOCKER", "SGLS, 1, 2, BLOCKER", "SGLS, 2, 1, ''", "SGLS, 0, 2, ''", "SGLS, 2, 0, BLOCKER",
        "SGLS, 0x10001, 1, BLOCKER", "SGLS, 0x200001, 0x100001, BLOCKER", "SGLS, 5, 1, BLOCKER",
        "SGLS, 0x10000, 0, ''", "SGLS, 0x800001, 1, ''", "SGLS, 0x701, 1, ''"
    })
    void lessThanTheGuestKnowsIsFound(String field, String source, String destination, String severity) {
        long before = Long.decode(source);
        long now = Long.decode(destination);
        var findings = between(of(field, before), of(field, now));
        if (severity.isEmpty()) {
            assertThat(findings).isEmpty();
        } else {
            assertThat(findings).singleElement().satisfies(finding -> {
                assertThat(finding.severity()).hasToString(severity);
                assertThat(finding.reason()).isEqualTo(PreflightReason.CAPABILITIES_DIFFER);
                assertThat(finding.field()).isEqualTo(field);
                assertThat(finding.side()).isEqualTo(MigrationRole.DESTINATION);
                assertThat(finding.found()).isEqualTo(Differences.hexadecimal(now));
                assertThat(finding.required()).contains(Differences.hexadecimal(before));
            });
        }
    }

    @Test
    void whatOneSideDoesNotKnowIsANote() {
        var known = device(Optional.of(of("ONCS", 1)), PLAIN);
        var unknown = device(Optional.empty(), PLAIN);
        assertThat(ControllerComparison.between(known, unknown)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(PreflightFinding.Severity.NOTE);
            assertThat(finding.field()).isEqualTo("SQES, CQES, ONCS, VWC and SGLS");
        });
        assertThat(ControllerComparison.between(unknown, unknown)).isEmpty();
    }

    private static List<PreflightFinding> layouts(NamespaceManifest before, NamespaceManifest now) {
        return ControllerComparison.between(device(Optional.empty(), before), device(Optional.empty(), now));
    }

    @Test
    void whereMetadataLieBlocksWhereThereAreAny() {
        assertThat(layouts(namespace(8, false, 0), namespace(8, true, 0))).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(PreflightFinding.Severity.BLOCKER);
            assertThat(finding.reason()).isEqualTo(PreflightReason.NAMESPACE_DIFFERS);
            assertThat(finding.field()).isEqualTo("FLBAS bit 4 of namespace 1");
            assertThat(finding.found()).isEqualTo("metadata behind the data of their block");
            assertThat(finding.required()).isEqualTo("metadata in a buffer of their own");
        });
        assertThat(layouts(namespace(8, true, 0), namespace(8, false, 0))).hasSize(1);
        assertThat(layouts(namespace(0, false, 0), namespace(0, true, 0))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 9, 10, 11})
    void otherProtectionInformationBlocks(int protection) {
        assertThat(layouts(namespace(8, false, 0), namespace(8, false, protection)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(PreflightFinding.Severity.BLOCKER);
                    assertThat(finding.field()).isEqualTo("DPS of namespace 1");
                });
        assertThat(layouts(namespace(8, false, protection), namespace(8, false, protection))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4, 7, 12, 16})
    void aTypeOfProtectionThatIsNoneIsRefused(int protection) {
        assertThatThrownBy(() -> namespace(8, false, protection))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("protection is " + protection);
    }

    @Test
    void supportOutsideItsFieldsIsRefused() {
        assertThatThrownBy(() -> of("SQES", 256)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> of("CQES", -1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> of("ONCS", 0x1_0000)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> of("VWC", 256)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> of("SGLS", 0x1_0000_0000L)).isInstanceOf(InvalidValueException.class);
    }
}

package io.nvmelm.core.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FeatureSetting;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.PreflightReport;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.StateFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Manifests as long as a stream takes them are compared in a moment, and what is found is said as briefly as a person reads.
class LongManifestTest {
    private static final int MOST = 65_536;

    private static DeviceManifest device(
            List<StateFormat> formats, List<NamespaceManifest> namespaces, List<FeatureSetting> features) {
        var bare = ControllerManifest.of(new ControllerIdentity("q", "s", "m", "f", 1, OptionalInt.empty()));
        return new DeviceManifest(
                "d", Set.of(), formats, 1, 1,
                Optional.of(new ControllerManifest(
                        bare.identity(), bare.pciVendorId(), bare.pciSubsystemVendorId(), bare.ieeeOui(),
                        bare.nvmeVersion(), bare.controllerCapabilities(), bare.maximumTransferBytes(),
                        bare.ioQueuePairs(), bare.interruptVectors(), bare.ioCommands(), namespaces, features)),
                Set.of(), false);
    }

    private static List<NamespaceManifest> namespaces() {
        return LongStream.rangeClosed(1, MOST)
                .mapToObj(id -> new NamespaceManifest(
                        new NamespaceExtent(id, 2, 512), 0, false, 0, Optional.empty(), Optional.empty(),
                        Optional.of(new UUID(0, id))))
                .toList();
    }

    @Test
    void aMessageNamesTheFirstReasonsAndCountsTheRest() {
        var report = new PreflightReport(DeviceComparison.between(
                device(List.of(), namespaces(), List.of()), device(List.of(), List.of(), List.of())));
        assertThat(report.blockers()).hasSize(MOST);
        assertThatThrownBy(report::throwIfImpossible)
                .isInstanceOfSatisfying(MigrationUnsupportedException.class, refusal -> {
                    assertThat(refusal.reasons()).hasSize(MOST);
                    assertThat(refusal.getMessage()).hasSizeLessThan(10_000);
                })
                .hasMessageContaining("NSID of namespace 16 ")
                .hasMessageContaining("; and 65520 more");
    }

    @Test
    void aMessageNamesTheBeginningOfALongReason() {
        assertThat(new MigrationUnsupportedException(List.of("x".repeat(5000))).getMessage())
                .hasSizeLessThan(1500)
                .contains("x…");
    }

    @Test
    @Timeout(30)
    void asManyNamespacesAndFeaturesAsAManifestTakesAreCompared() {
        var namespaces = namespaces();
        var features = LongStream.rangeClosed(1, MOST)
                .mapToObj(id -> new FeatureSetting(0x03, id, 0, OpaqueBytes.EMPTY))
                .toList();
        assertThat(ControllerComparison.between(
                device(List.of(), namespaces, features),
                device(List.of(), namespaces.reversed(), features.reversed()))).isEmpty();
    }

    @Test
    void aFindingNamesTheFirstFormats() {
        var formats = IntStream.range(1, 60_000).mapToObj(StateFormat::ofVersion).toList();
        assertThat(DeviceComparison.between(
                device(formats, List.of(), List.of()), device(List.of(StateFormat.ofVersion(0)), List.of(), List.of())))
                .singleElement()
                .satisfies(finding -> assertThat(finding.required()).endsWith("version 16] and 59983 more"));
    }
}

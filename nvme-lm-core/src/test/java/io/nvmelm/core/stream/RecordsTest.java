package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationRole;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.NamespaceManifest;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Payloads at their bounds.
class RecordsTest {
    private static PreflightFinding finding(PreflightReason reason, String text) {
        return new PreflightFinding(
                PreflightFinding.Severity.WARNING, reason, MigrationRole.SOURCE, text, text, text, text, text);
    }

    private static List<PreflightFinding> refused(List<PreflightFinding> findings) {
        var payload = Records.refuse(findings);
        assertThat(payload.remaining()).isLessThanOrEqualTo(64 << 10);
        return FindingFields.decode(new FieldReader(payload, 0, 0, "refusal", null));
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonComesThrough(PreflightReason reason) {
        assertThat(refused(List.of(finding(reason, "x")))).containsExactly(finding(reason, "x"));
    }

    @Test
    void findingsThatDoNotFitAreCounted() {
        var seen = refused(Collections.nCopies(1000, finding(PreflightReason.UNKNOWN, "y".repeat(2000))));
        assertThat(seen.getFirst().device()).isEqualTo("y".repeat(1024));
        assertThat(seen.getLast().found()).isEqualTo(Integer.toString(1000 - (seen.size() - 1)));
        assertThat(seen).hasSizeBetween(10, 14);
    }

    @Test
    void aLongFailureIsCutBetweenCharacters() {
        var payload = Records.failed(FailureCategory.RETRY, "ü".repeat(40_000) + "\uD800");
        assertThat(payload.remaining()).isEqualTo(64 << 10);
        assertThat(payload.getShort()).isEqualTo((short) 1);
        assertThat(StandardCharsets.UTF_8.decode(payload).toString()).isEqualTo("ü".repeat(32_767));
        assertThat(StandardCharsets.UTF_8.decode(Records.failed(FailureCategory.FATAL, "a\uD800").position(2))
                .toString())
                .isEqualTo("a?");
    }

    @Test
    void numbersOutsideTheirBoundsAreNotWritten() {
        assertThat(Records.alive(Duration.ofMillis(0xFFFF_FFFFL)).getInt()).isEqualTo(-1);
        assertThatThrownBy(() -> Records.alive(Duration.ofMillis(0x1_0000_0000L)))
                .isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> Records.alive(Duration.ofMillis(-1))).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> Records.accept(List.of(OptionalInt.of(65_535))))
                .isInstanceOf(InvalidValueException.class);
        assertThat(Records.accept(List.of(OptionalInt.of(65_534), OptionalInt.empty())).getInt())
                .isEqualTo(0xFFFF_FFFE);
    }

    private static StreamManifest manifest(int namespaces, String name) {
        var attached = new ArrayList<NamespaceManifest>();
        for (int i = 1; i <= namespaces; i++) {
            attached.add(new NamespaceManifest(
                    new NamespaceExtent(i, i, 4096), 0, false, 0, Optional.empty(), Optional.empty(),
                    Optional.of(Samples.OTHER_ID)));
        }
        var device = new DeviceManifest(
                name,
                Set.of(),
                List.of(),
                1,
                1,
                Optional.of(new ControllerManifest(
                        new ControllerIdentity("q", "s", "m", "f", 1, OptionalInt.empty()),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        attached,
                        List.of())),
                Set.of(),
                false);
        return Samples.ORIGIN.manifest(List.of(device), List.of());
    }

    private static StreamManifest decode(ByteBuffer payload) {
        return ManifestCodec.decode(new FieldReader(payload, 0, 0, "manifest", null), Samples.STREAM_ID,
                StreamKind.FILE);
    }

    @Test
    void asManyNamespacesAsTheFormatHasComeThroughAndNoMore() {
        assertThat(decode(ManifestCodec.encode(manifest(65_536, "d")))).isEqualTo(manifest(65_536, "d"));
        assertThatThrownBy(() -> ManifestCodec.encode(manifest(65_537, "d")))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("number of namespaces is 65537");
    }

    @Test
    void aManifestThatNoRecordTakesIsNotWritten() {
        var large = manifest(60_000, "d").devices().getFirst();
        assertThatThrownBy(() -> ManifestCodec.encode(Samples.ORIGIN.manifest(List.of(large, large), List.of())))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("0 to 4194304");
    }

    @Test
    void asManyDevicesAsTheFormatHasComeThroughAndNoMore() {
        var most = Samples.ORIGIN.manifest(Collections.nCopies(4096, Samples.kernelDevice()), List.of());
        assertThat(decode(ManifestCodec.encode(most))).isEqualTo(most);
        assertThatThrownBy(
                () -> Samples.ORIGIN.manifest(Collections.nCopies(4097, Samples.kernelDevice()), List.of()))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aNameThatCouldNotBeReadAgainIsNotWritten() {
        for (var name : List.of("\uD800", "x".repeat(4097))) {
            assertThatThrownBy(() -> ManifestCodec.encode(manifest(0, name)))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("name is");
        }
    }
}

package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.DeviceManifest;
import io.nvmelm.FailureCategory;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReason;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.migration.Preflight;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// No text of the other side commands a terminal or begins a line of a log, whichever way it comes.
class ForeignTextTest {
    private static final String EVIL = "a\u001B[2J\nall is well\u2028b\u2029\u202E";
    private static final String SHOWN = "a\\u{1b}[2J\\u{a}all is well\\u{2028}b\\u{2029}\\u{202e}";

    private static DeviceManifest device(String name, String model) {
        return new DeviceManifest(
                name, Set.of(MigrationCapability.STOP_COPY), List.of(), 1, 1,
                Optional.of(ControllerManifest.of(
                        new ControllerIdentity("q", "s", model, "f", 1, OptionalInt.empty()))),
                Set.of(), false);
    }

    /// The source, with what the destination said waiting for it.
    private static RecordReader saidByTheDestination(RecordType type, ByteBuffer payload) {
        var toDestination = new Conduit();
        var toSource = new Conduit();
        var source = new DuplexStream(MigrationRole.SOURCE, toSource, toDestination, Samples.PLAIN);
        var destination = new DuplexStream(MigrationRole.DESTINATION, toDestination, toSource, Samples.PLAIN);
        var opening = CompletableFuture.runAsync(() -> destination.open(List.of()));
        source.open(List.of());
        opening.join();
        destination.writer().write(type, RecordType.WHOLE_STREAM, payload);
        assertThat(source.reader().next()).isEqualTo(type);
        return source.reader();
    }

    @Test
    void aFailureIsShown() {
        var said = saidByTheDestination(RecordType.FAILED, Records.failed(FailureCategory.RETRY, EVIL));
        assertThat(Records.decodeFailed(said).text()).isEqualTo(SHOWN);
    }

    @Test
    void everyTextOfARefusalIsShown() {
        var finding = new PreflightFinding(
                PreflightFinding.Severity.BLOCKER, PreflightReason.UNKNOWN, MigrationRole.DESTINATION, EVIL, EVIL, EVIL,
                EVIL, EVIL);
        var said = saidByTheDestination(RecordType.REFUSE, Records.refuse(List.of(finding)));
        assertThat(Records.decodeRefuse(said))
                .containsExactly(new PreflightFinding(
                        PreflightFinding.Severity.BLOCKER, PreflightReason.UNKNOWN, MigrationRole.DESTINATION, SHOWN,
                        SHOWN, SHOWN, SHOWN, SHOWN));
    }

    /// Compared are the texts themselves.
    @Test
    void namesAndValuesInFindingsAreShown() {
        var own = List.of(device("own", "m"), device("own", "m"));
        var theirs = List.of(device(EVIL, EVIL), device(EVIL, EVIL));
        var options = MigrationOptions.defaults();
        assertThat(Preflight.between(own, theirs, options).findings())
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.text()).doesNotContainPattern("[\\p{Cntrl}\u2028\u2029]"))
                .anySatisfy(finding -> assertThat(finding.found()).isEqualTo("'" + SHOWN + "'"));
        assertThat(Preflight.between(theirs, own, options).findings())
                .allSatisfy(finding -> assertThat(finding.text()).doesNotContainPattern("[\\p{Cntrl}\u2028\u2029]"));
        assertThat(Preflight.between(theirs, theirs, options).findings())
                .extracting(PreflightFinding::reason)
                .containsOnly(PreflightReason.P2P_MISSING);
    }

    @Test
    void aRefusedManifestIsShown() {
        assertThatThrownBy(() -> new FieldReader(Records.empty(), 0, 0, EVIL, null).required(1, null))
                .isInstanceOf(StreamFormatException.class)
                .hasMessageContaining(SHOWN);
    }
}

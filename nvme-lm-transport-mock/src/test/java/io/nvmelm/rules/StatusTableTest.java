package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nvmelm.CommandFailedException;
import io.nvmelm.MigrationUnsupportedException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Walks the status tables of the standard: every row is provoked on the device and, where the library sends such commands, arrives
/// at its caller as a typed failure with the right meaning.
class StatusTableTest {

    static Stream<StatusRow> rows() {
        return Stream.concat(MigrationStatusRows.all().stream(), TrackingStatusRows.all().stream());
    }

    @ParameterizedTest
    @MethodSource("rows")
    @Proves(both = {
        "discovery.admin-uses-prps",
        "discovery.data-outside-memory",
        "discovery.data-within-mdts",
        "discovery.migratable-refuses-commands",
        "discovery.migratable-refuses-formats",
        "discovery.no-namespace",
        "discovery.reserved-select",
        "discovery.unsupported-opcode",
        "feature.get-unknown-queue",
        "feature.head-not-posted",
        "feature.head-of-empty",
        "feature.not-saveable",
        "feature.set-unknown-queue",
        "feature.trigger-outside",
        "get.offset-alignment",
        "get.offset-beyond",
        "get.unfit-controller",
        "get.uuid-not-listed",
        "get.version-not-listed",
        "log.already-logging",
        "log.reserved-action",
        "log.start-full",
        "log.stop-suspended",
        "log.stop-unknown-queue",
        "log.suspended",
        "log.unknown-queue",
        "memory.alignment",
        "memory.already-tracked",
        "memory.granularity-range",
        "memory.no-ranges",
        "memory.not-enough-resources",
        "memory.not-host-memory",
        "memory.own-controller",
        "memory.power-of-two",
        "memory.ranges-of-controller",
        "memory.ranges-of-subsystem",
        "memory.suspended",
        "memory.unknown-controller",
        "memory.version",
        "queue-create.limit-of-controller",
        "queue-create.limit-of-subsystem",
        "queue-create.list-too-long",
        "queue-create.not-host-memory",
        "queue-create.one-per-controller",
        "queue-create.prp-offset",
        "queue-create.ranges-of-queue",
        "queue-create.ranges-of-subsystem",
        "queue-create.reserved-type",
        "queue-create.size-multiple",
        "queue-create.size-zero",
        "queue-create.unknown-controller",
        "queue-delete.unknown",
        "report.not-tracked",
        "report.too-short",
        "resume.not-suspended",
        "resume.unknown-controller",
        "resume.with-open-state",
        "sanitize.namespace-refuses-commands",
        "sanitize.subsystem-refuses-commands",
        "set.empty-otherwise",
        "set.in-one-command",
        "set.incomplete",
        "set.no-format",
        "set.no-sequence",
        "set.offset-alignment",
        "set.offset-beyond",
        "set.queues-exist",
        "set.state-without-version",
        "set.too-many-queues",
        "set.unfit-controller",
        "set.unknown-version",
        "set.uuid-not-listed",
        "set.vendor-without-uuid",
        "set.verified",
        "set.version-not-listed",
        "state.sizes-of-128-bits",
        "suspend.own-controller",
        "suspend.reserved-type",
        "suspend.unknown-controller",
        "vendor.load-size",
        "vendor.unknown-function"
    }, device = {
        "discovery.tracking-optional",
        "sanitize.refused-while-suspended"
    })
    void everyRowArrivesAsATypedFailure(StatusRow row) {
        var world = new RuleWorld(row.device());
        var thrown = catchThrowable(() -> row.provoke().accept(world));
        if (row.onHost()) {
            assertArrives(row, thrown);
        } else {
            assertThat(thrown).isNull();
        }
        assertThat(world.answeredLibrary).as("whether the library got an answer").isEqualTo(row.onHost());
        assertThat(world.answered).as("what the device answered last").isNotNull();
        assertThat(world.answered.is(row.expected())).as(world.answered.toString()).isTrue();
    }

    private static void assertArrives(StatusRow row, Throwable thrown) {
        var meaning = StatusMeaning.of(row);
        switch (meaning.arrival()) {
            case NOTHING -> assertThat(thrown).isNull();
            case CHANGES_LOST -> assertThat(thrown)
                    .isInstanceOf(HostSide.ChangesLost.class)
                    .hasMessageContaining(meaning.says());
            case UNSUPPORTED -> assertThat(thrown)
                    .isInstanceOf(MigrationUnsupportedException.class)
                    .message().containsPattern(meaning.says());
            case FAILURE -> {
                assertThat(thrown).as(row.toString()).isInstanceOf(CommandFailedException.class);
                var failure = (CommandFailedException) thrown;
                assertThat(failure.status().is(row.expected())).as(failure.getMessage()).isTrue();
                assertThat(failure.category()).as(failure.getMessage()).isEqualTo(meaning.category());
                assertThat(failure.remedy()).containsPattern(meaning.says());
            }
        }
    }

    @Test
    void theRowsAreThoseThatTheTestSaysThatItProves() throws NoSuchMethodException {
        var claim = StatusTableTest.class
                .getDeclaredMethod("everyRowArrivesAsATypedFailure", StatusRow.class)
                .getAnnotation(Proves.class);
        var onHost = rules(StatusRow::onHost);
        assertThat(claim.both()).containsExactlyElementsOf(onHost);
        assertThat(claim.device())
                .containsExactlyElementsOf(rules(row -> true).stream().filter(rule -> !onHost.contains(rule)).toList());
        assertThat(claim.host()).isEmpty();
    }

    private static List<String> rules(Predicate<StatusRow> which) {
        return rows().filter(which).map(StatusRow::rule).distinct().sorted().toList();
    }
}

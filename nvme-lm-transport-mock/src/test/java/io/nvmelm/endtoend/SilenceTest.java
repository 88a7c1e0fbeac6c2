package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeadlineExceededException;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import io.nvmelm.core.migration.MigrationClock;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.transport.mock.testkit.SimulatedLink;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sides that say nothing for a while, in virtual time.
@Timeout(60)
class SilenceTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration PART = Duration.ofMillis(900);

    private final TwoHosts hosts = new TwoHosts(1, false, builder -> builder);
    private final SimulatedLink link = new SimulatedLink(hosts.clock);
    private int told;

    private MigrationClock clock(long origin) {
        return new MigrationClock() {
            @Override
            public long nanoTime() {
                return origin + hosts.clock.nanoTime();
            }

            @Override
            public void await(long nanos) {
                hosts.clock.advance(Duration.ofNanos(nanos));
            }
        };
    }

    /// A stage that copies in parts, each a bit shorter than a peer may be silent.
    private PreCopyStage stage(int parts) {
        return new PreCopyStage() {
            @Override
            public String name() {
                return "guest memory";
            }

            @Override
            public Remainder copy(PreCopyContext context) {
                for (int i = 0; i < parts; i++) {
                    context.progress(i, parts - i);
                    hosts.clock.advance(PART);
                }
                return new Remainder(0, 1, false);
            }

            @Override
            public void finish(PreCopyContext context) {}
        };
    }

    private record Reports(MigrationReport source, MigrationReport destination) {}

    private Reports migrate(
            MigrationOptions options, PreCopyStage stage, MigrationListener atDestination, long origin) {
        try (var source = hosts.open(hosts.a);
                var destination = hosts.open(hosts.b)) {
            destination.reset();
            var endings = link.run(
                    () -> new MigrationSender(List.of(source), link.source()).options(options)
                            .clock(clock(origin))
                            .listener(progress -> told++)
                            .stage(stage)
                            .run(),
                    () -> new MigrationReceiver(List.of(destination), link.destination()).options(options)
                            .clock(clock(origin))
                            .listener(atDestination)
                            .run());
            return new Reports(endings.source().get(), endings.destination().get());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -3_600_000_000_000L, Long.MAX_VALUE - 2_000_000_000, Long.MIN_VALUE})
    void aLongCopyShowsSignsOfLifeWhereverTimeBegins(long origin) {
        var options = MigrationOptions.defaults().withKeepAlive(Duration.ofMillis(100), SECOND);
        var reports = migrate(options, stage(20), MigrationListener.SILENT, origin);
        reports.source().throwIfFailed();
        reports.destination().throwIfFailed();
        assertThat(told).isGreaterThan(20);
    }

    @Test
    void signsOfLifeMayBeFartherApartThanAPeerMayBeSilent() {
        var options = MigrationOptions.defaults().withKeepAlive(Duration.ofSeconds(5), SECOND);
        var reports = migrate(options, stage(20), MigrationListener.SILENT, 0);
        reports.source().throwIfFailed();
        reports.destination().throwIfFailed();
    }

    @Test
    void aDestinationThatLoadsForTooLongIsGivenUpAndTheGuestGoesOnAtTheSource() {
        var options = MigrationOptions.defaults();
        assertThat(options.maximumBlackout()).isLessThan(options.deadlineOf(MigrationPhase.LOAD));
        var reports = migrate(options, stage(1), progress -> {
            if (progress.phase() == MigrationPhase.LOAD) {
                hosts.clock.advance(options.maximumBlackout());
            }
        }, 0);
        assertThat(reports.source().failure()).isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("the blackout took longer than PT1M");
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(reports.source().runsHere()).isTrue();
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
    }
}

package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationProgress;
import io.nvmelm.MigrationReport.PhaseTime;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.RunPermission;
import io.nvmelm.core.controller.RecordedEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationRecordTest {
    private final FakeClock clock = new FakeClock();
    private final List<MigrationProgress> told = new ArrayList<>();

    private MigrationRecord record() {
        var setup = new MigrationSetup(
                MigrationRole.SOURCE, List.of(new ArrayDevice("d", new byte[0], new ArrayList<>())));
        setup.clock(clock);
        setup.listener(told::add);
        setup.options(MigrationOptions.defaults().withProgressInterval(Duration.ZERO));
        return new MigrationRecord(MigrationRole.SOURCE, setup.names(), setup);
    }

    @Test
    void theRateIsThatOfThePhase() {
        var record = record();
        record.begin(MigrationPhase.PRE_COPY);
        clock.pass(1_000_000_000);
        record.moved("d", 9000);
        record.begin(MigrationPhase.TRANSFER);
        clock.pass(2_000_000_000);
        record.moved("d", 500);
        assertThat(told.getLast().bytesPerSecond()).isEqualTo(250);
        assertThat(told.getLast().bytesTransferred()).isEqualTo(9500);
    }

    @Test
    void aPhaseThatIsBegunAgainIsOneOfTheReport() {
        var record = record();
        for (int i = 0; i < 1000; i++) {
            record.begin(MigrationPhase.ROLL_BACK);
            clock.pass(3);
            record.begin(MigrationPhase.RESUME);
            clock.pass(1);
        }
        assertThat(record.report(RunPermission.SOURCE, true, null).phases()).containsExactly(
                new PhaseTime(MigrationPhase.ROLL_BACK, Duration.ofNanos(3000)),
                new PhaseTime(MigrationPhase.RESUME, Duration.ofNanos(1000)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 1_000_000_000, Long.MIN_VALUE})
    void theBlackoutIsTheSameWhereverTimeBegins(long origin) {
        clock.nanos = origin;
        var record = record();
        record.begin(MigrationPhase.SUSPEND);
        record.blackoutBegins();
        clock.pass(2_000_000_000);
        assertThat(record.report(RunPermission.SOURCE, false, null).blackout()).isEqualTo(Duration.ofSeconds(2));
        clock.nanos = 0;
        record.blackoutBegins();
        record.blackoutEnds();
        clock.pass(7);
        assertThat(record.report(RunPermission.SOURCE, true, null).blackout()).isZero();
    }

    @Test
    void anEventOfAPhaseHasTheFailureThatEndedThisPhase() throws IOException {
        var failure = new PeerException("it went away", "Look", null);
        var events = RecordedEvents.of("io.nvmelm.Migration", () -> {
            var record = record();
            record.begin(MigrationPhase.LOAD);
            record.fail(failure);
            record.begin(MigrationPhase.ROLL_BACK);
            record.report(RunPermission.SOURCE, true, failure);
        });
        assertThat(events).extracting(e -> e.getString("phase")).containsExactly("LOAD", "ROLL_BACK");
        assertThat(events.getFirst().getString("failure")).contains("it went away");
        assertThat(events.getLast().getString("failure")).isEmpty();
    }
}

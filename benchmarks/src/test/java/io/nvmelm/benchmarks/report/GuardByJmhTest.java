package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.benchmarks.report.Verdict.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The guard, measuring by JMH.
class GuardByJmhTest {
    private static final Subject SLOW = Subject.of(WorkBenchmark.class, "slow").with("tokens", 1000);
    private static final Subject QUICK = Subject.of(WorkBenchmark.class, "quick").with("tokens", 1000);
    private static final Subject BROKEN =
            Subject.of(WorkBenchmark.class, "broken").with("tokens", 1000);

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @Test
    void aSlowCandidateBreachesEachAttempt() {
        var judged = guard(2)
                .judge(List.of(
                        Target.timeRatio("slow", SLOW, QUICK, 1.2, 2),
                        Target.bandwidthRatio("slow, as bandwidth", SLOW, QUICK, 0.8, 0.5),
                        Target.bytesPerOperation("allocation", SLOW, 100)));

        assertThat(judged).hasSize(3).allSatisfy(target -> {
            assertThat(target.attempts()).hasSize(2);
            assertThat(target.verdict().outcome()).isEqualTo(Outcome.BREACHED);
        });
        assertThat(judged.getFirst().verdict().number()).isGreaterThan(3);
        assertThat(judged.getLast().verdict().number()).isBetween(1000.0, 2000.0);
    }

    @Test
    void whatCannotBeMeasuredIsNotKept() {
        var judged = guard(1).judge(List.of(Target.timeRatio("broken", BROKEN, QUICK, 1.2, 2)));

        assertThat(judged.getFirst().verdict().outcome()).isEqualTo(Outcome.NOT_MEASURED);
        assertThat(log.toString(StandardCharsets.UTF_8)).contains("no result of broken\n");
    }

    private Guard guard(int attempts) {
        return new Guard(
                new JmhMeasurer(
                        new Effort(1, 2, Duration.ofMillis(20)), new PrintStream(log, true, StandardCharsets.UTF_8)),
                attempts,
                Duration.ofMinutes(4),
                System::nanoTime,
                _ -> true);
    }
}

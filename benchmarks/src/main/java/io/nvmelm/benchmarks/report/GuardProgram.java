package io.nvmelm.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;

/// The program behind `mvn verify -DskipTests -Pbench-guard`: judges the targets, writes a file, and ends with status 1 when
/// a target is breached or could not be measured.
public final class GuardProgram {
    private static final int MAXIMUM_ATTEMPTS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private GuardProgram() {}

    /// Runs it.
    ///
    /// @param arguments the file to write, and what was called
    public static void main(String[] arguments) throws IOException {
        var file = Path.of(arguments[0]);
        var command = arguments[1];
        Files.deleteIfExists(file);
        var out = System.out;
        var begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var guard = new Guard(new JmhMeasurer(Effort.GUARD, out), MAXIMUM_ATTEMPTS, LIMIT, System::nanoTime);
        var judged = guard.judge(Targets.guarded());
        double seconds = Duration.between(begin, Instant.now()).toMillis() / 1000.0;
        Files.createDirectories(file.getParent());
        Files.writeString(file, GuardReport.json(Machine.here(), begin, seconds, command, judged));
        judged.forEach(target -> out.println(GuardReport.line(target)));
        var breached = judged.stream()
                .filter(Predicate.not(target -> target.verdict().isKept()))
                .toList();
        out.println("guard: " + (judged.size() - breached.size()) + " of " + judged.size() + " targets kept, " + seconds
                + " s, " + file);
        if (!breached.isEmpty()) {
            System.err.println("\nThe guard of the benchmarks failed:");
            breached.forEach(target -> System.err.println(GuardReport.breach(target)));
            System.exit(1);
        }
    }
}

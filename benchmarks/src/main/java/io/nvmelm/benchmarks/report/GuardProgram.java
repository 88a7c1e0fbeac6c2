package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.CCompiler;
import io.nvmelm.benchmarks.report.Guard.Judged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The program behind `mvn verify -DskipTests -Pbench-guard`: judges the targets, writes a file, and ends with status 1 when
/// a target is breached or could not be measured. Targets that compare with C are left out where there is no compiler, unless the
/// compiler is required.
public final class GuardProgram {
    private static final int MAXIMUM_ATTEMPTS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static final String REQUIRED = "required";
    private static final String OPTIONAL = "optional";

    private GuardProgram() {}

    /// Runs it.
    ///
    /// @param arguments the file to write, what was called, and whether a C compiler is `required` or `optional`
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var file = Path.of(arguments[0]);
        var command = arguments[1];
        boolean withC = isRequired(arguments[2]) || CCompiler.isPresent();
        Files.deleteIfExists(file);
        var out = System.out;
        var begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var guard = new Guard(new JmhMeasurer(Effort.GUARD, out), MAXIMUM_ATTEMPTS, LIMIT, System::nanoTime,
                target -> withC || !target.needsCCompiler());
        var judged = guard.judge(Targets.guarded());
        double seconds = Duration.between(begin, Instant.now()).toMillis() / 1000.0;
        Files.createDirectories(file.getParent());
        Files.writeString(file, GuardReport.json(Machine.here(), begin, seconds, command, judged));
        judged.forEach(target -> out.println(GuardReport.line(target)));
        var breached = judged.stream().filter(Judged::fails).toList();
        long leftOut = judged.stream().filter(Judged::isLeftOut).count();
        out.println("guard: " + (judged.size() - breached.size() - leftOut) + " of " + judged.size() + " targets kept, "
                + (leftOut == 0 ? "" : leftOut + " left out, ") + seconds + " s, " + file);
        if (!breached.isEmpty()) {
            System.err.println("\nThe guard of the benchmarks failed:");
            breached.forEach(target -> System.err.println(GuardReport.breach(target)));
            System.exit(1);
        }
    }

    private static boolean isRequired(String compiler) {
        return switch (compiler) {
            case REQUIRED -> true;
            case OPTIONAL -> false;
            default -> throw new IllegalArgumentException(
                    "guard.compiler: " + compiler + ", has to be " + REQUIRED + " or " + OPTIONAL);
        };
    }
}

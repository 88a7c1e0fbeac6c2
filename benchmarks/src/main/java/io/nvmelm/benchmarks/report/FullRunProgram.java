package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.migration.DistributionProfiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// The program behind `mvn -q -DskipTests -Pbench-full package`: measures everything with allocation and, where the machine
/// counts them, instructions; then writes page and charts. It can also write them from results that are there. Those of
/// a part, or of which nobody wrote down that they are all, go to the folder `target` of the module.
public final class FullRunProgram {
    private static final String EVERYTHING = ".*";
    private static final String NO_FILE = "none";

    /// Without a codec, transport or device of the caller these measure the library's once more.
    private static final String OWN = "\\.benchmarks\\.own\\.";

    private FullRunProgram() {}

    /// Runs it.
    ///
    /// @param arguments folder of the module; a file with results of JMH, or `none` to measure; then a regular expression and
    ///                  options of JMH, which go before what the benchmarks say of themselves
    public static void main(String[] arguments)
            throws IOException, RunnerException, CommandLineOptionException {
        var module = Path.of(arguments[0]);
        var target = module.resolve("target");
        var options = Arrays.copyOfRange(arguments, 2, arguments.length);
        var results = Path.of(arguments[1]);
        boolean measure = arguments[1].equals(NO_FILE);
        if (measure) {
            results = Files.createDirectories(target).resolve("results.json");
            measure(results, options);
        }
        var measurements = JmhResults.parse(Files.readString(results));
        var conditions = conditions(results);
        // A page about a part must not replace the one about everything.
        var folder = conditions.map(Conditions::everything).orElse(false) ? module : target;
        var charts = Report.write(folder, measurements, conditions);
        System.out.println(measurements.size() + " results, " + charts.size() + " charts: "
                + folder.resolve(Report.PAGE).toAbsolutePath().normalize());
    }

    private static void measure(Path results, String[] options)
            throws IOException, RunnerException, CommandLineOptionException {
        var begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var loadBefore = Machine.load();
        boolean instructions = countsInstructions();
        // Those of the run before are not of this one, which may be broken off.
        Files.deleteIfExists(conditionsOf(results));
        var caller = new CommandLineOptions(options);
        boolean everything = isEverything(options);
        var chained = new OptionsBuilder()
                .parent(caller)
                .addProfiler(GCProfiler.class)
                .addProfiler(DistributionProfiler.class);
        if (everything) {
            chained.exclude(OWN);
        }
        if (instructions) {
            chained.addProfiler("perfnorm");
        }
        SideBySide.run(chained.build(), results, System.out);
        var conditions = new Conditions(
                Machine.here(),
                Machine.jvmOptions(),
                loadBefore,
                Machine.load(),
                command(options),
                begin,
                Duration.between(begin, Instant.now()).toSeconds(),
                everything,
                instructions);
        Files.writeString(conditionsOf(results), conditions.json());
    }

    /// Whoever names an option measures something else: fewer benchmarks, or for another time, or in another virtual machine.
    static boolean isEverything(String[] options) {
        return List.of(options).equals(List.of(EVERYTHING));
    }

    private static String command(String[] options) {
        var text = String.join(" ", options);
        return "mvn -q -DskipTests -Pbench-full package" + (text.equals(EVERYTHING) ? "" : " -Dbench=\"" + text + "\"");
    }

    private static Path conditionsOf(Path results) {
        return results.resolveSibling(results.getFileName().toString().replaceFirst("\\.json$", "")
                + "-conditions.json");
    }

    private static Optional<Conditions> conditions(Path results) throws IOException {
        var file = conditionsOf(results);
        return Files.exists(file) ? Optional.of(Conditions.parse(Files.readString(file))) : Optional.empty();
    }

    /// Virtual machines often have no counters, and containers no `perf`.
    private static boolean countsInstructions() {
        try {
            var perf = new ProcessBuilder("perf", "stat", "-x", ",", "-e", "instructions", "true")
                    .redirectErrorStream(true)
                    .start();
            var output = new String(perf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return perf.waitFor() == 0 && output.lines().anyMatch(line -> line.matches("\\d+,.*instructions.*"));
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

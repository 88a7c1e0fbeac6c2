package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/// Candidate and baseline one after the other, for each set of parameters.
class SideBySideTest {
    private static final String SHORT = " -f 0 -wi 0 -i 1 -r 1ms";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @TempDir private Path folder;

    @Test
    void methodsWithTheSameParametersFollowOneAnother() throws Exception {
        assertThat(run("WorkBenchmark.(quick|slow)" + SHORT))
                .extracting(Measurement::method, measurement -> measurement.parameters().get("tokens"))
                .containsExactly(
                        tuple("quick", "1000"), tuple("slow", "1000"), tuple("quick", "2000"), tuple("slow", "2000"));
        assertThat(steps()).containsExactly("quick 1000", "slow 1000", "quick 2000", "slow 2000");
    }

    @Test
    void eachClassRunsOnce() throws Exception {
        assertThat(run("WorkBenchmark.quick StatePlanBenchmark.machine" + SHORT))
                .extracting(Measurement::simpleClassName, Measurement::parameters)
                .containsExactly(
                        tuple("StatePlanBenchmark", Map.of()),
                        tuple("WorkBenchmark", Map.of("tokens", "1000")),
                        tuple("WorkBenchmark", Map.of("tokens", "2000")));
    }

    @Test
    void theCallersValuesOfAParameterCount() throws Exception {
        assertThat(run("WorkBenchmark -e broken -e slow -p tokens=7,5" + SHORT))
                .extracting(Measurement::method, measurement -> measurement.parameters().get("tokens"))
                .containsExactly(tuple("quick", "7"), tuple("quick", "5"));
    }

    /// All iterations count, whichever fork they are of.
    @Test
    void forksTakeTurns() throws Exception {
        assertThat(run("WorkBenchmark.(quick|slow) -p tokens=1,2 -f 3 -wi 0 -i 2 -r 1ms"))
                .extracting(Measurement::method, measurement -> measurement.parameters().get("tokens"),
                        measurement -> measurement.primary().iterations().size())
                .containsExactly(tuple("quick", "1", 6), tuple("slow", "1", 6), tuple("quick", "2", 6), tuple("slow",
                        "2", 6));
        assertThat(steps()).containsExactly(
                "quick 1", "slow 1", "quick 2", "slow 2",
                "slow 1", "quick 1", "slow 2", "quick 2",
                "quick 1", "slow 1", "quick 2", "slow 2");
    }

    @Test
    void whatFailsLeavesTheOthersTheirResults() throws Exception {
        assertThat(run("WorkBenchmark.(broken|quick) -p tokens=1" + SHORT))
                .extracting(Measurement::method)
                .containsExactly("quick");
        assertThat(log.toString(StandardCharsets.UTF_8))
                .contains("# no result of " + WorkBenchmark.class.getName() + ".broken {tokens=1}\n");
    }

    @Test
    void nothingToMeasureIsAnError() {
        assertThatThrownBy(() -> run("NoSuchBenchmark" + SHORT))
                .isInstanceOf(RunnerException.class)
                .hasMessageContaining("NoSuchBenchmark");
    }

    /// Method and parameter of each step, as the log has them.
    private List<String> steps() {
        return log.toString(StandardCharsets.UTF_8).lines()
                .map(line -> line.replaceAll("^# \\d+ of \\d+: .*\\.(\\w+) \\{tokens=(\\d+)}$", "$1 $2"))
                .toList();
    }

    private List<Measurement> run(String options) throws Exception {
        var file = folder.resolve("results.json");
        SideBySide.run(
                new CommandLineOptions(options.split(" ")),
                file,
                new PrintStream(log, true, StandardCharsets.UTF_8));
        return JmhResults.parse(Files.readString(file));
    }
}

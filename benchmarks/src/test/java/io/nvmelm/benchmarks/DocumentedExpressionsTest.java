package io.nvmelm.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/// The regular expressions that README and build file name with `-Dbench` choose benchmarks.
class DocumentedExpressionsTest {
    private static final Pattern EXPRESSION = Pattern.compile("-Dbench=\"(\\S+)[^\"]*\"");

    static List<String> documented() throws IOException {
        return EXPRESSION
                .matcher(Files.readString(Path.of("../README.md")) + Files.readString(Path.of("pom.xml")))
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }

    private static List<String> chosenBy(String expression) {
        var nowhere = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return BenchmarkList.defaultList().find(nowhere, List.of(expression), List.of()).stream()
                .map(BenchmarkListEntry::getUsername)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("documented")
    void eachChoosesAtLeastOneBenchmark(String expression) {
        assertThat(chosenBy(expression)).isNotEmpty();
    }

    @Test
    void onePackageIsChosenByItsName() throws IOException {
        assertThat(documented()).contains("benchmarks.codec");
        assertThat(chosenBy("benchmarks.codec"))
                .allMatch(name -> name.startsWith("io.nvmelm.benchmarks.codec."))
                .anyMatch(name -> name.endsWith(".CommandEncodeBenchmark.codec"))
                .anyMatch(name -> name.endsWith(".ControllerStateIterateBenchmark.views"));
    }
}

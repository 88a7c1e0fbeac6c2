package io.nvmelm.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.nvmelm.benchmarks.report.Chart.Axis;
import io.nvmelm.benchmarks.report.Chart.Line;
import io.nvmelm.benchmarks.report.Chart.Point;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.xml.sax.InputSource;

/// The charts, of results that are written down here.
class ChartsTest {
    private static final Subject SLOW = Subject.of(WorkBenchmark.class, "slow");
    private static final Line LINE =
            Line.over("slow", SLOW, "tokens", Double::parseDouble, (nanoseconds, tokens) -> nanoseconds / Double
                    .parseDouble(tokens));

    @Test
    void everyLineOfEveryChartNamesABenchmark() {
        assertThat(Charts.all()).isNotEmpty().allSatisfy(chart -> assertThat(chart.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line.subject().benchmark().getMethods())
                        .filteredOn(method -> method.isAnnotationPresent(Benchmark.class))
                        .extracting("name")
                        .contains(line.subject().method())));
        assertThat(Charts.all()).extracting(Chart::file).doesNotHaveDuplicates();
    }

    @Test
    void aLineGoesOverItsParameterFromLeftToRight() {
        var measurements = new Sample()
                .with(SLOW.with("tokens", 2000), "us/op", 10)
                .with(SLOW.with("tokens", 1000), "us/op", 3)
                .with(Subject.of(WorkBenchmark.class, "quick").with("tokens", 1000), "us/op", 1)
                .measurements();

        assertThat(LINE.points(measurements)).extracting(Point::x, Point::y)
                .containsExactly(tuple(1000.0, 3.0), tuple(2000.0, 5.0));
    }

    @Test
    void aLineMayShowWhatABenchmarkRecordedItself() {
        var waits = Line.over(
                "waits",
                SLOW.secondary("wait.p99"),
                "tokens",
                Double::parseDouble,
                (nanoseconds, _) -> nanoseconds / 1000);
        var measurements = new Sample()
                .with(SLOW.with("tokens", 1000), "us/op", Map.of("wait.p99 us", 7.0), 3)
                .with(SLOW.with("tokens", 2000), "us/op", 10)
                .measurements();

        assertThat(waits.points(measurements)).containsExactly(new Point(1000, 7));
    }

    @Test
    void percentilesStandWhereTheNinesAre() {
        var metric = new Metric(
                5,
                1,
                "us/op",
                List.of(),
                Map.of("0.0", 1.0, "50.0", 2.0, "90.0", 3.0, "99.0", 4.0, "99.9", 5.0, "99.99", 6.0),
                0);
        var measurement =
                new Measurement(SLOW.benchmarkName(), new TreeMap<>(), "sample", metric, Map.of());

        assertThat(Line.percentiles("slow", SLOW).points(List.of(measurement)))
                .containsExactly(new Point(2, 2), new Point(10, 3), new Point(100, 4), new Point(1000, 5));
    }

    @Test
    void axesHaveShortNumbers() {
        assertThat(List.of(0.0, 0.5, 2.0, 99.9, 10_000.0)).map(Numbers::plain)
                .containsExactly("0", "0.5", "2", "99.9", "10000");
        assertThat(List.of(0.02, 0.3, 1.0, 5.0, 90.0, 1000.0, 6000.0, 20_000.000000001)).map(Numbers::logarithmic)
                .containsExactly("0.02", "", "1", "5", "", "1000", "", "20000");
    }

    @Test
    void whatWasNotMeasuredIsNotDrawn() {
        var chart = chart(LINE, Line.percentiles("other", Subject.of(WorkBenchmark.class, "quick")));
        var measurements = new Sample()
                .with(SLOW.with("tokens", 1000), "us/op", 3)
                .with(SLOW.with("tokens", 2000), "ns/op", Double.NaN)
                .measurements();

        assertThat(chart.linesIn(measurements)).containsExactly(LINE);
        assertThat(LINE.points(measurements)).hasSize(1);
    }

    @Test
    void aPictureIsSvgOnWhiteAndTheSameEachTime() throws Exception {
        var measurements = new Sample()
                .with(SLOW.with("tokens", 1000), "us/op", 3)
                .with(SLOW.with("tokens", 2000), "us/op", 10)
                .measurements();

        var picture = ChartDrawing.svg(chart(LINE), measurements);

        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        var root = factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(picture)))
                .getDocumentElement();
        assertThat(root.getTagName()).isEqualTo("svg");
        assertThat(root.getElementsByTagName("rect").item(1).getAttributes().getNamedItem("style").getNodeValue())
                .contains("fill:rgb(255,255,255)");
        assertThat(ChartDrawing.svg(chart(LINE), measurements)).isEqualTo(picture);
        assertThat(picture).doesNotContainPattern("\\.\\d{3}");
    }

    @Test
    void aReportLeavesPageAndChartsThatWereMeasured(@TempDir Path folder) throws Exception {
        var subject = Charts.all().getFirst().lines().getFirst().subject();
        var measurements = new Sample()
                .with(subject.with("queuePairs", 64), "us/op", 3)
                .with(subject.with("queuePairs", 4096), "us/op", 150)
                .measurements();

        var charts = Report.write(folder, measurements, Optional.empty());

        assertThat(charts).isNotEmpty().satisfies(drawn -> assertThat(drawn.getFirst().file()).isEqualTo(Charts.all()
                .getFirst().file()));
        var file = charts.getFirst().file() + ".svg";
        assertThat(folder.resolve("RESULTS.md")).content().contains("](charts/" + file + ")");
        try (var files = Files.list(folder.resolve("charts"))) {
            assertThat(files.map(each -> each.getFileName().toString())).containsExactly(file);
        }
    }

    @Test
    void aChartOfAnEarlierPageIsDeleted(@TempDir Path folder) throws Exception {
        var old = Files.createDirectories(folder.resolve("charts")).resolve("old.svg");
        Files.writeString(old, "<svg/>");

        Report.write(folder, new Sample().with(SLOW, "us/op", 3).measurements(), Optional.empty());

        assertThat(old).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"true, RESULTS.md", "false, target/RESULTS.md"})
    void aPageAboutAPartDoesNotReplaceTheOneAboutEverything(boolean everything, String page, @TempDir Path module)
            throws Exception {
        var results = module.resolve("some.json");
        Files.writeString(results, new Sample().with(SLOW, "us/op", 3).json());
        var conditions =
                new Conditions(Machine.here(), "-Xmx1g", "0", "0", "a command", Instant.EPOCH, 60, everything, false);
        Files.writeString(module.resolve("some-conditions.json"), conditions.json());

        FullRunProgram.main(new String[] {module.toString(), results.toString(), ".*"});

        assertThat(module.resolve(page)).content().contains("| command | `a command` |");
        assertThat(module.resolve("RESULTS.md").toFile().exists()).isEqualTo(everything);
    }

    @ParameterizedTest
    @CsvSource({
        ".*, true",
        ".* -f 1, false",
        ".* -pqueuePairs=1, false",
        ".* -jvmArgs -Xint, false",
        "Codec, false",
        "Codec -f 1, false",
        ".* Codec, false",
        ".* -e Codec, false",
        ".* -p queuePairs=1, false"
    })
    void everythingIsWhatLeavesNothingOut(String options, boolean everything) throws Exception {
        var words = options.split(" ");

        assertThat(FullRunProgram.isEverything(words)).isEqualTo(everything);
    }

    @Test
    void thePageIsWrittenFromAFileOfJmhWithoutMeasuring(@TempDir Path module) throws Exception {
        var results = module.resolve("old.json");
        Files.writeString(results, new Sample().with(SLOW.with("tokens", 1000), "us/op", 3).json());

        FullRunProgram.main(new String[] {module.toString(), results.toString(), ".*"});

        assertThat(module.resolve("target/RESULTS.md")).content()
                .contains("Nobody wrote down", "| slow | tokens=1000 | 3.00 |");
        assertThat(module.resolve("RESULTS.md")).doesNotExist();
        assertThat(module.resolve("target/results.json")).doesNotExist();
    }

    @Test
    void aPartIsMeasuredIntoTheFolderOfTheBuild(@TempDir Path module) throws Exception {
        FullRunProgram.main(("%s none WorkBenchmark.quick -p tokens=1000 -f 0 -wi 0 -i 1 -r 1ms".formatted(module))
                .split(" "));

        var page = module.resolve("target/RESULTS.md");
        assertThat(page).content()
                .contains("| quick | tokens=1000 |")
                .contains("-Dbench=\"WorkBenchmark.quick -p tokens=1000 -f 0 -wi 0 -i 1 -r 1ms\"`");
        assertThat(JmhResults.parse(Files.readString(module.resolve("target/results.json"))))
                .singleElement()
                .satisfies(measurement -> assertThat(measurement.bytesPerOperation()).isPresent());
        assertThat(module.resolve("RESULTS.md")).doesNotExist();
    }

    private static Chart chart(Line... lines) {
        return new Chart(
                "file",
                "A title",
                new Axis("tokens", true, Numbers::text),
                new Axis("nanoseconds per token", true, Numbers::text),
                List.of(lines));
    }
}

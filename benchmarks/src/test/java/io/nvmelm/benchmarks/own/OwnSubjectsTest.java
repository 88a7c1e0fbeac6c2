package io.nvmelm.benchmarks.own;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody else's codec, transport and device, compiled here into a folder of their own and measured by the program that
/// the profile `bench` runs, with that folder as `bench.classpath`.
class OwnSubjectsTest {
    private static final Path SOURCES = Path.of("src/test/resources/own/org/example");
    private static final String ONCE = " -f 1 -wi 0 -i 1 -r 1ms";
    private static final String ONCE_WITHOUT_FORK = " -f 0 -wi 0 -i 1 -r 1ms";

    @TempDir private static Path classes;

    @TempDir private Path results;

    @BeforeAll
    static void compile() throws IOException {
        try (var sources = Files.list(SOURCES)) {
            var arguments = Stream.concat(
                    Stream.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                    sources.map(Path::toString))
                    .toArray(String[]::new);
            assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments)).isZero();
        }
        var services = Files.createDirectories(classes.resolve("META-INF/services"));
        for (var service : Map.of(
                "io.nvmelm.benchmarks.own.CodecUnderTest", "org.example.OwnCodec",
                "io.nvmelm.spi.AdminTransportProvider", "org.example.OwnTransportProvider",
                "io.nvmelm.spi.MigratableDeviceProvider", "org.example.OwnDeviceProvider")
                .entrySet()) {
            Files.writeString(services.resolve(service.getKey()), service.getValue());
        }
    }

    @Test
    void anOwnCodecIsMeasuredBesideThatOfTheLibrary() throws Exception {
        run("OwnCodec -p codec=nvme-lm,buffers -p queuePairs=64" + ONCE);

        assertThat(measured())
                .containsExactlyInAnyOrder(
                        "OwnCodecBenchmark.build {codec=buffers, queuePairs=64}",
                        "OwnCodecBenchmark.build {codec=nvme-lm, queuePairs=64}",
                        "OwnCodecBenchmark.decode {codec=buffers}",
                        "OwnCodecBenchmark.decode {codec=nvme-lm}",
                        "OwnCodecBenchmark.encode {codec=buffers}",
                        "OwnCodecBenchmark.encode {codec=nvme-lm}",
                        "OwnCodecBenchmark.walk {codec=buffers, queuePairs=64}",
                        "OwnCodecBenchmark.walk {codec=nvme-lm, queuePairs=64}");
    }

    @Test
    void aWrongCodecIsNotMeasured() throws Exception {
        var output = run("OwnCodecBenchmark.walk -p codec=org.example.WrongCodec -p queuePairs=64" + ONCE_WITHOUT_FORK);

        assertThat(output).contains("Codec wrong: encode wrote 00h at byte 56, not 09h");
        assertThat(measured()).isEmpty();
    }

    @Test
    void aCodecThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        var output = run("OwnCodecBenchmark.walk -p codec=other -p queuePairs=64" + ONCE_WITHOUT_FORK);

        assertThat(output).contains("There is no codec other, neither as a service (those are: buffers, nvme-lm)");
    }

    @Test
    void anOwnTransportIsMeasuredBesideTheOneInMemory() throws Exception {
        run("OwnTransportBenchmark.identify -p transport=memory,mine:0000:04:00.0" + ONCE);

        assertThat(measured())
                .containsExactlyInAnyOrder(
                        "OwnTransportBenchmark.identify {inFlight=1, transport=memory}",
                        "OwnTransportBenchmark.identify {inFlight=8, transport=memory}",
                        "OwnTransportBenchmark.identify {inFlight=1, transport=mine:0000:04:00.0}",
                        "OwnTransportBenchmark.identify {inFlight=8, transport=mine:0000:04:00.0}");
    }

    @Test
    void aTransportThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
        var output = run("OwnTransportBenchmark.memory -p inFlight=1 -p transport=other:1,mine" + ONCE_WITHOUT_FORK);

        assertThat(output)
                .contains("There is no provider for the transport other:1; there are mine, nvme-passthrough, vfio")
                .contains("mine has no address: write provider:address");
        assertThat(measured()).isEmpty();
    }

    @Test
    void anOwnDeviceIsMeasuredBesideTheOneInMemory() throws Exception {
        run("OwnDevice -p device=memory,mine:2" + ONCE_WITHOUT_FORK);

        assertThat(measured())
                .containsExactlyInAnyOrder(
                        "OwnDeviceBenchmark.load {device=memory}", "OwnDeviceBenchmark.load {device=mine:2}",
                        "OwnDeviceBenchmark.save {device=memory}", "OwnDeviceBenchmark.save {device=mine:2}");
    }

    private String run(String options) throws IOException, InterruptedException {
        var separator = System.getProperty("path.separator");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djmh.ignoreLock=true",
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                System.getProperty("java.class.path") + separator + classes,
                "org.openjdk.jmh.Main"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of("-rf", "json", "-rff", file().toString()));
        var log = results.resolve("output.txt");
        int status = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        var output = Files.readString(log);
        assertThat(status).as(output).isZero();
        return output;
    }

    private List<String> measured() throws IOException {
        return JsonParser.parseString(Files.readString(file())).getAsJsonArray().asList().stream()
                .map(result -> result.getAsJsonObject())
                .map(result -> {
                    var name = result.get("benchmark").getAsString();
                    var parameters = new TreeMap<String, String>();
                    result.getAsJsonObject("params")
                            .entrySet()
                            .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().getAsString()));
                    return name.substring(name.indexOf("Own")) + " " + parameters;
                })
                .collect(Collectors.toList());
    }

    private Path file() {
        return results.resolve("results.json");
    }
}

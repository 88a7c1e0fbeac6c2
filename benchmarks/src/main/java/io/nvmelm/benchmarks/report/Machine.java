package io.nvmelm.benchmarks.report;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What a measurement was taken on.
///
/// @param processor model of the processor, as Linux names it
/// @param cores     cores that this process may use
/// @param memory    memory of the machine, as Linux writes it
/// @param kernel    operating system and its version
/// @param jdk       name, version and maker of the virtual machine
record Machine(String processor, int cores, String memory, String kernel, String jdk) {
    private static final String UNKNOWN = "unknown";

    /// {@return this machine} Blocks for a few small files.
    static Machine here() {
        return new Machine(
                line(Path.of("/proc/cpuinfo"), "model name").orElse(UNKNOWN),
                Runtime.getRuntime().availableProcessors(),
                line(Path.of("/proc/meminfo"), "MemTotal").map(Machine::gibibytes).orElse(UNKNOWN),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
                        + System.getProperty("java.vendor"));
    }

    /// {@return the load averages over 1, 5 and 15 minutes, as Linux writes them} Blocks for a small file.
    static String load() {
        var file = Path.of("/proc/loadavg");
        if (!Files.isReadable(file)) {
            return UNKNOWN;
        }
        try {
            return String.join(" ", Files.readString(file).split(" ", 4)).replaceAll(" \\S+/.*\\s*", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return the options that this virtual machine was started with; JMH gives them to its forks}
    static String jvmOptions() {
        return String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    /// {@return this as JSON}
    JsonObject json() {
        var object = new JsonObject();
        object.addProperty("processor", processor);
        object.addProperty("cores", cores);
        object.addProperty("memory", memory);
        object.addProperty("kernel", kernel);
        object.addProperty("jdk", jdk);
        return object;
    }

    /// {@return the machine that [#json()] wrote down}
    static Machine of(JsonObject object) {
        return new Machine(
                object.get("processor").getAsString(),
                object.get("cores").getAsInt(),
                object.get("memory").getAsString(),
                object.get("kernel").getAsString(),
                object.get("jdk").getAsString());
    }

    private static String gibibytes(String kibibytes) {
        long number = Long.parseLong(kibibytes.replaceAll("\\D", ""));
        return Math.round(number / (double) (1 << 20)) + " GiB";
    }

    private static Optional<String> line(Path file, String name) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

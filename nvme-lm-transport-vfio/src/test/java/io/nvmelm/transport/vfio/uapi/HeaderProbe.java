package io.nvmelm.transport.vfio.uapi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Asks the headers of this system for their numbers: writes a C program, has it compiled and runs it. The compiler is
/// the first of `cc`, `gcc` and `clang` that works; other headers than those of the system are named by `CPATH`.
final class HeaderProbe {
    private static final String TRIAL = "#include <stddef.h>\n#include <stdio.h>\nint main(void) { return 0; }\n";

    private final String compiler;
    private final Path folder;

    private HeaderProbe(String compiler, Path folder) {
        this.compiler = compiler;
        this.folder = folder;
    }

    /// {@return a probe, or nothing when this system has no C compiler that works}
    ///
    /// @param folder where to work
    static Optional<HeaderProbe> in(Path folder) throws IOException, InterruptedException {
        for (var compiler : List.of("cc", "gcc", "clang")) {
            var probe = new HeaderProbe(compiler, folder);
            try {
                if (probe.compile("trial", TRIAL).succeeded()) {
                    return Optional.of(probe);
                }
            } catch (IOException e) {
                System.getLogger(HeaderProbe.class.getName()).log(System.Logger.Level.DEBUG, "no " + compiler, e);
            }
        }
        return Optional.empty();
    }

    /// {@return the numbers that the header defines, or nothing when this system does not have the header}
    ///
    /// @param header the header
    /// @param table  what to ask for
    Optional<Map<String, Long>> ask(KernelHeader header, RecordedTable table)
            throws IOException, InterruptedException {
        var name = header.name().toLowerCase(Locale.ROOT);
        var compiled = compile(name, source(header, table));
        if (!compiled.succeeded()) {
            throw new AssertionError("the probe of " + header.path() + " does not compile:\n" + compiled.output());
        }
        var run = run(folder.resolve(name).toString());
        if (!run.succeeded()) {
            throw new AssertionError("the probe of " + header.path() + " failed:\n" + run.output());
        }
        var numbers = new LinkedHashMap<String, Long>();
        run.output().lines().map(line -> line.split(",")).forEach(cells -> numbers.put(cells[0], Long.decode(
                cells[1])));
        return numbers.remove("header") == null ? Optional.empty() : Optional.of(numbers);
    }

    private static String source(KernelHeader header, RecordedTable table) {
        var source = new StringBuilder("""
                #include <stddef.h>
                #include <stdio.h>
                #if __has_include(<%1$s>)
                #include <linux/ioctl.h>
                #include <%1$s>
                #define HAVE_HEADER
                #endif
                #define TELL(name, number) printf("%%s,%%llu\\n", name, (unsigned long long) (number))
                int main(void) {
                #ifdef HAVE_HEADER
                TELL("header", 1);
                """.formatted(header.path()));
        for (var row : table.rows().values()) {
            if (row.isInHeader()) {
                var tell = "TELL(\"" + row.name() + "\", " + row.expression() + ");\n";
                source.append(row.guard().isEmpty() ? tell : "#ifdef " + row.guard() + "\n" + tell + "#endif\n");
            }
        }
        return source.append("#endif\nreturn 0;\n}\n").toString();
    }

    private Outcome compile(String name, String source) throws IOException, InterruptedException {
        var file = Files.writeString(folder.resolve(name + ".c"), source);
        return run(compiler, "-o", folder.resolve(name).toString(), file.toString());
    }

    private static Outcome run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var out = process.getInputStream()) {
            var output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor() == 0, output);
        }
    }

    /// How a program ended and what it wrote.
    private record Outcome(boolean succeeded, String output) {}
}

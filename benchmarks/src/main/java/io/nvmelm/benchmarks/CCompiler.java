package io.nvmelm.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;

/// The compiler of the baselines in C. A system may have none.
public final class CCompiler {
    private static final String NAME = "cc";

    private CCompiler() {}

    /// {@return whether `cc` is on the path and works}
    public static boolean isPresent() throws InterruptedException {
        try {
            return new ProcessBuilder(NAME, "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /// Compiles a file by `cc -O2` and loads it; nothing is left on the disk.
    ///
    /// @param source name of a file of `src/main/c`
    /// @return its functions, loaded for as long as one of them is reachable
    /// @throws IllegalStateException when there is no compiler, or when it refuses the source: there is nothing to compare with
    public static SymbolLookup load(String source) throws InterruptedException {
        return load(source, NAME, Path.of(System.getProperty("java.io.tmpdir")));
    }

    /// Compiles by a compiler of another name.
    ///
    /// @param parent the folder in which source and library are put meanwhile
    @SuppressWarnings("restricted") // loads C code: that is what it is for
    static SymbolLookup load(String source, String compiler, Path parent) throws InterruptedException {
        try {
            var folder = Files.createTempDirectory(parent, "nvme-lm-c");
            var copy = folder.resolve(source);
            var library = folder.resolve(source + ".so");
            try {
                try (var text = CCompiler.class.getResourceAsStream(source)) {
                    Files.copy(text, copy);
                }
                compile(compiler, copy, library);
                return SymbolLookup.libraryLookup(library, Arena.ofAuto());
            } finally {
                Files.deleteIfExists(copy);
                Files.deleteIfExists(library);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(String compiler, Path source, Path library) throws InterruptedException {
        int status;
        try {
            status = new ProcessBuilder(compiler, "-O2", "-shared", "-fPIC", "-o", library.toString(), source
                    .toString())
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "No C compiler (" + compiler + ") on the path: what is compared with C is not measured.", e);
        }
        if (status != 0) {
            throw new IllegalStateException(compiler + " refused " + source.getFileName() + " (status " + status
                    + ").");
        }
    }
}

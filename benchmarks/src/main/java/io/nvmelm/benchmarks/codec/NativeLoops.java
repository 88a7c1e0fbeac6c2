package io.nvmelm.benchmarks.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/// `codec_loops.c`, compiled here by `cc -O2` and loaded. Stays loaded.
@SuppressWarnings("restricted") // loads C code: that is what it is for
final class NativeLoops {
    private final SymbolLookup symbols;

    private NativeLoops(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /// {@return the compiled loops}
    ///
    /// @throws IllegalStateException when there is no compiler on the path: there is nothing to compare with
    static NativeLoops compile() {
        return compile("cc");
    }

    /// Compiles by a compiler of another name.
    static NativeLoops compile(String compiler) {
        try {
            var folder = Files.createTempDirectory("codec_loops");
            var source = folder.resolve("codec_loops.c");
            var library = folder.resolve("codec_loops.so");
            try (var text = NativeLoops.class.getResourceAsStream("codec_loops.c")) {
                Files.copy(text, source);
            }
            compile(compiler, source, library);
            var loops = new NativeLoops(SymbolLookup.libraryLookup(library, Arena.global()));
            Files.delete(source);
            Files.delete(library);
            Files.delete(folder);
            return loops;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(String compiler, Path source, Path library) throws IOException {
        try {
            var process = new ProcessBuilder(
                    compiler, "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                    .inheritIO()
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(compiler + " refused codec_loops.c: the C loops are left out.");
            }
        } catch (IOException e) {
            throw new IllegalStateException("No C compiler (" + compiler + ") on the path: the C loops are left out.",
                    e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// {@return one of the loops}
    MethodHandle loop(String name, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), descriptor);
    }
}

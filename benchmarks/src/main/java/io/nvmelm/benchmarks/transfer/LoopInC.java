package io.nvmelm.benchmarks.transfer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A loop in C that carries bytes from one file descriptor to another. It is compiled where it is used, by `cc -O2`.
@SuppressWarnings("restricted") // a library that was just compiled is called
final class LoopInC {
    private static final long ALIGNMENT = 4096;

    private final MethodHandle copyLoop;
    private final MemorySegment piece;

    /// Compiles it.
    ///
    /// @param folder     where source and library are put; the caller deletes them
    /// @param pieceBytes bytes of a read and of a write
    LoopInC(Path folder, int pieceBytes) throws IOException, InterruptedException {
        var source = folder.resolve("copy_loop.c");
        try (var text = LoopInC.class.getResourceAsStream("copy_loop.c")) {
            Files.copy(text, source);
        }
        var library = folder.resolve("libcopyloop.so");
        run("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString());
        copyLoop = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(library, Arena.ofAuto()).findOrThrow("copy_loop"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG));
        piece = Arena.ofAuto().allocate(pieceBytes, ALIGNMENT);
    }

    /// Runs a program that has to succeed.
    static void run(String... command) throws InterruptedException {
        int status;
        try {
            status = new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("No " + command[0] + " on the path: what needs it is not measured.", e);
        }
        if (status != 0) {
            throw new IllegalStateException(List.of(command) + " ended with " + status);
        }
    }

    /// Carries bytes.
    ///
    /// @return how many: all
    long copy(int fromFd, int toFd, long totalBytes) throws Throwable {
        long copied = (long) copyLoop.invokeExact(fromFd, toFd, piece, piece.byteSize(), totalBytes);
        if (copied != totalBytes) {
            throw new AssertionError("the loop in C returned " + copied);
        }
        return copied;
    }
}

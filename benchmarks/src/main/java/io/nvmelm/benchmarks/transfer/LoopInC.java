package io.nvmelm.benchmarks.transfer;

import io.nvmelm.benchmarks.CCompiler;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// A loop in C (`copy_loop.c`) that carries bytes from one file descriptor to another.
@SuppressWarnings("restricted") // a library that was just compiled is called
final class LoopInC {
    private static final long ALIGNMENT = 4096;

    private final MethodHandle copyLoop;
    private final MemorySegment piece;

    /// Compiles it.
    ///
    /// @param pieceBytes bytes of a read and of a write
    LoopInC(int pieceBytes) throws InterruptedException {
        copyLoop = Linker.nativeLinker()
                .downcallHandle(
                        CCompiler.load("copy_loop.c").findOrThrow("copy_loop"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG));
        piece = Arena.ofAuto().allocate(pieceBytes, ALIGNMENT);
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

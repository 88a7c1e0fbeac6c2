package io.nvmelm.benchmarks;

import java.io.IOException;

/// The compiler of the baselines in C. A system may have none.
public final class CCompiler {
    private CCompiler() {}

    /// {@return whether `cc` is on the path and works}
    public static boolean isPresent() throws InterruptedException {
        try {
            return new ProcessBuilder("cc", "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor() == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}

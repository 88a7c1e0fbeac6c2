package io.nvmelm.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CCompilerTest {
    @TempDir Path folder;

    @Test
    void whatIsCompiledIsLoadedAndLeavesNothing() throws Exception {
        if (CCompiler.isPresent()) {
            assertThat(CCompiler.load("codec_loops.c", "cc", folder).find("decode_completions"))
                    .isPresent();
        } else {
            assertThatThrownBy(() -> CCompiler.load("codec_loops.c")).hasMessageContaining("No C compiler");
        }

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void withoutACompilerItSaysSoAndLeavesNothing() {
        assertThatThrownBy(() -> CCompiler.load("codec_loops.c", "no-such-compiler", folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("No C compiler (no-such-compiler)");

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aCompilerThatFailsIsNamed() {
        assertThatThrownBy(() -> CCompiler.load("codec_loops.c", "false", folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("false refused codec_loops.c (status 1)");

        assertThat(folder).isEmptyDirectory();
    }
}

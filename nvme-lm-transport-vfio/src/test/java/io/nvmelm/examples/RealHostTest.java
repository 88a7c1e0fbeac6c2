package io.nvmelm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The README shows of real hosts what is compiled.
class RealHostTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path SOURCE = Path.of("src/test/java/io/nvmelm/examples/RealHost.java");

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "user space", "passthrough", "controller"})
    void theReadmeShowsWhatIsCompiled(String part) throws IOException {
        var source = Files.readString(SOURCE);
        var begin = "// " + part + " begin\n";
        var shown = source.substring(source.indexOf(begin) + begin.length(), source.indexOf("    // " + part + " end"))
                .indent(-4);

        assertThat(shown).isNotBlank();
        assertThat(Files.readString(README)).contains("```java\n" + shown + "```");
    }
}

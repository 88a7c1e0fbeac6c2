package io.nvmelm.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The checks of sources find what is wrong, and nothing else.
class SourceTreeTest {
    @TempDir Path root;

    @Test
    void aPackageWithoutDescriptionIsFound() throws IOException {
        write("nvme-lm-core", "io/nvmelm/core/fsm/Arc.java", "package io.nvmelm.core.fsm;\n");
        write("nvme-lm-core", "io/nvmelm/core/codec/View.java", "package io.nvmelm.core.codec;\n");
        write("nvme-lm-core", "io/nvmelm/core/codec/package-info.java", "package io.nvmelm.core.codec;\n");
        write("nvme-lm-api", "io/nvmelm/State.java", "package io.nvmelm;\n");
        write("nvme-lm-api", "io/nvmelm/package-info.java", "/// Values.\npackage io.nvmelm;\n");

        assertThat(new SourceTree(root).packagesWithoutDescription())
                .containsExactly("io.nvmelm.core.codec", "io.nvmelm.core.fsm");
    }

    @Test
    void aLongFileIsFound() throws IOException {
        write("nvme-lm-core", "io/nvmelm/core/fsm/Long.java", "\n".repeat(451));
        write("nvme-lm-core", "io/nvmelm/core/fsm/Short.java", "\n".repeat(450));

        assertThat(new SourceTree(root).filesLongerThan(450))
                .containsExactly("nvme-lm-core/src/main/java/io/nvmelm/core/fsm/Long.java");
    }

    @Test
    void anImportFromARoomThatWasNotGivenIsFound() throws IOException {
        write("nvme-lm-core", "io/nvmelm/core/device/Session.java", """
                package io.nvmelm.core.device;

                import static io.nvmelm.core.codec.SubmissionEntryView.BYTES;

                import io.nvmelm.DeviceState;
                import io.nvmelm.core.controller.StateReader;
                import io.nvmelm.core.migration.MigrationSender;
                """);

        var file = "nvme-lm-core/src/main/java/io/nvmelm/core/device/Session.java";
        assertThat(new SourceTree(root).forbiddenImports())
                .containsExactly(
                        file + " imports io.nvmelm.core.codec", file + " imports io.nvmelm.core.migration");
    }

    @Test
    void otherFoldersAreNotLookedAt() throws IOException {
        write("benchmarks", "io/nvmelm/benchmarks/Long.java", "package io.nvmelm.benchmarks;\n".repeat(500));

        var sources = new SourceTree(root);
        assertThat(sources.packages()).isEmpty();
        assertThat(sources.filesLongerThan(450)).isEmpty();
    }

    private void write(String module, String path, String text) throws IOException {
        var file = root.resolve(module, "src", "main", "java").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}

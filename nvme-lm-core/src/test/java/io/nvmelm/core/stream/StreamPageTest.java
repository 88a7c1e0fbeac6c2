package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page of the format says what the code does.
class StreamPageTest {
    @Test
    void theExampleIsTheGoldenFile() throws IOException {
        var page = Files.readString(Path.of("STREAM.md"));
        int start = page.indexOf("```hex\n") + 7;
        var example = page.substring(start, page.indexOf("```", start));
        var digits = example.lines()
                .map(line -> line.substring(0, line.indexOf('|')).replace(" ", ""))
                .collect(Collectors.joining());

        assertThat(HexFormat.of().parseHex(digits)).isEqualTo(GoldenStream.KERNEL_DEVICE.read());
    }

    @Test
    void everyRecordTypeIsInTheTable() throws IOException {
        var page = Files.readString(Path.of("STREAM.md"));
        for (var type : RecordType.values()) {
            assertThat(page)
                    .contains("| " + type.number() + " | " + type + " | " + (type.isCritical() ? "yes" : "no") + " | "
                            + (type.isOfDevice() ? "yes |" : "|"));
        }
    }

    @Test
    void theWriterSaysTheVersionOfTheLibrary() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>" + Origin.VERSION);
    }
}

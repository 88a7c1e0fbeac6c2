package io.nvmelm.transport.vfio.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The recorded tables against the kernel headers of this system, as a C compiler sees them. What an older header does
/// not define is left out. Where this system has no C compiler or no such header, the test says so in its name and checks
/// what can be checked without: that the table is there and tells what the classes say.
class UapiProbeTest {
    @TestFactory
    List<DynamicTest> theHeadersOfThisSystemAgreeWithTheTables(@TempDir Path folder)
            throws IOException, InterruptedException {
        var probe = HeaderProbe.in(folder);
        var tests = new ArrayList<DynamicTest>();
        for (var header : KernelHeader.values()) {
            var table = RecordedTable.of(header);
            Optional<Map<String, Long>> answer =
                    probe.isPresent() ? probe.get().ask(header, table) : Optional.empty();
            var missing = probe.isPresent() ? "no such header" : "no C compiler";
            tests.add(answer.map(numbers -> DynamicTest.dynamicTest(
                    "%s: %d of %d numbers told".formatted(header.path(), numbers.size(), table.rows().size()),
                    () -> compare(table, numbers)))
                    .orElseGet(() -> DynamicTest.dynamicTest(
                            "%s: %s, table alone".formatted(header.path(), missing), () -> checkAlone(header, table))));
        }
        return tests;
    }

    private static void compare(RecordedTable table, Map<String, Long> numbers) {
        assertThat(table.rows().values()).allSatisfy(row -> {
            var number = numbers.get(row.name());
            if (!row.isInHeader() || number == null) {
                assertThat(row.guard()).as("why %s is not in the header", row.name()).isNotEmpty();
            } else if (table.grows(row)) {
                assertThat(number).as(row.name()).isGreaterThanOrEqualTo(row.value());
            } else {
                assertThat(number).as(row.name()).isEqualTo(row.value());
            }
        });
    }

    private static void checkAlone(KernelHeader header, RecordedTable table) {
        assertThat(table.values()).isNotEmpty().containsExactlyInAnyOrderEntriesOf(header.constants());
    }
}

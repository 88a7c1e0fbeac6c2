package io.nvmelm.transport.vfio.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The recorded numbers of a header: lines of name, value and, for what is newer than Linux 5.10, a macro that came with
/// it. A dash in place of the macro marks what no header defines.
final class RecordedTable {
    private final Map<String, Row> rows = new LinkedHashMap<>();

    private RecordedTable() {}

    /// {@return the table of a header}
    static RecordedTable of(KernelHeader header) {
        var table = new RecordedTable();
        try (var in = RecordedTable.class.getResourceAsStream(header.resource())) {
            assertThat(in).as("table %s", header.resource()).isNotNull();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(table::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    private void add(String line) {
        var cells = line.split(",", -1);
        assertThat(cells).as("cells of '%s'", line).hasSize(3);
        var before = rows.put(cells[0], new Row(cells[0], Long.decode(cells[1]), cells[2]));
        assertThat(before).as("an earlier row of %s", cells[0]).isNull();
    }

    /// {@return the rows by name}
    Map<String, Row> rows() {
        return rows;
    }

    /// {@return the values by name}
    Map<String, Long> values() {
        var values = new LinkedHashMap<String, Long>();
        rows.forEach((name, row) -> values.put(name, row.value()));
        return values;
    }

    /// {@return whether the kernel may add fields to this structure, so that its size is a least size}
    boolean grows(Row row) {
        return row.isLeastSize() || rows.containsKey(row.name() + Row.LEAST_SIZE);
    }

    /// One number.
    ///
    /// @param name  name in C
    /// @param value the number
    /// @param guard macro that came with it; empty when every header has it, a dash when none has
    record Row(String name, long value, String guard) {
        private static final String LEAST_SIZE = ":minimum_argsz";

        /// {@return whether a header can tell}
        boolean isInHeader() {
            return !guard.equals("-");
        }

        /// {@return whether this is the least size of a structure}
        boolean isLeastSize() {
            return name.endsWith(LEAST_SIZE);
        }

        /// {@return the C expression of the number}
        String expression() {
            if (isLeastSize()) {
                return "sizeof(struct " + name.substring(0, name.length() - LEAST_SIZE.length()) + ")";
            } else if (name.contains(".")) {
                return "offsetof(struct " + name.replace(".", ", ") + ")";
            }
            return Character.isLowerCase(name.charAt(0)) ? "sizeof(struct " + name + ")" : name;
        }
    }
}

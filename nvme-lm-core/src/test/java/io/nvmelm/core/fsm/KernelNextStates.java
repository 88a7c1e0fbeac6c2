package io.nvmelm.core.fsm;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationCapability;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The kernel's answers, to compare with: every set of capabilities, every state, every target.
final class KernelNextStates {
    private static final String RESOURCE = "vfio-mig-next-state.csv";

    /// One row.
    record Row(Set<MigrationCapability> capabilities, DeviceState from, DeviceState to, DeviceState next) {}

    private KernelNextStates() {}

    /// The rows of the table, without comments and the header.
    static List<Row> rows() {
        try (var input = Objects.requireNonNull(KernelNextStates.class.getResourceAsStream(RESOURCE), RESOURCE);
                var reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.US_ASCII))) {
            return reader.lines().filter(line -> !line.startsWith("#")).skip(1).map(KernelNextStates::row).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The four sets of capabilities that a migratable device can have.
    static List<Set<MigrationCapability>> capabilitySets() {
        return List.of(
                EnumSet.of(MigrationCapability.STOP_COPY),
                EnumSet.of(MigrationCapability.STOP_COPY, MigrationCapability.P2P),
                EnumSet.of(MigrationCapability.STOP_COPY, MigrationCapability.PRE_COPY),
                EnumSet.allOf(MigrationCapability.class));
    }

    private static Row row(String line) {
        var fields = line.split(",", -1);
        var capabilities = EnumSet.noneOf(MigrationCapability.class);
        for (var name : fields[0].split("\\|", -1)) {
            capabilities.add(MigrationCapability.valueOf(name));
        }
        return new Row(
                capabilities,
                DeviceState.valueOf(fields[1]),
                DeviceState.valueOf(fields[2]),
                DeviceState.valueOf(fields[3]));
    }
}

package io.nvmelm.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTimeLineTest {

    /// A phase as a migration tells it.
    @Name("io.nvmelm.Migration")
    static final class Phase extends Event {
        String role = "SOURCE";
        String phase = "SUSPEND";
        String devices = "the device";
        String failure = "";
    }

    @Test
    void aRecordingBecomesATimeLine(@TempDir Path folder) throws IOException {
        var subsystem = InMemorySubsystem.builder(new VirtualClock()).namespace(new NamespaceMedium(1 << 12, 512))
                .build();
        var controller = ControllingController.open(subsystem.controllingTransport()).migratableByVirtualFunction(1);
        var file = folder.resolve("migration.jfr");
        String name;
        try (var device = NvmeMigratableDevice.open(controller, subsystem.controller(1).function());
                var recording = new Recording()) {
            name = device.identity().name();
            recording.start();
            var phase = new Phase();
            phase.begin();
            device.setState(DeviceState.STOP);
            device.reset();
            subsystem.faults().on(AdminOpcode.MIGRATION_SEND).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
            assertThatThrownBy(() -> device.setState(DeviceState.STOP)).isInstanceOf(LiveMigrationException.class);
            phase.commit();
            recording.stop();
            recording.dump(file);
        }

        var lines = linesOf(file);
        assertThat(lines).allSatisfy(line -> assertThat(line).matches(" *[0-9.]+ ms  .*: [0-9.]+ ms"));
        assertThat(lines.stream().map(line -> line.replaceAll("^ *[0-9.]+ ms  |: [0-9.]+ ms$", ""))).startsWith(
                "SOURCE SUSPEND of the device",
                "  " + name + " from RUNNING to RUNNING_P2P",
                "    Suspend (41h) of 0001h, 0 bytes, 0/00h Successful Completion",
                "  " + name + " from RUNNING_P2P to STOP",
                "  " + name + " from STOP to RUNNING by reset");
        assertThat(lines).anySatisfy(line -> assertThat(line).contains("Suspend (41h) of 0001h", "0/06h"))
                .anySatisfy(line -> assertThat(line).contains(", failed: ", "Internal Error"));
    }

    private static List<String> linesOf(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            MigrationTimeLine.print(file, out);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }
}

package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.core.codec.Allocation;
import io.nvmelm.core.controller.RecordedEvents;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the events of phases say.
class PhaseEventTest {

    @Test
    void aPhaseIsToldWithItsMigrationAndItsFailure() throws IOException {
        var id = new UUID(1, 2);
        var devices = List.of("one", "two");
        var events = RecordedEvents.of("io.nvmelm.Migration", () -> {
            PhaseEvent.end(PhaseEvent.start(MigrationRole.SOURCE, MigrationPhase.SUSPEND, devices), id, null);
            PhaseEvent.end(
                    PhaseEvent.start(MigrationRole.DESTINATION, MigrationPhase.LOAD, devices), id,
                    new PeerException("it went away", "Look", null));
        });
        assertThat(events).hasSize(2).allSatisfy(e -> {
            assertThat(e.getString("migrationId")).isEqualTo("00000000-0000-0001-0000-000000000002");
            assertThat(e.getString("devices")).isEqualTo("one, two");
        });
        assertThat(events.getFirst().getString("role")).isEqualTo("SOURCE");
        assertThat(events.getFirst().getString("phase")).isEqualTo("SUSPEND");
        assertThat(events.getFirst().getString("failure")).isEmpty();
        assertThat(events.getLast().getString("role")).isEqualTo("DESTINATION");
        assertThat(events.getLast().getString("phase")).isEqualTo("LOAD");
        assertThat(events.getLast().getString("failure")).contains("it went away");
    }

    @Test
    void withoutARecordingNothingIsMade() {
        var devices = List.of("one", "two");
        var id = new UUID(1, 2);
        assertThat(PhaseEvent.start(MigrationRole.SOURCE, MigrationPhase.SUSPEND, devices)).isNull();
        assertThat(Allocation.bytesOf(() -> {
            for (int i = 0; i < 1000; i++) {
                PhaseEvent.end(PhaseEvent.start(MigrationRole.SOURCE, MigrationPhase.SUSPEND, devices), id, null);
            }
        })).as("bytes of 1000 events, and of counting").isLessThan(1000);
    }
}

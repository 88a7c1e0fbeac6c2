package io.nvmelm.core.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.nvmelm.DeviceState;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.core.codec.Allocation;
import io.nvmelm.core.controller.RecordedEvents;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// What the events of arcs say.
class ArcEventTest {
    private static final String NAME = "io.nvmelm.Arc";

    @Test
    void eachArcAndResetIsToldWithWhereItLed() throws IOException {
        var fixture = DeviceFixture.withQueuePairs(1);
        var device = fixture.device;
        var name = device.identity().name();
        var events = RecordedEvents.of(NAME, () -> {
            device.setState(DeviceState.STOP);
            device.reset();
            fixture.transport.override = command -> command instanceof SuspendCommand
                    ? Completion.failure(StatusCode.INVALID_FIELD_IN_COMMAND)
                    : null;
            assertThatThrownBy(() -> device.setState(DeviceState.STOP)).isInstanceOf(LiveMigrationException.class);
            fixture.function.failing = "reset";
            assertThatThrownBy(device::reset).isInstanceOf(LiveMigrationException.class);
        });

        assertThat(events)
                .extracting(e -> e.getString("device"), e -> e.getString("from"), e -> e.getString("to"),
                        e -> e.getString("state"), e -> e.getBoolean("reset"))
                .containsExactly(
                        tuple(name, "RUNNING", "RUNNING_P2P", "RUNNING_P2P", false),
                        tuple(name, "RUNNING_P2P", "STOP", "STOP", false),
                        tuple(name, "STOP", "RUNNING", "RUNNING", true),
                        tuple(name, "RUNNING", "RUNNING_P2P", "RUNNING", false),
                        tuple(name, "RUNNING", "RUNNING", "ERROR", true));
        assertThat(events).extracting(e -> e.getString("failure")).satisfiesExactly(
                done -> assertThat(done).isEmpty(),
                done -> assertThat(done).isEmpty(),
                done -> assertThat(done).isEmpty(),
                failure -> assertThat(failure).contains("Invalid Field in Command"),
                failure -> assertThat(failure).contains("resetting the function"));
    }

    @Test
    void withoutARecordingNothingIsMade() {
        assertThat(ArcEvent.start("a", DeviceState.RUNNING, DeviceState.STOP, false)).isNull();
        assertThat(Allocation.bytesOf(() -> {
            for (int i = 0; i < 1000; i++) {
                ArcEvent.end(ArcEvent.start("a", DeviceState.RUNNING, DeviceState.STOP, false), DeviceState.STOP);
            }
        })).as("bytes of 1000 events, and of counting").isLessThan(1000);
    }
}

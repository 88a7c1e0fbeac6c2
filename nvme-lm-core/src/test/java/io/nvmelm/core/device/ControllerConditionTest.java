package io.nvmelm.core.device;

import static io.nvmelm.core.device.RecordingFunction.DISABLED;
import static io.nvmelm.core.device.RecordingFunction.ENABLED;
import static io.nvmelm.core.device.RecordingFunction.FATAL;
import static io.nvmelm.core.device.RecordingFunction.GONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.core.controller.SampleState;
import io.nvmelm.nvme.ResumeCommand;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a device knows of its controller before a guest goes on with it: whether it works, and whether somebody reset it.
class ControllerConditionTest {
    private final DeviceFixture fixture = DeviceFixture.withQueuePairs(0);

    private void shows(ControllerRegisters registers) {
        fixture.function.registers = Optional.of(registers);
    }

    private void load() {
        var session = fixture.device.setState(DeviceState.RESUMING).orElseThrow();
        session.write(ByteBuffer.wrap(SampleState.withQueuePairs(2)));
        fixture.device.setState(DeviceState.STOP);
        fixture.sent();
    }

    private void assertRefused(String why) {
        assertThatThrownBy(fixture.device::requireOperational)
                .isInstanceOfSatisfying(DeviceStateException.class, refusal -> {
                    assertThat(refusal).hasMessageContaining(why).hasMessageContaining("Have the device reset");
                    assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
                    assertThat(refusal.state()).isEqualTo(fixture.device.state());
                });
        assertThat(fixture.sent()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"RUNNING", "RUNNING_P2P", "STOP", "STOP_COPY", "RESUMING"})
    void aControllerThatHasFailedIsRefusedInEveryState(DeviceState state) {
        shows(DISABLED);
        fixture.device.setState(state);
        fixture.sent();
        fixture.device.requireOperational();
        shows(FATAL);
        assertRefused("CSTS.CFS");
        shows(GONE);
        assertRefused("read as ones");
    }

    @Test
    void nothingIsCheckedWhereNothingCanBeRead() {
        load();
        fixture.device.requireOperational();
        fixture.device.setState(DeviceState.RUNNING);
        fixture.device.requireOperational();
    }

    @ParameterizedTest
    @EnumSource(names = {"STOP", "RUNNING"})
    void aResetOfALoadedControllerIsSeen(DeviceState state) {
        shows(ENABLED);
        load();
        fixture.device.setState(state);
        fixture.sent();
        fixture.device.requireOperational();
        shows(DISABLED);
        assertRefused("was reset by somebody");
        fixture.device.reset();
        fixture.device.requireOperational();
    }

    @Test
    void aResetOfASuspendedControllerIsSeen() {
        shows(ENABLED);
        fixture.device.setState(DeviceState.STOP);
        fixture.sent();
        shows(DISABLED);
        assertRefused("was reset by somebody");
    }

    @Test
    void aGuestMayDisableItsController() {
        shows(ENABLED);
        fixture.device.setState(DeviceState.STOP);
        fixture.device.setState(DeviceState.RUNNING);
        shows(DISABLED);
        fixture.device.announceSuspension();
        fixture.device.requireOperational();
        fixture.device.setState(DeviceState.STOP);
        fixture.device.requireOperational();
    }

    private void resumeIsNotAnswered(DeviceFixture device) {
        device.transport.never = command -> command instanceof ResumeCommand;
        assertThatThrownBy(() -> device.device.setState(DeviceState.RUNNING))
                .isInstanceOf(CommandTimeoutException.class);
        device.transport.never = command -> false;
        device.transport.suspended = false;
    }

    private void assertTakenForReset(DeviceFixture device) {
        assertThatThrownBy(() -> device.device.setState(DeviceState.RUNNING))
                .isInstanceOfSatisfying(DeviceStateException.class, refusal -> {
                    assertThat(refusal).hasMessageContaining("may have been reset").hasMessageContaining("relinquish");
                    assertThat(refusal.category()).isEqualTo(FailureCategory.RESET_DEVICE);
                });
        assertThat(device.device.state()).isEqualTo(DeviceState.RUNNING_P2P);
    }

    @Test
    void aResetAfterAResumeThatWasNotAnsweredIsNoSuccess() {
        shows(ENABLED);
        load();
        resumeIsNotAnswered(fixture);
        fixture.function.reset();
        assertTakenForReset(fixture);
        assertTakenForReset(fixture);
        fixture.device.reset();
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void aControllerThatIsEnabledHeardTheResumeThatWasNotAnswered() {
        shows(ENABLED);
        load();
        resumeIsNotAnswered(fixture);
        fixture.device.setState(DeviceState.RUNNING);
        assertThat(fixture.device.state()).isEqualTo(DeviceState.RUNNING);
    }

    @Test
    void whereNothingCanBeReadTheQueuesShowIt() {
        var suspended = DeviceFixture.withQueuePairs(1);
        suspended.device.setState(DeviceState.STOP);
        resumeIsNotAnswered(suspended);
        suspended.function.reset();
        assertTakenForReset(suspended);

        var resumed = DeviceFixture.withQueuePairs(1);
        resumed.device.setState(DeviceState.STOP);
        resumeIsNotAnswered(resumed);
        resumed.device.setState(DeviceState.RUNNING);
        assertThat(resumed.device.state()).isEqualTo(DeviceState.RUNNING);
    }
}

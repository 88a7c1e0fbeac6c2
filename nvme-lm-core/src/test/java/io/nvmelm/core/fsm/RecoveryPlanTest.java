package io.nvmelm.core.fsm;

import static io.nvmelm.DeviceState.ERROR;
import static io.nvmelm.DeviceState.PRE_COPY;
import static io.nvmelm.DeviceState.PRE_COPY_P2P;
import static io.nvmelm.DeviceState.RESUMING;
import static io.nvmelm.DeviceState.RUNNING;
import static io.nvmelm.DeviceState.RUNNING_P2P;
import static io.nvmelm.DeviceState.STOP;
import static io.nvmelm.DeviceState.STOP_COPY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.MigrationCapability;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecoveryPlanTest {

    private static final MigrationStateMachine COMPLETE =
            MigrationStateMachine.of(EnumSet.allOf(MigrationCapability.class));

    static List<Set<MigrationCapability>> capabilitySets() {
        return KernelNextStates.capabilitySets();
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void everyPairRecoversByTheRules(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        int recovered = 0;
        int refused = 0;
        for (var current : DeviceState.values()) {
            for (var target : DeviceState.values()) {
                boolean reset = current == ERROR || current == RESUMING || !isPossible(capabilities, current);
                boolean backToEarlyState =
                        current == STOP_COPY && (target == PRE_COPY || target == PRE_COPY_P2P);
                if (!isPossible(capabilities, target) || backToEarlyState) {
                    assertThatExceptionOfType(DeviceStateException.class)
                            .as("%s to %s", current, target)
                            .isThrownBy(() -> machine.recovery(current, target));
                    refused++;
                } else {
                    var recovery = machine.recovery(current, target);
                    assertThat(recovery.resetFirst()).as("%s to %s", current, target).isEqualTo(reset);
                    assertThat(recovery.afterwards()).isEqualTo(machine.plan(reset ? RUNNING : current, target));
                    recovered++;
                }
            }
        }
        assertThat(recovered + refused).isEqualTo(64);
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void whatIsDoneEndsInTheTargetAndStartsWhereTheDeviceIs(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var current : DeviceState.values()) {
            for (var target : EnumSet.of(STOP, RUNNING, STOP_COPY, RESUMING)) {
                var recovery = machine.recovery(current, target);
                var state = recovery.resetFirst() ? RUNNING : current;
                for (var arc : recovery.afterwards().arcs()) {
                    assertThat(arc.from()).isEqualTo(state);
                    state = arc.to();
                }
                assertThat(state).as("%s to %s", current, target).isEqualTo(target);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ERROR")
    void anUnfinishedLoadIsNeverApplied(DeviceState target) {
        var recovery = COMPLETE.recovery(RESUMING, target);

        assertThat(recovery.resetFirst()).isTrue();
        assertThat(recovery.afterwards().arcs()).noneMatch(arc -> arc.effect() == SessionEffect.ENDS_LOAD);
    }

    @Test
    void aStoppedSourceComesBackWithoutAReset() {
        assertThat(COMPLETE.recovery(STOP_COPY, RUNNING))
                .hasToString("STOP_COPY to STOP to RUNNING_P2P to RUNNING");
    }

    @Test
    void aFailedDestinationIsRunningAfterTheResetAlone() {
        assertThat(COMPLETE.recovery(RESUMING, RUNNING)).isEqualTo(new RecoveryPlan(true, Plan.NOTHING));
        assertThat(COMPLETE.recovery(RESUMING, RUNNING)).hasToString("reset, then nothing");
    }

    @Test
    void errorIsLeftByAResetAndStoppedAfterwards() {
        assertThat(COMPLETE.recovery(ERROR, STOP))
                .hasToString("reset, then RUNNING to RUNNING_P2P to STOP");
    }

    @Test
    void aStateThatTheDeviceCannotHaveIsLeftByAReset() {
        var machine = MigrationStateMachine.of(EnumSet.of(MigrationCapability.STOP_COPY));

        assertThat(machine.recovery(RUNNING_P2P, RUNNING).resetFirst()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(DeviceState.class)
    void nothingRecoversToError(DeviceState current) {
        assertThatExceptionOfType(DeviceStateException.class)
                .isThrownBy(() -> COMPLETE.recovery(current, ERROR));
    }

    @Test
    void aStateThatWasReadIsNotLostToGetBackToPreCopy() {
        assertThatExceptionOfType(DeviceStateException.class)
                .isThrownBy(() -> COMPLETE.recovery(STOP_COPY, PRE_COPY))
                .satisfies(e -> assertThat(e.remedy()).contains("RUNNING first"));
    }

    private static boolean isPossible(Set<MigrationCapability> capabilities, DeviceState state) {
        return switch (state) {
            case ERROR -> false;
            case STOP, RUNNING, STOP_COPY, RESUMING -> true;
            case RUNNING_P2P -> capabilities.contains(MigrationCapability.P2P);
            case PRE_COPY -> capabilities.contains(MigrationCapability.PRE_COPY);
            case PRE_COPY_P2P ->
                capabilities.contains(MigrationCapability.P2P) && capabilities.contains(MigrationCapability.PRE_COPY);
        };
    }
}

package io.nvmelm.core.fsm;

import static io.nvmelm.DeviceState.ERROR;
import static io.nvmelm.DeviceState.PRE_COPY;
import static io.nvmelm.DeviceState.PRE_COPY_P2P;
import static io.nvmelm.DeviceState.RUNNING;
import static io.nvmelm.DeviceState.RUNNING_P2P;
import static io.nvmelm.DeviceState.STOP;
import static io.nvmelm.DeviceState.STOP_COPY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationCapability;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationStateMachineTest {

    private static final MigrationStateMachine COMPLETE =
            MigrationStateMachine.of(EnumSet.allOf(MigrationCapability.class));

    static List<Set<MigrationCapability>> capabilitySets() {
        return KernelNextStates.capabilitySets();
    }

    @Test
    void theKernelTableHasARowForEachOfTheFourSetsAndEachPair() {
        var rows = KernelNextStates.rows();

        assertThat(rows).hasSize(256);
        var questions = new HashSet<List<Object>>();
        rows.forEach(row -> questions.add(List.of(row.capabilities(), row.from(), row.to())));
        assertThat(questions).hasSize(256);
    }

    @Test
    void nextStateIsTheKernelsForEverySetAndPair() {
        for (var row : KernelNextStates.rows()) {
            var machine = MigrationStateMachine.of(row.capabilities());

            assertThat(machine.next(row.from(), row.to())).as("%s", row).isEqualTo(row.next());
        }
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void thereIsOneMachineForEachSet(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);

        assertThat(machine).isSameAs(MigrationStateMachine.of(Set.copyOf(capabilities)));
        assertThat(machine.capabilities()).isEqualTo(capabilities);
    }

    @Test
    void machinesOfDifferentSetsDiffer() {
        assertThat(capabilitySets().stream().map(MigrationStateMachine::of).distinct()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 6})
    void aSetWithoutStopCopyIsRefused(int flags) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> MigrationStateMachine.of(MigrationCapability.fromFlags(flags)))
                .satisfies(e -> assertThat(e.field()).isEqualTo("capabilities"))
                .satisfies(e -> assertThat(e.bound()).contains("STOP_COPY"));
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void aMachineHasTheStatesOfItsCapabilities(Set<MigrationCapability> capabilities) {
        boolean p2p = capabilities.contains(MigrationCapability.P2P);
        boolean preCopy = capabilities.contains(MigrationCapability.PRE_COPY);
        var expected = EnumSet.of(STOP, RUNNING, STOP_COPY, DeviceState.RESUMING);
        if (p2p) {
            expected.add(RUNNING_P2P);
        }
        if (preCopy) {
            expected.add(PRE_COPY);
        }
        if (p2p && preCopy) {
            expected.add(PRE_COPY_P2P);
        }
        var machine = MigrationStateMachine.of(capabilities);

        assertThat(DeviceState.values()).filteredOn(machine::has).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void aPlanWalksTheNextStatesToItsTargetInAtMostFourArcs(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                if (machine.next(from, to) == ERROR) {
                    continue;
                }
                var plan = machine.plan(from, to);

                assertThat(plan.arcs()).as("%s to %s", from, to).hasSizeLessThanOrEqualTo(4).isSubsetOf(machine.arcs());
                var state = from;
                for (var arc : plan.arcs()) {
                    assertThat(arc.from()).isEqualTo(state);
                    assertThat(arc.to()).isEqualTo(machine.next(state, to));
                    state = arc.to();
                }
                assertThat(state).isEqualTo(to);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void thePresentStateIsReachedByNothing(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);

        assertThat(DeviceState.values())
                .filteredOn(machine::has)
                .allSatisfy(state -> assertThat(machine.plan(state, state).isEmpty()).isTrue());
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void whereTheKernelAnswersEinvalAPlanIsRefused(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                if (machine.next(from, to) != ERROR) {
                    continue;
                }
                assertThatExceptionOfType(DeviceStateException.class)
                        .as("%s to %s", from, to)
                        .isThrownBy(() -> machine.plan(from, to))
                        .withMessageContaining("no way leads from " + from + " to " + to)
                        .satisfies(e -> assertThat(e.state()).isEqualTo(from))
                        .satisfies(e -> assertThat(e.remedy()).isNotBlank());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void savingStatesAreOnlyPassedFromPreCopyToStopCopy(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                if (machine.next(from, to) == ERROR || (from == PRE_COPY && to == STOP_COPY)) {
                    continue;
                }
                assertThat(machine.plan(from, to).arcs().stream().map(Arc::to).filter(state -> state != to))
                        .as("%s to %s", from, to)
                        .noneMatch(DeviceState::isSaving)
                        .doesNotContain(DeviceState.RESUMING);
            }
        }
    }

    @Test
    void preCopyLeadsThroughItsP2pStateToStopCopy() {
        assertThat(COMPLETE.plan(PRE_COPY, STOP_COPY).arcs())
                .containsExactly(Arc.between(PRE_COPY, PRE_COPY_P2P), Arc.between(PRE_COPY_P2P, STOP_COPY));
    }

    @Test
    void theLongestPlansHaveFourArcs() {
        assertThat(COMPLETE.plan(PRE_COPY, DeviceState.RESUMING))
                .hasToString("PRE_COPY to RUNNING to RUNNING_P2P to STOP to RESUMING");
        assertThat(COMPLETE.plan(DeviceState.RESUMING, PRE_COPY))
                .hasToString("RESUMING to STOP to RUNNING_P2P to RUNNING to PRE_COPY");
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void stopCopyNeverLeadsBackToPreCopy(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);

        assertThat(machine.next(STOP_COPY, PRE_COPY)).isEqualTo(ERROR);
        assertThat(machine.next(STOP_COPY, PRE_COPY_P2P)).isEqualTo(ERROR);
    }

    @Test
    void stopCopyToPreCopyIsRefusedWithTheWayRound() {
        assertThatExceptionOfType(DeviceStateException.class)
                .isThrownBy(() -> COMPLETE.plan(STOP_COPY, PRE_COPY))
                .withMessage("no way leads from STOP_COPY to PRE_COPY within one session."
                        + " Take the device to RUNNING first, which ends the session")
                .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.ABORT_MIGRATION));
    }

    @Test
    void outOfErrorOnlyAResetHelps() {
        assertThatExceptionOfType(DeviceStateException.class)
                .isThrownBy(() -> COMPLETE.plan(ERROR, RUNNING))
                .satisfies(e -> assertThat(e.category()).isEqualTo(FailureCategory.RESET_DEVICE))
                .satisfies(e -> assertThat(e.remedy()).contains("reset"));
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void errorIsNoTargetFromAnyState(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);

        assertThat(DeviceState.values())
                .allSatisfy(from -> assertThatExceptionOfType(DeviceStateException.class)
                        .isThrownBy(() -> machine.plan(from, ERROR)));
    }

    @Test
    void aTargetThatTheDeviceLacksIsRefusedWithWhatItCanDo() {
        var machine = MigrationStateMachine.of(EnumSet.of(MigrationCapability.STOP_COPY));

        assertThatExceptionOfType(DeviceStateException.class)
                .isThrownBy(() -> machine.plan(RUNNING, RUNNING_P2P))
                .withMessageContaining("a device with [STOP_COPY] does not have");
    }

    @Test
    void lookupsReturnTheSameObjectEachTime() {
        assertThat(COMPLETE.plan(RUNNING, STOP_COPY)).isSameAs(COMPLETE.plan(RUNNING, STOP_COPY));
        assertThat(COMPLETE.recovery(ERROR, STOP)).isSameAs(COMPLETE.recovery(ERROR, STOP));
    }
}

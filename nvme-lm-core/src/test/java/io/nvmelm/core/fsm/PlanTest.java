package io.nvmelm.core.fsm;

import static io.nvmelm.DeviceState.ERROR;
import static io.nvmelm.DeviceState.PRE_COPY;
import static io.nvmelm.DeviceState.RESUMING;
import static io.nvmelm.DeviceState.RUNNING;
import static io.nvmelm.DeviceState.STOP;
import static io.nvmelm.DeviceState.STOP_COPY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.DeviceState;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData.Direction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanTest {

    static List<Set<MigrationCapability>> capabilitySets() {
        return KernelNextStates.capabilitySets();
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void sessionsOfEveryPlanOpenAndEndInOrder(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                if (machine.next(from, to) == ERROR) {
                    continue;
                }
                var open = sessionOf(from);
                for (var arc : machine.plan(from, to).arcs()) {
                    open = afterwards(open, arc);
                }
                assertThat(open).as("%s to %s", from, to).isEqualTo(sessionOf(to));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void aPlanNamesTheSessionOfItsTargetAndWhetherItIsNew(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                if (from == to || machine.next(from, to) == ERROR) {
                    continue;
                }
                var plan = machine.plan(from, to);
                boolean goesOn = from.isSaving() && to.isSaving();

                assertThat(plan.sessionAtEnd()).as("%s", plan).isEqualTo(sessionOf(to));
                assertThat(plan.opensSession()).as("%s", plan).isEqualTo(sessionOf(to).isPresent() && !goesOn);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("capabilitySets")
    void aSessionIsOpenedByTheLastArcOnly(Set<MigrationCapability> capabilities) {
        var machine = MigrationStateMachine.of(capabilities);
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                if (from == to || machine.next(from, to) == ERROR) {
                    continue;
                }
                var arcs = machine.plan(from, to).arcs();

                assertThat(arcs.subList(0, arcs.size() - 1)).noneMatch(arc -> arc.effect().opens());
            }
        }
    }

    @Test
    void theEmptyPlanChangesNoSession() {
        assertThat(Plan.NOTHING.isEmpty()).isTrue();
        assertThat(Plan.NOTHING.opensSession()).isFalse();
        assertThat(Plan.NOTHING.sessionAtEnd()).isEmpty();
        assertThat(Plan.NOTHING).hasToString("nothing");
    }

    @Test
    void fromPreCopyTheSameSessionGoesOnToTheEnd() {
        var machine = MigrationStateMachine.of(EnumSet.allOf(MigrationCapability.class));

        assertThat(machine.plan(PRE_COPY, STOP_COPY).arcs())
                .extracting(Arc::effect)
                .containsExactly(SessionEffect.KEEPS, SessionEffect.KEEPS);
    }

    @Test
    void fromSavingToLoadingOneSessionEndsAndAnotherOpens() {
        var machine = MigrationStateMachine.of(EnumSet.of(MigrationCapability.STOP_COPY));

        assertThat(machine.plan(STOP_COPY, RESUMING).arcs())
                .extracting(Arc::effect)
                .containsExactly(SessionEffect.ENDS_SAVE, SessionEffect.OPENS_LOAD);
    }

    @Test
    void arcsThatDoNotMeetAreRefused() {
        var arcs = List.of(Arc.between(RUNNING, STOP), Arc.between(STOP_COPY, STOP));

        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new Plan(arcs))
                .withMessageContaining("RUNNING to STOP, STOP_COPY to STOP");
    }

    @Test
    void anArcBehindOneThatOpensASessionIsRefused() {
        var arcs = List.of(Arc.between(STOP, STOP_COPY), Arc.between(STOP_COPY, STOP));

        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new Plan(arcs))
                .satisfies(e -> assertThat(e.bound()).contains("opens a session"));
    }

    @Test
    void aPlanKeepsNothingOfTheListItWasMadeFrom() {
        var arcs = new ArrayList<>(List.of(Arc.between(RUNNING, STOP)));
        var plan = new Plan(arcs);
        arcs.clear();

        assertThat(plan.arcs()).containsExactly(Arc.between(RUNNING, STOP));
    }

    private static Optional<Direction> sessionOf(DeviceState state) {
        if (state == RESUMING) {
            return Optional.of(Direction.LOADING);
        }
        return state.isSaving() ? Optional.of(Direction.SAVING) : Optional.empty();
    }

    private static Optional<Direction> afterwards(Optional<Direction> open, Arc arc) {
        return switch (arc.effect()) {
            case NONE -> {
                assertThat(open).as("%s", arc).isEmpty();
                yield open;
            }
            case KEEPS -> {
                assertThat(open).as("%s", arc).hasValue(Direction.SAVING);
                yield open;
            }
            case OPENS_SAVE -> {
                assertThat(open).as("%s", arc).isEmpty();
                yield Optional.of(Direction.SAVING);
            }
            case OPENS_LOAD -> {
                assertThat(open).as("%s", arc).isEmpty();
                yield Optional.of(Direction.LOADING);
            }
            case ENDS_SAVE -> {
                assertThat(open).as("%s", arc).hasValue(Direction.SAVING);
                yield Optional.empty();
            }
            case ENDS_LOAD -> {
                assertThat(open).as("%s", arc).hasValue(Direction.LOADING);
                yield Optional.empty();
            }
        };
    }
}

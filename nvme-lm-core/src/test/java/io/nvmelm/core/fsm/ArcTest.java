package io.nvmelm.core.fsm;

import static io.nvmelm.DeviceState.ERROR;
import static io.nvmelm.DeviceState.PRE_COPY;
import static io.nvmelm.DeviceState.PRE_COPY_P2P;
import static io.nvmelm.DeviceState.RESUMING;
import static io.nvmelm.DeviceState.RUNNING;
import static io.nvmelm.DeviceState.RUNNING_P2P;
import static io.nvmelm.DeviceState.STOP;
import static io.nvmelm.DeviceState.STOP_COPY;
import static io.nvmelm.core.fsm.SessionEffect.ENDS_LOAD;
import static io.nvmelm.core.fsm.SessionEffect.ENDS_SAVE;
import static io.nvmelm.core.fsm.SessionEffect.KEEPS;
import static io.nvmelm.core.fsm.SessionEffect.NONE;
import static io.nvmelm.core.fsm.SessionEffect.OPENS_LOAD;
import static io.nvmelm.core.fsm.SessionEffect.OPENS_SAVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.DeviceState;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationCapability;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArcTest {

    private static final List<Arc> EVERY_DEVICE = List.of(
            new Arc(STOP, STOP_COPY, OPENS_SAVE),
            new Arc(STOP_COPY, STOP, ENDS_SAVE),
            new Arc(STOP, RESUMING, OPENS_LOAD),
            new Arc(RESUMING, STOP, ENDS_LOAD));

    @Test
    void stopCopyAloneHasSixArcs() {
        assertThat(arcsOf(MigrationCapability.STOP_COPY))
                .hasSize(6)
                .containsAll(EVERY_DEVICE)
                .contains(new Arc(RUNNING, STOP, NONE), new Arc(STOP, RUNNING, NONE));
    }

    @Test
    void p2pHasEightArcs() {
        assertThat(arcsOf(MigrationCapability.STOP_COPY, MigrationCapability.P2P))
                .hasSize(8)
                .containsAll(EVERY_DEVICE)
                .contains(
                        new Arc(RUNNING, RUNNING_P2P, NONE),
                        new Arc(RUNNING_P2P, RUNNING, NONE),
                        new Arc(RUNNING_P2P, STOP, NONE),
                        new Arc(STOP, RUNNING_P2P, NONE));
    }

    @Test
    void preCopyHasNineArcs() {
        assertThat(arcsOf(MigrationCapability.STOP_COPY, MigrationCapability.PRE_COPY))
                .hasSize(9)
                .containsAll(EVERY_DEVICE)
                .contains(
                        new Arc(RUNNING, STOP, NONE),
                        new Arc(STOP, RUNNING, NONE),
                        new Arc(RUNNING, PRE_COPY, OPENS_SAVE),
                        new Arc(PRE_COPY, RUNNING, ENDS_SAVE),
                        new Arc(PRE_COPY, STOP_COPY, KEEPS));
    }

    @Test
    void p2pWithPreCopyHasFifteenArcs() {
        assertThat(arcsOf(MigrationCapability.STOP_COPY, MigrationCapability.P2P, MigrationCapability.PRE_COPY))
                .hasSize(15)
                .containsAll(EVERY_DEVICE)
                .contains(
                        new Arc(RUNNING, RUNNING_P2P, NONE),
                        new Arc(RUNNING_P2P, RUNNING, NONE),
                        new Arc(RUNNING_P2P, STOP, NONE),
                        new Arc(STOP, RUNNING_P2P, NONE),
                        new Arc(RUNNING, PRE_COPY, OPENS_SAVE),
                        new Arc(PRE_COPY, RUNNING, ENDS_SAVE),
                        new Arc(PRE_COPY, PRE_COPY_P2P, KEEPS),
                        new Arc(PRE_COPY_P2P, PRE_COPY, KEEPS),
                        new Arc(RUNNING_P2P, PRE_COPY_P2P, OPENS_SAVE),
                        new Arc(PRE_COPY_P2P, RUNNING_P2P, ENDS_SAVE),
                        new Arc(PRE_COPY_P2P, STOP_COPY, KEEPS));
    }

    @Test
    void noMachineHasAnArcTwice() {
        assertThat(KernelNextStates.capabilitySets())
                .allSatisfy(set -> assertThat(MigrationStateMachine.of(set).arcs()).doesNotHaveDuplicates());
    }

    @ParameterizedTest
    @EnumSource(DeviceState.class)
    void anArcToItsOwnStateIsRefused(DeviceState state) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> Arc.between(state, state))
                .satisfies(e -> assertThat(e.field()).isEqualTo("to"));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ERROR")
    void noArcTouchesError(DeviceState state) {
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Arc.between(state, ERROR));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> Arc.between(ERROR, state));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENS_SAVE")
    void anEffectThatTheStatesDoNotHaveIsRefused(SessionEffect effect) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new Arc(STOP, STOP_COPY, effect))
                .satisfies(e -> assertThat(e.bound()).isEqualTo("OPENS_SAVE from STOP to STOP_COPY"));
    }

    @Test
    void openingAndEndingEffectsAreToldApart() {
        assertThat(SessionEffect.values()).filteredOn(SessionEffect::opens).containsExactly(OPENS_SAVE, OPENS_LOAD);
        assertThat(SessionEffect.values()).filteredOn(SessionEffect::ends).containsExactly(ENDS_SAVE, ENDS_LOAD);
    }

    @Test
    void anArcReadsAsTheStepOfAMessage() {
        assertThat(Arc.between(RUNNING, RUNNING_P2P)).hasToString("RUNNING to RUNNING_P2P");
    }

    private static List<Arc> arcsOf(MigrationCapability first, MigrationCapability... more) {
        return MigrationStateMachine.of(EnumSet.of(first, more)).arcs();
    }
}

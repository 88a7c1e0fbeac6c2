package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceStateTest {

    @ParameterizedTest
    @CsvSource({
        "0, ERROR", "1, STOP", "2, RUNNING", "3, STOP_COPY", "4, RESUMING", "5, RUNNING_P2P", "6, PRE_COPY",
        "7, PRE_COPY_P2P"
    })
    void numbersAreTheKernels(int value, DeviceState state) {
        assertThat(state.value()).isEqualTo(value);
        assertThat(DeviceState.fromValue(value)).contains(state);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8, 9, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void numbersOfLaterKernelsHaveNoState(int value) {
        assertThat(DeviceState.fromValue(value)).isEmpty();
    }

    @Test
    void savingStatesAreThoseWithASaveSession() {
        assertThat(Arrays.stream(DeviceState.values()).filter(DeviceState::isSaving))
                .containsExactly(DeviceState.STOP_COPY, DeviceState.PRE_COPY, DeviceState.PRE_COPY_P2P);
    }

    @ParameterizedTest
    @EnumSource(DeviceState.class)
    void onlyRunningAndPreCopyStatesMayChangeTheGuest(DeviceState state) {
        boolean runs = switch (state) {
            case RUNNING, RUNNING_P2P, PRE_COPY, PRE_COPY_P2P -> true;
            case ERROR, STOP, STOP_COPY, RESUMING -> false;
        };

        assertThat(state.mayChangeGuest()).isEqualTo(runs);
    }
}

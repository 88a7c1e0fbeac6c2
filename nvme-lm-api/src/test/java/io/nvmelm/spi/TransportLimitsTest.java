package io.nvmelm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportLimitsTest {

    @Test
    void aPageAndOneCommandAreEnough() {
        assertThat(new TransportLimits(4096, 1, null).ringMemoryUnavailable()).isEmpty();
    }

    @Test
    void theReasonAgainstRingMemoryIsKept() {
        assertThat(new TransportLimits(4096, 1, "the kernel unmaps it").ringMemoryUnavailable())
                .contains("the kernel unmaps it");
    }

    @ParameterizedTest
    @ValueSource(longs = {4095, 0, -1, Long.MIN_VALUE})
    void lessThanAPageIsRefused(long bytes) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new TransportLimits(bytes, 1, null))
                .satisfies(e -> assertThat(e.field()).isEqualTo("maximumTransferBytes"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void noCommandInFlightIsRefused(int commands) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new TransportLimits(4096, commands, null))
                .satisfies(e -> assertThat(e.field()).isEqualTo("maximumCommandsInFlight"));
    }
}

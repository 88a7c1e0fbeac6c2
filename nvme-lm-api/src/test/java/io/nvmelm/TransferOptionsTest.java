package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferOptionsTest {

    private static final TransferOptions DEFAULTS = TransferOptions.defaults();

    @Test
    void defaultsAreWhatTheirDocSays() {
        assertThat(DEFAULTS).isEqualTo(
                new TransferOptions(Duration.ofSeconds(10), Duration.ofSeconds(60), 67_108_864, 262_144, 4));
    }

    @Test
    void theSmallestOptionsAreAllowed() {
        var smallest = new TransferOptions(Duration.ofNanos(1), Duration.ofNanos(1), 64, 64, 1);

        assertThat(smallest.pieceBytes()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void deadlinesAreLongerThanZero(long nanos) {
        var timeout = Duration.ofNanos(nanos);

        refuses("commandTimeout", () -> DEFAULTS.withTimeouts(timeout, Duration.ofSeconds(1)));
        refuses("suspendTimeout", () -> DEFAULTS.withTimeouts(Duration.ofSeconds(1), timeout));
    }

    @ParameterizedTest
    @ValueSource(longs = {63, 0, -1, Long.MIN_VALUE})
    void aStateMayBeAsLargeAsItsHeaderAtLeast(long bytes) {
        refuses("maximumStateBytes", () -> DEFAULTS.withMaximumStateBytes(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 63, 65, 66, 67, 0, -4, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void piecesAreWholeDwordsOfASmallestSize(int bytes) {
        refuses("pieceBytes", () -> DEFAULTS.withPieces(bytes, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void atLeastOneCommandIsInFlight(int commands) {
        refuses("commandsInFlight", () -> DEFAULTS.withPieces(4096, commands));
    }

    @Test
    void eachChangeLeavesTheRestAsItWas() {
        var changed = DEFAULTS.withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(2))
                .withMaximumStateBytes(128)
                .withPieces(68, 7);

        assertThat(changed).isEqualTo(new TransferOptions(Duration.ofSeconds(1), Duration.ofSeconds(2), 128, 68, 7));
    }

    private static void refuses(String field, Runnable change) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(change::run)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}

package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationOptionsTest {

    @Test
    void eachChangeKeepsAllOthers() {
        var key = new SecretKeySpec(new byte[32], "HmacSHA256");
        var changed = MigrationOptions.defaults()
                .withBlackoutBudget(Duration.ofMillis(300))
                .withMaximumBlackout(Duration.ofSeconds(3))
                .withDeadline(MigrationPhase.LOAD, Duration.ofSeconds(7))
                .withBandwidth(11, 13)
                .withKeepAlive(Duration.ofSeconds(2), Duration.ofSeconds(17))
                .withProgressInterval(Duration.ofMillis(5))
                .withRecords(8192, false)
                .withAuthenticationKey(key)
                .waiving(PreflightReason.STATE_SIZE)
                .waiving(PreflightReason.P2P_MISSING)
                .withDeadline(MigrationPhase.PRE_COPY, Duration.ofSeconds(9));
        assertThat(changed).isEqualTo(new MigrationOptions(
                Duration.ofMillis(300),
                Duration.ofSeconds(3),
                Map.of(MigrationPhase.LOAD, Duration.ofSeconds(7), MigrationPhase.PRE_COPY, Duration.ofSeconds(9)),
                11,
                13,
                Duration.ofSeconds(2),
                Duration.ofSeconds(17),
                Duration.ofMillis(5),
                8192,
                false,
                Optional.of(key),
                Set.of(PreflightReason.STATE_SIZE, PreflightReason.P2P_MISSING)));
        assertThat(MigrationOptions.defaults().waived()).isEmpty();
    }

    @Test
    void theLongestBlackoutIsAtLeastTheBudgetAndGrowsWithIt() {
        var defaults = MigrationOptions.defaults();
        assertThat(defaults.withBlackoutBudget(Duration.ofMillis(1)).maximumBlackout()).isEqualTo(Duration.ofMinutes(
                1));
        assertThat(defaults.withBlackoutBudget(Duration.ofMinutes(1)).maximumBlackout()).isEqualTo(Duration.ofMinutes(
                2));
        assertThat(defaults.withBlackoutBudget(Duration.ofDays(49)).maximumBlackout()).isEqualTo(Duration.ofDays(49));
        var second = Duration.ofSeconds(1);
        assertThat(defaults.withMaximumBlackout(second).maximumBlackout()).isEqualTo(second);
        assertThatThrownBy(() -> defaults.withMaximumBlackout(second.minusNanos(1)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("maximumBlackout")
                .hasMessageContaining("at least the blackoutBudget of PT1S");
    }

    @ParameterizedTest
    @EnumSource(PreflightReason.class)
    void everythingCanBeWaivedButThatThereIsSomethingToLoad(PreflightReason reason) {
        switch (reason) {
            case NO_COMMON_FORMAT, DEVICE_MISMATCH -> assertThatThrownBy(
                    () -> MigrationOptions.defaults().waiving(PreflightReason.STATE_SIZE, reason))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("waived is " + reason);
            default -> assertThat(MigrationOptions.defaults().waiving(reason).waived()).containsExactly(reason);
        }
    }
}

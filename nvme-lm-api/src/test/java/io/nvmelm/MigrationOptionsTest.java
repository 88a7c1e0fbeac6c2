package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class MigrationOptionsTest {

    @Test
    void eachChangeKeepsAllOthers() {
        var key = new SecretKeySpec(new byte[32], "HmacSHA256");
        var changed = MigrationOptions.defaults()
                .withBlackoutBudget(Duration.ofMillis(300))
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
}

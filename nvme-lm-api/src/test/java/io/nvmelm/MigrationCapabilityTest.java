package io.nvmelm;

import static io.nvmelm.MigrationCapability.P2P;
import static io.nvmelm.MigrationCapability.PRE_COPY;
import static io.nvmelm.MigrationCapability.STOP_COPY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationCapabilityTest {

    @Test
    void flagsAreTheKernels() {
        assertThat(STOP_COPY.flag()).isEqualTo(1);
        assertThat(P2P.flag()).isEqualTo(2);
        assertThat(PRE_COPY.flag()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void everyFlagWordSurvivesARoundTrip(int flags) {
        assertThat(MigrationCapability.toFlags(MigrationCapability.fromFlags(flags))).isEqualTo(flags);
    }

    @Test
    void setsAreTheirBitsTogether() {
        assertThat(MigrationCapability.toFlags(EnumSet.of(STOP_COPY, PRE_COPY))).isEqualTo(5);
        assertThat(MigrationCapability.fromFlags(3)).isEqualTo(Set.of(STOP_COPY, P2P));
    }

    @Test
    void bitsWithoutANameAreLeftOut() {
        assertThat(MigrationCapability.fromFlags(0xFFFF_FFFF_FFFF_FFF8L)).isEmpty();
        assertThat(MigrationCapability.fromFlags(-1L)).containsExactly(STOP_COPY, P2P, PRE_COPY);
    }
}

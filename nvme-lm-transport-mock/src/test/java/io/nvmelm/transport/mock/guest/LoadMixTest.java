package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import java.util.EnumMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LoadMixTest {

    @Test
    void everyKindComesAsOftenAsItWeighs() {
        long seed = 5;
        var random = new SplittableRandom(seed);
        var counts = new EnumMap<IoKind, Integer>(IoKind.class);
        for (int i = 0; i < 100_000; i++) {
            counts.merge(new LoadMix(50, 30, 15, 5).pick(random), 1, Integer::sum);
        }

        assertThat(counts.get(IoKind.READ)).as("seed %d", seed).isBetween(49_000, 51_000);
        assertThat(counts.get(IoKind.WRITE)).as("seed %d", seed).isBetween(29_000, 31_000);
        assertThat(counts.get(IoKind.WRITE_ZEROES)).as("seed %d", seed).isBetween(14_000, 16_000);
        assertThat(counts.get(IoKind.FLUSH)).as("seed %d", seed).isBetween(4_500, 5_500);
    }

    @Test
    void withoutWriteZeroesItsShareIsWritten() {
        assertThat(new LoadMix(1, 2, 3, 4).withoutWriteZeroes()).isEqualTo(new LoadMix(1, 5, 0, 4));
    }

    @Test
    void whatAControllerDoesNotSupportIsDoneOtherwise() {
        var mix = new LoadMix(1, 2, 3, 4, 5);
        assertThat(mix.supportedBy(1 << 2 | 1 << 3)).isEqualTo(mix);
        assertThat(mix.supportedBy(1 << 3)).isEqualTo(new LoadMix(1, 2, 8, 4, 0));
        assertThat(mix.supportedBy(1 << 2)).isEqualTo(new LoadMix(1, 5, 0, 4, 5));
        assertThat(mix.supportedBy(0)).isEqualTo(new LoadMix(1, 10, 0, 4, 0));
    }

    @Test
    void deallocatesComeAsOftenAsTheyWeighAndChangeNothingWhereThereAreNone() {
        var random = new SplittableRandom(6);
        int deallocates = 0;
        for (int i = 0; i < 100_000; i++) {
            deallocates += new LoadMix(20, 20, 20, 20, 20).pick(random) == IoKind.DEALLOCATE ? 1 : 0;
        }
        assertThat(deallocates).isBetween(19_000, 21_000);

        var one = new SplittableRandom(7);
        var other = new SplittableRandom(7);
        for (int i = 0; i < 1000; i++) {
            assertThat(new LoadMix(5, 4, 3, 2, 0).pick(one)).isEqualTo(new LoadMix(5, 4, 3, 2).pick(other));
        }
    }

    @Test
    void negativeAndEmptyMixesAreRefused() {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new LoadMix(1, -1, 0, 0))
                .satisfies(e -> assertThat(e.field()).isEqualTo("writes"));
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(() -> new LoadMix(0, 0, 0, 0));
    }
}

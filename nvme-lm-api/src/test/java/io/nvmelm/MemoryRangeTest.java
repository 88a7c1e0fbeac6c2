package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryRangeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1", "0, 9223372036854775807", "-1, 1", "-4096, 4096",
        "9223372036854775807, 9223372036854775807", "-9223372036854775808, 9223372036854775807"
    })
    void aRangeMayReachTheLastAddress(long deviceAddress, long byteSize) {
        var range = new MemoryRange(deviceAddress, byteSize);

        assertThat(range.deviceAddress()).isEqualTo(deviceAddress);
        assertThat(range.byteSize()).isEqualTo(byteSize);
    }

    @ParameterizedTest
    @CsvSource({"-1, 2", "-4096, 4097", "-4096, 9223372036854775807"})
    void aRangeMustNotWrap(long deviceAddress, long byteSize) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new MemoryRange(deviceAddress, byteSize))
                .satisfies(e -> assertThat(e.field()).isEqualTo("deviceAddress + byteSize"));
    }

    @Test
    void theAddressOfARefusalIsUnsigned() {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new MemoryRange(-1, 2))
                .satisfies(e -> assertThat(e.value()).isEqualTo("18446744073709551615"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void aRangeHasALength(long byteSize) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new MemoryRange(4096, byteSize))
                .satisfies(e -> assertThat(e.field()).isEqualTo("byteSize"));
    }
}

package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PreCopyInfoTest {

    @Test
    void nothingIsLeftOnlyWhenBothNumbersAreZero() {
        assertThat(new PreCopyInfo(0, 0, true).nothingLeft()).isTrue();
        assertThat(new PreCopyInfo(1, 0, false).nothingLeft()).isFalse();
        assertThat(new PreCopyInfo(0, Long.MAX_VALUE, false).nothingLeft()).isFalse();
    }

    @Test
    void negativeNumbersAreRefused() {
        assertThatThrownBy(() -> new PreCopyInfo(-1, 0, false))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("initialBytes is -1");
        assertThatThrownBy(() -> new PreCopyInfo(0, Long.MIN_VALUE, false))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("dirtyBytes");
    }
}

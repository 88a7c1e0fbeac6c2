package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/// Bytes that are carried.
class OpaqueBytesTest {

    @Test
    void theContentIsCopiedInAndOut() {
        byte[] array = {1, 2, 3};
        var bytes = OpaqueBytes.copyOf(array);
        array[0] = 9;
        assertThat(bytes.toByteArray()).containsExactly(1, 2, 3);
        bytes.toByteArray()[0] = 9;
        assertThat(bytes).isEqualTo(OpaqueBytes.copyOf(MemorySegment.ofArray(new byte[] {0, 1, 2, 3}), 1, 3));
        var target = MemorySegment.ofArray(new byte[4]);
        bytes.copyTo(target, 1);
        assertThat((byte[]) target.heapBase().orElseThrow()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aPartThatIsNotThereIsRefused() {
        var segment = MemorySegment.ofArray(new byte[4]);
        assertThatThrownBy(() -> OpaqueBytes.copyOf(segment, 2, 3)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> OpaqueBytes.copyOf(segment, -1, 1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> OpaqueBytes.copyOf(segment, 0, -1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> OpaqueBytes.copyOf(segment, Long.MAX_VALUE, 1)).isInstanceOf(
                InvalidValueException.class);
        assertThatThrownBy(() -> OpaqueBytes.zeros(3).copyTo(segment, 2)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> OpaqueBytes.zeros(-1)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void theTextNamesTheSizeAndNotTheContent() {
        assertThat(OpaqueBytes.copyOf(new byte[] {65, 66}).toString()).startsWith("2 bytes").doesNotContain("65");
        assertThat(OpaqueBytes.zeros(5).isZero()).isTrue();
        assertThat(OpaqueBytes.copyOf(new byte[] {0, 1}).isZero()).isFalse();
    }
}

package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestMemoryTest {
    private final GuestMemory memory = new GuestMemory(1L << 40);

    @Test
    void whatWasNeverWrittenIsZero() {
        assertThat(memory.getLong((1L << 40) - 8)).isZero();
        var target = MemorySegment.ofArray(new byte[] {1, 2, 3, 4});
        memory.read(12_345_678, target, 0, 4);
        assertThat(target.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }

    @Test
    void valuesAreLittleEndian() {
        memory.setLong(0x1000, 0x0807_0605_0403_0201L);
        assertThat(memory.getInt(0x1000)).isEqualTo(0x0403_0201);
        assertThat(memory.getInt(0x1004)).isEqualTo(0x0807_0605);
        assertThat(memory.getShort(0x1002)).isEqualTo((short) 0x0403);
        memory.setShort(0x1000, (short) -1);
        memory.setInt(0x1004, 0);
        assertThat(memory.getLong(0x1000)).isEqualTo(0x0403_FFFFL);
        memory.setIntRelease(0x1008, 0x1234_5678);
        assertThat(memory.getIntAcquire(0x1008)).isEqualTo(0x1234_5678);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_535, 65_536, 3 * 65_536 - 7, (1L << 25) - 100, (1L << 40) - 200_000})
    void copiesCrossChunks(long address) {
        var source = new byte[200_000];
        for (int i = 0; i < source.length; i++) {
            source[i] = (byte) (i * 7 + 1);
        }
        memory.write(address, MemorySegment.ofArray(source), 0, source.length);
        var target = new byte[source.length];
        memory.read(address, MemorySegment.ofArray(target), 0, target.length);
        assertThat(target).isEqualTo(source);
        memory.zero(address + 10, source.length - 20);
        memory.read(address, MemorySegment.ofArray(target), 0, target.length);
        assertThat(target[9]).isEqualTo(source[9]);
        assertThat(target[10]).isZero();
        assertThat(target[source.length - 11]).isZero();
        assertThat(target[source.length - 10]).isEqualTo(source[source.length - 10]);
    }

    @Test
    void rangesOutsideAreRefused() {
        var bytes = MemorySegment.ofArray(new byte[16]);
        assertThatThrownBy(() -> memory.read((1L << 40) - 8, bytes, 0, 16)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.write(-1, bytes, 0, 16)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.write(0, bytes, 8, 16)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.read(0, bytes, 0, -1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.getLong(1L << 40)).isInstanceOf(InvalidValueException.class);
        assertThat(memory.contains((1L << 40) - 1, 1)).isTrue();
        assertThat(memory.contains((1L << 40) - 1, 2)).isFalse();
        assertThat(memory.contains(-1, 0)).isFalse();
    }

    @Test
    void valuesMustBeAligned() {
        assertThatThrownBy(() -> memory.getInt(2)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.setLong(4, 1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.getShort(1)).isInstanceOf(InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, (1L << 48) + 1})
    void sizesOutOfRangeAreRefused(long byteSize) {
        assertThatThrownBy(() -> new GuestMemory(byteSize)).isInstanceOf(InvalidValueException.class);
    }
}

package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NamespaceMediumTest {
    private final NamespaceMedium medium = new NamespaceMedium(1000, 512);

    @Test
    void blocksReadBackAsWritten() {
        var source = new byte[1024];
        java.util.Arrays.fill(source, (byte) 7);
        medium.writeBlocks(998, 2, MemorySegment.ofArray(source), 0);
        var target = new byte[1536];
        medium.readBlocks(997, 3, MemorySegment.ofArray(target), 0);
        assertThat(target[511]).isZero();
        assertThat(target[512]).isEqualTo((byte) 7);
        assertThat(target[1535]).isEqualTo((byte) 7);
        medium.zeroBlocks(999, 1);
        medium.readBlocks(997, 3, MemorySegment.ofArray(target), 0);
        assertThat(target[1023]).isEqualTo((byte) 7);
        assertThat(target[1024]).isZero();
    }

    @Test
    void blocksOutsideAreRefused() {
        var bytes = MemorySegment.ofArray(new byte[1024]);
        assertThatThrownBy(() -> medium.readBlocks(999, 2, bytes, 0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> medium.writeBlocks(-1, 1, bytes, 0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> medium.zeroBlocks(1000, 1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> medium.readBlocks(0, 2, bytes, 1)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void geometryOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new NamespaceMedium(0, 512)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new NamespaceMedium(1, 513)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new NamespaceMedium(1, 256)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> new NamespaceMedium(1L << 40, 512)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void anIdentifierIsOptional() {
        assertThat(medium.identifier()).isEmpty();
        assertThat(new NamespaceMedium(1, 512, new UUID(1, 2)).identifier()).contains(new UUID(1, 2));
    }
}

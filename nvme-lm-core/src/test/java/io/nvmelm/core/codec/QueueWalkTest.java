package io.nvmelm.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class QueueWalkTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(4 + 8 + 3 * 24, 8);
    private final NvmeControllerStateView state = new NvmeControllerStateView();

    @Test
    void theViewsOwnQueuesLieBehindEachOther() {
        build();

        assertThat(state.submissionQueue(0).queueId()).isEqualTo(1);
        assertThat(state.submissionQueue(1).queueId()).isEqualTo(2);
        assertThat(state.completionQueue(0).queueId()).isEqualTo(9);
        assertThat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 4 + 8 + 10)).isEqualTo((short) 1);
        assertThat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 4 + 8 + 24 + 10)).isEqualTo((short) 2);
        assertThat(memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, 4 + 8 + 48 + 10)).isEqualTo((short) 9);
    }

    @Test
    void aQueueThatIsNotCountedIsRefused() {
        build();

        assertThatThrownBy(() -> state.submissionQueue(2))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("submission queue index")
                .hasMessageContaining("0 to 1");
        assertThatThrownBy(() -> state.submissionQueue(-1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> state.completionQueue(1))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("completion queue index")
                .hasMessageContaining("0 to 0");
        assertThatThrownBy(() -> state.completionQueue(-1)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void aQueueThatIsCountedButNotThereIsRefused() {
        build();
        state.submissionQueueCount(4);

        assertThatThrownBy(() -> state.submissionQueue(3))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("I/O submission queue state size");
        assertThatThrownBy(() -> state.completionQueue(0))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("I/O completion queue state size");
    }

    @Test
    void countsThatAnotherWriterChangesMoveNoQueue() {
        build();
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 4 + 2, (short) 0);
        memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 4 + 4, (short) 0);

        assertThat(state.submissionQueueCount()).isEqualTo(2);
        assertThat(state.completionQueue(0).queueId()).isEqualTo(9);
        assertThat(state.byteSize()).isEqualTo(8 + 3 * 24);
        assertThat(state.wrap(memory, 4).completionQueueCount()).isZero();
    }

    @Test
    void aViewThatIsMovedToOtherMemoryTakesItsQueuesAlong() {
        build();
        var copy = MemorySegment.ofArray(memory.toArray(ValueLayout.JAVA_BYTE));
        memory.fill((byte) 0);

        state.wrap(copy, 4);

        assertThat(state.submissionQueue(1).queueId()).isEqualTo(2);
        assertThat(state.completionQueue(0).queueId()).isEqualTo(9);
    }

    @Test
    void aHeaderIsClearedAndNothingBehindIt() {
        memory.fill((byte) 0xA5);

        new ControllerStateView().wrap(memory, 4).clear();

        assertThat(memory.asSlice(4, 48).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 0xA5);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4 + 48)).isEqualTo((byte) 0xA5);
    }

    @Test
    void aCommandIsWrittenWholeWithEveryFieldInItsPlace() {
        memory.fill((byte) 0xA5);

        SubmissionEntryView.write(
                memory,
                4,
                0x142,
                0xFFFF_FFFEL,
                0x8000_0001,
                0x8000_0002,
                0x8000_0003,
                0x8000_0004,
                0x8000_0005,
                -6);

        byte[] expected = new byte[64];
        expected[0] = 0x42;
        Arrays.fill(expected, 4, 8, (byte) 0xFF);
        expected[4] = (byte) 0xFE;
        for (int i = 0; i < 5; i++) {
            expected[40 + 4 * i] = (byte) (i + 1);
            expected[43 + 4 * i] = (byte) 0x80;
        }
        Arrays.fill(expected, 60, 64, (byte) 0xFF);
        expected[60] = (byte) 0xFA;
        assertThat(memory.asSlice(4, 64).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 0xA5);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 4 + 64)).isEqualTo((byte) 0xA5);
    }

    private void build() {
        state.wrap(memory, 4).version(0).submissionQueueCount(2).completionQueueCount(1).reserved(0);
        state.submissionQueue(0).queueId(1);
        state.submissionQueue(1).queueId(2);
        state.completionQueue(0).queueId(9);
    }
}

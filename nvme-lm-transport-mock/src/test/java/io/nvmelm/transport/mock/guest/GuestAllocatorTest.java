package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import io.nvmelm.transport.mock.GuestMemory;
import org.junit.jupiter.api.Test;

class GuestAllocatorTest {

    private final GuestMemory memory = new GuestMemory(1 << 20);

    @Test
    void pagesFollowEachOther() {
        var allocator = new GuestAllocator(memory, 100, 1 << 20);

        assertThat(allocator.allocatePages(1)).isEqualTo(4096);
        assertThat(allocator.allocatePages(4096)).isEqualTo(8192);
        assertThat(allocator.allocatePages(4097)).isEqualTo(12_288);
        assertThat(allocator.allocatePages(1)).isEqualTo(20_480);
    }

    @Test
    void usedMemoryIsZeroedForQueues() {
        memory.setLong(4096, -1);
        memory.setLong(8184, -1);
        memory.setLong(8192, -1);

        new GuestAllocator(memory, 4096, 1 << 20).allocateZeroedPages(100);

        assertThat(memory.getLong(4096)).isZero();
        assertThat(memory.getLong(8184)).isZero();
        assertThat(memory.getLong(8192)).isEqualTo(-1);
    }

    @Test
    void moreThanThereIsIsRefusedAndTakesNothing() {
        var allocator = new GuestAllocator(memory, 0, 8192);

        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> allocator.allocatePages(8193))
                .satisfies(e -> assertThat(e.bound()).isEqualTo("1 to the 8192 that are left"));
        assertThat(allocator.allocatePages(8192)).isZero();
    }

    @Test
    void aRangeOutsideOfTheMemoryIsRefused() {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new GuestAllocator(memory, 0, (1 << 20) + 1));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new GuestAllocator(memory, 4096, 4095));
    }
}

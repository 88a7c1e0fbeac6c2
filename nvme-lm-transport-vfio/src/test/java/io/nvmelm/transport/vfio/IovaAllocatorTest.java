package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.DmaSpace.AddressRange;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Device addresses.
class IovaAllocatorTest {
    private static final long PAGE = 4096;

    private static long hex(String text) {
        return Long.parseUnsignedLong(text, 16);
    }

    @ParameterizedTest
    @CsvSource({
        // first, last, granule, size: address, or none
        "0, fffff, 1000, 1000, 10000",
        "10001, fffff, 1000, 1000, 11000",
        "10001, 11fff, 1000, 1000, 11000",
        "10001, 11ffe, 1000, 1000, none",
        "0, ffff, 1000, 1000, none",
        "0, 10fff, 1000, 1000, 10000",
        "0, 10fff, 1000, 2000, none",
        "fffffffffffff000, ffffffffffffffff, 1000, 1000, fffffffffffff000",
        "fffffffffffff000, ffffffffffffffff, 1000, 2000, none",
        "fffffffffffff001, ffffffffffffffff, 1000, 1000, none",
        "8000000000000000, 8000000000001fff, 1000, 2000, 8000000000000000",
        "0, ffffffffffffffff, 1000, 8000000000000000, 10000",
        "0, ffffffffffffffff, 10000, 10000, 10000",
        "12345, fffff, 10000, 10000, 20000",
    })
    void theFirstAddressIsTheLowestAlignedOneInTheRange(
            String first, String last, String granule, String size, String expected) {
        var allocator = new IovaAllocator(List.of(new AddressRange(hex(first), hex(last))), hex(granule));
        if (expected.equals("none")) {
            assertThatThrownBy(() -> allocator.allocate(hex(size)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("of device addresses are free in [" + first + "h-" + last + "h]");
        } else {
            assertThat(Long.toHexString(allocator.allocate(hex(size)))).isEqualTo(expected);
        }
    }

    @Test
    void theEndOfTheSpaceIsReachedWithoutWrapping() {
        var allocator = new IovaAllocator(List.of(new AddressRange(-3 * PAGE, -1)), PAGE);
        for (long expected : new long[] {-3 * PAGE, -2 * PAGE, -PAGE}) {
            assertThat(allocator.allocate(PAGE)).isEqualTo(expected);
        }
        assertThatThrownBy(() -> allocator.allocate(PAGE)).isInstanceOf(TransportException.class);
    }

    @Test
    void withoutRangesThereIsNoAddress() {
        assertThatThrownBy(() -> new IovaAllocator(List.of(), PAGE).allocate(PAGE))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("free in []");
    }

    /// The same by trying every page.
    private static final class Naive {
        final Map<Long, Long> used = new TreeMap<>();
        final List<AddressRange> ranges;

        Naive(List<AddressRange> ranges) {
            this.ranges = ranges;
        }

        boolean free(long first, long size) {
            return used.entrySet().stream().allMatch(each -> first + size <= each.getKey() || each.getKey() + each
                    .getValue() <= first);
        }

        Long allocate(long size) {
            for (var range : ranges) {
                for (long at = Math.max(range.first(), 0x10000); at + size - 1 <= range.last(); at += PAGE) {
                    if (free(at, size)) {
                        used.put(at, size);
                        return at;
                    }
                }
            }
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void itGivesWhatTryingEveryPageGives(long seed) {
        var random = new Random(seed);
        var ranges = List.of(new AddressRange(0, 0x2FFFF), new AddressRange(0x40000, 0x4FFFF), new AddressRange(0x61000,
                0x61FFF));
        var allocator = new IovaAllocator(ranges, PAGE);
        var naive = new Naive(ranges);
        for (int round = 0; round < 3_000; round++) {
            String where = "seed " + seed + " round " + round;
            if (random.nextInt(5) < 3 || naive.used.isEmpty()) {
                long size = PAGE * (1 + random.nextInt(random.nextInt(8) + 1));
                var expected = naive.allocate(size);
                if (expected == null) {
                    assertThatThrownBy(() -> allocator.allocate(size)).as(where).isInstanceOf(TransportException.class);
                } else {
                    assertThat(allocator.allocate(size)).as(where).isEqualTo(expected);
                }
            } else {
                long gone = List.copyOf(naive.used.keySet()).get(random.nextInt(naive.used.size()));
                naive.used.remove(gone);
                allocator.free(gone);
            }
        }
    }
}

package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.transport.mock.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferBufferTest {

    private static final int PAGE = 4096;
    private static final int MAXIMUM_BYTES = 6 * PAGE;
    private static final long SEED = 4711;

    private final GuestMemory memory = new GuestMemory(1 << 20);
    private final GuestAllocator allocator = new GuestAllocator(memory, PAGE, 1 << 20);
    private final TransferBuffer buffer = new TransferBuffer(memory, allocator, MAXIMUM_BYTES);
    private final SubmissionEntryView entry =
            new SubmissionEntryView().wrap(MemorySegment.ofArray(new byte[64]), 0);
    private final SplittableRandom random = new SplittableRandom(SEED);

    private int chainedLists;
    private int offsetLists;

    /// The ranges that PRP1 and PRP2 name, read as the standard says.
    private List<long[]> ranges(int byteSize) {
        var ranges = new ArrayList<long[]>();
        long first = entry.prp1();
        assertThat(first % 4).isZero();
        int inFirst = Math.min(byteSize, PAGE - (int) (first % PAGE));
        ranges.add(new long[] {first, inFirst});
        int left = byteSize - inFirst;
        if (left == 0) {
            assertThat(entry.prp2()).isZero();
        } else if (left <= PAGE) {
            ranges.add(new long[] {entry.prp2(), left});
        } else {
            long at = entry.prp2();
            assertThat(at % 8).isZero();
            offsetLists += at % PAGE == 0 ? 0 : 1;
            while (left > 0) {
                if (at % PAGE == PAGE - 8 && left > PAGE) {
                    at = memory.getLong(at);
                    assertThat(at % PAGE).isZero();
                    chainedLists++;
                }
                ranges.add(new long[] {memory.getLong(at), Math.min(left, PAGE)});
                left -= Math.min(left, PAGE);
                at += 8;
            }
        }
        return ranges;
    }

    @Test
    void everyShapeNamesDistinctPagesThatHoldTheDataInOrder() {
        var source = new byte[MAXIMUM_BYTES];
        int[] shapes = new int[8];
        for (int round = 0; round < 4000; round++) {
            int byteSize = 512 * (1 + random.nextInt(MAXIMUM_BYTES / 512));
            random.nextBytes(source);
            entry.clear();
            buffer.shape(random, byteSize, entry);
            buffer.store(MemorySegment.ofArray(source));

            var ranges = ranges(byteSize);
            shapes[ranges.size()]++;
            var pages = new HashSet<Long>();
            var read = new byte[MAXIMUM_BYTES];
            int done = 0;
            for (var range : ranges) {
                assertThat(pages.add(range[0] / PAGE)).as("page used once, seed %d round %d", SEED, round).isTrue();
                memory.read(range[0], MemorySegment.ofArray(read), done, range[1]);
                done += (int) range[1];
            }
            assertThat(done).isEqualTo(byteSize);
            assertThat(ranges.size()).isEqualTo(buffer.pageCount());
            assertThat(MemorySegment.mismatch(
                    MemorySegment.ofArray(read), 0, byteSize, MemorySegment.ofArray(source), 0, byteSize)).isEqualTo(
                            -1);
        }
        for (int count = 1; count <= 7; count++) {
            assertThat(shapes[count]).as("transfers of %d pages, seed %d", count, SEED).isPositive();
        }
        assertThat(offsetLists).isPositive();
        assertThat(chainedLists).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096, 8192, 20_480})
    void dataThatTheControllerWroteIsLoaded(int byteSize) {
        for (int round = 0; round < 50; round++) {
            buffer.shape(random, byteSize, entry.clear());
            buffer.poison();
            var expected = new byte[byteSize];
            random.nextBytes(expected);
            int done = 0;
            for (var range : ranges(byteSize)) {
                memory.write(range[0], MemorySegment.ofArray(expected), done, range[1]);
                done += (int) range[1];
            }
            var loaded = new byte[byteSize];
            buffer.load(MemorySegment.ofArray(loaded));

            assertThat(loaded).as("seed %d round %d", SEED, round).isEqualTo(expected);
            assertThat(buffer.isSurroundingIntact()).isTrue();
        }
    }

    @Test
    void bytesOutsideOfTheDataAreSeen() {
        int byteSize = 512;
        do {
            buffer.shape(random, byteSize, entry.clear());
        } while (entry.prp1() % PAGE == 0 || entry.prp2() != 0 || entry.prp1() % PAGE > PAGE - 2 * byteSize);
        buffer.poison();
        long start = entry.prp1();

        memory.setShort(start - 2, (short) 0);
        assertThat(buffer.isSurroundingIntact()).isFalse();
        buffer.poison();
        assertThat(buffer.isSurroundingIntact()).isTrue();
        memory.setShort(start + byteSize, (short) 0);
        assertThat(buffer.isSurroundingIntact()).isFalse();
    }

    @Test
    void aReadThatMovesNothingDoesNotShowTheDataBefore() {
        var data = new byte[PAGE];
        random.nextBytes(data);
        buffer.shape(random, PAGE, entry.clear());
        buffer.store(MemorySegment.ofArray(data));
        buffer.shape(random, PAGE, entry.clear());
        buffer.poison();
        buffer.load(MemorySegment.ofArray(data));

        assertThat(data).containsOnly(TransferBuffer.POISON);
    }
}

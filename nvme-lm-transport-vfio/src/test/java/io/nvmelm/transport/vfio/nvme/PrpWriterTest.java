package io.nvmelm.transport.vfio.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Data pointers against what Base 2.3 clause 4.3.1 says about them.
class PrpWriterTest {
    private static final int PAGE = 4096;
    private static final long DATA = 0x1_0000_0000L;
    private static final long LISTS = 0x20_0000L;
    private static final int PAGES_OF_SLOT = 4;
    private static final int SLOTS = 3;

    private final MemorySegment lists = MemorySegment.ofArray(new long[SLOTS * PAGES_OF_SLOT * PAGE / 8]);
    private final MemorySegment bytes = MemorySegment.ofArray(new byte[64]);
    private final SubmissionEntryView entry = new SubmissionEntryView().wrap(bytes, 0);

    private void describe(int slot, long offset, long byteSize) {
        new PrpWriter(lists, LISTS, PAGE, PAGES_OF_SLOT).describe(entry, slot, DATA + offset, byteSize);
    }

    private long listEntry(int slot, int listPage, int index) {
        return lists.get(ValueLayout.JAVA_LONG, (slot * PAGES_OF_SLOT + listPage) * (long) PAGE + 8L * index);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 4096", "4, 4092", "4092, 4", "2048, 2048"})
    void whatFitsInOnePageNeedsNoSecondPointer(long offset, long byteSize) {
        entry.prp2(-1);
        describe(1, offset, byteSize);
        assertThat(entry.prp1()).isEqualTo(DATA + offset);
        assertThat(entry.prp2()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 4097", "0, 8192", "4, 4093", "4092, 8", "4092, 4100", "2048, 6144"})
    void theSecondPageIsTheSecondPointer(long offset, long byteSize) {
        describe(1, offset, byteSize);
        assertThat(entry.prp1()).isEqualTo(DATA + offset);
        assertThat(entry.prp2()).isEqualTo(DATA + PAGE);
    }

    @ParameterizedTest
    @CsvSource({"0, 8193, 2", "4092, 4101, 2", "0, 12288, 2", "4, 2097152, 512", "0, 2097152, 511", "0, 2097153, 512"})
    void otherPagesAreListed(long offset, long byteSize, int listed) {
        describe(2, offset, byteSize);
        assertThat(entry.prp2()).isEqualTo(LISTS + 2 * PAGES_OF_SLOT * PAGE);
        for (int i = 0; i < listed; i++) {
            assertThat(listEntry(2, 0, i)).as("entry %d", i).isEqualTo(DATA + (i + 1L) * PAGE);
        }
        if (listed < 512) {
            assertThat(listEntry(2, 0, listed)).isZero();
        }
        assertThat(listEntry(2, 1, 0)).isZero();
    }

    /// 511 pages and a link, 512 on the last list page.
    @ParameterizedTest
    @CsvSource({"512, 1, 0", "513, 2, 2", "1022, 2, 511", "1023, 2, 512", "1024, 3, 2", "1534, 3, 512", "1535, 4, 2"})
    void aFullListPageEndsWithTheAddressOfTheNext(int listed, int listPages, int onLast) {
        describe(0, 0, (listed + 1L) * PAGE);
        var found = new ArrayList<Long>();
        int listPage = 0;
        int index = 0;
        while (found.size() < listed) {
            if (index == 511 && listed - found.size() > 1) {
                assertThat(listEntry(0, listPage, 511)).isEqualTo(LISTS + (listPage + 1L) * PAGE);
                listPage++;
                index = 0;
            }
            found.add(listEntry(0, listPage, index++));
        }
        assertThat(listPage + 1).isEqualTo(listPages);
        if (listPages > 1) {
            assertThat(index).isEqualTo(onLast);
        }
        for (int i = 0; i < listed; i++) {
            assertThat(found.get(i)).as("page %d", i).isEqualTo(DATA + (i + 1L) * PAGE);
        }
    }

    @Test
    void slotsDoNotShareListPages() {
        describe(0, 0, 3 * PAGE);
        describe(1, 0x100_0000, 3 * PAGE);
        assertThat(List.of(listEntry(0, 0, 0), listEntry(0, 0, 1))).containsExactly(DATA + PAGE, DATA + 2 * PAGE);
        assertThat(listEntry(1, 0, 0)).isEqualTo(DATA + 0x100_0000 + PAGE);
    }

    @ParameterizedTest
    @CsvSource({"4096, 1", "1048576, 1", "2093056, 1", "2097152, 2", "4186112, 2", "4190208, 3", "67108864, 33"})
    void listPagesSufficeForAnyOffset(long byteSize, int pages) {
        assertThat(PrpWriter.listPages(byteSize, PAGE)).isEqualTo(pages);
    }

    @Test
    void largerPagesAreCountedAsSuch() {
        new PrpWriter(lists, LISTS, 16384, 1).describe(entry, 0, 0x4000_0000L + 8192, 16384);
        assertThat(entry.prp2()).isEqualTo(0x4000_4000L);
        assertThat(PrpWriter.listPages(64L << 20, 16384)).isEqualTo(3);
    }
}

package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlockLedgerTest {

    private static final long SEED = 20_260_101;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void noBlockIsTakenTwice() {
        var ledger = new BlockLedger(1000, 257, BlockLedger.ZEROES);
        var owner = new boolean[257];
        var ranges = new ArrayList<BlockLedger.Range>();
        for (int i = 0; i < 20_000; i++) {
            var range = ledger.takeAnywhere(random, 1 + random.nextInt(9));
            if (range != null) {
                for (long block = range.firstBlock(); block < range.firstBlock() + range.blockCount(); block++) {
                    assertThat(owner[(int) block - 1000]).as("block %d, seed %d", block, SEED).isFalse();
                    owner[(int) block - 1000] = true;
                }
                ranges.add(range);
            }
            if (range == null || random.nextInt(3) == 0) {
                var released = ranges.remove(random.nextInt(ranges.size()));
                for (int n = 0; n < released.blockCount(); n++) {
                    owner[(int) released.firstBlock() - 1000 + n] = false;
                }
                ledger.release(released.firstBlock(), released.blockCount());
            }
        }
    }

    @Test
    void everyFreeBlockIsFoundBeforeItIsRefused() {
        var ledger = new BlockLedger(0, 100, BlockLedger.ZEROES);
        int taken = 0;
        while (true) {
            var range = ledger.takeAnywhere(random, 7);
            if (range == null) {
                break;
            }
            taken += range.blockCount();
        }

        assertThat(taken).isEqualTo(100);
        assertThat(ledger.takenCount()).isEqualTo(100);
    }

    @Test
    void aReadKeepsTheContentAndAWriteReplacesIt() {
        var ledger = new BlockLedger(10, 4, BlockLedger.UNKNOWN);
        ledger.release(11, 2, 5);
        ledger.release(11, 1);

        assertThat(ledger.content(10)).isEqualTo(BlockLedger.UNKNOWN);
        assertThat(ledger.content(11)).isEqualTo(5);
        assertThat(ledger.content(12)).isEqualTo(5);
        assertThat(ledger.content(13)).isEqualTo(BlockLedger.UNKNOWN);
    }

    @Test
    void aCheckTakesKnownBlocksOnlyAndSkipsTakenOnes() {
        var ledger = new BlockLedger(10, 10, BlockLedger.UNKNOWN);
        ledger.release(12, 4, 5);
        ledger.release(17, 1, BlockLedger.ZEROES);

        assertThat(ledger.takeKnown(10, 3)).isEqualTo(new BlockLedger.Range(12, 3));
        assertThat(ledger.takeKnown(10, 3)).isEqualTo(new BlockLedger.Range(15, 1));
        assertThat(ledger.takeKnown(16, 3)).isEqualTo(new BlockLedger.Range(17, 1));
        assertThat(ledger.takeKnown(10, 3)).isNull();
        assertThat(ledger.takeKnown(20, 3)).isNull();
    }

    @Test
    void piecesAreTakenEachForItself() {
        var ledger = new BlockLedger(100, 3, 10, 1000, BlockLedger.UNKNOWN);
        ledger.release(100, 10, 1);
        ledger.release(1100, 10, 2);
        ledger.release(2105, 5, BlockLedger.ZEROES);

        assertThat(ledger.blockCount()).isEqualTo(30);
        assertThat(ledger.content(1109)).isEqualTo(2);
        assertThat(ledger.content(2104)).isEqualTo(BlockLedger.UNKNOWN);
        assertThat(ledger.takeKnown(100, 7)).isEqualTo(new BlockLedger.Range(100, 7));
        assertThat(ledger.takeKnown(107, 7)).isEqualTo(new BlockLedger.Range(107, 3));
        assertThat(ledger.takeKnown(110, 50)).isEqualTo(new BlockLedger.Range(1100, 10));
        assertThat(ledger.takeKnown(1110, 50)).isEqualTo(new BlockLedger.Range(2105, 5));
        assertThat(ledger.takeKnown(2110, 50)).isNull();
        for (int i = 0; i < 1000; i++) {
            var range = ledger.takeAnywhere(random, 20);
            if (range != null) {
                long within = (range.firstBlock() - 100) % 1000;
                assertThat(within + range.blockCount()).as("seed %d", SEED).isLessThanOrEqualTo(10);
            }
        }
        assertThat(ledger.takenCount()).isEqualTo(30);
    }
}

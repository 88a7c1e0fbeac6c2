package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.DATA_TRANSFER_ERROR;
import static io.nvmelm.nvme.StatusCode.INVALID_FIELD_IN_COMMAND;
import static io.nvmelm.nvme.StatusCode.LBA_OUT_OF_RANGE;
import static io.nvmelm.nvme.StatusCode.UNRECOVERED_READ_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// I/O commands that change blocks, what they do to the medium, and how they are logged.
class BlockChangesTest {
    private static final String FIRST = "82 0 0 0";
    private static final int LIST = 0x70_0000;

    private final DataQueueHost host = new DataQueueHost();
    private final DataQueueHost.Ring ring = host.ring(300).started();

    private TestHost.Entry run(int opcode, long block, int blocks) {
        return host.guest.execute(1, 1, opcode, TestHost.io(block, blocks, TestHost.DATA, 0));
    }

    private void fill(long block, int blocks, int seed) {
        host.guest.fill(TestHost.DATA, blocks * 512, seed);
        assertThat(run(0x01, block, blocks).status().isSuccess()).isTrue();
    }

    private byte[] blocks(long block, int blocks) {
        assertThat(host.guest.execute(1, 1, 0x02, TestHost.io(block, blocks, TestHost.DATA + 0x8000, 0))
                .status()
                .isSuccess())
                .isTrue();
        return host.guest.bytes(TestHost.DATA + 0x8000, blocks * 512);
    }

    /// @param ranges first block and length of each
    private TestHost.Entry deallocate(int attributes, long... ranges) {
        for (int i = 0; i < ranges.length; i += 2) {
            host.guest.memory.setInt(LIST + i * 8 + 4, (int) ranges[i + 1]);
            host.guest.memory.setLong(LIST + i * 8 + 8, ranges[i]);
        }
        return host.guest.execute(1, 1, 0x09,
                e -> e.namespaceId(1).prp1(LIST).cdw10(ranges.length / 2 - 1).cdw11(attributes));
    }

    /// @param sources first block and length of each
    private TestHost.Entry copy(long to, int cdw12, long... sources) {
        for (int i = 0; i < sources.length; i += 2) {
            host.guest.memory.setLong(LIST + i * 16 + 8, sources[i]);
            host.guest.memory.setShort(LIST + i * 16 + 16, (short) (sources[i + 1] - 1));
        }
        return host.guest.execute(1, 1, 0x19,
                e -> e.namespaceId(1).prp1(LIST).cdw10((int) to).cdw12(cdw12 | sources.length / 2 - 1));
    }

    @Test
    @Proves(device = {"log.write-zeroes", "log.deallocated"})
    void writeZeroesIsLoggedAsWhatItDoes() {
        fill(4, 2, 1);
        assertThat(run(0x08, 4, 1).status().isSuccess()).isTrue();
        assertThat(host.guest.execute(1, 1, 0x08, TestHost.io(5, 1, 0, 0).andThen(e -> e.cdw12(1 << 25)))
                .status()
                .isSuccess())
                .isTrue();
        assertThat(blocks(4, 2)).containsOnly(0);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 4 1", "00 1 4 0", "20 1 5 0");
    }

    @Test
    @Proves(device = "log.write-uncorrectable")
    void uncorrectableBlocksAreNotReadUntilTheyAreWritten() {
        fill(4, 6, 1);
        assertThat(run(0x04, 5, 4).status().isSuccess()).isTrue();
        assertThat(ring.take()).containsExactly(FIRST, "00 1 4 5", "00 1 5 3");
        assertThat(blocks(4, 1)).hasSize(512);
        assertThat(blocks(9, 1)).hasSize(512);
        for (int block = 5; block < 9; block++) {
            assertThat(run(0x02, block, 1).is(UNRECOVERED_READ_ERROR)).isTrue();
        }
        assertThat(run(0x02, 4, 6).is(UNRECOVERED_READ_ERROR)).isTrue();
        fill(6, 1, 2);
        blocks(6, 1);
        for (int block : new int[] {5, 7, 8}) {
            assertThat(run(0x02, block, 1).is(UNRECOVERED_READ_ERROR)).isTrue();
        }
        run(0x08, 7, 1);
        assertThat(blocks(7, 1)).containsOnly(0);
        deallocate(4, 8, 1);
        assertThat(blocks(8, 1)).containsOnly(0);
        assertThat(run(0x02, 5, 1).is(UNRECOVERED_READ_ERROR)).isTrue();
        fill(5, 1, 3);
        assertThat(blocks(4, 6)).hasSize(6 * 512);
    }

    @Test
    @Proves(device = "log.deallocated")
    void deallocatedBlocksReadAsZeroAndAreLoggedByRange() {
        fill(0, 8, 1);
        ring.take();
        assertThat(deallocate(4, 1, 2, 5, 1, 7, 0).status().isSuccess()).isTrue();
        assertThat(ring.take()).containsExactly("20 1 1 1", "20 1 5 0");
        assertThat(blocks(1, 2)).containsOnly(0);
        assertThat(blocks(5, 1)).containsOnly(0);
        assertThat(blocks(7, 1)).isNotEqualTo(new byte[512]);
    }

    @Test
    void upTo256RangesAreDeallocatedAtOnce() {
        fill(0, 16, 1);
        ring.take();
        var ranges = new long[512];
        for (int i = 0; i < 256; i++) {
            ranges[2 * i] = 1000 - i * 3;
            ranges[2 * i + 1] = 2;
        }
        assertThat(deallocate(4, ranges).status().isSuccess()).isTrue();
        assertThat(ring.take()).hasSize(256).contains("20 1 1000 1", "20 1 235 1");
    }

    @Test
    void otherAttributesAreHints() {
        fill(0, 1, 1);
        ring.take();
        assertThat(deallocate(3, 0, 1).status().isSuccess()).isTrue();
        assertThat(ring.take()).isEmpty();
        assertThat(blocks(0, 1)).isNotEqualTo(new byte[512]);
    }

    @Test
    void aRangeOutsideDeallocatesNothing() {
        fill(0, 1, 1);
        ring.take();
        assertThat(deallocate(4, 0, 1, 1 << 20, 1).is(LBA_OUT_OF_RANGE)).isTrue();
        assertThat(deallocate(4, 0, 1, (1 << 20) - 1, 2).is(LBA_OUT_OF_RANGE)).isTrue();
        assertThat(deallocate(4, 0, 1, -1, 1).is(LBA_OUT_OF_RANGE)).isTrue();
        assertThat(ring.take()).isEmpty();
        assertThat(blocks(0, 1)).isNotEqualTo(new byte[512]);
        assertThat(host.guest.execute(1, 1, 0x09,
                e -> e.namespaceId(1).prp1(1L << 30).cdw10(0).cdw11(4)).is(DATA_TRANSFER_ERROR))
                .isTrue();
    }

    @Test
    @Proves(device = "log.copy")
    void copyGathersRangesAndLogsItsDestination() {
        fill(0, 8, 1);
        var before = blocks(0, 8);
        ring.take();
        assertThat(copy(100, 0, 6, 2, 0, 3).status().isSuccess()).isTrue();
        assertThat(ring.take()).containsExactly("00 1 100 4");
        var expected = new byte[5 * 512];
        System.arraycopy(before, 6 * 512, expected, 0, 1024);
        System.arraycopy(before, 0, expected, 1024, 1536);
        assertThat(blocks(100, 5)).isEqualTo(expected);
        assertThat(copy(1, 0, 0, 4).status().isSuccess()).isTrue();
        System.arraycopy(before, 0, before, 512, 2048);
        assertThat(blocks(0, 8)).isEqualTo(before);
    }

    @Test
    void copyReachesItsLimitsAndNoFurther() {
        assertThat(copy(1 << 19, 0, 0, 0x8000).status().isSuccess()).isTrue();
        var tooLong = copy(1 << 19, 0, 0, 0x8001);
        assertThat(tooLong.status().codeType()).isEqualTo(1);
        assertThat(tooLong.status().code()).isEqualTo(0x83);
        assertThat(copy(1 << 19, 0, 0, 0x8000, 0, 1).status().code()).isEqualTo(0x83);
        assertThat(copy(0, 1 << 8, 0, 1).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(copy(0, 0, 1 << 20, 1).is(LBA_OUT_OF_RANGE)).isTrue();
        assertThat(copy((1 << 20) - 1, 0, 0, 2).is(LBA_OUT_OF_RANGE)).isTrue();
        run(0x04, 5, 1);
        assertThat(copy(0, 0, 4, 2).is(UNRECOVERED_READ_ERROR)).isTrue();
        var many = new long[258];
        java.util.Arrays.setAll(many, i -> 1);
        assertThat(copy(0, 0, many).status().code()).isEqualTo(0x83);
        assertThat(ring.take()).containsExactly(FIRST, "00 1 524288 32767", "00 1 5 0");
    }

    @ParameterizedTest
    @CsvSource({"1, LBA_OUT_OF_RANGE", "4, LBA_OUT_OF_RANGE", "8, LBA_OUT_OF_RANGE"})
    void whatFailsIsNotLogged(int opcode, StatusCode expected) {
        assertThat(run(opcode, (1 << 20) - 1, 2).is(expected)).isTrue();
        assertThat(host.guest.execute(1, 1, 0x01, TestHost.io(0, 1, 1L << 30, 0)).is(DATA_TRANSFER_ERROR)).isTrue();
        assertThat(ring.take()).containsExactly(FIRST);
    }

    @Test
    @Proves(device = "log.deallocated")
    void someDevicesLogOnlyTheCommonCommandsAndNoDeallocations() {
        var plain = new DataQueueHost(
                DeviceVariant.ONLY_COMMON_WRITES_LOGGED, DeviceVariant.DEALLOCATED_LOGGED_AS_MODIFIED);
        var entries = plain.ring(16).started();
        plain.io(0x01, 1, 1);
        plain.io(0x08, 2, 1);
        plain.io(0x04, 3, 1);
        plain.guest.memory.setInt(LIST + 4, 1);
        plain.guest.memory.setLong(LIST + 8, 9);
        plain.guest.execute(1, 1, 0x09, e -> e.namespaceId(1).prp1(LIST).cdw11(4));
        plain.guest.execute(1, 1, 0x19, e -> e.namespaceId(1).prp1(LIST));
        plain.guest.admin(0x80, e -> e.namespaceId(2));
        assertThat(entries.take()).containsExactly(FIRST, "00 1 1 0", "00 1 2 0", "00 1 9 0");
    }
}

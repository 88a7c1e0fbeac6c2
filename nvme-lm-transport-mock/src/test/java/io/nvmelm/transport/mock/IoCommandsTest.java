package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IoCommandsTest {
    private static final long LIST = 0x8_0000;

    private final VirtualClock clock = new VirtualClock();
    private final NamespaceMedium medium = new NamespaceMedium(1 << 20, 512);
    private final InMemoryController controller =
            InMemorySubsystem.builder(clock).namespace(medium).mdts(9).build().controller(1);
    private final TestHost host = new TestHost(controller);

    @BeforeEach
    void bringUp() {
        host.bringUp().createQueuePair(1, 64);
    }

    private TestHost.Entry io(int opcode, long block, int blocks, long prp1, long prp2) {
        return host.execute(1, 1, opcode, TestHost.io(block, blocks, prp1, prp2));
    }

    @Test
    void whatWasWrittenIsRead() {
        host.fill(TestHost.DATA, 4096, 1);
        assertThat(io(0x01, 100, 8, TestHost.DATA, 0).status().isSuccess()).isTrue();
        assertThat(io(0x02, 100, 8, TestHost.DATA + 0x1_0000, 0).status().isSuccess()).isTrue();
        assertThat(host.bytes(TestHost.DATA + 0x1_0000, 4096)).isEqualTo(host.bytes(TestHost.DATA, 4096));
    }

    @Test
    void writeZeroesClearsBlocks() {
        host.fill(TestHost.DATA, 4096, 2);
        io(0x01, 100, 8, TestHost.DATA, 0);
        assertThat(io(0x08, 101, 6, 0, 0).status().isSuccess()).isTrue();
        io(0x02, 100, 8, TestHost.DATA + 0x1_0000, 0);
        var read = host.bytes(TestHost.DATA + 0x1_0000, 4096);
        assertThat(java.util.Arrays.copyOfRange(read, 512, 7 * 512)).containsOnly(0);
        assertThat(java.util.Arrays.copyOf(read, 512)).isEqualTo(host.bytes(TestHost.DATA, 512));
        assertThat(java.util.Arrays.copyOfRange(read, 7 * 512, 4096)).isEqualTo(host.bytes(TestHost.DATA + 3584, 512));
    }

    @Test
    void flushSucceeds() {
        assertThat(host.execute(1, 1, 0x00, e -> e.namespaceId(1)).status().isSuccess()).isTrue();
        assertThat(host.execute(1, 1, 0x00, e -> e.namespaceId(0xFFFF_FFFFL)).status().isSuccess()).isTrue();
        assertThat(host.execute(1, 1, 0x00, e -> e.namespaceId(2)).is(INVALID_NAMESPACE_OR_FORMAT)).isTrue();
    }

    /// Every shape of data pointer: offsets in the first page, two pages, lists that start anywhere in a page, chains
    /// of lists.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void dataPointersOfEveryShapeMoveTheSameBytes(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 40; round++) {
            int blocks = 1 + random.nextInt(round % 2 == 0 ? 40 : 4096);
            int byteSize = blocks * 512;
            long block = random.nextInt(1 << 19);
            long write = scatter(random, byteSize, 0x400_0000);
            var content = gathered(byteSize);
            assertThat(io(0x01, block, blocks, prp1, write).status().isSuccess()).as("seed %d round %d", seed, round)
                    .isTrue();
            long read = scatter(random, byteSize, 0x800_0000);
            assertThat(gathered(byteSize)).isNotEqualTo(content);
            assertThat(io(0x02, block, blocks, prp1, read).status().isSuccess()).as("seed %d round %d", seed, round)
                    .isTrue();
            assertThat(gathered(byteSize)).as("seed %d round %d", seed, round).isEqualTo(content);
        }
    }

    private long prp1;
    private long[] pages = {};

    /// Lays out random pages filled with random bytes and the lists that name them.
    ///
    /// @return PRP2
    private long scatter(SplittableRandom random, int byteSize, long base) {
        int offset = random.nextInt(1024) * 4;
        int first = Math.min(byteSize, 4096 - offset);
        int others = (byteSize - first + 4095) / 4096;
        pages = new long[others + 1];
        var used = new java.util.HashSet<Long>();
        for (int i = 0; i < pages.length; i++) {
            do {
                pages[i] = base + random.nextInt(8192) * 4096L;
            } while (!used.add(pages[i]));
            host.fill(pages[i], 4096, random.nextInt());
        }
        prp1 = pages[0] + offset;
        if (others < 2) {
            return others == 0 ? 0xDEAD : pages[1];
        }
        long list = LIST + random.nextInt(512) * 8L;
        long start = list;
        long nextList = LIST + 0x1_0000;
        for (int i = 1; i <= others; i++) {
            boolean lastSlot = (list & 4095) == 4088;
            if (lastSlot && i < others) {
                host.memory.setLong(list, nextList);
                list = nextList;
                nextList += 0x2000;
            }
            host.memory.setLong(list, pages[i]);
            list += 8;
        }
        return start;
    }

    private byte[] gathered(int byteSize) {
        var all = new byte[byteSize];
        int done = 0;
        for (int i = 0; i < pages.length; i++) {
            long from = i == 0 ? prp1 : pages[i];
            int part = Math.min(byteSize - done, 4096 - (int) (from & 4095));
            System.arraycopy(host.bytes(from, part), 0, all, done, part);
            done += part;
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        // opcode, nsid, slba, blocks, prp1, prp2, status
        "2, 0, 0, 1, 0x200000, 0, INVALID_NAMESPACE_OR_FORMAT",
        "2, 2, 0, 1, 0x200000, 0, INVALID_NAMESPACE_OR_FORMAT",
        "1, 4294967295, 0, 1, 0x200000, 0, INVALID_NAMESPACE_OR_FORMAT",
        "2, 1, 1048576, 1, 0x200000, 0, LBA_OUT_OF_RANGE",
        "2, 1, 1048575, 2, 0x200000, 0, LBA_OUT_OF_RANGE",
        "1, 1, -1, 2, 0x200000, 0, LBA_OUT_OF_RANGE",
        "8, 1, 1048575, 2, 0, 0, LBA_OUT_OF_RANGE",
        "8, 1, 1048575, 1, 0, 0, SUCCESSFUL_COMPLETION",
        "2, 1, 0, 4097, 0x200000, 0x80000, INVALID_FIELD_IN_COMMAND",
        "2, 1, 0, 1, 0x200002, 0, PRP_OFFSET_INVALID",
        "2, 1, 0, 9, 0x200000, 0x201004, PRP_OFFSET_INVALID",
        "2, 1, 0, 17, 0x200000, 0x80004, PRP_OFFSET_INVALID",
        "2, 1, 0, 17, 0x200000, 0x90000, PRP_OFFSET_INVALID",
        "2, 1, 0, 1, 0x10000000, 0, DATA_TRANSFER_ERROR",
        "2, 1, 0, 9, 0x200000, 0x10000000, DATA_TRANSFER_ERROR",
        "2, 1, 0, 17, 0x200000, 0x10000000, DATA_TRANSFER_ERROR",
        "4, 1, 1048575, 2, 0, 0, LBA_OUT_OF_RANGE",
        "5, 1, 0, 1, 0x200000, 0, INVALID_COMMAND_OPCODE",
        "13, 1, 0, 1, 0x200000, 0, INVALID_COMMAND_OPCODE",
    })
    void badCommandsAreRefused(
            int opcode, long namespaceId, long block, int blocks, String prp1, String prp2, StatusCode expected) {
        host.memory.setLong(0x9_0000, 0x20_1000);
        host.memory.setLong(0x9_0008, 0x20_2008);
        var entry = host.execute(
                1,
                1,
                opcode,
                TestHost.io(block, blocks, Long.decode(prp1), Long.decode(prp2))
                        .andThen(e -> e.namespaceId(namespaceId)));
        assertThat(entry.is(expected)).as(entry.toString()).isTrue();
    }

    @Test
    void largerMemoryPagesAreUnderstood() {
        controller.writeRegister32(NvmRegisters.CC, 0);
        controller.writeRegister32(NvmRegisters.CC, 0x0046_0101); // pages of 16 KiB
        host.memory.zero(TestHost.ADMIN_COMPLETION, 4096);
        host.submissions.put(0, new TestHost.Submission(0, TestHost.ADMIN_SUBMISSION, 32));
        host.completions.put(0, new TestHost.Completion(0, TestHost.ADMIN_COMPLETION, 32));
        host.createQueuePair(1, 64);
        host.fill(0x20_0000, 0x4000, 6);
        assertThat(io(0x01, 0, 32, 0x20_0000, 0).status().isSuccess()).isTrue();
        assertThat(io(0x02, 0, 32, 0x20_4000 + 0x2000, 0x20_C000).status().isSuccess()).isTrue();
        assertThat(host.bytes(0x20_6000, 0x2000)).isEqualTo(host.bytes(0x20_0000, 0x2000));
        assertThat(host.bytes(0x20_C000, 0x2000)).isEqualTo(host.bytes(0x20_2000, 0x2000));
        assertThat(io(0x02, 0, 33, 0x20_0000, 0x20_1000).is(PRP_OFFSET_INVALID)).isTrue();
    }
}

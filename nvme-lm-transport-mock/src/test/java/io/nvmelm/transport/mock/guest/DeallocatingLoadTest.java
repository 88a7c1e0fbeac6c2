package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Loads that deallocate, and loads over namespaces that are larger than any memory.
class DeallocatingLoadTest {
    private static final long SEED = 20_260_102;

    @ParameterizedTest
    @CsvSource({"512, 16384", "4096, 131072", "65536, 65536"})
    void deallocatedBlocksReadAsZeroes(int blockBytes, int transferBytes) {
        var world = new GuestWorld(blockBytes);
        var driver = world.guest()
                .queuePairs(4)
                .maximumTransferBytes(transferBytes)
                .blocks(3, 2000)
                .mix(LoadMix.CHANGES)
                .seed(SEED)
                .start(world.controller());

        assertThat(driver.run(5000)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().isClean()).as("seed %d: %s", SEED, driver.report()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1", "7"})
    void aDeallocationThatDidNotHappenIsFound(int pieces) {
        var world = new GuestWorld();
        var driver = world.guest().blocks(0, 700).scattered(pieces).mix(LoadMix.WRITES).seed(SEED)
                .start(world.controller());
        assertThat(driver.run(3000)).isTrue();
        long written = firstWritten(world);
        byte[] before = world.block(written);
        var other = world.guest().blocks(0, 700).scattered(pieces).mix(new LoadMix(0, 0, 0, 0, 1)).seed(SEED)
                .usedMedium().memoryRange(1 << 30, 1L << 31).start(world.subsystem.controller(2));
        assertThat(other.run(2000)).isTrue();
        assertThat(other.verifyMedium()).as("what was deallocated reads as zeroes").isZero();

        world.medium.writeBlocks(written, 1, MemorySegment.ofArray(before), 0);
        assertThat(other.verifyMedium()).isEqualTo(1);
    }

    private static long firstWritten(GuestWorld world) {
        for (long block = 0; block < 100; block++) {
            if (world.block(block)[0] != 0) {
                return block;
            }
        }
        throw new AssertionError("nothing was written");
    }

    @Test
    void aNamespaceOfManyTebibytesIsWorkedOnFromEndToEnd() {
        var clock = new VirtualClock();
        var medium = new NamespaceMedium(1L << 36, 4096);
        var subsystem = InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:large").namespace(medium).build();
        var driver = GuestDriver.builder(clock, new GuestMemory(1L << 30))
                .queuePairs(4)
                .blocks(0, 4096)
                .scattered(512)
                .mix(LoadMix.CHANGES)
                .seed(SEED)
                .start(subsystem.controller(1));

        assertThat(driver.run(5000)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().isClean()).as("seed %d: %s", SEED, driver.report()).isTrue();
        var block = new byte[4096];
        int used = 0;
        for (int piece = 0; piece < 512; piece++) {
            medium.readBlocks(piece * (1L << 27) + 3, 1, MemorySegment.ofArray(block), 0);
            used += block[0] != 0 ? 1 : 0;
        }
        assertThat(used).isBetween(50, 500);
    }

    @Test
    void morePiecesThanBlocksAreRefused() {
        var world = new GuestWorld();
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> world.guest().blocks(0, 10).scattered(11).start(world.controller()))
                .satisfies(e -> assertThat(e.field()).isEqualTo("pieces"));
    }
}

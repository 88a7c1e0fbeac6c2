package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InterruptHandler;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each way in which a device can be wrong is done by hand, and the driver has to notice.
class CheckerIsProvenTest {

    private static final int PHASE = 1 << 16;

    private final GuestWorld world = new GuestWorld();
    private final GuestMemory memory = world.memory;
    private GuestDriver driver;

    @BeforeEach
    void start() {
        driver = world.guest()
                .queuePairs(2)
                .queueEntries(16)
                .blocks(0, 500)
                .mix(LoadMix.WRITES)
                .seed(99)
                .start(world.controller());
        assertThat(driver.run(400)).isTrue();
        assertThat(driver.report().isClean()).isTrue();
    }

    private CompletionRing ring(int index) {
        return driver.queues().completionQueues().get(index);
    }

    private static long entryAt(CompletionRing ring, int index) {
        return ring.address() + 16L * index;
    }

    /// Writes an entry where the driver expects its next one.
    private void forge(CompletionRing ring, int submissionQueueId, int commandId, int submissionHead) {
        long at = entryAt(ring, ring.headIndex());
        memory.setInt(at + 8, submissionQueueId << 16 | submissionHead);
        memory.setIntRelease(at + 12, commandId | (ring.expectedPhase() ? PHASE : 0));
    }

    @Test
    void aDamagedBlockIsWrong() {
        world.corrupt(123);

        assertThat(driver.verifyMedium()).isEqualTo(1);
        assertThat(driver.report().wrongBlocks()).isEqualTo(1);
        assertThat(driver.report().violations()).singleElement().asString()
                .startsWith("block 123 is damaged");
    }

    @Test
    void aWriteThatWasAcknowledgedAndLostIsWrong() {
        var before = world.block(200);
        do {
            driver.run(50);
        } while (Arrays.equals(before, world.block(200)));
        world.medium.writeBlocks(200, 1, MemorySegment.ofArray(before), 0);

        assertThat(driver.verifyMedium()).isEqualTo(1);
        assertThat(driver.report().violations()).singleElement().asString()
                .startsWith("block 200 holds write").contains("instead of write");
    }

    @Test
    void blocksThatChangedPlacesAreWrong() {
        var first = world.block(10);
        var second = world.block(11);
        world.medium.writeBlocks(10, 1, MemorySegment.ofArray(second), 0);
        world.medium.writeBlocks(11, 1, MemorySegment.ofArray(first), 0);

        assertThat(driver.verifyMedium()).isEqualTo(2);
    }

    @Test
    void aZeroedBlockIsWrong() {
        world.medium.zeroBlocks(77, 1);

        assertThat(driver.verifyMedium()).isEqualTo(1);
        assertThat(driver.report().violations()).singleElement().asString().contains("holds zeroes");
    }

    @Test
    void dataWhereZeroesAreDueIsWrong() {
        var fresh = world.subsystem.controller(2);
        var other = world.guest().blocks(0, 500).mix(LoadMix.READS).memoryRange(1 << 30, 1L << 31).start(fresh);

        assertThat(other.verifyMedium()).isPositive();
        assertThat(other.report().violations().getFirst()).contains("instead of zeroes");
    }

    @Test
    void aDroppedCompletionIsLost() {
        driver.submit(1);
        world.clock.runUntilIdle();
        for (int i = 0; i < 2; i++) {
            var ring = ring(i);
            long dword3 = entryAt(ring, ring.headIndex()) + 12;
            int cleared = memory.getInt(dword3) & ~PHASE;
            memory.setIntRelease(dword3, ring.expectedPhase() ? cleared : cleared | PHASE);
        }

        assertThat(driver.drain()).isFalse();
        assertThat(driver.report().lost()).isEqualTo(1);
        assertThat(driver.report().violations()).singleElement().asString().endsWith("did not complete");
    }

    @Test
    void aRepeatedCompletionIsADuplicate() {
        int last = (ring(0).headIndex() + 15) % 16;
        int commandId = memory.getInt(entryAt(ring(0), last) + 12) & 0xFFFF;
        forge(ring(0), 1, commandId, driver.queues().submissionQueues().getFirst().headIndex());

        driver.poll();

        assertThat(driver.report().duplicated()).isEqualTo(1);
        assertThat(driver.report().violations()).singleElement().asString()
                .isEqualTo("queue 1: completion of command " + commandId + ", which is not in flight");
    }

    @Test
    void aCompletionOfAnotherQueueIsReported() {
        forge(ring(0), 2, 0, 0);
        driver.poll();

        assertThat(driver.report().violations()).singleElement().asString()
                .startsWith("completion queue 1: entry of command 0 for submission queue 2");
    }

    @Test
    void aCompletionOfAQueueThatDoesNotExistIsReported() {
        forge(ring(1), 77, 0, 0);
        driver.poll();

        assertThat(driver.report().violationCount()).isEqualTo(1);
    }

    @Test
    void anEntryAheadOfItsPlaceIsReported() {
        var ring = ring(0);
        int ahead = (ring.headIndex() + 2) % 16;
        long dword3 = entryAt(ring, ahead) + 12;
        memory.setIntRelease(dword3, memory.getInt(dword3) ^ PHASE);

        assertThat(driver.drain()).isTrue();
        assertThat(driver.report().violations()).singleElement().asString()
                .startsWith("completion queue 1: 1 entries with the wrong phase");
    }

    @Test
    void anErrorStatusIsReportedAndItsBlocksAreNoLongerKnown() {
        driver.submit(2);
        world.clock.runUntilIdle();
        var ring = ring(0);
        long dword3 = entryAt(ring, ring.headIndex()) + 12;
        memory.setIntRelease(dword3, memory.getInt(dword3) | 0x06 << 17);

        assertThat(driver.drain()).isTrue();
        assertThat(driver.report().violations()).singleElement().asString()
                .endsWith("was answered with 0/06h Internal Error");
        assertThat(driver.verifyMedium()).isZero();
    }

    @Test
    void aMissingInterruptMakesCommandsLost() {
        var deaf = world.guest().seed(1).blocks(1000, 100).memoryRange(1 << 30, 1L << 31).interruptDriven()
                .start(world.subsystem.controller(2));
        world.subsystem.controller(2).attach(memory, InterruptHandler.NONE);
        deaf.submit(3);

        assertThat(deaf.drain()).isFalse();
        assertThat(deaf.report().lost()).isEqualTo(3);
    }

    @Test
    void anInterruptOfTheControllerThatWasLeftIsReported() {
        driver.submit(4);
        driver.rebind(world.subsystem.controller(2));
        world.clock.runUntilIdle();

        assertThat(driver.report().violations())
                .anySatisfy(text -> assertThat(text).endsWith("interrupts of a controller that the guest had left"));
    }

    @Test
    void dataBesideTheBufferIsReported() {
        var reader = world.guest().seed(3).blocks(1000, 100).mix(LoadMix.READS).maximumTransferBytes(512)
                .memoryRange(1 << 30, 1L << 31).start(world.subsystem.controller(2));
        reader.submit(1);
        long prp1 = memory.getLong(reader.queues().submissionQueues().getFirst().address() + 24);
        world.clock.runUntilIdle();
        long beside = prp1 % 4096 == 0 ? prp1 + 512 : prp1 - 4;
        memory.setInt(beside, 0);
        reader.drain();

        assertThat(reader.report().violations()).singleElement().asString().endsWith("wrote outside of its buffer");
    }
}

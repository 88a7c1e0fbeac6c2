package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.IdentifyNamespaceView;
import io.nvmelm.core.codec.NamespaceListView;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.NvmRegisters;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuestDriverTest {

    private static final long SEED = 20_260_102;

    private static void assertClean(GuestDriver driver, long seed) {
        assertThat(driver.report().violations()).as("seed %d", seed).isEmpty();
        assertThat(driver.report().isClean()).isTrue();
        assertThat(driver.inFlight()).isZero();
    }

    @Test
    void aStartedControllerIsReadyAndAnswersAdminCommands() {
        var world = new GuestWorld();
        var driver = world.guest().queuePairs(4).start(world.controller());

        assertThat(world.controller().readRegister32(NvmRegisters.CSTS) & NvmRegisters.CSTS_RDY_BIT).isOne();
        assertThat(world.controller().readRegister32(NvmRegisters.CC)).isEqualTo(0x0046_0001);
        assertThat(driver.identify().controllerId()).isEqualTo(1);
        assertThat(driver.feature(0x07)).isEqualTo(3 << 16 | 3);
        assertThat(driver.outstandingEventRequests()).isEqualTo(1);
        assertThat(driver.report()).isEqualTo(new LoadReport(0, 0, 0, 0, 0, 0, List.of()));
    }

    @Test
    void aGuestLooksAtItsNamespacesAgain() {
        var world = new GuestWorld();
        var driver = world.guest().start(world.controller());

        var list = new NamespaceListView().wrap(driver.identify(IdentifyCommand.ACTIVE_NAMESPACE_LIST, 0), 0);
        assertThat(list.count()).isOne();
        assertThat(list.namespaceId(0)).isOne();
        assertThat(new IdentifyNamespaceView().wrap(driver.identify(IdentifyCommand.NAMESPACE, 1), 0).size())
                .isEqualTo(world.medium.blockCount());
        assertThatExceptionOfType(CommandFailedException.class)
                .isThrownBy(() -> driver.identify(IdentifyCommand.NAMESPACE_DESCRIPTORS, 2))
                .matches(e -> e.status().is(StatusCode.INVALID_NAMESPACE_OR_FORMAT));
        driver.pause();
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> driver.identify(IdentifyCommand.NAMESPACE, 1));
    }

    @Test
    void anEnabledControllerIsDisabledFirst() {
        var world = new GuestWorld();
        var first = world.guest().queuePairs(2).start(world.controller());
        assertThat(first.run(100)).isTrue();

        var second = world.guest().queuePairs(2).usedMedium().seed(SEED).start(world.controller());

        assertThat(second.run(1000)).isTrue();
        assertClean(second, SEED);
    }

    @Test
    void shutdownLeavesTheControllerDisabled() {
        var world = new GuestWorld();
        var driver = world.guest().start(world.controller());
        driver.run(100);
        driver.shutdown();

        assertThat(world.controller().readRegister32(NvmRegisters.CSTS) & NvmRegisters.CSTS_RDY_BIT).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 64})
    void everyCommandCompletesOnceAndEveryBlockReadsBack(int queuePairs) {
        var world = new GuestWorld();
        var driver = world.guest().queuePairs(queuePairs).seed(SEED).blocks(100, 20_000).start(world.controller());

        assertThat(driver.run(20_000)).isTrue();
        assertThat(driver.verifyMedium()).isZero();

        assertClean(driver, SEED);
        assertThat(driver.report().completed()).isGreaterThanOrEqualTo(20_000);
        assertThat(world.subsystem.violations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2, 4000", "3, 4000", "16, 8000", "4096, 20000", "65536, 70000"})
    void queuesOfEverySizeWrap(int entries, int commands) {
        var world = new GuestWorld();
        var driver = world.guest()
                .queuePairs(entries < 4096 ? 3 : 1)
                .queueEntries(entries)
                .maximumTransferBytes(4096)
                .seed(SEED + entries)
                .start(world.controller());

        assertThat(driver.run(commands)).isTrue();
        assertThat(driver.verifyMedium()).isZero();

        assertClean(driver, SEED + entries);
        assertThat(driver.queues().completionQueues())
                .allSatisfy(queue -> assertThat(queue.consumed()).isGreaterThan(entries));
    }

    @ParameterizedTest
    @CsvSource({"16, 16, 64", "64, 2, 63", "2, 64, 32", "4096, 4096, 4095", "8, 3, 1"})
    void ringsAndCommandsInFlightMayHaveDifferentSizes(int entries, int completionEntries, int inFlight) {
        var world = new GuestWorld();
        var driver = world.guest()
                .queuePairs(2)
                .queueEntries(entries)
                .completionQueueEntries(completionEntries)
                .commandsInFlight(inFlight)
                .maximumTransferBytes(2048)
                .blocks(0, 60_000)
                .seed(SEED)
                .start(world.controller());
        for (int round = 0; round < 6; round++) {
            driver.submit(2 * inFlight);
            driver.run(200);
        }

        assertThat(driver.verifyMedium()).isZero();
        assertClean(driver, SEED);
    }

    @Test
    void submissionQueuesMayShareACompletionQueue() {
        var world = new GuestWorld();
        var driver = world.guest()
                .queuePairs(7)
                .submissionQueuesPerCompletionQueue(3)
                .queueEntries(16)
                .seed(SEED)
                .start(world.controller());

        assertThat(driver.run(5000)).isTrue();

        assertThat(driver.queues().completionQueues()).hasSize(3);
        assertThat(driver.queues().submissionQueues()).hasSize(7)
                .allSatisfy(queue -> assertThat(queue.submitted()).isPositive());
        assertClean(driver, SEED);
    }

    @ParameterizedTest
    @CsvSource({"512, 512", "512, 65536", "4096, 4096", "4096, 131072", "65536, 65536"})
    void transfersOfEverySizeAreVerified(int blockBytes, int transferBytes) {
        var world = new GuestWorld(blockBytes);
        var driver = world.guest()
                .queuePairs(2)
                .queueEntries(8)
                .maximumTransferBytes(transferBytes)
                .blocks(3, 1000)
                .seed(SEED)
                .start(world.controller());

        assertThat(driver.run(1500)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertClean(driver, SEED);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0, 0", "0, 1, 0, 0", "0, 0, 1, 0", "0, 0, 0, 1", "1, 1, 1, 1"})
    void everyMixRuns(int reads, int writes, int writeZeroes, int flushes) {
        var world = new GuestWorld();
        var driver = world.guest()
                .mix(new LoadMix(reads, writes, writeZeroes, flushes))
                .seed(SEED)
                .start(world.controller());

        assertThat(driver.run(1000)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertClean(driver, SEED);
    }

    @Test
    void interruptsArriveOnTheVectorsOfTheQueues() {
        var world = new GuestWorld();
        var driver = world.guest().queuePairs(5).interruptDriven().seed(SEED).start(world.controller());

        assertThat(driver.run(2000)).isTrue();

        for (int vector = 0; vector <= 5; vector++) {
            assertThat(driver.interruptCount(vector)).as("vector %d", vector).isPositive();
        }
        assertClean(driver, SEED);
    }

    @Test
    void queuesMayShareAVector() {
        var world = new GuestWorld();
        var driver = world.guest()
                .queuePairs(8)
                .interruptVectors(3)
                .interruptDriven()
                .seed(SEED)
                .start(world.controller());

        assertThat(driver.run(2000)).isTrue();
        assertClean(driver, SEED);
    }

    @Test
    void aSmallRangeOfBlocksIsSharedByAllQueues() {
        var world = new GuestWorld();
        var driver = world.guest()
                .queuePairs(8)
                .blocks(5000, 37)
                .mix(LoadMix.READS_AND_WRITES)
                .seed(SEED)
                .start(world.controller());

        assertThat(driver.run(10_000)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertClean(driver, SEED);
    }

    @Test
    void theSameSeedIsTheSameRun() {
        var first = new GuestWorld();
        var second = new GuestWorld();
        first.guest().queuePairs(4).seed(SEED).start(first.controller()).run(3000);
        second.guest().queuePairs(4).seed(SEED).start(second.controller()).run(3000);

        assertThat(first.clock.nanoTime()).isEqualTo(second.clock.nanoTime());
        for (long block = 0; block < 8192; block++) {
            assertThat(first.block(block)).isEqualTo(second.block(block));
        }
    }

    @Test
    void anEventCompletesARequestThatIsRenewed() {
        var world = new GuestWorld();
        var driver = world.guest().asynchronousEventRequests(3).start(world.controller());
        assertThat(driver.outstandingEventRequests()).isEqualTo(3);

        world.controller().writeRegister32(NvmRegisters.submissionDoorbell(9), 1);
        world.clock.advance(Duration.ofSeconds(1));
        driver.poll();

        assertThat(driver.asynchronousEvents()).containsExactly(0x01_00_00);
        assertThat(driver.outstandingEventRequests()).isEqualTo(3);
        assertThat(driver.acknowledgeEvents()).isEqualTo(1);
        assertThat(driver.acknowledgeEvents()).isZero();

        world.controller().writeRegister32(NvmRegisters.submissionDoorbell(1), 9999);
        world.clock.advance(Duration.ofSeconds(1));
        driver.poll();

        assertThat(driver.asynchronousEvents()).containsExactly(0x01_00_00, 0x01_01_00);
        assertClean(driver, SEED);
    }

    @Test
    void aPausedGuestTouchesNothing() {
        var world = new GuestWorld();
        var driver = world.guest().queuePairs(2).seed(SEED).start(world.controller());
        driver.submit(20);
        driver.pause();
        world.clock.runUntilIdle();

        assertThat(driver.isPaused()).isTrue();
        assertThat(driver.poll()).isZero();
        assertThat(driver.submit(20)).isZero();
        assertThat(driver.drain()).isFalse();
        assertThat(driver.run(20)).isFalse();
        assertThat(driver.inFlight()).isEqualTo(20);
        assertThatExceptionOfType(InvalidValueException.class).isThrownBy(driver::identify);

        driver.resume();
        assertThat(driver.drain()).isTrue();
        assertClean(driver, SEED);
    }

    @Test
    void moreThanTheControllerHasIsRefused() {
        var world = new GuestWorld();

        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> world.guest().queuePairs(65).start(world.controller()))
                .satisfies(e -> assertThat(e.bound()).isEqualTo("1 to 64 (Number of Queues)"));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> world.guest().blocks(1 << 20, 1).start(world.controller()));
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> world.guest().memoryRange(4096, 16_384).start(world.controller()))
                .satisfies(e -> assertThat(e.field()).isEqualTo("bytes of guest memory"));
    }

    @Test
    void theMemoryThatIsAskedForIsEnough() {
        var world = new GuestWorld();
        var choices = world.guest().queuePairs(3).queueEntries(16).seed(SEED);
        choices.memoryRange(1 << 20, (1 << 20) + choices.requiredMemoryBytes());
        var driver = choices.start(world.controller());

        assertThat(driver.run(2000)).isTrue();
        assertClean(driver, SEED);
    }
}

package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NvmRegisters;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The guest stays with its queues while the controller below it is replaced.
class GuestMigrationTest {

    private static final long SEED = 20_260_103;

    private final GuestWorld world = new GuestWorld();

    private static MigratableController migratable(InMemorySubsystem subsystem) {
        return ControllingController.open(subsystem.controllingTransport()).migratable(1);
    }

    private static StateFormat format(InMemorySubsystem subsystem) {
        return ControllingController.open(subsystem.controllingTransport()).stateFormats().getFirst();
    }

    private static byte[] save(InMemorySubsystem subsystem) {
        var controller = migratable(subsystem);
        controller.suspend();
        try (var source = controller.openSource(format(subsystem), OptionalLong.empty())) {
            var state = ByteBuffer.allocate((int) source.totalBytes());
            while (state.hasRemaining() && source.read(state) >= 0) {
                // the next piece
            }
            return state.array();
        }
    }

    private static void load(InMemorySubsystem subsystem, byte[] state) {
        var controller = migratable(subsystem);
        controller.suspend();
        try (var target = controller.openTarget(format(subsystem))) {
            target.write(ByteBuffer.wrap(state));
            target.commit();
        }
    }

    /// Moves the guest from one controller to another in the way of a VMM.
    private static void migrate(GuestDriver driver, InMemorySubsystem from, InMemorySubsystem to) {
        InMemoryController target = to.controller(1);
        target.functionLevelReset();
        driver.attach(target);
        driver.pause();
        load(to, save(from));
        driver.rebind(target);
        migratable(to).resume();
        driver.resume();
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 2", "1, 64, 64", "4, 3, 3", "8, 64, 8", "64, 16, 4", "3, 4096, 33", "2, 64, 2"})
    void noCommandIsLostAndNoBlockIsWrong(int queuePairs, int entries, int completionEntries) {
        long seed = SEED + 1000L * queuePairs + entries;
        var destination = world.subsystem("destination", 8);
        var driver = world.guest()
                .queuePairs(queuePairs)
                .queueEntries(entries)
                .completionQueueEntries(completionEntries) // few, so that commands stay behind that were not fetched
                .interruptDriven()
                .seed(seed)
                .start(world.controller());
        var sides = new InMemorySubsystem[] {world.subsystem, destination};
        for (int round = 0; round < 8; round++) {
            driver.run(500);
            driver.submit(20 * queuePairs);
            driver.moveClock(3 * round);
            driver.poll();
            driver.submit(20 * queuePairs);

            migrate(driver, sides[round % 2], sides[(round + 1) % 2]);

            assertThat(driver.drain()).as("seed %d round %d\n%s", seed, round, driver.report()).isTrue();
        }

        assertThat(driver.run(1000)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().violations()).as("seed %d", seed).isEmpty();
        assertThat(world.subsystem.violations()).isEmpty();
        assertThat(destination.violations()).isEmpty();
    }

    @Test
    @Timeout(60)
    void aLoadOnAThreadOfItsOwnSurvivesMigrations() throws Exception {
        var destination = world.subsystem("destination", 8);
        var driver = world.guest().queuePairs(4).queueEntries(32).seed(SEED).start(world.controller());
        var sides = new InMemorySubsystem[] {world.subsystem, destination};
        var load = new GuestLoad(driver, 32);
        try (var executor = Executors.newSingleThreadExecutor()) {
            var run = executor.submit(load);
            try {
                for (int round = 0; round < 30; round++) {
                    GuestLoadTest.awaitProgress(load, 500);
                    migrate(driver, sides[round % 2], sides[(round + 1) % 2]);
                }
            } finally {
                load.stop();
            }
            run.get(30, TimeUnit.SECONDS);
        }

        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().violations()).isEmpty();
        assertThat(world.subsystem.violations()).isEmpty();
        assertThat(destination.violations()).isEmpty();
    }

    @Test
    void theAdminQueueLivesOnAndEventRequestsStayOutstanding() {
        var destination = world.subsystem("destination", 8);
        var driver = world.guest().queuePairs(3).asynchronousEventRequests(2).seed(SEED).start(world.controller());
        driver.setFeature(0x08, 0x0304);

        migrate(driver, world.subsystem, destination);

        assertThat(driver.identify().subsystemNqn()).isEqualTo("nqn.2014-08.org.nvmexpress:uuid:destination");
        assertThat(driver.feature(0x08)).isEqualTo(0x0304);
        assertThat(driver.feature(0x07)).isEqualTo(2 << 16 | 2);
        assertThat(driver.outstandingEventRequests()).isEqualTo(2);
        driver.controller().writeRegister32(NvmRegisters.submissionDoorbell(60), 1);
        world.clock.runUntilIdle();
        driver.poll();
        assertThat(driver.asynchronousEvents()).containsExactly(0x01_00_00);
        assertThat(driver.acknowledgeEvents()).isEqualTo(1);
        assertThat(driver.report().violations()).isEmpty();
    }

    @Test
    void commandsOfASuspendedControllerAreLateAndNotLost() {
        var driver = world.guest().queuePairs(2).seed(SEED).start(world.controller());
        migratable(world.subsystem).suspend();
        driver.submit(10);

        assertThat(driver.drain()).isFalse();
        assertThat(driver.report().lost()).isEqualTo(10);

        migratable(world.subsystem).resume();
        assertThat(driver.drain()).isTrue();
        assertThat(driver.report().isClean()).isTrue();
    }

    @Test
    void aGuestThatComesBackAfterAFailedMigrationGoesOn() {
        var destination = world.subsystem("destination", 8);
        var driver = world.guest().queuePairs(4).seed(SEED).start(world.controller());
        driver.run(500);
        driver.submit(50);
        driver.pause();
        driver.attach(destination.controller(1));
        load(destination, save(world.subsystem));
        driver.rebind(destination.controller(1));
        driver.rebind(world.controller());
        migratable(world.subsystem).resume();
        driver.resume();

        assertThat(driver.run(500)).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().violations()).isEmpty();
    }

    @Test
    void aDestinationWithoutItsStateLosesEverything() {
        var destination = world.subsystem("destination", 8);
        var driver = world.guest().queuePairs(2).seed(SEED).start(world.controller());
        driver.pause();
        migratable(world.subsystem).suspend();
        driver.rebind(destination.controller(1));
        driver.resume();
        driver.submit(10);

        assertThat(driver.drain()).isFalse();
        assertThat(driver.report().lost()).isEqualTo(10);
    }
}

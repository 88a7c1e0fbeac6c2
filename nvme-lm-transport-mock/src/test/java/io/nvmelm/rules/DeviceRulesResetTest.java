package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.*;
import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What resets and sanitize operations do to live migration on a device.
class DeviceRulesResetTest {
    private final RuleWorld world = new RuleWorld();

    @Test
    @Proves(device = {
        "reset.controlling-deletes-queues",
        "reset.controlling-stops-memory-tracking",
        "feature.not-persistent",
        "suspend.ends-by-controlling-reset"
    })
    void aResetOfTheControllingOneEndsEverythingThatItDid() {
        var guest = world.guest(A);
        var queue = world.queue(A, 8);
        queue.startLogging();
        queue.read();
        world.setHead(queue.id, 1, 4).must();
        world.startTracking(A, request(0, 0, QueueHost.DATA, 4)).must();
        world.suspend(A).must();
        queue.read();
        world.subsystem.controllingController().functionLevelReset();
        assertThat(world.subsystem.controller(A).isSuspended()).isFalse();
        assertThat(world.getHead(queue.id).answer().status().is(INVALID_CONTROLLER_DATA_QUEUE)).isTrue();
        assertThat(world.report(A, 4096).answer().status().is(INVALID_CONTROLLER_IDENTIFIER)).isTrue();
        guest.write(0, 1);
        assertThat(queue.read()).isEmpty();
        var other = world.queue(A, 8);
        assertThat(world.getHead(other.id).bytes()).startsWith(0, 0, 0, 0, 0, 0, 0, 0);
        world.startTracking(A, request(0, 0, QueueHost.DATA, 4)).must();
    }

    @Test
    @Proves(device = "event.lost-by-reset")
    void eventsThatWaitAreLostWithTheControllingOne() {
        var guest = world.guest(A);
        var queue = world.queue(A, 2);
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        world.subsystem.controllingController().raiseAsynchronousEvent(0, 3, 1); // one that belongs to no queue
        world.subsystem.controllingController().functionLevelReset();
        var event = world.eventRequest();
        world.settle();
        assertThat(event).isNotDone();
    }

    @Test
    @Proves(device = {"reset.migratable-keeps-queue", "suspend.ends-by-own-reset"})
    void aResetOfTheMigratableOneLeavesItsQueueAndTheLogging() {
        var guest = world.guest(A);
        var queue = world.queue(A, 16);
        queue.startLogging();
        guest.write(0, 1);
        world.suspend(A).must();
        guest.controller.functionLevelReset();
        assertThat(guest.controller.isSuspended()).isFalse();
        queue.read();
        guest.bringUp().withQueuePair(16).write(8, 1);
        assertThat(queue.read()).filteredOn(Queue.Entry::hasRange).extracting(Queue.Entry::firstBlock).containsExactly(
                8L);
    }

    @Test
    @Proves(device = "sanitize.refused-while-suspended")
    void sanitizeWaitsForEverySuspendedController() {
        world.suspend(A).must();
        world.suspend(B).must();
        assertThat(sanitize()).isEqualTo(CONTROLLER_SUSPENDED);
        world.resume(A).must();
        assertThat(sanitize()).isEqualTo(CONTROLLER_SUSPENDED);
        world.resume(B).must();
        assertThat(sanitize()).isEqualTo(SUCCESSFUL_COMPLETION);
    }

    private StatusCode sanitize() {
        return world.command(0x84).dword(10, 2).answer().status().statusCode().orElseThrow();
    }

    @Test
    @Proves(device = "sanitize.subsystem-refuses-commands")
    void theCommandsComeBackWhenTheSanitizeIsOver() {
        var slow = new RuleWorld(device -> device.sanitizeDuration(Duration.ofSeconds(3)));
        slow.command(0x84).dword(10, 2).must();
        assertThat(slow.suspend(A).answer().status().is(SANITIZE_IN_PROGRESS)).isTrue();
        slow.clock.advance(Duration.ofSeconds(4));
        slow.suspend(A).must();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x41, 0x42})
    @Proves(device = "sanitize.namespace-refuses-commands")
    void aNamespaceThatIsSanitizedHoldsUpTheMigrationOfWhoHasIt(int opcode) {
        var two = new RuleWorld(device -> device.namespace(new NamespaceMedium(1024, 512)));
        two.subsystem.sanitizeNamespace(2, true);
        assertThat(two.command(opcode, 0, A).room(4).answer().status().is(SANITIZE_NAMESPACE_IN_PROGRESS)).isTrue();
        two.stopTracking(A).must();
        two.subsystem.sanitizeNamespace(2, false);
        two.command(opcode, 0, A).room(4).must();
    }
}

package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.*;
import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NvmRegisters;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a device does in moments and with fields that are easily forgotten.
class DeviceRulesDetailsTest {
    private static final Duration WRITING = Duration.ofSeconds(1);
    private static final int DEALLOCATED_BIT = 0x20;

    private final RuleWorld world = new RuleWorld();

    /// A world whose writes take long.
    private static RuleWorld slow() {
        return new RuleWorld(device -> device.latency(LatencyModel.none().with(CommandClass.WRITE, WRITING)));
    }

    /// Suspends a controller whose write was fetched and takes long.
    private static CompletableFuture<Completion> suspendDuringAWrite(RuleWorld slow, QueueHost guest) {
        guest.submit(1, 0x01, QueueHost.blocks(0, 1));
        slow.settle();
        var suspending = slow.suspend(A).start();
        slow.settle();
        assertThat(suspending).isNotDone();
        return suspending;
    }

    private static StatusCode refusal(RawCommand command) {
        return command.answer().status().statusCode().orElseThrow();
    }

    @Test
    @Proves(device = {
        "suspend.resume-while-suspending",
        "suspend.set-while-suspending",
        "suspend.track-while-suspending",
        "suspend.get-while-suspending",
        "suspend.completes-when-suspended"
    })
    void aControllerThatIsBeingSuspendedIsNeitherRunningNorSuspended() {
        var slow = slow();
        var guest = slow.guest(A);
        var queue = slow.queue(A, 8);
        var waiting = suspendDuringAWrite(slow, guest);
        assertThat(refusal(slow.resume(A))).isEqualTo(CONTROLLER_NOT_SUSPENDED);
        assertThat(refusal(slow.set(3, A, 0, ONE_PAIR))).isEqualTo(INVALID_CONTROLLER_IDENTIFIER);
        assertThat(refusal(slow.startLogging(queue.id))).isEqualTo(CONTROLLER_SUSPENDED);
        assertThat(refusal(slow.stopLogging(queue.id))).isEqualTo(CONTROLLER_SUSPENDED);
        assertThat(refusal(slow.startTracking(A, request(0, 0, QueueHost.DATA, 1)))).isEqualTo(CONTROLLER_SUSPENDED);
        assertThat(refusal(slow.stopTracking(A))).isEqualTo(CONTROLLER_SUSPENDED);
        var read = slow.get(A, 0, 48);
        assertThat(read.bytes()[3]).as("attributes").isZero();
        assertThat(slow.get(A, 0, 48).must().dword0()).isZero();
        assertThat(waiting).isNotDone();
        assertThat(guest.controller.isSuspended()).isFalse();
        slow.clock.advance(WRITING);
        assertThat(waiting).isCompletedWithValueMatching(Completion::isSuccess);
        assertThat(guest.controller.isSuspended()).isTrue();
        assertThat(slow.get(A, 0, 48).must().dword0()).isEqualTo(1);
    }

    @Test
    @Proves(device = "suspend.lost-with-controlling-one")
    void aSuspendThatWaitsIsLostWithTheControllingOne() {
        var slow = slow();
        var guest = slow.guest(A);
        var waiting = suspendDuringAWrite(slow, guest);
        slow.subsystem.controllingController().functionLevelReset();
        slow.clock.advance(WRITING.multipliedBy(2));
        assertThat(guest.controller.isSuspended()).isFalse();
        assertThat(waiting.isDone() && !waiting.isCompletedExceptionally()).as("answered").isFalse();
    }

    @Test
    @Proves(device = "log.sanitize")
    void aSanitizeIsLoggedForTheControllerThatProcessedIt() {
        var guest = world.guest(A);
        world.guest(B);
        var queue = world.queue(A, 8);
        var other = world.queue(B, 8);
        queue.startLogging();
        other.startLogging();
        queue.read();
        other.read();
        requireSuccess(guest.execute(0, 0x84, e -> e.cdw10(2)));
        assertThat(queue.read()).containsExactly(Queue.Entry.range(0, 1 << 20, DEALLOCATED_BIT));
        assertThat(other.read()).isEmpty();
    }

    @Test
    @Proves(device = "entry.whole-namespace")
    void aMarkedEntryMayNameAWholeNamespace() {
        var guest = world.guest(A);
        var queue = world.queue(A, 2);
        queue.startLogging();
        requireSuccess(guest.execute(0, 0x80, e -> e.namespaceId(1)));
        var entry = queue.read().getLast();
        assertThat(entry.namespaceId()).isEqualTo(1);
        assertThat(entry.firstBlock()).isZero();
        assertThat(entry.attributes() >>> 6).as("range attribute").isEqualTo(1);
        assertThat(entry.sequence()).isNotZero();
        assertThat(entry.attributes() & DEALLOCATED_BIT).isNotZero();
    }

    @Test
    @Proves(device = "reset.admin-queue-registers")
    void aControllerResetAloneKeepsTheAddressesOfTheAdminQueue() {
        var controller = world.guest(A).controller;
        int sizes = controller.readRegister32(NvmRegisters.AQA);
        long submission = controller.readRegister64(NvmRegisters.ASQ);
        long completion = controller.readRegister64(NvmRegisters.ACQ);
        assertThat(sizes).isNotZero();
        controller.writeRegister32(NvmRegisters.CC, 0);
        world.settle();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isEqualTo(sizes);
        assertThat(controller.readRegister64(NvmRegisters.ASQ)).isEqualTo(submission).isNotZero();
        assertThat(controller.readRegister64(NvmRegisters.ACQ)).isEqualTo(completion).isNotZero();
        controller.functionLevelReset();
        assertThat(controller.readRegister32(NvmRegisters.AQA)).isZero();
        assertThat(controller.readRegister64(NvmRegisters.ASQ)).isZero();
        assertThat(controller.readRegister64(NvmRegisters.ACQ)).isZero();
    }

    @Test
    @Proves(device = {"get.parameter-without-uuid", "discovery.uuid-selection"})
    void fieldsThatNeedAUuidDoNotMatterWithoutOne() {
        world.suspend(A).must();
        var plain = world.get(A, 0, 56).bytes();
        assertThat(world.get(A, 0, 56).dword(11, 0x5500_0000 | A).bytes()).as("CSUIDXP").isEqualTo(plain);
        assertThat(world.get(A, 0, 56).dword(14, 0x55).bytes()).as("UIDX").isEqualTo(plain);
        world.set(3, A, 0, ONE_PAIR).dword(14, 0x55).must();
        world.resume(A).dword(14, 0x55).must();
        world.suspend(A).dword(14, 0x55).must();
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 3", "1, 0, 0", "2, 0, 0"})
    @Proves(device = "feature.selections")
    void theQueueFeatureIsReadAsItIsAndWithoutDefaultOrSavedValues(int select, int head, int trigger) {
        var queue = withHeadAndTrigger();
        var answer = world.getHead(queue.id).dword(10, select << 8 | 0x21);
        var data = answer.bytes();
        assertThat(Arrays.copyOf(data, 8)).containsExactly(head, 0, 0, 0, trigger, 0, 0, 0);
        assertThat(answer.must().dword0() >>> 31).isEqualTo(select == 0 ? 1 : 0);
    }

    @Test
    @Proves(device = "feature.selections")
    void theQueueFeatureIsChangeableAndNotSaveable() {
        int capabilities = world.getHead(withHeadAndTrigger().id).dword(10, 0x321).must().dword0();
        assertThat(capabilities & 1).as("saveable").isZero();
        assertThat(capabilities & 4).as("changeable").isNotZero();
        assertThat(refusal(world.getHead(1).dword(10, 0x421))).isEqualTo(INVALID_FIELD_IN_COMMAND);
    }

    private Queue withHeadAndTrigger() {
        world.guest(A);
        var queue = world.queue(A, 8);
        queue.startLogging();
        queue.read();
        world.setHead(queue.id, 1, 3).must();
        return queue;
    }

    @Test
    @Proves(device = "queue-delete.drops-events")
    void anEventOfADeletedQueueIsNotReported() {
        var guest = world.guest(A);
        var queue = world.queue(A, 2);
        queue.startLogging();
        guest.write(0, 1);
        guest.write(8, 1);
        world.deleteQueue(queue.id).must();
        var event = world.eventRequest();
        world.settle();
        assertThat(event).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(longs = {0x7FFF_FFFF_FFFF_F000L, -0x1000, Long.MIN_VALUE})
    @Proves(device = "memory.length-overflow")
    void aRangeThatEndsBehindAllAddressesIsRefused(long start) {
        world.guest(A);
        for (int units : new int[] {2, -1}) {
            assertThat(refusal(world.startTracking(A, request(0, 0, start, units)))).isEqualTo(
                    INVALID_FIELD_IN_COMMAND);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0xCC, 0xD2, 0xD5})
    @Proves(device = "vendor.while-running")
    void whatNeedsASuspendedFunctionIsRefusedWhileItRuns(int opcode) {
        var vendor = new RuleWorld(device -> device.vendorCommands2022());
        vendor.guest(A);
        assertThat(refusal(vendor.command(opcode).dword(10, 1).dword(11, 4096).room(4096)))
                .isEqualTo(COMMAND_SEQUENCE_ERROR);
        assertThat(vendor.subsystem.controller(A).isSuspended()).isFalse();
    }
}

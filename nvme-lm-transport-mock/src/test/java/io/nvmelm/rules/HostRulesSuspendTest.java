package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.*;
import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CommandFailedException;
import io.nvmelm.DeviceState;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the library does with suspended controllers and their states.
class HostRulesSuspendTest {
    private static final StateFormat STANDARD = StateFormat.ofVersion(0);
    private static final TransferOptions PIECES = TransferOptions.defaults().withPieces(64, 1);

    private final RuleWorld world = new RuleWorld();
    private final ObservedTransport transport = new ObservedTransport(world.transport);

    private MigratableController controller(TransferOptions options) {
        return ControllingController.open(transport, options).migratable(A);
    }

    private static byte[] readAll(MigratableController controller, OptionalLong expected) {
        var bytes = ByteBuffer.allocate(4096);
        try (var source = controller.openSource(STANDARD, expected)) {
            while (source.read(bytes) >= 0) {
                assertThat(bytes.hasRemaining()).isTrue();
            }
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static void assertFails(Runnable operation, StatusCode status, String remedy) {
        var failure = catchThrowableOfType(CommandFailedException.class, operation::run);
        assertThat(failure.status().is(status)).as(failure.getMessage()).isTrue();
        assertThat(failure.remedy()).contains(remedy);
    }

    @Test
    @Proves(host = {"suspend.completes-when-suspended", "suspend.finishes-what-was-fetched", "suspend.stops-fetching"})
    void suspensionReturnsWhenTheControllerHasStopped() {
        var slow = new RuleWorld(device -> device.latency(LatencyModel.none()
                .with(CommandClass.WRITE, Duration.ofMillis(3))
                .withFetchDelay(Duration.ofNanos(10))));
        var guest = slow.guest(A);
        int fetched = guest.submit(1, 0x01, QueueHost.blocks(0, 1));
        slow.clock.advance(Duration.ofNanos(100));
        try (var controller = slow.migratable(A)) {
            controller.suspend();
            assertThat(controller.isSuspended()).isTrue();
            guest.poll();
            assertThat(guest.answers).containsKey(fetched);
            int waiting = guest.submit(1, 0x01, QueueHost.blocks(8, 1));
            slow.settle();
            guest.poll();
            assertThat(guest.answers).doesNotContainKey(waiting);
            controller.resume();
            slow.settle();
            guest.poll();
            assertThat(guest.answers).containsKey(waiting);
        }
    }

    @Test
    @Proves(host = {"suspend.repeated", "suspend.ends-by-resume"})
    void suspendingTwiceIsNoError() {
        try (var controller = controller(PIECES)) {
            controller.suspend();
            controller.suspend();
            assertThat(controller.isSuspended()).isTrue();
            controller.resume();
            assertThat(controller.isSuspended()).isFalse();
        }
    }

    @Test
    @Proves(host = "suspend.notification")
    void anAnnouncementComesFirstAndSuspendsNothing() {
        try (var device = NvmeMigratableDevice.open(controller(PIECES), world.subsystem.controller(A).function())) {
            device.announceSuspension();
            assertThat(world.subsystem.controller(A).isSuspended()).isFalse();
            device.setState(DeviceState.STOP);
            assertThat(world.subsystem.controller(A).isSuspended()).isTrue();
        }
        assertThat(transport.sent(0x41)).extracting(c -> c.dword(11) >>> 16).startsWith(0, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Proves(host = {"suspend.ends-by-own-reset", "suspend.ends-by-controlling-reset"})
    void aResetEndsASuspensionAndTheLibrarySaysSo(boolean own) {
        world.guest(A);
        try (var controller = controller(PIECES)) {
            controller.suspend();
            if (own) {
                world.subsystem.controller(A).functionLevelReset();
            } else {
                world.subsystem.controllingController().functionLevelReset();
            }
            assertThat(controller.isSuspended()).isFalse();
            assertFails(controller::resume, CONTROLLER_NOT_SUSPENDED, "reset");
            assertThatThrownBy(() -> readAll(controller, OptionalLong.empty()))
                    .isInstanceOf(LiveMigrationException.class);
        }
    }

    @Test
    @Proves(host = {"resume.destination-is-suspended-first", "procedure.state-after-suspend"})
    void theDestinationIsSuspendedBeforeItIsLoadedAndResumedAfterwards() {
        var controller = controller(TransferOptions.defaults());
        try (var device = NvmeMigratableDevice.open(controller, world.subsystem.controller(A).function())) {
            device.selectStateFormat(STANDARD);
            device.setState(DeviceState.RESUMING).orElseThrow().write(ByteBuffer.wrap(ONE_PAIR));
            device.setState(DeviceState.STOP);
            device.setState(DeviceState.RUNNING);
        }
        assertThat(transport.sent(0x41)).extracting(c -> c.dword(10) & 0xFF).containsExactly(0, 2, 1);
        assertThat(world.subsystem.controller(A).isSuspended()).isFalse();
    }

    @Test
    @Proves(host = {"set.first-starts-anew", "set.failed-piece"})
    void anotherLoadStartsFromTheFirstPiece() {
        try (var controller = controller(PIECES)) {
            controller.suspend();
            try (var abandoned = controller.openTarget(STANDARD)) {
                abandoned.write(ByteBuffer.wrap(state(2), 0, 100));
                assertThat(abandoned.isPartlySent()).isTrue();
            }
            try (var target = controller.openTarget(STANDARD)) {
                target.write(ByteBuffer.wrap(state(1)));
                target.commit();
            }
            assertThat(controller.summary(STANDARD).ioQueueCount()).hasValue(2);
            controller.resume();
        }
        assertThat(transport.sent(0x41).stream().filter(c -> c.is(0x41, 2) && c.dword(12) == 0))
                .extracting(c -> c.dword(10) >>> 16)
                .containsExactly(1, 1);
    }

    @Test
    @Proves(host = {"get.beyond-end", "state.no-queues"})
    void whatIsBeyondTheEndIsNotLookedAt() {
        world.guest(A);
        try (var controller = controller(TransferOptions.defaults())) {
            controller.suspend();
            assertThat(readAll(controller, OptionalLong.of(2048))).hasSize(104);
            world.subsystem.controller(A).functionLevelReset();
            controller.suspend();
            assertThat(readAll(controller, OptionalLong.of(2048))).hasSize(56);
        }
    }

    @Test
    @Proves(host = "get.without-version")
    void aStateIsNeverAskedForWithoutItsVersion() {
        try (var device = NvmeMigratableDevice.open(
                controller(PIECES), world.subsystem.controller(A).function())) {
            try (var session = device.setState(DeviceState.STOP_COPY).orElseThrow()) {
                var bytes = ByteBuffer.allocate(8192);
                while (session.read(bytes) >= 0) {
                    assertThat(bytes.hasRemaining()).isTrue();
                }
            }
        }
        assertThat(transport.sent(0x42)).filteredOn(c -> c.dword(15) > 11).isNotEmpty()
                .allMatch(c -> c.dword(10) >>> 16 != 0);
    }

    @Test
    @Proves(host = {"get.running", "get.suspended-throughout"})
    void theStateOfARunningControllerIsNotUsed() {
        world.guest(A);
        try (var controller = controller(PIECES)) {
            assertThat(controller.summary(STANDARD).suspended()).isFalse();
            assertThatThrownBy(() -> readAll(controller, OptionalLong.empty()))
                    .isInstanceOf(LiveMigrationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Proves(host = {"get.suspended-throughout", "get.reset-between-pieces"})
    void aStateIsNotUsedWhenTheControllerRanOrWasResetBetweenTwoPieces(boolean reset) {
        world.guest(A);
        try (var controller = controller(PIECES)) {
            controller.suspend();
            int[] pieces = {0};
            transport.before = command -> {
                if (command.opcode() == 0x42 && ++pieces[0] == 2) {
                    if (reset) {
                        world.subsystem.controller(A).functionLevelReset();
                    } else {
                        world.resume(A).must();
                        world.suspend(A).must();
                        world.resume(A).must();
                    }
                }
            };
            assertThatThrownBy(() -> readAll(controller, OptionalLong.empty()))
                    .isInstanceOf(LiveMigrationException.class);
            assertThat(pieces[0]).isGreaterThan(1);
        }
    }

    @Test
    @Proves(host = "get.suspension-not-reported")
    void theHeaderIsBelievedWhereTheCompletionSaysNothing() {
        var silent = new RuleWorld(device -> device.reportSuspendedInCompletion(false));
        silent.guest(A);
        try (var controller = ControllingController.open(silent.transport, PIECES).migratable(A)) {
            controller.suspend();
            assertThat(controller.isSuspended()).isTrue();
            assertThat(readAll(controller, OptionalLong.empty())).hasSize(104);
        }
    }

    @Test
    @Proves(host = "reset.controlling-loses-open-state")
    void aLoadThatAResetOfTheControllingOneInterruptsFailsAndIsRepeated() {
        try (var controller = controller(PIECES)) {
            controller.suspend();
            try (var target = controller.openTarget(STANDARD)) {
                target.write(ByteBuffer.wrap(state(2), 0, 130));
                world.subsystem.controllingController().functionLevelReset();
                assertThatThrownBy(() -> {
                    target.write(ByteBuffer.wrap(state(2), 130, 22));
                    target.commit();
                }).isInstanceOf(LiveMigrationException.class);
            }
            controller.suspend();
            try (var target = controller.openTarget(STANDARD)) {
                target.write(ByteBuffer.wrap(state(2)));
                target.commit();
            }
            controller.resume();
        }
    }

    @Test
    @Proves(host = "sanitize.namespace-refuses-commands")
    void aSanitizedNamespaceIsWaitedFor() {
        world.subsystem.sanitizeNamespace(1, true);
        try (var controller = controller(PIECES)) {
            assertFails(controller::suspend, SANITIZE_NAMESPACE_IN_PROGRESS, "Wait until the sanitize operation");
            var failure = catchThrowableOfType(CommandFailedException.class, controller::suspend);
            assertThat(failure.category()).isEqualTo(FailureCategory.RETRY);
            world.subsystem.sanitizeNamespace(1, false);
            controller.suspend();
        }
    }
}

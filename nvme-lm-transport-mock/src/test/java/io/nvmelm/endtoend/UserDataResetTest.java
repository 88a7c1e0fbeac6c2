package io.nvmelm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.ChangesLostException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.TransferOptions;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.UserDataPreCopy;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.guest.GuestDriver;
import io.nvmelm.transport.mock.guest.LoadMix;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A suspension that ended otherwise than by the command for it: what was read before proves nothing any more.
class UserDataResetTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final UserDataLogOptions DELETED = UserDataLogOptions.defaults()
            .withSlots(64)
            .withDeleteOnSuspend(true);
    private static final UserDataLogOptions KEPT = DELETED.withDeleteOnSuspend(false);

    private static final class World {
        final PrivateMedia media;
        final MigratableController controller;
        final NvmeMigratableDevice device;

        World(UnaryOperator<InMemorySubsystemBuilder> variation) {
            media = new PrivateMedia(1, variation);
            controller = ControllingController.open(media.a.controllingTransport(), TransferOptions.defaults())
                    .migratableByVirtualFunction(1);
            device = NvmeMigratableDevice.open(controller, PrivateMedia.controller(media.a).function());
        }

        GuestDriver guest(int commands) {
            var guest = GuestDriver.builder(media.clock, media.memory)
                    .queuePairs(2)
                    .queueEntries(64)
                    .asynchronousEventRequests(0)
                    .blocks(0, 512)
                    .scattered(16)
                    .mix(LoadMix.CHANGES)
                    .seed(1)
                    .start(PrivateMedia.controller(media.a));
            guest.run(commands);
            return guest;
        }

        UserDataPreCopy copy(UserDataLogOptions options) {
            return new UserDataPreCopy(
                    controller.userDataLog(options), media, media, controller.attachedNamespaces()).clock(media);
        }
    }

    @Test
    void aResetOfTheDeviceEndsTheSuspensionForTheLogOfADeletedQueue() {
        var world = new World(builder -> builder);
        world.guest(20);
        var copy = world.copy(DELETED);
        copy.run();
        world.device.setState(DeviceState.STOP);
        copy.finish(SHORT);
        world.device.reset();
        assertThat(world.controller.userDataLog(DELETED).state()).isEqualTo(UserDataLogState.LOST);

        world.guest(300);
        copy.run();
        world.device.setState(DeviceState.STOP);
        copy.finish(SHORT);
        assertThat(world.media.difference()).isEmpty();
    }

    @Test
    void aResetOfTheDeviceEndsTheQuietOfItsMemory() {
        var world = new World(builder -> builder);
        world.guest(20);
        var memory = world.device.dirtyMemory().orElseThrow();
        var range = new MemoryRange(0, 1 << 20);
        memory.start(List.of(range), 4096);
        world.device.setState(DeviceState.STOP);
        memory.report(range, 4096, MemorySegment.ofArray(new byte[32]));
        assertThat(memory.isQuiescent()).isTrue();

        world.device.reset();
        assertThat(memory.isQuiescent()).isFalse();
    }

    @Test
    void aResumptionThatIsRefusedSinceNothingIsSuspendedEndsTheSuspensionForTheLog() {
        var world = new World(builder -> builder);
        world.guest(20);
        var copy = world.copy(DELETED);
        copy.run();
        world.controller.suspend();
        copy.finish(SHORT);
        PrivateMedia.controller(world.media.a).function().reset();
        assertThatThrownBy(world.controller::resume).isInstanceOf(CommandFailedException.class);
        assertThat(world.controller.userDataLog(DELETED).state()).isEqualTo(UserDataLogState.LOST);

        world.guest(300);
        copy.run();
        world.controller.suspend();
        copy.finish(SHORT);
        assertThat(world.media.difference()).isEmpty();
    }

    @Test
    void aResetOfTheControllingControllerBehindTheEntryOfTheSuspensionLosesEverything() {
        var world = new World(builder -> builder);
        var guest = world.guest(20);
        var copy = world.copy(KEPT);
        copy.run();
        world.controller.suspend();
        assertThat(world.controller.userDataLog(KEPT).keepUp()).isEqualTo(UserDataLogState.SUSPENDED);
        world.media.a.controllingController().function().reset();
        guest.run(100);

        assertThatThrownBy(() -> copy.finish(SHORT)).isInstanceOf(ChangesLostException.class);
        copy.everythingInBlackoutWhenLost();
        assertThatThrownBy(() -> copy.finish(SHORT)).as("the reset resumed it").isInstanceOf(
                DeviceStateException.class);
        world.controller.suspend();
        assertThat(copy.finish(SHORT).verdict()).isEqualTo(PreCopyVerdict.COMPLETE);
        assertThat(world.media.difference()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRepeatedSuspensionWhetherItDeletesTheQueueOrNotLeavesNoMemoryThatTheControllerWritesTo(boolean keeps) {
        var world = new World(keeps
                ? builder -> builder.variants(DeviceVariant.REPEATED_SUSPEND_KEEPS_QUEUE)
                : builder -> builder);
        var guest = world.guest(20);
        var copy = world.copy(DELETED.withSlots(256));
        copy.run();
        guest.run(5);
        var other = ControllingController.open(world.media.a.controllingTransport()).migratableByVirtualFunction(1);
        other.suspend();
        world.media.a.clearAdminCommandLog();
        world.controller.suspend();
        copy.finish(SHORT);
        assertThat(world.media.difference()).isEmpty();
        world.controller.resume();
        guest.run(40);

        copy.run();
        assertThat(world.media.a.adminCommandLog().stream()
                .filter(command -> command.opcode() == AdminOpcode.CONTROLLER_DATA_QUEUE.value()))
                .as("created anew, and deleted before where it was still there")
                .hasSize(keeps ? 2 : 1);
        world.controller.suspend();
        copy.finish(SHORT);
        assertThat(world.media.difference()).isEmpty();
        assertThat(world.media.a.violations()).isEmpty();
        world.controller.close();
        other.close();
    }

    @Test
    void aSuspensionThatWasRefusedLeavesTheLogThatItWasToDelete() {
        var world = new World(builder -> builder);
        var guest = world.guest(20);
        var copy = world.copy(DELETED.withSlots(256));
        copy.run();
        guest.run(5);
        world.media.a.faults().on(AdminOpcode.MIGRATION_SEND).nth(1).failsWith(StatusCode.INVALID_FIELD_IN_COMMAND);
        assertThatThrownBy(world.controller::suspend).isInstanceOf(CommandFailedException.class);
        assertThatThrownBy(world.controller::resume).isInstanceOf(CommandFailedException.class);
        guest.run(5);

        assertThat(copy.run().restarts()).isZero();
        assertThat(world.controller.userDataLog(DELETED.withSlots(256)).state()).isEqualTo(UserDataLogState.LOGGING);
        assertThat(world.media.a.adminCommandLog().stream()
                .filter(command -> command.opcode() == AdminOpcode.TRACK_SEND.value()))
                .as("started once")
                .hasSize(1);
    }

    @Test
    void theEntryOfASuspensionWithoutLoggingDoesNotHideTheNextOnThePublicEmulation() {
        var world = new World(InMemorySubsystemBuilder::likePublicEmulation);
        var guest = world.guest(20);
        var namespaces = world.controller.attachedNamespaces();
        var log = world.controller.userDataLog(KEPT.withSlots(256));
        log.start(namespaces);
        log.take();
        world.media.a.faults().on(AdminOpcode.TRACK_SEND).nth(1).failsWith(StatusCode.INTERNAL_ERROR);
        assertThatThrownBy(() -> log.start(namespaces)).isInstanceOf(LiveMigrationException.class);
        world.controller.suspend();
        world.controller.resume();
        log.start(namespaces);
        log.take();
        guest.run(5);
        world.controller.suspend();

        assertThat(log.takeAfterSuspension(SHORT).state()).isEqualTo(UserDataLogState.SUSPENDED);
    }
}

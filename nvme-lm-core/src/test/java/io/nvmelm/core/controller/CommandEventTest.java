package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.Mockito.mock;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.Allocation;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import io.nvmelm.spi.AdminTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What the events of commands say.
class CommandEventTest {
    private static final String NAME = "io.nvmelm.Command";

    @Test
    void eachCommandIsToldWithItsEnd() throws IOException {
        var transport = new ScriptedTransport(new byte[0], 4096, 1);
        var controller = ControllingController.open(transport).migratable(5);
        var events = RecordedEvents.of(NAME, () -> {
            controller.resume();
            controller.suspend();
            transport.override = command -> Completion.failure(StatusCode.CONTROLLER_NOT_SUSPENDED);
            assertThatThrownBy(controller::resume).isInstanceOf(LiveMigrationException.class);
        });

        assertThat(events)
                .extracting(e -> e.getString("command"), e -> e.getString("controller"), e -> e.getString("opcode"),
                        e -> e.getString("status"), e -> e.getBoolean("succeeded"))
                .containsExactly(
                        tuple("Resume", "0005h", "41h", "0/00h Successful Completion", true),
                        tuple("Suspend", "0005h", "41h", "0/00h Successful Completion", true),
                        tuple("Resume", "0005h", "41h", "1/3Ah Controller Not Suspended", false));
        assertThat(events).allSatisfy(e -> assertThat(e.getStackTrace()).isNull());
    }

    @Test
    void aCommandEndsWhenTheTransportSaysSo() throws IOException {
        var future = new CompletableFuture<Completion>();
        var command = new GetControllerStateCommand(5, 1, 0, 0, 0, 0, 16);
        var events = RecordedEvents.of(NAME, () -> {
            var event = CommandEvent.start();
            CommandEvent.endWith(event, command, future);
            assertThat(event).isNotNull();
            future.completeExceptionally(new CommandTimeoutException("Get", Duration.ofSeconds(3)));
        });
        assertThat(events).singleElement().satisfies(e -> {
            assertThat(e.getLong("dataBytes")).isEqualTo(64);
            assertThat(e.getString("opcode")).isEqualTo("42h");
            assertThat(e.getString("status")).contains("CommandTimeoutException", "3000 ms");
            assertThat(e.getBoolean("succeeded")).isFalse();
        });
    }

    @Test
    void aTransportThatThrowsAndOneThatNeverAnswersAreToldOf() throws IOException {
        var command = new ResumeCommand(5);
        var port = new CommandPort(new ScriptedTransport(new byte[0], 4096, 1));
        var never = new CommandPort.Pending(command, new CompletableFuture<>(), Duration.ofSeconds(7), System
                .nanoTime());
        var broken = new CommandPort(mock(AdminTransport.class, call -> {
            throw new IllegalArgumentException("no");
        }));
        var events = RecordedEvents.of(NAME, () -> {
            assertThatThrownBy(() -> port.await(never)).isInstanceOf(CommandTimeoutException.class);
            assertThatThrownBy(() -> broken.submit(command, null, Duration.ofSeconds(1)))
                    .isInstanceOf(TransportException.class);
        });
        assertThat(events).extracting(e -> e.getString("status")).satisfiesExactly(
                status -> assertThat(status).contains("CommandTimeoutException"),
                status -> assertThat(status).isEqualTo("java.lang.IllegalArgumentException: no"));
    }

    @Test
    void everyCommandSaysWhatItIsAbout() throws IOException {
        var all = new AdminCommand[] {
            IdentifyCommand.of(IdentifyCommand.CONTROLLER),
            new SuspendCommand(1, SuspendType.SUSPEND, false), new ResumeCommand(2),
            new GetControllerStateCommand(5, 1, 0, 0, 0, 0, 1), VirtualizationManagementCommand.online(6),
            TrackMemoryChangesCommand.stop(7), new TrackedMemoryChangesCommand(8, 4),
            new SetControllerStateCommand(3, SequenceIndicator.ONLY, 1, 0, 0, 0, 1),
            new CreateControllerDataQueueCommand(4, true, 16), new SetQueueHeadCommand(13, 0, OptionalLong.empty()),
            new DeleteControllerDataQueueCommand(9), new LogUserDataChangesCommand(10, true),
            new GetQueueHeadCommand(11),
            new VendorMigrationCommand(VendorMigrationOperation.SUSPEND, 12, 0)};
        var events = RecordedEvents.of(NAME, () -> {
            for (var command : all) {
                CommandEvent.end(CommandEvent.start(), command, Completion.success(), null);
            }
        });
        assertThat(events).extracting(e -> e.getString("command") + " " + e.getString("controller"))
                .containsExactlyInAnyOrder("Identify 0000h", "Suspend 0001h", "Resume 0002h",
                        "SetControllerState 0003h", "CreateControllerDataQueue 0004h", "SetQueueHead queue 13",
                        "GetControllerState 0005h", "VirtualizationManagement 0006h", "TrackMemoryChanges 0007h",
                        "TrackedMemoryChanges 0008h", "DeleteControllerDataQueue queue 9",
                        "LogUserDataChanges queue 10", "GetQueueHead queue 11", "VendorMigration function 12");
    }

    @Test
    void withoutARecordingNothingIsMade() {
        assertThat(CommandEvent.start()).isNull();
        assertThat(Allocation.bytesOf(() -> {
            for (int i = 0; i < 1000; i++) {
                CommandEvent.endWith(CommandEvent.start(), RESUME, NEVER);
            }
        })).as("bytes of 1000 events, and of counting").isLessThan(1000);
    }

    private static final ResumeCommand RESUME = new ResumeCommand(5);
    private static final CompletableFuture<Completion> NEVER = new CompletableFuture<>();
}

package io.nvmelm.core.controller;

import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// JFR event of one command, from before the transport takes it until the transport tells its end. Nothing is allocated while no
/// recording wants it.
@Name("io.nvmelm.Command")
@Label("NVMe Command")
@Description("One admin command, from its submission to its completion")
@Category({"NVMe Live Migration"})
@StackTrace(false)
final class CommandEvent extends Event {
    /// Is asked whether anybody wants events.
    private static final CommandEvent SAMPLE = new CommandEvent();

    @Label("Controller")
    @Description("Identifier of the controller, function or queue that the command is about; empty where it is about none")
    @Nullable String controller;

    @Label("Command")
    @Nullable String command;

    @Label("Opcode")
    @Nullable String opcode;

    @Label("Data")
    @DataAmount long dataBytes;

    @Label("Status")
    @Description("Status of the completion, or what happened instead of one")
    @Nullable String status;

    @Label("Succeeded") boolean succeeded;

    /// Begins an event; null while nobody wants it.
    static @Nullable CommandEvent start() {
        if (!SAMPLE.isEnabled()) {
            return null;
        }
        var event = new CommandEvent();
        event.begin();
        return event;
    }

    /// Ends an event when the command does, in the thread that tells so.
    static void endWith(@Nullable CommandEvent event, AdminCommand command, CompletableFuture<Completion> future) {
        if (event != null) {
            var _ = future.whenComplete((completion, failure) -> end(event, command, completion, failure));
        }
    }

    /// Ends an event with a completion or a failure.
    static void end(
            @Nullable CommandEvent event,
            AdminCommand command,
            @Nullable Completion completion,
            @Nullable Throwable failure) {
        if (event == null) {
            return;
        }
        event.end();
        if (event.shouldCommit()) {
            event.controller = targetOf(command);
            event.command = nameOf(command);
            event.opcode = String.format(Locale.ROOT, "%02Xh", command.opcode().value());
            event.dataBytes = command.dataByteSize();
            event.status = completion == null ? String.valueOf(failure) : completion.status().toString();
            event.succeeded = completion != null && completion.isSuccess();
            event.commit();
        }
    }

    /// Tells of a command that is waited for no longer. It may still end, and is then told of by another event.
    static void givenUp(AdminCommand command, Throwable failure) {
        end(start(), command, null, failure);
    }

    private static String nameOf(AdminCommand command) {
        var name = command.getClass().getSimpleName();
        return name.substring(0, name.length() - "Command".length());
    }

    private static String targetOf(AdminCommand command) {
        return switch (command) {
            case IdentifyCommand c -> controller(c.controllerId());
            case SuspendCommand c -> controller(c.controllerId());
            case ResumeCommand c -> controller(c.controllerId());
            case SetControllerStateCommand c -> controller(c.controllerId());
            case GetControllerStateCommand c -> controller(c.controllerId());
            case VirtualizationManagementCommand c -> controller(c.controllerId());
            case CreateControllerDataQueueCommand c -> controller(c.controllerId());
            case TrackMemoryChangesCommand c -> controller(c.controllerId());
            case TrackedMemoryChangesCommand c -> controller(c.controllerId());
            case DeleteControllerDataQueueCommand c -> "queue " + c.queueId();
            case LogUserDataChangesCommand c -> "queue " + c.queueId();
            case SetQueueHeadCommand c -> "queue " + c.queueId();
            case GetQueueHeadCommand c -> "queue " + c.queueId();
            case VendorMigrationCommand c -> "function " + c.functionIndex();
        };
    }

    private static String controller(int controllerId) {
        return String.format(Locale.ROOT, "%04Xh", controllerId);
    }
}

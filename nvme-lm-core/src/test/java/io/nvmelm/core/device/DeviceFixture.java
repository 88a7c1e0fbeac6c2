package io.nvmelm.core.device;

import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.SampleState;
import io.nvmelm.core.controller.ScriptedTransport;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import java.util.List;

/// A device over a scripted controller.
final class DeviceFixture {
    final ScriptedTransport transport;
    final RecordingFunction function;
    final NvmeMigratableDevice device;

    private DeviceFixture(int queuePairs, TransferOptions options) {
        transport = new ScriptedTransport(SampleState.withQueuePairs(queuePairs), 1 << 20, 16);
        transport.suspended = false;
        function = new RecordingFunction(transport);
        device = NvmeMigratableDevice.open(ControllingController.open(transport, options).migratable(5), function);
        transport.commands.clear();
    }

    static DeviceFixture withQueuePairs(int queuePairs) {
        return new DeviceFixture(queuePairs, TransferOptions.defaults());
    }

    static DeviceFixture withQueuePairs(int queuePairs, int pieceBytes) {
        return new DeviceFixture(queuePairs, TransferOptions.defaults().withPieces(pieceBytes, 2));
    }

    /// What was sent since the last call, a word each.
    List<String> sent() {
        var words = transport.commands.stream().map(DeviceFixture::word).toList();
        transport.commands.clear();
        return words;
    }

    private static String word(AdminCommand command) {
        return switch (command) {
            case SuspendCommand suspend -> suspend.type() == SuspendType.SUSPEND ? "suspend" : "announce";
            case ResumeCommand _ -> "resume";
            case GetControllerStateCommand _ -> "get";
            case SetControllerStateCommand set -> "set " + set.sequence();
            default -> command.toString();
        };
    }
}

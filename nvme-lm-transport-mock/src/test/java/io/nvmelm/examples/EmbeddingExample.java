package io.nvmelm.examples;

import io.nvmelm.ControlledFunction;
import io.nvmelm.GuestControl;
import io.nvmelm.MigrationReport;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.spi.AdminTransport;
import java.nio.channels.ByteChannel;

/// The least that a VMM writes: one method for the source host, one for the destination host. The README shows it.
final class EmbeddingExample {
    private EmbeddingExample() {}

    // @formatter:off
    // README begin
    static MigrationReport send(AdminTransport transport, ControlledFunction vf, GuestControl vm, ByteChannel peer) {
        var controller = ControllingController.open(transport).migratableByVirtualFunction(1);
        try (var device = NvmeMigratableDevice.open(controller, vf)) {
            return new MigrationSender(device, peer).guest(vm).run();
        }
    }

    static MigrationReport receive(AdminTransport transport, ControlledFunction vf, GuestControl vm, ByteChannel peer) {
        var controller = ControllingController.open(transport).migratableByVirtualFunction(1);
        try (var device = NvmeMigratableDevice.open(controller, vf)) {
            device.reset();
            return new MigrationReceiver(device, peer).guest(vm).run();
        }
    }
    // README end
    // @formatter:on
}

package io.nvmelm.benchmarks.own;

import io.nvmelm.MigratableDevice;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;

/// The in-memory subsystem with one migratable controller, which transports and devices are compared with.
final class MemoryWorld {
    private static final int CONTROLLER_ID = 1;
    private static final int QUEUE_PAIRS = 64;

    private MemoryWorld() {}

    /// {@return a transport to its controlling controller; the caller closes it}
    static AdminTransport transport() {
        return subsystem(new VirtualClock()).controllingTransport();
    }

    /// {@return its migratable controller with 64 queue pairs as a device; the caller closes it}
    static MigratableDevice device() {
        var clock = new VirtualClock();
        var subsystem = subsystem(clock);
        var controller = subsystem.controller(CONTROLLER_ID);
        GuestDriver.builder(clock, new GuestMemory(1 << 28))
                .queuePairs(QUEUE_PAIRS)
                .queueEntries(16)
                .start(controller);
        return NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratable(CONTROLLER_ID),
                controller.function());
    }

    private static InMemorySubsystem subsystem(VirtualClock clock) {
        return InMemorySubsystem.builder(clock)
                .maximumQueuePairs(QUEUE_PAIRS)
                .vendorState(false)
                .namespace(new NamespaceMedium(1 << 10, 512))
                .build();
    }
}

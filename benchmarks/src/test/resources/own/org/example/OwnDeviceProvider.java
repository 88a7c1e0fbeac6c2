package org.example;

import io.nvmelm.MigratableDevice;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.spi.MigratableDeviceProvider;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.util.Optional;

/// Devices of a subsystem in memory; the address is the number of queue pairs.
public class OwnDeviceProvider implements MigratableDeviceProvider {

    @Override
    public String name() {
        return "mine";
    }

    @Override
    public Optional<String> unavailable() {
        return Optional.empty();
    }

    @Override
    public MigratableDevice open(String address) {
        var clock = new VirtualClock();
        var subsystem = InMemorySubsystem.builder(clock).vendorState(false).build();
        var controller = subsystem.controller(1);
        GuestDriver.builder(clock, new GuestMemory(1 << 28))
                .queuePairs(Integer.parseInt(address))
                .queueEntries(16)
                .start(controller);
        return NvmeMigratableDevice.open(
                ControllingController.open(subsystem.controllingTransport()).migratable(1), controller.function());
    }
}

package io.nvmelm.examples;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationReport;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.vfio.PassthroughTransport;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.PciTopology;
import io.nvmelm.transport.vfio.VfioControlledFunction;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioMigratableDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.nvme.NvmeController;
import io.nvmelm.transport.vfio.nvme.NvmeControllerOptions;
import java.nio.channels.ByteChannel;
import java.util.UUID;

/// The three ways to migrate a device of a real host: as a VMM writes them that has the guest's function open already.
public final class RealHost {
    private RealHost() {}

    // kernel begin
    static MigrationReport send(VfioDevice function, GuestControl vm, ByteChannel peer) {
        try (var device = VfioMigratableDevice.over(function)) {
            return new MigrationSender(device, peer).guest(vm).run();
        }
    }

    static MigrationReport receive(VfioDevice function, GuestControl vm, ByteChannel peer) {
        try (var device = VfioMigratableDevice.over(function)) {
            return new MigrationReceiver(device, peer).guest(vm).run();
        }
    }
    // kernel end

    // user space begin
    static NvmeController openPhysicalFunction(PciAddress physicalFunction, UUID token) {
        return NvmeController.open(
                physicalFunction, VfioOptions.defaults().withVfToken(token), NvmeControllerOptions.defaults());
    }
    // user space end

    // passthrough begin
    static AdminTransport openPassthrough(PciAddress physicalFunction) {
        return PassthroughTransport.open(physicalFunction);
    }
    // passthrough end

    // controller begin
    static MigrationReport send(AdminTransport transport, VfioDevice function, GuestControl vm, ByteChannel peer) {
        int number = PciTopology.local().virtualFunctionNumber((PciAddress) function.address());
        var controller = ControllingController.open(transport).migratableByVirtualFunction(number);
        try (var device = NvmeMigratableDevice.open(controller, VfioControlledFunction.of(function))) {
            return new MigrationSender(device, peer).guest(vm).run();
        }
    }
    // controller end

    /// Moves a device that the kernel migrates to another one.
    ///
    /// @param function what the guest at the source has
    /// @param vm       the guest at the source
    /// @param peer     the other host
    /// @return how it went
    public static MigrationReport sendKernelMigrated(VfioDevice function, GuestControl vm, ByteChannel peer) {
        return send(function, vm, peer);
    }

    /// Takes a device that the kernel migrates.
    ///
    /// @param function what the guest at the destination will have
    /// @param vm       the guest at the destination
    /// @param peer     the other host
    /// @return how it went
    public static MigrationReport receiveKernelMigrated(VfioDevice function, GuestControl vm, ByteChannel peer) {
        return receive(function, vm, peer);
    }
}

package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.mock.InMemorySubsystem;

/// Plugs controllers of in-memory subsystems into fake hosts.
///
/// ```java
/// var subsystem = InMemorySubsystem.builder(new VirtualClock()).build();
/// var plugged = FakeNvme.controllingOnVfio(host, "0000:04:00.0", subsystem);
/// FakeNvme.secondaryOnVfio(host, "0000:04:10.0", subsystem, 1).device().virtualFunctionOf(plugged.device(), 0);
/// ```
/// Check in the end that `violations()` of the function or node are empty, and those of the subsystem and the host.
public final class FakeNvme {
    private FakeNvme() {}

    /// A controller that is bound to vfio-pci.
    ///
    /// @param device   the device as the host has it
    /// @param function the controller as hardware: faults, delays, violations
    public record OnVfio(FakePciDevice device, FakeNvmeFunction function) {}

    /// A controller that the kernel's nvme driver is bound to.
    ///
    /// @param device the device as the host has it
    /// @param node   its node: refusals, resets, violations
    public record OnKernel(FakePciDevice device, FakeNvmeNode node) {}

    /// Plugs in the controlling controller of a subsystem, bound to vfio-pci.
    ///
    /// @param bdf full address, `0000:04:00.0`
    public static OnVfio controllingOnVfio(FakeHost host, String bdf, InMemorySubsystem subsystem) {
        return onVfio(host, bdf, new FakeNvmeFunction(host.clock(), subsystem.controllingController()));
    }

    /// Plugs in a migratable controller of a subsystem, bound to vfio-pci. It is no virtual function of anything until
    /// [FakePciDevice#virtualFunctionOf(FakePciDevice, int)].
    ///
    /// @param bdf          full address
    /// @param controllerId identifier of the controller
    public static OnVfio secondaryOnVfio(FakeHost host, String bdf, InMemorySubsystem subsystem, int controllerId) {
        return onVfio(host, bdf, new FakeNvmeFunction(host.clock(), subsystem.controller(controllerId)));
    }

    /// Plugs in a function that was made with options of its own, bound to vfio-pci.
    ///
    /// @param bdf full address
    public static OnVfio onVfio(FakeHost host, String bdf, FakeNvmeFunction function) {
        return new OnVfio(host.addPciDevice(bdf, function), function);
    }

    /// Plugs in the controlling controller of a subsystem, bound to the kernel's nvme driver, with the nodes
    /// `/dev/nvmeN` and `/dev/nvmeNn1`. All opens of the first share the node that is returned. Identifies the
    /// controller, and empties the subsystem's log of commands then: write scripts of faults afterwards.
    ///
    /// @param bdf        full address
    /// @param nodeNumber N
    public static OnKernel onKernelDriver(FakeHost host, String bdf, int nodeNumber, InMemorySubsystem subsystem) {
        var function = new FakeNvmeFunction(host.clock(), subsystem.controllingController());
        var device = host.addPciDevice(bdf, function).driver("nvme").nvme(nodeNumber);
        var node = new FakeNvmeNode(host.clock(), subsystem);
        var namespace = new FakeNvmeNode(host.clock(), subsystem, 1);
        host.addNode("/dev/nvme" + nodeNumber, () -> node);
        host.addNode("/dev/nvme" + nodeNumber + "n1", () -> namespace);
        return new OnKernel(device, node);
    }
}

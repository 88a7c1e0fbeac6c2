package io.nvmelm.transport.vfio;

import io.nvmelm.ControlledFunction;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.LiveMigrationException;
import java.util.Optional;

/// A function that a VMM has open through VFIO, as the controlled function of a controller that the library migrates by commands to
/// its controlling controller: what resets it and takes the guest's access to its regions away.
///
/// Access through [DeviceRegion] is blocked and given back here. Regions that the VMM maps for its guest by code of its own, and the
/// doorbells in them, it takes away itself, by a [ControlledFunction] of its own that calls this one.
public final class VfioControlledFunction implements ControlledFunction {
    private static final int BAR_0 = 0;
    private static final long CAP = 0x00;
    private static final long VS = 0x08;
    private static final long CC = 0x14;
    private static final long CSTS = 0x1C;
    private static final long PROPERTIES_BYTES = 0x20;

    private final VfioDevice device;

    private VfioControlledFunction(VfioDevice device) {
        this.device = device;
    }

    /// The function of a device. The device stays the caller's.
    ///
    /// @param device open device
    /// @return its function
    public static VfioControlledFunction of(VfioDevice device) {
        return new VfioControlledFunction(device);
    }

    /// Resets the function. Interrupts are ended by that; the VMM enables them again. The kernel restores the command register, so bus
    /// mastering is as it was. Blocks.
    ///
    /// @throws io.nvmelm.TransportException when the device cannot be reset, or is closed
    @Override
    public void reset() {
        device.reset();
    }

    @Override
    public void blockAccess() {
        device.gate().block("its controller is suspended for migration");
    }

    @Override
    public void restoreAccess() {
        device.gate().block(null);
    }

    /// Reads BAR 0, also while the guest's accesses are blocked here: a suspended controller answers them. Empty for what is no PCI
    /// function, while the function's memory does not answer or the kernel's migration has stopped it, and once the device is closed.
    @Override
    public Optional<ControllerRegisters> registers() {
        if (!device.isPci()) {
            return Optional.empty();
        }
        try {
            var region = device.region(BAR_0);
            if (region.byteSize() < PROPERTIES_BYTES) {
                return Optional.empty();
            }
            var registers = new ControllerRegisters(
                    region.readAsOwner(CAP, Long.BYTES),
                    (int) region.readAsOwner(VS, Integer.BYTES),
                    (int) region.readAsOwner(CC, Integer.BYTES),
                    (int) region.readAsOwner(CSTS, Integer.BYTES));
            return Optional.of(registers).filter(ControllerRegisters::isPresent);
        } catch (LiveMigrationException e) {
            return Optional.empty();
        }
    }
}

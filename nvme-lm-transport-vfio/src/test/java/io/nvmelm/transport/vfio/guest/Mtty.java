package io.nvmelm.transport.vfio.guest;

import io.nvmelm.transport.vfio.MediatedDevice;
import io.nvmelm.transport.vfio.VfioDevice;
import java.util.UUID;

/// A serial port of the kernel's sample driver `mtty`: a mediated device that the kernel migrates. Its scratch register is the
/// state that a guest gives it.
///
/// The driver forgets a load that was not finished when the device is closed, but not that it is in RESUMING; a kernel that is then
/// asked to leave RESUMING dies. So a port is reset before it is closed.
final class Mtty {
    /// Bytes of its state: a header of 24 and one serial port.
    static final int STATE_BYTES = 60;
    static final int HEADER_BYTES = 24;
    private static final int REGISTERS = 0;
    /// UART register SCR.
    private static final int SCRATCH = 7;

    private final MediatedDevice address;
    private VfioDevice device;

    private Mtty(int number) {
        address = new MediatedDevice(UUID.fromString(GuestEnvironment.read().serialPorts().get(number)));
    }

    static Mtty first() {
        return new Mtty(0);
    }

    static Mtty second() {
        return new Mtty(1);
    }

    static Mtty third() {
        return new Mtty(2);
    }

    MediatedDevice address() {
        return address;
    }

    /// Resets it and closes it, if it is open.
    void close() {
        if (device != null) {
            try (var open = device) {
                device = null;
                open.reset();
            }
        }
    }

    /// Opens it.
    VfioDevice open() {
        device = VfioDevice.open(address);
        return device;
    }

    VfioDevice device() {
        return device;
    }

    void writeScratch(int value) {
        device.region(REGISTERS).write8(SCRATCH, value);
    }

    int readScratch() {
        return device.region(REGISTERS).read8(SCRATCH);
    }
}

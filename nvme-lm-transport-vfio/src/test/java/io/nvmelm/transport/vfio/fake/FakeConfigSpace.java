package io.nvmelm.transport.vfio.fake;

import java.util.Arrays;

/// The config space of a function as vfio-pci shows it, 4096 bytes: header, PCI Express capability at 0x40, MSI-X
/// capability at 0x80. Guarded by the lock of the kernel.
final class FakeConfigSpace {
    static final int BYTES = 4096;
    private static final int COMMAND = 4;
    private static final int MEMORY = 2;
    private static final int BUS_MASTER = 4;
    private static final int EXPRESS = 0x40;
    private static final int DEVICE_CONTROL = EXPRESS + 8;
    private static final int MSIX = 0x80;

    private final byte[] bytes = new byte[BYTES];
    private final byte[] writable = new byte[BYTES];

    FakeConfigSpace(FakeFunction function) {
        put(0, function.vendorId() | function.deviceId() << 16);
        put(4, 0x0010_0000);
        put(8, function.classCode() << 8 | 1);
        bytes[0x34] = EXPRESS;
        put(EXPRESS, 0x0002_0010 | (function.vectors() > 0 ? MSIX << 8 : 0));
        put(EXPRESS + 4, 1 << 28 | 1 << 15);
        if (function.vectors() > 0) {
            put(MSIX, 0x11 | (function.vectors() - 1) << 16);
        }
        for (int bar = 0; bar < 6; bar++) {
            if (function.barSize(bar) > 0) {
                put(0x10 + 4 * bar, 0xF000_0000 + (bar << 24) | 4);
            }
        }
        Arrays.fill(writable, COMMAND, COMMAND + 2, (byte) 0xFF);
        Arrays.fill(writable, 0x0C, 0x0E, (byte) 0xFF);
        Arrays.fill(writable, 0x10, 0x28, (byte) 0xFF);
        writable[0x3C] = (byte) 0xFF;
        Arrays.fill(writable, DEVICE_CONTROL, DEVICE_CONTROL + 2, (byte) 0xFF);
    }

    private void put(int offset, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[offset + i] = (byte) (value >> 8 * i);
        }
    }

    /// Opening clears the command register.
    void opened() {
        bytes[COMMAND] = 0;
        bytes[COMMAND + 1] = 0;
    }

    int command() {
        return Byte.toUnsignedInt(bytes[COMMAND]) | Byte.toUnsignedInt(bytes[COMMAND + 1]) << 8;
    }

    boolean memoryEnabled() {
        return (command() & MEMORY) != 0;
    }

    boolean busMaster() {
        return (command() & BUS_MASTER) != 0;
    }

    byte read(int offset) {
        return bytes[offset];
    }

    /// @return whether this started a function level reset
    boolean write(int offset, byte value) {
        if (offset == DEVICE_CONTROL + 1 && (value & 0x80) != 0) {
            return true;
        }
        bytes[offset] = (byte) (bytes[offset] & ~writable[offset] | value & writable[offset]);
        return false;
    }
}

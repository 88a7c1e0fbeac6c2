package io.nvmelm.transport.vfio;

import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.PciRegs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Whether a PCI function answers accesses to its memory now: Memory Space is enabled in its command register and it is awake. The
/// kernel takes mappings of its BARs away while it does not, and an access would end in a bus error; an access by a call gets EIO
/// instead.
///
/// Is refreshed by whoever changes configuration space or resets the function, while the gate is shut.
final class MemoryDecode {
    private static final int FIRST_CAPABILITY = 0x40;
    private static final int MOST_CAPABILITIES = 48;

    private final LinuxHost host;
    private final OpenFile file;
    private final RegionLayout configuration;
    private final MemorySegment buffer = Arena.ofAuto().allocate(ValueLayout.JAVA_SHORT);
    private volatile boolean on;

    MemoryDecode(LinuxHost host, OpenFile file, RegionLayout configuration) {
        this.host = host;
        this.file = file;
        this.configuration = configuration;
    }

    boolean isOn() {
        return on;
    }

    /// Looks again. What cannot be read counts as off. Callers exclude each other.
    void refresh() {
        int command = read(PciRegs.COMMAND, Short.BYTES);
        on = command >= 0 && (command & PciRegs.COMMAND_MEMORY) != 0 && isAwake();
    }

    private boolean isAwake() {
        int at = powerManagement();
        int control = at == 0 ? 0 : read(at + PciRegs.PM_CTRL, Short.BYTES);
        return control >= 0 && (control & PciRegs.PM_CTRL_STATE_MASK) != PciRegs.PM_CTRL_STATE_MASK;
    }

    /// {@return offset of the power management capability; 0 where there is none}
    private int powerManagement() {
        int status = read(PciRegs.STATUS, Short.BYTES);
        if (status < 0 || (status & PciRegs.STATUS_CAP_LIST) == 0) {
            return 0;
        }
        int at = read(PciRegs.CAPABILITY_LIST, Byte.BYTES) & ~3;
        for (int i = 0; i < MOST_CAPABILITIES && at >= FIRST_CAPABILITY; i++) {
            if (read(at + PciRegs.CAP_LIST_ID, Byte.BYTES) == PciRegs.CAP_ID_PM) {
                return at;
            }
            at = read(at + PciRegs.CAP_LIST_NEXT, Byte.BYTES) & ~3;
        }
        return 0;
    }

    /// {@return the value; -1 where it cannot be read}
    private int read(int byteOffset, int width) {
        int fd = file.acquire();
        try {
            buffer.set(ValueLayout.JAVA_SHORT, 0, (short) 0);
            long result = host.calls().pread(fd, buffer, width, configuration.filePosition() + byteOffset);
            return result == width ? Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, 0)) : -1;
        } finally {
            file.release();
        }
    }
}

package io.nvmelm;

import java.util.EnumSet;
import java.util.Set;

/// What a device can do during migration, as the `VFIO_MIGRATION_*` flags of the kernel's `linux/vfio.h`.
public enum MigrationCapability {
    /// Stop, and have its state read or written. Every migratable device has it.
    STOP_COPY(1),
    /// A running state without peer-to-peer DMA; required where several devices of one machine migrate.
    P2P(2),
    /// State can be read while the device runs.
    PRE_COPY(4);

    private final int flag;

    MigrationCapability(int flag) {
        this.flag = flag;
    }

    /// {@return the bit of this capability in the kernel's flag word}
    public int flag() {
        return flag;
    }

    /// {@return the flag word of a set of capabilities, 0 to 7}
    ///
    /// @param capabilities what the device can do; may be empty
    public static int toFlags(Set<MigrationCapability> capabilities) {
        int flags = 0;
        for (var capability : capabilities) {
            flags |= capability.flag;
        }
        return flags;
    }

    /// {@return the capabilities that a flag word names; bits without a name here are left out}
    ///
    /// @param flags flag word of the kernel, any 64 bits
    public static Set<MigrationCapability> fromFlags(long flags) {
        var capabilities = EnumSet.noneOf(MigrationCapability.class);
        for (var capability : values()) {
            if ((flags & capability.flag) != 0) {
                capabilities.add(capability);
            }
        }
        return capabilities;
    }
}

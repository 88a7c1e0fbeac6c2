package io.nvmelm.transport.vfio.nvme;

/// Controller Capabilities (CAP, Base 2.3 fig. 36).
///
/// ```
///   63    60:59   55:52    51:48    44:37   35:32    31:24   16    15:0
///   |     CRMS    MPSMAX   MPSMIN   CSS     DSTRD    TO      CQR   MQES
/// ```
///
/// @param bits the property
record ControllerCapabilities(long bits) {
    private static final int COMMAND_SETS_SELECTED = 6;
    private static final int ADMIN_ONLY = 7;

    /// {@return most entries of an I/O queue (MQES, which is 0's based)}
    int maximumQueueEntries() {
        return (int) (bits & 0xFFFF) + 1;
    }

    /// {@return longest time to become ready or not ready (TO), in units of 500 ms}
    int readyTimeout() {
        return (int) (bits >>> 24 & 0xFF);
    }

    /// {@return exponent of the distance of doorbells (DSTRD)}
    int doorbellStrideExponent() {
        return (int) (bits >>> 32 & 0xF);
    }

    /// {@return smallest value of CC.MPS (MPSMIN): pages are of 2^(12 + this) bytes at least}
    int minimumPageExponent() {
        return (int) (bits >>> 48 & 0xF);
    }

    /// {@return whether CRTO has the time that takes longer, ready with media (CRMS.CRWMS)}
    boolean hasReadyWithMedia() {
        return (bits >>> 59 & 1) != 0;
    }

    /// {@return what to write into CC.CSS: all command sets (110b) where they can be selected, else no I/O command set (111b) where
    /// there is none, else the NVM command set (000b)}
    int commandSetSelection() {
        int sets = (int) (bits >>> 37 & 0xFF);
        if ((sets & 1 << COMMAND_SETS_SELECTED) != 0) {
            return COMMAND_SETS_SELECTED;
        }
        return (sets & 1 << ADMIN_ONLY) != 0 && (sets & 1) == 0 ? ADMIN_ONLY : 0;
    }
}

package io.nvmelm;

/// Properties of a controller that its function shows in BAR 0 (Base 2.3 clause 3.1.4), read at one moment.
///
/// @param capabilities  Controller Capabilities (CAP), fig. 36
/// @param version       Version (VS): major 31:16, minor 15:08, tertiary 07:00
/// @param configuration Controller Configuration (CC), fig. 41
/// @param status        Controller Status (CSTS), fig. 42
public record ControllerRegisters(long capabilities, int version, int configuration, int status) {
    private static final int ENABLE_BIT = 1;
    private static final int FATAL_BIT = 1 << 1;
    private static final int PAGE_EXPONENT_SHIFT = 48;
    private static final int PAGE_EXPONENT_MASK = 0xF;
    private static final long SMALLEST_PAGE_BYTES = 4096;

    /// {@return whether the function answered at all: one that is gone, powered down or not allowed to be accessed reads as ones}
    public boolean isPresent() {
        return version != -1;
    }

    /// {@return whether somebody has enabled the controller (CC.EN); every reset disables it}
    public boolean isEnabled() {
        return (configuration & ENABLE_BIT) != 0;
    }

    /// {@return whether the controller reports a fatal error (CSTS.CFS), as an offline secondary controller does too}
    public boolean isFatal() {
        return (status & FATAL_BIT) != 0;
    }

    /// {@return the smallest memory page in bytes (2^(12 + CAP.MPSMIN)), in which MDTS counts: 4096 to 2^27}
    public long minimumPageBytes() {
        return SMALLEST_PAGE_BYTES << (capabilities >>> PAGE_EXPONENT_SHIFT & PAGE_EXPONENT_MASK);
    }
}

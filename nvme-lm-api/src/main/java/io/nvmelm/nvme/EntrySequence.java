package io.nvmelm.nvme;

import java.util.Optional;

/// Entry Sequence Attribute (ESA) of an LBA Migration Queue entry, bits 3:1 of its last byte (NVM Command Set 1.2 fig. 177).
public enum EntrySequence {
    /// Neither first nor last, 000b.
    ORDINARY(0),
    /// First since logging was started or the controller resumed, 001b.
    FIRST(1),
    /// Last, since the host stopped logging, 010b.
    LAST_STOPPED(2),
    /// Last, since the controller was suspended, 011b.
    LAST_SUSPENDED(3),
    /// Last, since the queue became full; logging has stopped, 111b.
    LAST_FULL(7);

    private final int value;

    EntrySequence(int value) {
        this.value = value;
    }

    /// {@return the three bits, 0 to 7}
    public int value() {
        return value;
    }

    /// {@return the attribute with these bits; empty for a reserved value}
    ///
    /// @param value the three bits; bits above are ignored
    public static Optional<EntrySequence> fromValue(int value) {
        return switch (value & 7) {
            case 0 -> Optional.of(ORDINARY);
            case 1 -> Optional.of(FIRST);
            case 2 -> Optional.of(LAST_STOPPED);
            case 3 -> Optional.of(LAST_SUSPENDED);
            case 7 -> Optional.of(LAST_FULL);
            default -> Optional.empty();
        };
    }
}

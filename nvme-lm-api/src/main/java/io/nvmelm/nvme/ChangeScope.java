package io.nvmelm.nvme;

import java.util.Optional;

/// LBA Change Information (LBACIR) of an LBA Migration Queue entry, bits 7:6 of its last byte (NVM Command Set 1.2 fig. 177).
public enum ChangeScope {
    /// The range that the entry names, 00b.
    RANGE(0),
    /// Every block of the namespace, 01b; only in an entry that is first or last.
    NAMESPACE(1),
    /// Nothing: the entry is a marker, 10b.
    NONE(2);

    private final int value;

    ChangeScope(int value) {
        this.value = value;
    }

    /// {@return the two bits, 0 to 3}
    public int value() {
        return value;
    }

    /// {@return the information with these bits; empty for the reserved value}
    ///
    /// @param value the two bits; bits above are ignored
    public static Optional<ChangeScope> fromValue(int value) {
        return switch (value & 3) {
            case 0 -> Optional.of(RANGE);
            case 1 -> Optional.of(NAMESPACE);
            case 2 -> Optional.of(NONE);
            default -> Optional.empty();
        };
    }
}

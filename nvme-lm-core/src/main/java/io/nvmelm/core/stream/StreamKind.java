package io.nvmelm.core.stream;

import io.nvmelm.MigrationRole;
import java.util.Optional;

/// What a stream is part of.
public enum StreamKind {
    /// A file, or whatever is written once and read later.
    FILE,
    /// What the source of a migration sends.
    SOURCE_TO_DESTINATION,
    /// What the destination of a migration sends.
    DESTINATION_TO_SOURCE,
    /// Manifests by themselves: nothing follows the first record.
    MANIFEST;

    /// The number in the preamble.
    int number() {
        return switch (this) {
            case FILE -> 0;
            case SOURCE_TO_DESTINATION -> 1;
            case DESTINATION_TO_SOURCE -> 2;
            case MANIFEST -> 3;
        };
    }

    /// The kind of a number; empty when it is of a later version.
    static Optional<StreamKind> ofNumber(int number) {
        return switch (number) {
            case 0 -> Optional.of(FILE);
            case 1 -> Optional.of(SOURCE_TO_DESTINATION);
            case 2 -> Optional.of(DESTINATION_TO_SOURCE);
            case 3 -> Optional.of(MANIFEST);
            default -> Optional.empty();
        };
    }

    /// What somebody in this role sends.
    static StreamKind sentBy(MigrationRole role) {
        return switch (role) {
            case SOURCE -> SOURCE_TO_DESTINATION;
            case DESTINATION -> DESTINATION_TO_SOURCE;
        };
    }
}

package io.nvmelm.preflight;

import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.PreflightReason;

/// Everything that blocks in a generated pair, as a dry run names it.
enum Blocker {
    /// The source's subsystem has no live migration.
    SOURCE_UNSUPPORTED(PreflightReason.MIGRATION_UNSUPPORTED, MigrationRole.SOURCE, "Host Managed Live Migration"),
    /// The target's subsystem has no live migration.
    TARGET_UNSUPPORTED(PreflightReason.MIGRATION_UNSUPPORTED, MigrationRole.DESTINATION, "Host Managed Live Migration"),
    /// No format of both.
    FORMATS(PreflightReason.NO_COMMON_FORMAT, MigrationRole.DESTINATION, "formats of the state"),
    /// No part of the state and nobody else carries them.
    PARTS(PreflightReason.PART_NOT_CARRIED, MigrationRole.SOURCE, "parts of the controller"),
    /// Too few I/O queues.
    QUEUE_PAIRS(PreflightReason.QUEUE_LIMIT, MigrationRole.DESTINATION, "I/O queue pairs (NVQ)"),
    /// Queues too short.
    QUEUE_ENTRIES(PreflightReason.QUEUE_LIMIT, MigrationRole.DESTINATION, "CAP.MQES"),
    /// Too few interrupt vectors.
    VECTORS(PreflightReason.VECTOR_LIMIT, MigrationRole.DESTINATION, "interrupt vectors (NVI)"),
    /// Transfers too short.
    TRANSFERS(PreflightReason.TRANSFER_LIMIT, MigrationRole.DESTINATION, "MDTS"),
    /// The second namespace is not attached.
    NAMESPACE_2(PreflightReason.NAMESPACE_MISSING, MigrationRole.DESTINATION, "NSID of namespace 2"),
    /// The first namespace has too few blocks.
    BLOCK_COUNT(PreflightReason.NAMESPACE_DIFFERS, MigrationRole.DESTINATION, "NSZE of namespace 1"),
    /// The first namespace has other blocks.
    BLOCK_SIZE(PreflightReason.NAMESPACE_DIFFERS, MigrationRole.DESTINATION, "LBADS of namespace 1"),
    /// The first namespace is another one, or looks like it.
    NGUID(PreflightReason.IDENTITY_DIFFERS, MigrationRole.DESTINATION, "NGUID of namespace 1"),
    /// The first namespace is another one, or looks like it.
    UUID(PreflightReason.IDENTITY_DIFFERS, MigrationRole.DESTINATION, "UUID of namespace 1"),
    /// The source may not read a state so large.
    SOURCE_STATE_SIZE(PreflightReason.STATE_SIZE, MigrationRole.SOURCE, "controller state"),
    /// The target's state is larger than it may be before anything is loaded.
    TARGET_STATE_SIZE(PreflightReason.STATE_SIZE, MigrationRole.DESTINATION, "controller state"),
    /// The source's state is larger than what the target takes.
    LARGEST_STATE(PreflightReason.STATE_SIZE, MigrationRole.DESTINATION, "largest state"),
    /// Somebody stopped the source.
    SOURCE_STOPPED(PreflightReason.DEVICE_CONDITION, MigrationRole.SOURCE, "device state"),
    /// Somebody suspended the source.
    SOURCE_SUSPENDED(PreflightReason.DEVICE_CONDITION, MigrationRole.SOURCE, "CSATTR"),
    /// Somebody stopped the target.
    TARGET_STOPPED(PreflightReason.DEVICE_CONDITION, MigrationRole.DESTINATION, "device state"),
    /// Somebody suspended the target.
    TARGET_SUSPENDED(PreflightReason.DEVICE_CONDITION, MigrationRole.DESTINATION, "CSATTR"),
    /// The target has a guest.
    TARGET_QUEUES(PreflightReason.DEVICE_CONDITION, MigrationRole.DESTINATION, "NIOSQ and NIOCQ"),
    /// The target has failed.
    TARGET_FATAL(PreflightReason.DEVICE_CONDITION, MigrationRole.DESTINATION, "CSTS.CFS"),
    /// The target is offline.
    TARGET_OFFLINE(PreflightReason.DEVICE_CONDITION, MigrationRole.DESTINATION, "SCS"),
    /// The target has no queues to go online with.
    TARGET_VQ(PreflightReason.RESOURCES, MigrationRole.DESTINATION, "NVQ"),
    /// The target has no vectors to go online with.
    TARGET_VI(PreflightReason.RESOURCES, MigrationRole.DESTINATION, "NVI"),
    /// The source does not tell its state now.
    SOURCE_UNKNOWN(PreflightReason.UNKNOWN, MigrationRole.SOURCE, "controller state"),
    /// The target does not tell its state now.
    TARGET_UNKNOWN(PreflightReason.UNKNOWN, MigrationRole.DESTINATION, "controller state");

    private final PreflightReason reason;
    private final MigrationRole side;
    private final String field;

    Blocker(PreflightReason reason, MigrationRole side, String field) {
        this.reason = reason;
        this.side = side;
        this.field = field;
    }

    /// {@return whether it takes an answer of this side to see it} Comparisons take one of each.
    boolean isSeenBy(MigrationRole asked) {
        return switch (this) {
            case FORMATS, PARTS, QUEUE_PAIRS, QUEUE_ENTRIES, VECTORS, TRANSFERS, NAMESPACE_2, BLOCK_COUNT, BLOCK_SIZE,
                    NGUID, UUID, LARGEST_STATE ->
                true;
            default -> side == asked;
        };
    }

    /// {@return the one that a finding is}
    ///
    /// @throws AssertionError when it is none
    static Blocker of(PreflightFinding finding) {
        for (var blocker : values()) {
            if (blocker.reason == finding.reason()
                    && blocker.side == finding.side()
                    && blocker.field.equals(finding.field())) {
                return blocker;
            }
        }
        throw new AssertionError("Nothing in a generated pair brings this about: " + finding);
    }
}

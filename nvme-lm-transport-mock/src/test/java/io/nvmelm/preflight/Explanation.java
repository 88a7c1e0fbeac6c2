package io.nvmelm.preflight;

import java.util.Set;

/// Which failure of a migration is explained by which blockers of its dry run: the whole table. Where several stand in a row, the failure
/// tells no more; a comment says why.
enum Explanation {
    /// No device to migrate from.
    UNSUPPORTED_SOURCE("SOURCE OPEN: MigrationUnsupportedException", Blocker.SOURCE_UNSUPPORTED),
    /// No device to migrate to.
    UNSUPPORTED_TARGET("DESTINATION OPEN: MigrationUnsupportedException", Blocker.TARGET_UNSUPPORTED),
    /// A device that somebody stopped is not migrated.
    STOPPED_SOURCE("SOURCE START, starting the migration: DeviceStateException", Blocker.SOURCE_STOPPED),
    /// A device that somebody stopped is not loaded.
    STOPPED_TARGET("DESTINATION START, starting the migration: DeviceStateException", Blocker.TARGET_STOPPED),
    /// The state is larger than the source's options allow.
    LARGE_STATE_AT_SOURCE(
            "SOURCE NEGOTIATE, estimating the state: InvalidValueException NVMECSS", Blocker.SOURCE_STATE_SIZE),
    /// The source does not answer while it is sanitized.
    SANITIZED_SOURCE(
            "SOURCE NEGOTIATE, estimating the state: CommandFailedException GetControllerStateCommand"
                    + " SANITIZE_NAMESPACE_IN_PROGRESS",
            Blocker.SOURCE_UNKNOWN),
    /// No format of both, which nobody can waive: each side finds it by itself.
    NO_FORMAT_FOR_THE_SOURCE("SOURCE NEGOTIATE: MigrationUnsupportedException", Blocker.FORMATS),
    /// The same, found by the other side.
    NO_FORMAT_FOR_THE_TARGET("DESTINATION NEGOTIATE: MigrationUnsupportedException", Blocker.FORMATS),
    /// The target does not answer while it is sanitized.
    SANITIZED_TARGET(
            "DESTINATION PREPARE, RUNNING to RUNNING_P2P: CommandFailedException SuspendCommand"
                    + " SANITIZE_NAMESPACE_IN_PROGRESS",
            Blocker.TARGET_UNKNOWN),
    /// The target has failed.
    FATAL("DESTINATION PREPARE, looking at the controller: DeviceStateException", Blocker.TARGET_FATAL),
    /// The target has queues.
    USED_TARGET("DESTINATION PREPARE, STOP to RESUMING: DeviceStateException", Blocker.TARGET_QUEUES),
    /// The state that the target has before is larger than its options allow.
    LARGE_NVME_STATE_BEFORE(
            "DESTINATION PREPARE, STOP to RESUMING: InvalidValueException NVMECSS", Blocker.TARGET_STATE_SIZE),
    /// The state that the target has before is larger than its options allow, for its vendor specific data.
    LARGE_VENDOR_DATA_BEFORE(
            "DESTINATION PREPARE, STOP to RESUMING: InvalidValueException VSS", Blocker.TARGET_STATE_SIZE),
    /// The source's state is larger than the target's options allow.
    LARGE_STATE("DESTINATION SUSPEND: StreamFormatException", Blocker.LARGEST_STATE),
    /// The same, behind what the embedder supplies.
    LARGE_STATE_BEHIND_PROPERTIES("DESTINATION TRANSFER: StreamFormatException", Blocker.LARGEST_STATE),
    /// The embedder could not enable the target, which is offline and so has CSTS.CFS.
    OFFLINE_FOR_THE_SUPPLEMENT("DESTINATION TRANSFER: CallbackException CSTS.CFS", Blocker.TARGET_OFFLINE),
    /// The target cannot make so many queues.
    TOO_MANY_QUEUES(
            "DESTINATION LOAD, RESUMING to STOP: CommandFailedException SetControllerStateCommand NOT_ENOUGH_RESOURCES",
            Blocker.QUEUE_PAIRS),
    /// The target finds the state not valid. One status for a queue that is too long, a vector that is not there, and no vector at all.
    INVALID_STATE(
            "DESTINATION LOAD, RESUMING to STOP: CommandFailedException SetControllerStateCommand INVALID_FIELD_IN_COMMAND",
            Blocker.QUEUE_ENTRIES,
            Blocker.VECTORS,
            Blocker.TARGET_OFFLINE),
    /// The guest goes on with a controller that nobody enabled.
    NOT_ENABLED("GUEST I/O: no answer, CSTS.RDY is 0", Blocker.PARTS),
    /// The guest's transfer is too large, for the controller or since its blocks are larger.
    LARGE_TRANSFER("GUEST I/O: 0/02h Invalid Field in Command", Blocker.TRANSFERS, Blocker.BLOCK_SIZE),
    /// The guest's blocks are larger, so that its pages are too few.
    FEW_PAGES("GUEST I/O: 0/13h PRP Offset Invalid", Blocker.BLOCK_SIZE),
    /// The guest's blocks are not there.
    FEW_BLOCKS("GUEST I/O: 0/80h LBA Out of Range", Blocker.BLOCK_COUNT),
    /// The guest reads what it did not write: another medium, which a namespace of another shape always is.
    OTHER_MEDIUM(
            "GUEST I/O: wrong blocks", Blocker.NGUID, Blocker.BLOCK_SIZE, Blocker.BLOCK_COUNT),
    /// The guest's driver drops a namespace that is not there.
    DROPPED_NAMESPACE("GUEST looking again: namespace 2 is gone", Blocker.NAMESPACE_2),
    /// The guest's driver drops a namespace that has other names; it compares them all.
    RENAMED_NAMESPACE("GUEST looking again: namespace 1 has other identifiers", Blocker.NGUID, Blocker.UUID);

    private final String failure;
    private final Set<Blocker> blockers;

    Explanation(String failure, Blocker... blockers) {
        this.failure = failure;
        this.blockers = Set.of(blockers);
    }

    Set<Blocker> blockers() {
        return blockers;
    }

    /// {@return the row of a failure}
    ///
    /// @throws AssertionError when there is none
    static Explanation of(Failure failure) {
        for (var row : values()) {
            if (row.failure.equals(failure.key())) {
                return row;
            }
        }
        throw new AssertionError("Nobody explains " + failure);
    }
}

package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.LbaMigrationEntry;

/// How changes of user data are logged.
///
/// @param slots           entries of the queue, of which the controller can use one less: as many changes can wait to be taken before
///                        they are lost. Each needs 32 bytes of ring memory
/// @param deleteOnSuspend whether the suspension of the controller deletes the queue (DUDMQ). What was logged is read all the
///                        same; but when the controller resumes, its changes are lost, and logging has to be started anew. The
///                        suspension takes one command more, by which the controller says whether the queue is gone
/// @param changeBytes     memory for the changes of one round, above which more blocks count as modified than were. Single blocks
///                        anywhere need one bit for each block of the namespaces, and ranges less; what was taken has its own
public record UserDataLogOptions(int slots, boolean deleteOnSuspend, long changeBytes) {

    private static final int MINIMUM_SLOTS = 2;
    /// The size of a queue is given in dwords, by 32 bits.
    private static final int MAXIMUM_SLOTS = (int) (0xFFFF_FFFFL / (LbaMigrationEntry.BYTES / Integer.BYTES));
    private static final UserDataLogOptions DEFAULTS = new UserDataLogOptions(1 << 16, false);
    private static final long MINIMUM_CHANGE_BYTES = 1 << 16;
    private static final long MAXIMUM_CHANGE_BYTES = 1L << 34;

    /// Checks the bounds.
    public UserDataLogOptions {
        if (slots < MINIMUM_SLOTS || slots > MAXIMUM_SLOTS) {
            throw new InvalidValueException(
                    "slots", Integer.toString(slots), MINIMUM_SLOTS + " to " + MAXIMUM_SLOTS);
        }
        if (changeBytes < MINIMUM_CHANGE_BYTES || changeBytes > MAXIMUM_CHANGE_BYTES) {
            throw new InvalidValueException(
                    "changeBytes",
                    Long.toString(changeBytes),
                    MINIMUM_CHANGE_BYTES + " to " + MAXIMUM_CHANGE_BYTES);
        }
    }

    /// Options with the default of memory for changes, 64 MiB.
    ///
    /// @param slots           entries of the queue
    /// @param deleteOnSuspend whether the suspension of the controller deletes the queue
    public UserDataLogOptions(int slots, boolean deleteOnSuspend) {
        this(slots, deleteOnSuspend, 64L << 20);
    }

    /// {@return the defaults: 65 536 slots, which are 2 MiB, a queue that survives a suspension, and 64 MiB for changes}
    public static UserDataLogOptions defaults() {
        return DEFAULTS;
    }

    /// {@return these options with another number of slots}
    ///
    /// @param count 2 to 536 870 911
    public UserDataLogOptions withSlots(int count) {
        return new UserDataLogOptions(count, deleteOnSuspend, changeBytes);
    }

    /// {@return these options with or without the deletion of the queue when the controller is suspended}
    ///
    /// @param delete whether the suspension deletes the queue
    public UserDataLogOptions withDeleteOnSuspend(boolean delete) {
        return new UserDataLogOptions(slots, delete, changeBytes);
    }

    /// {@return these options with other memory for the changes of one round}
    ///
    /// @param bytes 65 536 to 17 179 869 184
    public UserDataLogOptions withChangeBytes(long bytes) {
        return new UserDataLogOptions(slots, deleteOnSuspend, bytes);
    }
}

package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.LbaMigrationEntry;

/// How changes of user data are logged.
///
/// @param slots           entries of the queue, of which the controller can use one less: as many changes can wait to be taken before
///                        they are lost. Each needs 32 bytes of ring memory
/// @param deleteOnSuspend whether the suspension of the controller deletes the queue (DUDMQ). What was logged is read all the
///                        same; but when the controller resumes, its changes are lost, and logging has to be started anew
public record UserDataLogOptions(int slots, boolean deleteOnSuspend) {

    private static final int MINIMUM_SLOTS = 2;
    /// The size of a queue is given in dwords, by 32 bits.
    private static final int MAXIMUM_SLOTS = (int) (0xFFFF_FFFFL / (LbaMigrationEntry.BYTES / Integer.BYTES));
    private static final UserDataLogOptions DEFAULTS = new UserDataLogOptions(1 << 16, false);

    /// Checks the bound.
    public UserDataLogOptions {
        if (slots < MINIMUM_SLOTS || slots > MAXIMUM_SLOTS) {
            throw new InvalidValueException(
                    "slots", Integer.toString(slots), MINIMUM_SLOTS + " to " + MAXIMUM_SLOTS);
        }
    }

    /// {@return the defaults: 65 536 slots, which are 2 MiB, and a queue that survives a suspension}
    public static UserDataLogOptions defaults() {
        return DEFAULTS;
    }

    /// {@return these options with another number of slots}
    ///
    /// @param count 2 to 536 870 911
    public UserDataLogOptions withSlots(int count) {
        return new UserDataLogOptions(count, deleteOnSuspend);
    }

    /// {@return these options with or without the deletion of the queue when the controller is suspended}
    ///
    /// @param delete whether the suspension deletes the queue
    public UserDataLogOptions withDeleteOnSuspend(boolean delete) {
        return new UserDataLogOptions(slots, delete);
    }
}

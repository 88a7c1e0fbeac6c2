package io.nvmelm.transport.mock;

/// Ways in which real controllers differ from the default of this model: where the standard leaves a choice or can be
/// read in two ways, and what the known public emulation does differently. A host has to survive all of them.
public enum DeviceVariant {
    /// The suspend entry is posted whenever the controller has a queue, logging or not.
    SUSPEND_ENTRY_WITHOUT_LOGGING,
    /// A repeated Suspend posts another suspend entry.
    REPEATED_SUSPEND_POSTS_AGAIN,
    /// A repeated Suspend deletes no queue, whatever DUDMQ says; by default it deletes one that is still there.
    REPEATED_SUSPEND_KEEPS_QUEUE,
    /// The suspend entry is posted some time after Suspend was answered, not before.
    SUSPEND_ENTRY_AFTER_ANSWER,
    /// The last slot is kept for an entry that says "full" and has no range; by default the entry that fills the queue
    /// says it and has its range.
    FULL_ENTRY_WITHOUT_RANGE,
    /// After the queue was full, logging goes on silently when slots are free, instead of waiting for another start.
    LOGGING_GOES_ON_AFTER_FULL,
    /// Starting to log is refused while the queue is full.
    START_REFUSED_WHEN_FULL,
    /// Starting to log while logging, and stopping while not, changes nothing and succeeds; by default the start is
    /// refused. With [#LOGGING_GOES_ON_AFTER_FULL] that is so after a full queue too.
    START_WHEN_LOGGING_SUCCEEDS,
    /// Logging can be stopped while the controller is suspended; by default this is refused as printed.
    STOP_WHILE_SUSPENDED_SUCCEEDS,
    /// The tail pointer event comes one slot earlier.
    TAIL_EVENT_ONE_SLOT_EARLY,
    /// One queue too many is an Invalid Field in Command; by default it is Not Enough Resources.
    QUEUE_LIMIT_IS_INVALID_FIELD,
    /// The numbers of queues in Identify Controller are 0, and there is no limit.
    QUEUE_LIMITS_NOT_REPORTED,
    /// Entries of adjacent writes that were not consumed yet may be merged into one that was not posted yet: changes
    /// are posted late.
    ENTRIES_MERGED,
    /// Only writes, write zeroes, zone appends and deallocates are logged.
    ONLY_COMMON_WRITES_LOGGED,
    /// Deallocated blocks are logged as modified.
    DEALLOCATED_LOGGED_AS_MODIFIED,
    /// A controller identifier that is unknown is an Invalid Field in Command; by default it is an Invalid Controller
    /// Identifier.
    UNKNOWN_CONTROLLER_IS_INVALID_FIELD,
    /// A state is taken in one command alone; pieces are an Internal Error.
    ONLY_WHOLE_STATES,
    /// Every error has Do Not Retry set.
    ALWAYS_DO_NOT_RETRY,
    /// Changes of memory that is written often are held back while the controller runs.
    MEMORY_CHANGES_HELD_BACK,
    /// Memory changes are reported in the largest granularity of the controller, whatever was asked for.
    COARSE_MEMORY_REPORTS
}

package io.nvmelm.nvme;

/// What a controller reports by completing an Asynchronous Event Request (Base 2.3 fig. 150).
///
/// ```
///   dword 0:  23:16 log page   15:8 information   2:0 type      dword 1: parameter
/// ```
///
/// Most types are not reported again until the log page was read; one-shot events are over with their report.
///
/// @param type        event type, 0 to 7: 0 error, 1 SMART and health, 2 notice, 3 immediate, 4 one-shot, 6 of an I/O command set,
///                    7 vendor specific
/// @param information what happened, 0 to 255, by the type
/// @param logPage     log page that has more and whose reading clears the event, 0 to 255
/// @param parameter   event specific parameter, dword 1
public record AsynchronousEvent(int type, int information, int logPage, int parameter) {
    /// Type of one-shot events (Base 2.3 fig. 157).
    public static final int ONE_SHOT = 4;
    /// Information of the one-shot event Controller Data Queue Tail Pointer; the parameter names the queue in 15:0.
    public static final int QUEUE_TAIL_POINTER = 0;
    /// Information of the one-shot event Controller Data Queue Full Error; the parameter names the queue in 15:0.
    public static final int QUEUE_FULL_ERROR = 1;

    /// {@return the event that the completion of an Asynchronous Event Request reports}
    ///
    /// @param completion a successful completion
    public static AsynchronousEvent of(Completion completion) {
        int dword0 = completion.dword0();
        return new AsynchronousEvent(
                dword0 & 7, dword0 >>> 8 & 0xFF, dword0 >>> 16 & 0xFF, completion.dword1());
    }

    /// {@return whether this is about the Controller Data Queue with that identifier}
    ///
    /// @param queueId CDQID, 0 to 65 535
    public boolean isOfQueue(int queueId) {
        return type == ONE_SHOT && information <= QUEUE_FULL_ERROR && (parameter & 0xFFFF) == queueId;
    }
}

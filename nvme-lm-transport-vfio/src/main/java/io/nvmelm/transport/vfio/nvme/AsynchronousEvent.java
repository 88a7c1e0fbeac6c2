package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.nvme.Completion;

/// What a controller reports by completing an Asynchronous Event Request (Base 2.3 fig. 150).
///
/// ```
///   dword 0:  23:16 log page   15:8 information   2:0 type      dword 1: parameter
/// ```
///
/// Most types are not reported again until the log page was read.
///
/// @param type        event type, 0 to 7: 0 error, 1 SMART and health, 2 notice, 3 immediate, 4 one-shot, 6 of an I/O command set,
///                    7 vendor specific
/// @param information what happened, 0 to 255, by the type
/// @param logPage     log page that has more and whose reading clears the event, 0 to 255
/// @param parameter   event specific parameter
public record AsynchronousEvent(int type, int information, int logPage, int parameter) {

    static AsynchronousEvent of(Completion completion) {
        int dword0 = completion.dword0();
        return new AsynchronousEvent(
                dword0 & 7, dword0 >>> 8 & 0xFF, dword0 >>> 16 & 0xFF, completion.dword1());
    }
}

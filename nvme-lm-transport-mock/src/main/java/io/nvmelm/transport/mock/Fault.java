package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NvmeStatus;

/// What happens to one command instead of the usual.
///
/// @param kind       what
/// @param status     answer of a command that fails; success otherwise
/// @param delayNanos how much later a late command is executed and answered
record Fault(Kind kind, NvmeStatus status, long delayNanos) {

    /// Kinds of faults.
    enum Kind {
        /// Neither executed nor answered.
        TIMES_OUT,
        /// Executed, never answered.
        LOSES_COMPLETION,
        /// Executed and answered late.
        LATE,
        /// Not executed, answered with an error.
        FAILS,
        /// Not executed; the transport fails.
        TRANSPORT_ERROR
    }
}

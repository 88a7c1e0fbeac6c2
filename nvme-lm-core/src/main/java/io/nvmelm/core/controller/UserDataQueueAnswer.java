package io.nvmelm.core.controller;

/// What a question for a User Data Migration Queue brought.
enum UserDataQueueAnswer {
    /// It is there, and its head is where it was put.
    KNOWN,
    /// It is not there.
    NO_SUCH_QUEUE,
    /// Its head is where it must not be: a command that had timed out was executed late and gave slots back that were not
    /// consumed.
    HEAD_ASTRAY
}

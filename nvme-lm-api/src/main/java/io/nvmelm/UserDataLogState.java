package io.nvmelm;

/// How complete the changes of user data are that were taken so far.
public enum UserDataLogState {
    /// Nothing is logged.
    OFF,
    /// Everything that has been reported was taken; more may come at any time.
    LOGGING,
    /// Logging was stopped by the host, and all that was logged before was taken.
    STOPPED,
    /// The device is suspended and all its changes were taken: no more will come until it resumes.
    SUSPENDED,
    /// Changes were lost: the queue was full, or the controlling controller was reset, or it reported what cannot be. Every block is
    /// to be taken as changed, and nothing is logged until logging is started again.
    LOST
}

package io.nvmelm;

/// What came of copying user data while the guest runs, or of finishing it.
public enum PreCopyVerdict {
    /// What is left fits the budget: the device can be suspended and the rest be copied in the blackout.
    CONVERGED,
    /// What is left does not get less at this rate of writing: everything taken was put back, and logging goes on. Or changes were lost
    /// more often than allowed: then nothing is known of what changed, and the next run logs and copies everything anew.
    WILL_NOT_CONVERGE,
    /// Somebody cancelled it. Everything taken was put back, and logging goes on.
    CANCELLED,
    /// The device is suspended, and the target has all that the source has.
    COMPLETE
}

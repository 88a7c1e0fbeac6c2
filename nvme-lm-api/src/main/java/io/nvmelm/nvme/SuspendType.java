package io.nvmelm.nvme;

/// Suspend Type (STYPE) of Suspend (Base 2.3 fig. 367).
public enum SuspendType {
    /// 0h: a suspension will follow; nothing changes.
    NOTIFICATION(0),
    /// 1h: suspend.
    SUSPEND(1);

    private final int value;

    SuspendType(int value) {
        this.value = value;
    }

    /// {@return the value of the field, 0 or 1}
    public int value() {
        return value;
    }
}

package io.nvmelm;

/// The device is suspended, and all its blocks would have to be copied: the log lost changes, so that it is not known which ones changed,
/// or the target never got everything before. Nothing was copied; the device can be resumed where it is.
public final class ChangesLostException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Bytes that would have to be copied.
    private final long byteCount;

    /// Creates the failure.
    ///
    /// @param problem   what happened
    /// @param byteCount bytes that would have to be copied in the blackout: all namespaces
    public ChangesLostException(String problem, long byteCount) {
        super(
                FailureCategory.ABORT_MIGRATION,
                problem + ", so all " + byteCount + " bytes would have to be copied in the blackout",
                "Resume the device and copy again with more slots in the queue, or allow to copy everything in the blackout",
                null);
        this.byteCount = byteCount;
    }

    /// {@return the bytes that would have to be copied in the blackout}
    public long byteCount() {
        return byteCount;
    }
}

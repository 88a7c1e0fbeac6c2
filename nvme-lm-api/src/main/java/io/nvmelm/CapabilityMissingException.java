package io.nvmelm;

/// A controller does not have the capability that an operation needs. Nothing was changed.
public final class CapabilityMissingException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// The capability, as the controller would announce it.
    private final String capability;

    /// Creates the refusal.
    ///
    /// @param operation  what was asked for, in words
    /// @param capability what the controller does not have, and where it would announce it
    /// @param remedy     what to do instead
    public CapabilityMissingException(String operation, String capability, String remedy) {
        super(FailureCategory.ABORT_MIGRATION, operation + " needs " + capability, remedy, null);
        this.capability = capability;
    }

    /// {@return what the controller does not have, and where it would announce it}
    public String capability() {
        return capability;
    }
}

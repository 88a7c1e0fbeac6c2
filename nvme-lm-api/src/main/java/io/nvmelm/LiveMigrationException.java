package io.nvmelm;

import org.jspecify.annotations.Nullable;

/// Root of everything that this library throws on purpose. Unchecked; says what failed, where, and by [#category()] and
/// [#remedy()] what to do about it.
///
/// The controller and the step are filled in once, by the innermost layer that knows them, while the exception travels
/// up.
public abstract class LiveMigrationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What to do, for programs.
    private FailureCategory category;
    /// What to do, for people.
    private final String remedy;
    /// Name of the device or controller, once known.
    private @Nullable String device;
    /// Step that failed, once known.
    private @Nullable String step;

    /// Creates a failure without place; see [#at(String, String)].
    ///
    /// @param category what a caller can do
    /// @param message  what happened, with all values; no full stop
    /// @param remedy   what a person can do about it; no full stop
    /// @param cause    what was caught, if anything
    protected LiveMigrationException(
            FailureCategory category, String message, String remedy, @Nullable Throwable cause) {
        super(message, cause);
        this.category = category;
        this.remedy = remedy;
    }

    /// {@return what a caller can do}
    public FailureCategory category() {
        return category;
    }

    /// {@return what a person can do about it, one sentence}
    public String remedy() {
        return remedy;
    }

    /// {@return the name of the device that failed; null where the failure belongs to none or nobody said}
    public @Nullable String device() {
        return device;
    }

    /// {@return the step that failed, for instance `RUNNING to RUNNING_P2P`; null where nobody said}
    public @Nullable String step() {
        return step;
    }

    /// Says where this failed, unless a deeper layer said it already. To be called before the exception is shared.
    ///
    /// @param deviceName name of the device or controller; null where it is not known here
    /// @param stepName   the step that failed, for instance `RUNNING to RUNNING_P2P`; null where it is not known here
    /// @return this
    public LiveMigrationException at(@Nullable String deviceName, @Nullable String stepName) {
        if (device == null) {
            device = deviceName;
        }
        if (step == null) {
            step = stepName;
        }
        return this;
    }

    /// Says what a caller can do, where an outer layer knows better: after a failed arc it depends on where the device ended. To
    /// be called before the exception is shared.
    ///
    /// @param known what a caller can do
    /// @return this
    public LiveMigrationException category(FailureCategory known) {
        category = known;
        return this;
    }

    /// Device, step, what happened and what to do, in one line.
    @Override
    public String getMessage() {
        var text = new StringBuilder();
        if (device != null) {
            text.append(device).append(": ");
        }
        if (step != null) {
            text.append(step).append(": ");
        }
        return text.append(super.getMessage()).append(". ").append(remedy).toString();
    }
}

package io.nvmelm;

import java.util.OptionalLong;

/// A field has a value outside its bound: in an argument, in what a device answered, or in a stream. Nothing was
/// changed.
public final class InvalidValueException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Name of the field, as the standard or the parameter has it.
    private final String field;
    /// The value found, as text.
    private final String value;
    /// What would have been allowed, as text.
    private final String bound;
    /// Where the field starts, or -1.
    private final long byteOffset;

    /// A bad argument.
    ///
    /// @param field name of the parameter or field
    /// @param value the value found
    /// @param bound what would have been allowed
    public InvalidValueException(String field, String value, String bound) {
        this(field, value, bound, -1);
    }

    /// A bad field in bytes that were parsed.
    ///
    /// @param field      name of the field
    /// @param value      the value found
    /// @param bound      what would have been allowed
    /// @param byteOffset where the field starts, counted from the start of the parsed structure; -1 where there is no
    ///                   such place
    public InvalidValueException(String field, String value, String bound, long byteOffset) {
        super(
                FailureCategory.ABORT_MIGRATION,
                field + " is " + value + (byteOffset < 0 ? "" : " at byte " + byteOffset) + ", allowed: " + bound,
                byteOffset < 0
                        ? "Correct the argument"
                        : "The data is damaged or from an incompatible source; it was not used",
                null);
        this.field = field;
        this.value = value;
        this.bound = bound;
        this.byteOffset = byteOffset;
    }

    /// {@return the name of the field}
    public String field() {
        return field;
    }

    /// {@return the value found, as text}
    public String value() {
        return value;
    }

    /// {@return what would have been allowed, as text}
    public String bound() {
        return bound;
    }

    /// {@return the byte at which the field starts, counted from the start of the parsed structure; empty for an
    /// argument}
    public OptionalLong byteOffset() {
        return byteOffset < 0 ? OptionalLong.empty() : OptionalLong.of(byteOffset);
    }
}

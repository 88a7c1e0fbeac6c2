package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;

/// Bounds of what an [InMemorySubsystemBuilder] is given.
final class BuilderBounds {
    private BuilderBounds() {}

    /// Refuses a text that is empty, too long, or not of printable characters.
    static String requireText(String field, String value, int maximumCharacters) {
        boolean printable = value.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
        if (value.isEmpty() || value.length() > maximumCharacters || !printable) {
            throw new InvalidValueException(field, value, "1 to " + maximumCharacters + " ASCII characters");
        }
        return value;
    }

    /// Refuses a number outside its bounds.
    static long require(String field, long value, long minimum, long maximum) {
        if (value < minimum || value > maximum) {
            throw new InvalidValueException(field, Long.toString(value), minimum + " to " + maximum);
        }
        return value;
    }
}

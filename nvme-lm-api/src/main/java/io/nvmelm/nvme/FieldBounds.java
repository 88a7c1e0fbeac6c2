package io.nvmelm.nvme;

import io.nvmelm.InvalidValueException;

/// Bounds of unsigned fields, checked where a value is made.
final class FieldBounds {
    private FieldBounds() {}

    /// Refuses a value outside 0 to `maximum`.
    static void require(String field, long value, long maximum) {
        if (value < 0 || value > maximum) {
            throw new InvalidValueException(field, Long.toString(value), "0 to " + maximum);
        }
    }

    /// Refuses a value that does not fit 8 bits.
    static void requireUnsigned8(String field, int value) {
        require(field, value, 0xFF);
    }

    /// Refuses a value that does not fit 16 bits.
    static void requireUnsigned16(String field, int value) {
        require(field, value, 0xFFFF);
    }

    /// Refuses a value that does not fit 32 bits.
    static void requireUnsigned32(String field, long value) {
        require(field, value, 0xFFFF_FFFFL);
    }
}

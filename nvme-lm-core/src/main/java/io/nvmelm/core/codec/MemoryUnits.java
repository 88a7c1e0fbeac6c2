package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;

/// Ranges of host memory in units of 2^n * 4 KiB: bounds that keep their bytes within 64 bits.
final class MemoryUnits {
    /// Largest exponent n whose unit is a positive number of bytes.
    static final int MAXIMUM_GRANULARITY = 50;
    /// Offset of the length in a descriptor of either structure.
    static final int LEN_OFFSET = 8;
    /// Place of a value that was not parsed.
    static final long ARGUMENT = -1;

    private static final int SMALLEST_UNIT_SHIFT = 12;

    private MemoryUnits() {}

    /// {@return by how many bits a number of units is shifted to be a number of bytes}
    static int shift(int granularity) {
        return SMALLEST_UNIT_SHIFT + granularity;
    }

    /// Refuses a granularity whose unit is 2^63 bytes or more.
    static void requireGranularity(String field, int granularity, long byteOffset) {
        if (granularity > MAXIMUM_GRANULARITY) {
            throw new InvalidValueException(
                    field, Integer.toString(granularity), "0 to " + MAXIMUM_GRANULARITY, byteOffset);
        }
    }

    /// Refuses a range that does not start at a unit, has 2^63 bytes or more, or goes beyond 2^64.
    static void requireRange(long startAddress, long unitCount, int granularity, long byteOffset) {
        int shift = shift(granularity);
        if ((startAddress & (1L << shift) - 1) != 0) {
            throw new InvalidValueException(
                    "SADDR", Long.toUnsignedString(startAddress), "a multiple of " + (1L << shift), byteOffset);
        }
        long maximum = Long.MAX_VALUE >>> shift;
        if (unitCount > maximum) {
            throw length(unitCount, "0 to " + maximum, byteOffset);
        }
        long lastByte = startAddress + (unitCount << shift) - 1;
        if (unitCount > 0 && Long.compareUnsigned(lastByte, startAddress) < 0) {
            throw length(
                    unitCount,
                    "units of " + (1L << shift) + " that end before 2^64 from " + Long.toUnsignedString(startAddress),
                    byteOffset);
        }
    }

    private static InvalidValueException length(long unitCount, String bound, long byteOffset) {
        return new InvalidValueException(
                "LEN", Long.toString(unitCount), bound, byteOffset < 0 ? ARGUMENT : byteOffset + LEN_OFFSET);
    }
}

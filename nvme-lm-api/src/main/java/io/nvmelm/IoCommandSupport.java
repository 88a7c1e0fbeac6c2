package io.nvmelm;

/// What a controller says of I/O commands, which a guest's driver reads once and relies upon (Identify Controller, Base 2.3 fig. 328).
///
/// @param submissionEntrySizes Submission Queue Entry Size (SQES), 8 bits: exponent of the required size in 3:0, of the largest in 7:4
/// @param completionEntrySizes Completion Queue Entry Size (CQES), 8 bits, as that
/// @param optionalCommands     Optional NVM Command Support (ONCS), 16 bits
/// @param volatileWriteCache   Volatile Write Cache (VWC), 8 bits: bit 0 there is one, 2:1 how Flush takes all namespaces
/// @param sgl                  SGL Support (SGLS), 32 bits, unsigned
public record IoCommandSupport(
        int submissionEntrySizes, int completionEntrySizes, int optionalCommands, int volatileWriteCache, long sgl) {

    /// Checks every bound.
    ///
    /// @throws InvalidValueException when one is broken
    public IoCommandSupport {
        require("submissionEntrySizes", submissionEntrySizes, 0xFF);
        require("completionEntrySizes", completionEntrySizes, 0xFF);
        require("optionalCommands", optionalCommands, 0xFFFF);
        require("volatileWriteCache", volatileWriteCache, 0xFF);
        require("sgl", sgl, 0xFFFF_FFFFL);
    }

    private static void require(String field, long value, long largest) {
        if (value < 0 || value > largest) {
            throw new InvalidValueException(field, Long.toString(value), "0 to " + largest);
        }
    }
}

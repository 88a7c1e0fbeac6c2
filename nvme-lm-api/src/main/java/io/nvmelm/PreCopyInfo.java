package io.nvmelm;

/// What a device that still runs has to say about its state, as `struct vfio_precopy_info` of the kernel's
/// `linux/vfio.h`.
///
/// Initial bytes come first in the stream: they start above 0 and shrink while they are read, and the device is best
/// stopped when none is left. Dirty bytes start at 0, grow while the running device changes what was read, and shrink
/// while that is read again. Neither says how much there will be to read from the stopped device; for that ask
/// [MigratableDevice#estimatedStateBytes()].
///
/// @param initialBytes  initial bytes not read yet, 0 or more
/// @param dirtyBytes    bytes changed since they were read, 0 or more
/// @param reinitialized whether the device has begun anew with its initial bytes, so that readiness has to be judged
///                      again; always false where the kernel cannot tell
public record PreCopyInfo(long initialBytes, long dirtyBytes, boolean reinitialized) {

    /// Checks that neither number is negative.
    ///
    /// @throws InvalidValueException when one is
    public PreCopyInfo {
        requireCount("initialBytes", initialBytes);
        requireCount("dirtyBytes", dirtyBytes);
    }

    private static void requireCount(String field, long value) {
        if (value < 0) {
            throw new InvalidValueException(field, Long.toString(value), "0 to 2^63 - 1");
        }
    }

    /// {@return whether nothing is there to read now: not the end, the device may change more}
    public boolean nothingLeft() {
        return initialBytes == 0 && dirtyBytes == 0;
    }
}

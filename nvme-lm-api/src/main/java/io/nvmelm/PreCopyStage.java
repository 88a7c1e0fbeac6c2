package io.nvmelm;

/// Something that is copied beside the device's state while the guest runs: the guest's memory, the user data of a private medium.
/// The embedder, or an adapter of core, implements it; the bytes go their own way, not through the migration stream.
///
/// Calls come from the thread that runs the migration at the source, in this order: [#copy(PreCopyContext)] until the rest fits, once
/// [#finish(PreCopyContext)] after every device was suspended, and then either [#complete()] or [#abandon()], each at most once. An
/// exception ends the migration, and the guest goes on at the source.
public interface PreCopyStage {

    /// {@return short name for progress and reports, for instance `guest memory`}
    String name();

    /// Copies for a while: one round, or as much as is sensible before the estimate is worth a look. The guest runs.
    ///
    /// @param context tells of cancellation and takes progress
    /// @return what is left
    Remainder copy(PreCopyContext context);

    /// Copies the rest. The guest and every device stand still. When this returns, the destination has everything.
    ///
    /// @param context tells of cancellation and takes progress
    void finish(PreCopyContext context);

    /// The right to run has been given away: whatever tracking there was can be stopped.
    default void complete() {}

    /// The migration ended before that: whatever was copied is of no use, the guest goes on at the source.
    default void abandon() {}

    /// What is left to copy.
    ///
    /// @param bytes          bytes known to be left, 0 or more
    /// @param bytesPerSecond rate at which they can be copied, as measured; 0 when not known: the estimate of the blackout then takes 1 Gbit/s
    /// @param converging     whether another round is expected to leave less
    record Remainder(long bytes, long bytesPerSecond, boolean converging) {

        /// Checks both numbers.
        ///
        /// @throws InvalidValueException when one is negative
        public Remainder {
            if (bytes < 0) {
                throw new InvalidValueException("bytes", Long.toString(bytes), "0 or more");
            }
            if (bytesPerSecond < 0) {
                throw new InvalidValueException("bytesPerSecond", Long.toString(bytesPerSecond), "0 or more");
            }
        }
    }
}

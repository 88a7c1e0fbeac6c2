package io.nvmelm;

import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Optional;
import java.util.OptionalLong;

/// The data of one session: a stream of bytes without position, read while saving and written while loading. The
/// counterpart of the data file descriptor of the kernel's VFIO migration interface.
///
/// Bytes are opaque, to be given to one loading session of a compatible device, unmodified and complete; the sizes of
/// reads and writes carry no meaning. One thread at a time may read or write; closing from another thread is safe.
public interface MigrationData extends ByteChannel {

    /// Whether this session delivers state or takes it.
    enum Direction {
        /// State is read from the device.
        SAVING,
        /// State is written to the device.
        LOADING
    }

    /// {@return which way the data of this session goes}
    Direction direction();

    /// Reads up to the remaining bytes of `destination`. Blocks for the commands that fetch them.
    ///
    /// @return bytes read; -1 at the end of the state; 0 when `destination` has no room, or in a pre-copy state when
    ///         nothing is there now
    /// @throws SessionEndedException  when a reset, another arc or [#close()] ended the session
    /// @throws DeviceStateException   when this session is for loading
    /// @throws LiveMigrationException when the device failed; the session is of no further use
    @Override
    int read(ByteBuffer destination);

    /// Writes all remaining bytes of `source`. Blocks for the commands that carry them.
    ///
    /// @return bytes written, all that remained
    /// @throws SessionEndedException  when a reset, another arc or [#close()] ended the session
    /// @throws DeviceStateException   when this session is for saving
    /// @throws LiveMigrationException when the data is not a valid state or the device refused it; nothing is
    ///                                committed, and the device needs a reset before the next load
    @Override
    int write(ByteBuffer source);

    /// {@return the number of bytes of the whole state where it is known: when saving a stopped device, from the start;
    /// when loading, once the header has been written; in a pre-copy state never}
    OptionalLong totalBytes();

    /// Asks how much there is to read while the device runs. May block as a command does.
    ///
    /// @return the numbers; empty outside the pre-copy states, and where the device has none
    /// @throws SessionEndedException  when a reset, another arc or [#close()] ended the session
    /// @throws LiveMigrationException when the device failed
    default Optional<PreCopyInfo> preCopyInfo() {
        return Optional.empty();
    }

    /// Ends the use of this session, not the session itself: the device stays in its state until
    /// [MigratableDevice#setState]. Idempotent, never blocks for longer than a command's deadline.
    @Override
    void close();
}

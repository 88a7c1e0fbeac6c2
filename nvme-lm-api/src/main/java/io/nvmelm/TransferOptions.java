package io.nvmelm;

import java.time.Duration;

/// How the state of a controller is moved by commands: deadlines, sizes and the number of commands in flight.
///
/// Memory used for the state of one controller is at most `pieceBytes` times `commandsInFlight`, and 48 bytes for a header. A controller
/// that is migrated by the commands of the standard keeps besides 4 KiB for Identify until it is closed.
///
/// @param commandTimeout   deadline of each command but Suspend
/// @param suspendTimeout   deadline of Suspend, which completes only when the controller has finished all it had
///                         fetched. A kernel driver resets the whole controlling controller when a command times out,
///                         so be generous
/// @param maximumStateBytes largest controller state accepted from a device or a stream, in bytes
/// @param pieceBytes       bytes moved by one command, a multiple of 4 of 64 or more; the transport's and the
///                         controller's own limits apply on top
/// @param commandsInFlight commands that read state at the same time, 1 or more, beside which the header may be read again; the
///                         transport's limit applies on top. State is written by one command at a time, as the standard demands
public record TransferOptions(
        Duration commandTimeout,
        Duration suspendTimeout,
        long maximumStateBytes,
        int pieceBytes,
        int commandsInFlight) {

    /// Smallest piece in bytes: holds the header of a controller state (48 bytes) and the counts behind it.
    public static final int MINIMUM_PIECE_BYTES = 64;

    /// Longest deadline of a command.
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

    private static final TransferOptions DEFAULTS =
            new TransferOptions(Duration.ofSeconds(10), Duration.ofSeconds(60), 64L << 20, 256 << 10, 4);

    /// Checks every bound.
    public TransferOptions {
        requirePositive("commandTimeout", commandTimeout);
        requirePositive("suspendTimeout", suspendTimeout);
        if (maximumStateBytes < MINIMUM_PIECE_BYTES) {
            throw new InvalidValueException(
                    "maximumStateBytes", Long.toString(maximumStateBytes), MINIMUM_PIECE_BYTES + " to 2^63 - 1");
        }
        if (pieceBytes < MINIMUM_PIECE_BYTES || (pieceBytes & 3) != 0) {
            throw new InvalidValueException(
                    "pieceBytes",
                    Integer.toString(pieceBytes),
                    "a multiple of 4 of " + MINIMUM_PIECE_BYTES + " or more");
        }
        if (commandsInFlight < 1) {
            throw new InvalidValueException("commandsInFlight", Integer.toString(commandsInFlight), "1 or more");
        }
    }

    /// {@return the defaults: 10 s for a command, 60 s for Suspend, states of 64 MiB, pieces of 256 KiB, 4 commands in
    /// flight}
    public static TransferOptions defaults() {
        return DEFAULTS;
    }

    /// {@return these options with other deadlines}
    ///
    /// @param command deadline of each command but Suspend, longer than zero
    /// @param suspend deadline of Suspend, longer than zero
    public TransferOptions withTimeouts(Duration command, Duration suspend) {
        return new TransferOptions(command, suspend, maximumStateBytes, pieceBytes, commandsInFlight);
    }

    /// {@return these options with another bound for the size of a state}
    ///
    /// @param bytes largest controller state accepted, in bytes, [#MINIMUM_PIECE_BYTES] or more
    public TransferOptions withMaximumStateBytes(long bytes) {
        return new TransferOptions(commandTimeout, suspendTimeout, bytes, pieceBytes, commandsInFlight);
    }

    /// {@return these options with another piece size and number of commands in flight}
    ///
    /// @param bytes    bytes moved by one command, a multiple of 4 of [#MINIMUM_PIECE_BYTES] or more
    /// @param inFlight commands that read state at the same time, 1 or more
    public TransferOptions withPieces(int bytes, int inFlight) {
        return new TransferOptions(commandTimeout, suspendTimeout, maximumStateBytes, bytes, inFlight);
    }

    private static void requirePositive(String field, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new InvalidValueException(field, value.toString(), "longer than zero, at most " + LONGEST_TIMEOUT);
        }
    }
}

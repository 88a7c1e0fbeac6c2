package io.nvmelm.benchmarks.transfer;

/// Sizes of a transfer, written as `16M/1M`: a state of 16 MiB in pieces of 1 MiB. `K` is 1024 bytes.
///
/// @param stateBytes bytes of the state, a multiple of 4
/// @param pieceBytes bytes that are moved together, a multiple of 4
public record TransferSize(long stateBytes, int pieceBytes) {
    private static final long KIB = 1024;

    /// {@return the sizes that a text says}
    ///
    /// @param text state and piece, each a number with or without `K` or `M`
    /// @throws IllegalArgumentException when it says something else
    public static TransferSize of(String text) {
        var parts = text.split("/", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("not like 16M/1M: " + text);
        }
        return new TransferSize(bytes(parts[0]), Math.toIntExact(bytes(parts[1])));
    }

    private static long bytes(String text) {
        long unit = text.endsWith("M") ? KIB * KIB : text.endsWith("K") ? KIB : 1;
        return unit * Long.parseLong(unit == 1 ? text : text.substring(0, text.length() - 1));
    }

    /// {@return number of pieces, the last of which may be shorter}
    public long pieces() {
        return Math.ceilDiv(stateBytes, pieceBytes);
    }
}

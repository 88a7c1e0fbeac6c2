package io.nvmelm;

/// A migration stream is damaged, not authentic, cut off, or of a kind that this version does not read. Nothing of the record it was
/// found in was used.
public final class StreamFormatException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Which record, or -1 for the preamble.
    private final long recordNumber;
    /// Where it was found.
    private final long byteOffset;

    /// Creates the failure.
    ///
    /// @param recordNumber number of the record from 0; -1 for the preamble
    /// @param byteOffset   where in the stream the bad field or the record starts, 0 or more
    /// @param reason       what is wrong, with the values
    /// @param remedy       what to do about it
    public StreamFormatException(long recordNumber, long byteOffset, String reason, String remedy) {
        super(
                FailureCategory.ABORT_MIGRATION,
                (recordNumber < 0 ? "preamble" : "record " + recordNumber) + " of the stream, at byte " + byteOffset
                        + ": "
                        + reason,
                remedy,
                null);
        this.recordNumber = recordNumber;
        this.byteOffset = byteOffset;
    }

    /// {@return the number of the record from 0; -1 for the preamble}
    public long recordNumber() {
        return recordNumber;
    }

    /// {@return where in the stream the bad field or the record starts}
    public long byteOffset() {
        return byteOffset;
    }
}

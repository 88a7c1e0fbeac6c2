package io.nvmelm.core.stream;

import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationOptions;
import java.util.Optional;
import javax.crypto.SecretKey;

/// What the two ends of a stream may choose. The first two matter to the writer alone; the key has to be the reader's too.
///
/// @param pieceBytes     bytes of state in one record, [MigrationOptions#MINIMUM_PIECE_BYTES] to
///                       [MigrationOptions#MAXIMUM_PIECE_BYTES]
/// @param stateChecksums whether records of state carry a CRC32C; all other records always do
/// @param key            key of the HMAC-SHA256 behind every record; a stream with it is read with it, one without it without it
public record StreamSettings(int pieceBytes, boolean stateChecksums, Optional<SecretKey> key) {
    /// Records of 1 MiB with checksums, without key.
    public static final StreamSettings DEFAULT = new StreamSettings(1 << 20, true, Optional.empty());

    /// Checks the size of a piece.
    ///
    /// @throws InvalidValueException when it is outside its bounds
    public StreamSettings {
        if (pieceBytes < MigrationOptions.MINIMUM_PIECE_BYTES || pieceBytes > MigrationOptions.MAXIMUM_PIECE_BYTES) {
            throw new InvalidValueException(
                    "pieceBytes",
                    Integer.toString(pieceBytes),
                    MigrationOptions.MINIMUM_PIECE_BYTES + " to " + MigrationOptions.MAXIMUM_PIECE_BYTES);
        }
    }

    /// {@return these settings with a key}
    ///
    /// @param authenticationKey key of the HMAC-SHA256 behind every record
    public StreamSettings withKey(SecretKey authenticationKey) {
        return new StreamSettings(pieceBytes, stateChecksums, Optional.of(authenticationKey));
    }

    /// All settings but the key.
    @Override
    public String toString() {
        return "StreamSettings[pieceBytes=" + pieceBytes + ", stateChecksums=" + stateChecksums + ", authenticated="
                + key.isPresent() + "]";
    }
}

package io.nvmelm.core.migration;

import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PeerException;
import io.nvmelm.PreflightFinding;
import io.nvmelm.StreamFormatException;
import io.nvmelm.core.stream.RecordReader;
import io.nvmelm.core.stream.RecordType;
import io.nvmelm.core.stream.Records;
import io.nvmelm.core.stream.StreamManifest;

/// What either side makes of the other's records.
final class PeerRecords {
    private PeerRecords() {}

    /// Takes the next record, which must be of this type.
    ///
    /// @throws PeerException                 with what the other side said, when it failed
    /// @throws MigrationUnsupportedException with its reasons, when it refused
    static void require(RecordType expected, RecordReader reader) {
        var type = next(reader);
        if (type != expected) {
            throw unexpected(reader, type, expected.toString());
        }
    }

    /// {@return the type of the next record, which is no failure}
    static RecordType next(RecordReader reader) {
        var type = reader.next();
        if (type == RecordType.FAILED) {
            throw new PeerException(
                    "the other side failed: " + Records.decodeFailed(reader).text(), "See the report of the other side",
                    null);
        }
        if (type == RecordType.REFUSE) {
            throw new MigrationUnsupportedException(
                    Records.decodeRefuse(reader).stream().map(PreflightFinding::text).toList());
        }
        return type;
    }

    /// Heeds that a side which failed before it could say what it has names no device, and then why.
    static void requireDevices(StreamManifest theirs, RecordReader reader) {
        if (theirs.devices().isEmpty()) {
            throw unexpected(reader, next(reader), RecordType.FAILED.toString());
        }
    }

    /// {@return that a record of this type has no place here}
    static StreamFormatException unexpected(RecordReader reader, RecordType type, String expected) {
        return new StreamFormatException(
                reader.recordNumber(),
                reader.recordOffset(),
                "its type is " + type + ", expected: " + expected,
                "The other side is defective or of an incompatible version; nothing of it was used");
    }
}

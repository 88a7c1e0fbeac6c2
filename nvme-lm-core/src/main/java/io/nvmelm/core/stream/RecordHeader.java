package io.nvmelm.core.stream;

/// Header of a record, 24 bytes little endian.
///
/// ```
///   0      2       4        6     8         12       16            20           24
///   | type | flags | device | rsv | payload | number | payload CRC | header CRC |
/// ```
///
/// Flags: bit 0 critical, bit 1 the payload CRC is one. Number: of the record, from 0, its low 32 bits. The header CRC covers bytes 0 to
/// 19. Both are CRC32C (RFC 3720, appendix B.4).
final class RecordHeader {
    static final int BYTES = 24;
    static final int TYPE = 0;
    static final int FLAGS = 2;
    static final int DEVICE = 4;
    static final int RESERVED = 6;
    static final int PAYLOAD_BYTES = 8;
    static final int NUMBER = 12;
    static final int PAYLOAD_CRC = 16;
    static final int HEADER_CRC = 20;

    static final int FLAG_CRITICAL = 1;
    static final int FLAG_CHECKSUM = 2;

    private RecordHeader() {}
}

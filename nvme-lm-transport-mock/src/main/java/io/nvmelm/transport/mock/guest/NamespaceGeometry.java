package io.nvmelm.transport.mock.guest;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Size of a namespace and of its blocks, from Identify Namespace (CNS 00h, NVM Command Set 1.2 fig. 114).
///
/// @param namespaceId NSID
/// @param blockCount  number of blocks (NSZE)
/// @param blockBytes  bytes of a block (LBADS of the format in FLBAS)
record NamespaceGeometry(long namespaceId, long blockCount, int blockBytes) {

    private static final int NSZE_OFFSET = 0;
    private static final int FLBAS_OFFSET = 26;
    private static final int LBAF_OFFSET = 128;
    private static final int LBADS_IN_FORMAT = 2;
    private static final int MINIMUM_LBADS = 9;
    private static final int MAXIMUM_LBADS = 16;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// {@return the geometry in these 4096 bytes}
    static NamespaceGeometry decode(long namespaceId, MemorySegment data) {
        long blocks = data.get(LONG, NSZE_OFFSET);
        int format = data.get(ValueLayout.JAVA_BYTE, FLBAS_OFFSET) & 0xF;
        int exponent = data.get(ValueLayout.JAVA_BYTE, LBAF_OFFSET + format * Integer.BYTES + LBADS_IN_FORMAT) & 0xFF;
        if (blocks < 1) {
            throw new InvalidValueException("NSZE", Long.toUnsignedString(blocks), "1 to 2^63 - 1", NSZE_OFFSET);
        }
        if (exponent < MINIMUM_LBADS || exponent > MAXIMUM_LBADS) {
            throw new InvalidValueException(
                    "LBADS", Integer.toString(exponent), MINIMUM_LBADS + " to " + MAXIMUM_LBADS,
                    LBAF_OFFSET + (long) format * Integer.BYTES + LBADS_IN_FORMAT);
        }
        return new NamespaceGeometry(namespaceId, blocks, 1 << exponent);
    }
}

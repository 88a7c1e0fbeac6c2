package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A namespace as an I/O queue needs to know it (Identify Namespace, CNS 00h, of the NVM command set).
///
/// @param id         namespace identifier
/// @param blocks     number of logical blocks (NSZE)
/// @param blockBytes bytes of a logical block (LBADS), without metadata
public record NvmeNamespace(int id, long blocks, int blockBytes) {
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SIZE_OFFSET = 0;
    private static final int FORMAT_OFFSET = 26;
    private static final int FORMATS_OFFSET = 128;
    private static final int DATA_SIZE_OFFSET = 2;

    /// Checks the size of a block.
    public NvmeNamespace {
        if (blockBytes < 512 || blockBytes > 1 << 20 || Integer.bitCount(blockBytes) != 1) {
            throw new InvalidValueException(
                    "blockBytes", Integer.toString(blockBytes), "a power of two, 512 to 1048576");
        }
    }

    static NvmeNamespace of(int id, MemorySegment page, String device) {
        int selector = page.get(ValueLayout.JAVA_BYTE, FORMAT_OFFSET);
        int index = (selector & 0xF) | ((selector >>> 1) & 0x30);
        long format = FORMATS_OFFSET + 4L * index;
        int metadataBytes = Short.toUnsignedInt(
                page.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), format));
        int exponent = page.get(ValueLayout.JAVA_BYTE, format + DATA_SIZE_OFFSET);
        if (exponent < 9 || exponent > 20 || metadataBytes != 0) {
            throw (TransportException) new TransportException(
                    FailureCategory.ABORT_MIGRATION,
                    "namespace " + Integer.toUnsignedString(id) + " has blocks of 2^" + exponent + " bytes and "
                            + metadataBytes + " bytes of metadata",
                    "Use an active namespace with blocks of 2^9 to 2^20 bytes and no metadata",
                    0,
                    null)
                    .at(device, null);
        }
        return new NvmeNamespace(id, page.get(QUADWORD, SIZE_OFFSET), 1 << exponent);
    }
}

package io.nvmelm;

/// A namespace and how large it is.
///
/// @param namespaceId   namespace identifier (NSID), 1 to FFFFFFFEh
/// @param blockCount    number of logical blocks (NSZE), 1 or more
/// @param blockByteSize bytes of one logical block, a power of two of 512 or more
public record NamespaceExtent(long namespaceId, long blockCount, int blockByteSize) {

    /// Checks every bound.
    public NamespaceExtent {
        if (namespaceId < 1 || namespaceId > 0xFFFF_FFFEL) {
            throw new InvalidValueException("namespaceId", Long.toString(namespaceId), "1 to 4294967294");
        }
        if (blockByteSize < 512 || Integer.bitCount(blockByteSize) != 1) {
            throw new InvalidValueException(
                    "blockByteSize", Integer.toString(blockByteSize), "a power of two of 512 or more");
        }
        if (blockCount < 1 || blockCount > Long.MAX_VALUE / blockByteSize) {
            throw new InvalidValueException(
                    "blockCount", Long.toString(blockCount), "1 to " + Long.MAX_VALUE / blockByteSize);
        }
    }

    /// {@return bytes of the whole namespace}
    public long byteSize() {
        return blockCount * blockByteSize;
    }
}

package io.nvmelm;

import org.jspecify.annotations.Nullable;

/// Blocks could not be copied: the [BlockSource] or the [BlockTarget] failed. What was to be copied was put back; the copy can be run
/// again.
public final class BlockCopyException extends LiveMigrationException {
    private static final long serialVersionUID = 1L;

    /// Namespace.
    private final long namespaceId;
    /// First block.
    private final long firstBlock;
    /// Number of blocks.
    private final long blockCount;

    /// Creates the failure.
    ///
    /// @param operation   what was done, for instance `reading`
    /// @param namespaceId namespace
    /// @param firstBlock  first block that it was done with
    /// @param blockCount  number of blocks, 0 where it was not done with blocks
    /// @param problem     what happened
    /// @param cause       what was caught, if anything
    public BlockCopyException(
            String operation,
            long namespaceId,
            long firstBlock,
            long blockCount,
            String problem,
            @Nullable Throwable cause) {
        super(
                FailureCategory.RETRY,
                operation
                        + (blockCount == 0
                                ? ""
                                : " " + blockCount + " blocks from block " + firstBlock + " of namespace " + namespaceId
                                        + " on")
                        + " failed: " + problem,
                "Nothing is lost: run the copy again when source and target can be reached",
                cause);
        this.namespaceId = namespaceId;
        this.firstBlock = firstBlock;
        this.blockCount = blockCount;
    }

    /// {@return the namespace, 0 where it failed for all of them}
    public long namespaceId() {
        return namespaceId;
    }

    /// {@return the first block that the operation was about}
    public long firstBlock() {
        return firstBlock;
    }

    /// {@return the number of blocks that the operation was about, 0 where it was not about blocks}
    public long blockCount() {
        return blockCount;
    }
}

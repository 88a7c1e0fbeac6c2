package io.nvmelm;

/// Blocks that a device changed, merged into ordered, disjoint ranges: those that were written and, apart from them, those that were
/// deallocated last. A snapshot of one round; does not change.
public interface UserDataChanges {

    /// Takes ranges.
    @FunctionalInterface
    interface RangeVisitor {
        /// One range, which touches no other of the same kind.
        ///
        /// @param namespaceId namespace
        /// @param firstBlock  first logical block address
        /// @param blockCount  number of blocks, 1 or more
        /// @param deallocated whether the blocks were deallocated and not written since
        void range(long namespaceId, long firstBlock, long blockCount, boolean deallocated);
    }

    /// {@return how complete the changes up to and with these are}
    UserDataLogState state();

    /// {@return whether these are all blocks of all tracked namespaces, since it is not known which of them changed}
    boolean isEverything();

    /// {@return blocks that are to be copied}
    long modifiedBlocks();

    /// {@return blocks that are to be deallocated at the target, 0 when these are everything}
    long deallocatedBlocks();

    /// {@return whether there is neither}
    default boolean isEmpty() {
        return modifiedBlocks() == 0 && deallocatedBlocks() == 0;
    }

    /// Visits every range, in ascending order of namespace identifier and block.
    ///
    /// @param visitor takes them
    void forEachRange(RangeVisitor visitor);
}

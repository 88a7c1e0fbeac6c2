package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataLogState;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What changed in all namespaces of a controller since it was taken last. A change replaces what was known of its blocks; what is
/// put back does not. Uses a bounded amount of memory, above which more blocks count as modified than were. Not thread-safe.
final class ChangedBlocks {
    private final List<NamespaceExtent> extents;
    private final long limitBytes;
    private final int rootSlots;
    private BlockMemory memory;
    private NamespaceBlocks[] namespaces;
    /// Namespace of the last change.
    private NamespaceBlocks current;
    /// Whether all blocks of all namespaces are modified; the sets are empty then.
    private boolean everything;

    /// Nothing has changed yet; with the default of memory.
    ///
    /// @throws InvalidValueException when a namespace is named twice or there is none
    ChangedBlocks(List<NamespaceExtent> namespaces) {
        this(namespaces, UserDataLogOptions.defaults().changeBytes());
    }

    /// Nothing has changed yet.
    ///
    /// @param limitBytes memory of the changes of one round
    /// @throws InvalidValueException when a namespace is named twice or there is none
    ChangedBlocks(List<NamespaceExtent> namespaces, long limitBytes) {
        this.extents = namespaces.stream()
                .sorted(Comparator.comparingLong(NamespaceExtent::namespaceId))
                .toList();
        this.limitBytes = limitBytes;
        if (extents.isEmpty()) {
            throw new InvalidValueException("namespaces", "none", "one or more");
        }
        for (int i = 1; i < extents.size(); i++) {
            long id = extents.get(i).namespaceId();
            if (id == extents.get(i - 1).namespaceId()) {
                throw new InvalidValueException("namespaces", "NSID " + id + " twice", "each namespace once");
            }
        }
        // A quarter at most is for the roots of two sets for each namespace.
        this.rootSlots = Math.clamp(
                limitBytes / (8L * Integer.BYTES * extents.size()),
                BlockSet.FEWEST_ROOT_SLOTS,
                BlockSet.MOST_ROOT_SLOTS);
        this.memory = new BlockMemory(limitBytes);
        this.namespaces = emptySets();
        this.current = this.namespaces[0];
    }

    private NamespaceBlocks[] emptySets() {
        var result = new NamespaceBlocks[extents.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = new NamespaceBlocks(extents.get(i), memory, rootSlots);
        }
        return result;
    }

    /// Forgets all changes.
    private void clear() {
        memory = new BlockMemory(limitBytes);
        namespaces = emptySets();
        current = namespaces[0];
        everything = false;
    }

    /// Takes a change of a range.
    ///
    /// @param namespaceId identifier, unsigned
    /// @param first       first block, any value
    /// @param count       number of blocks, 1 to 2^32
    /// @return whether there are such blocks; nothing changes otherwise
    boolean change(int namespaceId, long first, long count, boolean deallocated) {
        var namespace = current;
        if (namespace.namespaceId() != namespaceId) {
            namespace = find(namespaceId);
            if (namespace == null) {
                return false;
            }
            current = namespace;
        }
        long blockCount = namespace.blockCount();
        if (first < 0 || count > blockCount - first) {
            return false;
        }
        if (!everything) {
            namespace.change(first, count, deallocated);
        }
        return true;
    }

    /// Takes a change of all blocks of a namespace.
    ///
    /// @return whether there is such a namespace
    boolean changeAll(int namespaceId, boolean deallocated) {
        var namespace = find(namespaceId);
        if (namespace == null) {
            return false;
        }
        if (!everything) {
            namespace.change(0, namespace.blockCount(), deallocated);
        }
        return true;
    }

    /// Takes all blocks as modified.
    void changeEverything() {
        clear();
        everything = true;
    }

    private @Nullable NamespaceBlocks find(int namespaceId) {
        int low = 0;
        int high = namespaces.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Integer.compareUnsigned(namespaces[middle].namespaceId(), namespaceId);
            if (order == 0) {
                return namespaces[middle];
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /// Bytes that the changes use now, or have reserved.
    long usedBytes() {
        return memory.usedBytes();
    }

    /// Number of blocks of a namespace, for messages; empty namespaces are none.
    long blockCount(int namespaceId) {
        var namespace = find(namespaceId);
        return namespace == null ? 0 : namespace.blockCount();
    }

    /// The namespaces by identifier, for messages.
    String namespaceIds() {
        return Arrays.toString(extents.stream().mapToLong(NamespaceExtent::namespaceId).toArray());
    }

    /// Hands all changes out and begins anew, unless changes were lost: then everything stays changed. Takes the same time however many
    /// there are.
    TakenBlocks take(Object owner, UserDataLogState state) {
        var taken = new TakenBlocks(owner, state, namespaces, everything);
        clear();
        everything = state == UserDataLogState.LOST;
        return taken;
    }

    /// Puts changes back that were handed out. Blocks that changed since stay as they are.
    void putBack(TakenBlocks taken) {
        if (everything) {
            return;
        }
        if (taken.isEverything()) {
            putEverythingBack();
        } else {
            for (var older : taken.namespaces()) {
                var namespace = find(older.namespaceId());
                if (namespace != null) {
                    namespace.addOlder(older);
                }
            }
        }
    }

    private void putEverythingBack() {
        boolean anyDeallocated = false;
        for (var namespace : namespaces) {
            anyDeallocated |= namespace.deallocated().nextSet(0) < namespace.blockCount();
        }
        if (!anyDeallocated) {
            changeEverything();
            return;
        }
        var all = new BlockMemory(Long.MAX_VALUE);
        for (var namespace : namespaces) {
            var older = new NamespaceBlocks(namespace.extent(), all, BlockSet.FEWEST_ROOT_SLOTS);
            older.change(0, namespace.blockCount(), false);
            namespace.addOlder(older);
        }
    }
}

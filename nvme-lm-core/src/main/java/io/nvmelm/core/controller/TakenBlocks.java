package io.nvmelm.core.controller;

import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;

/// Changes that were taken from a [UserDataLog]: sets that nobody changes any more. Thread-safe.
final class TakenBlocks implements UserDataChanges {
    private static final long NOT_COUNTED = -1;

    private final Object owner;
    private final UserDataLogState state;
    private final NamespaceBlocks[] namespaces;
    private final boolean everything;
    private volatile long modifiedBlocks = NOT_COUNTED;
    private volatile long deallocatedBlocks = NOT_COUNTED;

    /// Takes the sets over.
    ///
    /// @param namespaces sets in ascending order of namespace; not used when it is everything
    TakenBlocks(Object owner, UserDataLogState state, NamespaceBlocks[] namespaces, boolean everything) {
        this.owner = owner;
        this.state = state;
        this.namespaces = namespaces;
        this.everything = everything;
    }

    /// Whose changes these are.
    Object owner() {
        return owner;
    }

    /// The sets; not to be changed.
    NamespaceBlocks[] namespaces() {
        return namespaces;
    }

    @Override
    public UserDataLogState state() {
        return state;
    }

    @Override
    public boolean isEverything() {
        return everything;
    }

    @Override
    public long modifiedBlocks() {
        if (modifiedBlocks == NOT_COUNTED) {
            long count = 0;
            for (var namespace : namespaces) {
                count += everything ? namespace.blockCount() : namespace.modified().cardinality();
            }
            modifiedBlocks = count;
        }
        return modifiedBlocks;
    }

    @Override
    public long deallocatedBlocks() {
        if (deallocatedBlocks == NOT_COUNTED) {
            long count = 0;
            for (var namespace : namespaces) {
                count += everything ? 0 : namespace.deallocated().cardinality();
            }
            deallocatedBlocks = count;
        }
        return deallocatedBlocks;
    }

    @Override
    public boolean isEmpty() {
        if (everything) {
            return false;
        }
        for (var namespace : namespaces) {
            long size = namespace.blockCount();
            if (namespace.modified().nextSet(0) < size || namespace.deallocated().nextSet(0) < size) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void forEachRange(RangeVisitor visitor) {
        for (var namespace : namespaces) {
            long id = Integer.toUnsignedLong(namespace.namespaceId());
            if (everything) {
                visitor.range(id, 0, namespace.blockCount(), false);
            } else {
                forEachRange(id, namespace, visitor);
            }
        }
    }

    private static void forEachRange(long id, NamespaceBlocks namespace, RangeVisitor visitor) {
        var modified = namespace.modified();
        var deallocated = namespace.deallocated();
        long size = namespace.blockCount();
        long write = modified.nextSet(0);
        long deallocation = deallocated.nextSet(0);
        while (write < size || deallocation < size) {
            if (write < deallocation) {
                long end = modified.nextClear(write);
                visitor.range(id, write, end - write, false);
                write = modified.nextSet(end);
            } else {
                long end = deallocated.nextClear(deallocation);
                visitor.range(id, deallocation, end - deallocation, true);
                deallocation = deallocated.nextSet(end);
            }
        }
    }
}

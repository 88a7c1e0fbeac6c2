package io.nvmelm.core.controller;

import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.LbaMigrationEntryView;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.EntrySequence;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The consumer's end of a User Data Migration Queue: reads LBA Migration Queue entries from ring memory in the order in which the
/// controller posted them (Base 2.3 clause 8.1.7, NVM Command Set 1.2 clause 5.6) and merges them into [ChangedBlocks].
///
/// An entry is new when its phase tag differs from that of the previous pass; the tag is read first, with acquire semantics, since the
/// controller writes it last. Consuming entries allocates nothing. Not thread-safe, apart from the controller.
final class UserDataRing {
    /// Attributes that make an entry more than a range.
    private static final int SPECIAL_MASK = LbaMigrationEntryView.SEQUENCE_MASK | LbaMigrationEntryView.SCOPE_MASK;
    private static final int BYTES = LbaMigrationEntryView.BYTES;

    private final MemorySegment memory;
    private final int slots;
    /// Slot of the next entry.
    private int slot;
    /// Phase tag of the next entry.
    private int phase = LbaMigrationEntryView.PHASE_MASK;
    private long consumed;
    private @Nullable EntrySequence marker;

    /// A ring that nothing was posted to.
    ///
    /// @param memory zeroed, `slots` entries or more
    UserDataRing(MemorySegment memory, int slots) {
        this.memory = memory.asSlice(0, (long) slots * BYTES);
        this.slots = slots;
    }

    int slots() {
        return slots;
    }

    /// Entries consumed since the queue was created.
    long consumed() {
        return consumed;
    }

    /// The slot that an entry will have, counted from the first one that was ever posted.
    int slotOf(long position) {
        return (int) (position % slots);
    }

    /// What the last entry that was consumed says about the sequence; null when it is an ordinary one, or none was.
    @Nullable
    EntrySequence marker() {
        return marker;
    }

    /// Consumes entries until there is no more, or `maximum` were, or one was that is first or last: [#marker()].
    ///
    /// @return number of entries consumed
    /// @throws InvalidValueException when an entry says what cannot be; it is not consumed
    int consume(ChangedBlocks target, int maximum) {
        var ring = memory;
        int ringSlots = slots;
        int next = slot;
        int expected = phase;
        int count = 0;
        marker = null;
        while (count < maximum) {
            long entry = (long) next * BYTES;
            int attributes = LbaMigrationEntryView.attributesAcquire(ring, entry);
            if ((attributes & LbaMigrationEntryView.PHASE_MASK) != expected) {
                break;
            }
            if ((attributes & SPECIAL_MASK) != 0) {
                advance(next, expected, count);
                consumeSpecial(target, entry, attributes);
                return count + 1;
            }
            if (!target.change(
                    (int) LbaMigrationEntryView.namespaceId(ring, entry),
                    LbaMigrationEntryView.firstBlock(ring, entry),
                    LbaMigrationEntryView.blockCount(ring, entry),
                    (attributes & LbaMigrationEntryView.DEALLOCATED_MASK) != 0)) {
                advance(next, expected, count);
                throw wrongRange(target, entry);
            }
            count++;
            if (++next == ringSlots) {
                next = 0;
                expected ^= LbaMigrationEntryView.PHASE_MASK;
            }
        }
        advance(next, expected, count);
        return count;
    }

    private void advance(int nextSlot, int nextPhase, int count) {
        slot = nextSlot;
        phase = nextPhase;
        consumed += count;
    }

    private void advanceByOne() {
        consumed++;
        if (++slot == slots) {
            slot = 0;
            phase ^= LbaMigrationEntryView.PHASE_MASK;
        }
    }

    private void consumeSpecial(ChangedBlocks target, long entry, int attributes) {
        int esa = LbaMigrationEntryView.sequence(attributes);
        int lbacir = LbaMigrationEntryView.scope(attributes);
        var sequence = EntrySequence.fromValue(esa)
                .orElseThrow(() -> malformed("ESA", Long.toString(esa), "0 to 3 or 7"));
        var scope = ChangeScope.fromValue(lbacir)
                .orElseThrow(() -> malformed("LBACIR", Long.toString(lbacir), "0 to 2"));
        boolean deallocated = LbaMigrationEntryView.deallocated(attributes);
        int namespaceId = (int) LbaMigrationEntryView.namespaceId(memory, entry);
        if (sequence == EntrySequence.ORDINARY) {
            throw malformed("LBACIR", Integer.toString(lbacir), "0 where ESA is 0");
        }
        boolean known = switch (scope) {
            case RANGE -> target.change(
                    namespaceId,
                    LbaMigrationEntryView.firstBlock(memory, entry),
                    LbaMigrationEntryView.blockCount(memory, entry),
                    deallocated);
            case NAMESPACE -> target.changeAll(namespaceId, deallocated);
            case NONE -> true;
        };
        if (!known) {
            throw wrongRange(target, entry);
        }
        marker = sequence;
        advanceByOne();
    }

    private InvalidValueException wrongRange(ChangedBlocks target, long entry) {
        long namespaceId = LbaMigrationEntryView.namespaceId(memory, entry);
        long blocks = target.blockCount((int) namespaceId);
        long first = LbaMigrationEntryView.firstBlock(memory, entry);
        if (blocks == 0) {
            return malformed("NSID", Long.toString(namespaceId), "one of " + target.namespaceIds());
        }
        if (first < 0 || first >= blocks) {
            return malformed("SLBA", Long.toUnsignedString(first), "0 to " + (blocks - 1) + " in namespace "
                    + namespaceId);
        }
        return malformed(
                "NLB",
                Long.toString(LbaMigrationEntryView.blockCount(memory, entry) - 1),
                "0 to " + (blocks - first - 1) + " from block " + first + " of namespace " + namespaceId);
    }

    private InvalidValueException malformed(String field, String value, String bound) {
        return new InvalidValueException(
                field + " of the entry in slot " + slot + " of the user data migration queue",
                value,
                bound,
                (long) slot * BYTES);
    }

    /// Consumes all entries that are there now, at most one for each slot, whatever they say.
    ///
    /// @param markers is given what each of them says about the sequence, where it says something known
    void skip(Consumer<EntrySequence> markers) {
        for (int count = 0; count < slots && isPosted(0); count++) {
            int attributes = LbaMigrationEntryView.attributes(memory, (long) slot * BYTES);
            EntrySequence.fromValue(LbaMigrationEntryView.sequence(attributes)).ifPresent(markers);
            advanceByOne();
        }
    }

    /// Whether the entry `ahead` places after the next one is there; less than the number of slots.
    boolean isPosted(int ahead) {
        int index = slot + ahead;
        int expected = phase;
        if (index >= slots) {
            index -= slots;
            expected ^= LbaMigrationEntryView.PHASE_MASK;
        }
        int attributes = LbaMigrationEntryView.attributesAcquire(memory, (long) index * BYTES);
        return (attributes & LbaMigrationEntryView.PHASE_MASK) == expected;
    }
}

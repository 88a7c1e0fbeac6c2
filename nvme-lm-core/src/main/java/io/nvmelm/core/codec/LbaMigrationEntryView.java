package io.nvmelm.core.codec;

import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.EntrySequence;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// LBA Migration Queue entry, type 0, of 32 bytes (NVM Command Set 1.2 fig. 177), in place: static accessors over the
/// memory of a ring and the byte in it at which an entry starts. They allocate nothing and hold nothing.
///
/// ```
///   0      4     8            16              31       32
///   | NSID | NLB | SLBA       | rsvd          | LBAMQA |
///
///   LBAMQA:  7:6 LBACIR   5 DLBA   4 rsvd   3:1 ESA   0 CDQP
/// ```
///
/// NLB is 0's based; [#blockCount] is not. The last byte tells whether an entry is new, so a consumer reads it first,
/// with [#attributesAcquire], and then what is before it; a producer writes it last, with [#attributesRelease], as
/// [#post] does. The accessors check nothing but the bounds of the memory: reserved values are the matter of
/// [LbaMigrationEntryCodec] or of the consumer.
public final class LbaMigrationEntryView {
    /// Bytes of an entry.
    public static final int BYTES = 32;
    /// Offset of the namespace identifier.
    public static final int NSID_OFFSET = 0;
    /// Offset of the number of blocks, 0's based.
    public static final int NLB_OFFSET = 4;
    /// Offset of the first block.
    public static final int SLBA_OFFSET = 8;
    /// Offset of the attributes (LBAMQA), the last byte.
    public static final int LBAMQA_OFFSET = 31;
    /// LBAMQA bit 0: phase tag (CDQP).
    public static final int PHASE_MASK = 1;
    /// LBAMQA bits 3:1: entry sequence attribute (ESA), in place.
    public static final int SEQUENCE_MASK = 7 << 1;
    /// LBAMQA bit 5: deallocated (DLBA).
    public static final int DEALLOCATED_MASK = 1 << 5;
    /// LBAMQA bits 7:6: LBA change information (LBACIR), in place.
    public static final int SCOPE_MASK = 3 << 6;

    private static final int SEQUENCE_SHIFT = 1;
    private static final int SCOPE_SHIFT = 6;
    private static final int RESERVED_OFFSET = 16;
    private static final VarHandle ATTRIBUTES = Layouts.BYTE.varHandle();

    private LbaMigrationEntryView() {}

    /// {@return namespace (NSID), unsigned}
    ///
    /// @param ring memory of the entries
    /// @param base where the entry starts in it
    public static long namespaceId(MemorySegment ring, long base) {
        return Integer.toUnsignedLong(ring.get(Layouts.DWORD, base + NSID_OFFSET));
    }

    /// Sets the namespace (NSID).
    ///
    /// @param ring  memory of the entries
    /// @param base  where the entry starts in it
    /// @param value 32 bits
    public static void namespaceId(MemorySegment ring, long base, long value) {
        ring.set(Layouts.DWORD, base + NSID_OFFSET, (int) value);
    }

    /// {@return number of blocks (NLB and one more), 1 to 2^32; without meaning unless the scope is a range}
    ///
    /// @param ring memory of the entries
    /// @param base where the entry starts in it
    public static long blockCount(MemorySegment ring, long base) {
        return Integer.toUnsignedLong(ring.get(Layouts.DWORD, base + NLB_OFFSET)) + 1;
    }

    /// Sets the number of blocks (NLB).
    ///
    /// @param ring  memory of the entries
    /// @param base  where the entry starts in it
    /// @param value 1 to 2^32; the low 32 bits of one less are stored
    public static void blockCount(MemorySegment ring, long base, long value) {
        ring.set(Layouts.DWORD, base + NLB_OFFSET, (int) (value - 1));
    }

    /// {@return first block (SLBA), unsigned}
    ///
    /// @param ring memory of the entries
    /// @param base where the entry starts in it
    public static long firstBlock(MemorySegment ring, long base) {
        return ring.get(Layouts.QUADWORD, base + SLBA_OFFSET);
    }

    /// Sets the first block (SLBA).
    ///
    /// @param ring  memory of the entries
    /// @param base  where the entry starts in it
    /// @param value 64 bits
    public static void firstBlock(MemorySegment ring, long base, long value) {
        ring.set(Layouts.QUADWORD, base + SLBA_OFFSET, value);
    }

    /// {@return attributes (LBAMQA), 0 to 255, read before everything that the thread reads afterwards (acquire)}
    ///
    /// @param ring memory of the entries
    /// @param base where the entry starts in it
    public static int attributesAcquire(MemorySegment ring, long base) {
        return Byte.toUnsignedInt((byte) ATTRIBUTES.getAcquire(ring, base + LBAMQA_OFFSET));
    }

    /// Sets the attributes (LBAMQA) after everything that the thread wrote before (release).
    ///
    /// @param ring  memory of the entries
    /// @param base  where the entry starts in it
    /// @param value 8 bits
    public static void attributesRelease(MemorySegment ring, long base, int value) {
        ATTRIBUTES.setRelease(ring, base + LBAMQA_OFFSET, (byte) value);
    }

    /// {@return attributes (LBAMQA), 0 to 255, by a plain read}
    ///
    /// @param ring memory of the entries
    /// @param base where the entry starts in it
    public static int attributes(MemorySegment ring, long base) {
        return Byte.toUnsignedInt(ring.get(Layouts.BYTE, base + LBAMQA_OFFSET));
    }

    /// {@return attributes (LBAMQA) made of their fields}
    ///
    /// @param sequence    place in the sequence of entries (ESA)
    /// @param scope       what changed (LBACIR)
    /// @param deallocated whether the blocks were deallocated (DLBA)
    /// @param phase       phase tag (CDQP)
    public static int attributesOf(EntrySequence sequence, ChangeScope scope, boolean deallocated, boolean phase) {
        return scope.value() << SCOPE_SHIFT
                | (deallocated ? DEALLOCATED_MASK : 0)
                | sequence.value() << SEQUENCE_SHIFT
                | (phase ? PHASE_MASK : 0);
    }

    /// {@return phase tag (CDQP)}
    ///
    /// @param attributes LBAMQA
    public static boolean phase(int attributes) {
        return (attributes & PHASE_MASK) != 0;
    }

    /// {@return the three bits of the entry sequence attribute (ESA), see [EntrySequence#fromValue(int)]}
    ///
    /// @param attributes LBAMQA
    public static int sequence(int attributes) {
        return (attributes & SEQUENCE_MASK) >>> SEQUENCE_SHIFT;
    }

    /// {@return whether the blocks were deallocated (DLBA)}
    ///
    /// @param attributes LBAMQA
    public static boolean deallocated(int attributes) {
        return (attributes & DEALLOCATED_MASK) != 0;
    }

    /// {@return the two bits of the LBA change information (LBACIR), see [ChangeScope#fromValue(int)]}
    ///
    /// @param attributes LBAMQA
    public static int scope(int attributes) {
        return (attributes & SCOPE_MASK) >>> SCOPE_SHIFT;
    }

    /// Writes a whole entry, the last byte last (release): who sees its phase tag sees the rest.
    ///
    /// @param ring            memory of the entries
    /// @param base            where the entry starts in it
    /// @param namespaceId     NSID, 32 bits
    /// @param firstBlock      SLBA
    /// @param zeroBasedBlocks NLB, 0's based, 32 bits
    /// @param attributes      LBAMQA, 8 bits
    public static void post(
            MemorySegment ring, long base, long namespaceId, long firstBlock, long zeroBasedBlocks, int attributes) {
        ring.set(Layouts.DWORD, base + NSID_OFFSET, (int) namespaceId);
        ring.set(Layouts.DWORD, base + NLB_OFFSET, (int) zeroBasedBlocks);
        ring.set(Layouts.QUADWORD, base + SLBA_OFFSET, firstBlock);
        ring.set(Layouts.QUADWORD, base + RESERVED_OFFSET, 0);
        ring.set(Layouts.DWORD, base + RESERVED_OFFSET + 8, 0);
        ring.set(Layouts.WORD, base + RESERVED_OFFSET + 12, (short) 0);
        ring.set(Layouts.BYTE, base + RESERVED_OFFSET + 14, (byte) 0);
        attributesRelease(ring, base, attributes);
    }
}

package io.nvmelm.core.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What every view is made of: a segment, the byte in it at which the structure starts, and access to fields of each
/// width. Checks, when it is moved, that the structure fits; the segment's own checks remain.
///
/// A move stores no reference where the segment stays the same: a stored reference costs the garbage collector's
/// barrier, and a loop that stores one is not known to read the same segment in every turn, so that all the segment's
/// checks stay in the loop.
abstract class StructureView {
    private MemorySegment segment = MemorySegment.NULL;
    private long base;

    /// Moves to a structure.
    final void place(String structure, MemorySegment target, long byteOffset, long byteSize) {
        Layouts.requireInside(structure, target, byteOffset, byteSize);
        enter(target);
        base = byteOffset;
    }

    /// Changes the segment. The view has to be moved before it is read.
    // By reference: one comparison, and never wrong, as another reference is only stored again.
    @SuppressWarnings({"MemorySegmentReferenceEquality", "ReferenceEquality"})
    final void enter(MemorySegment target) {
        if (segment != target) {
            segment = target;
        }
    }

    /// Moves to a structure of the same segment.
    final void move(String structure, long byteOffset, long byteSize) {
        Layouts.requireInside(structure, segment, byteOffset, byteSize);
        base = byteOffset;
    }

    /// The segment that the structure is in.
    final MemorySegment segment() {
        return segment;
    }

    /// Where the structure starts in its segment.
    final long base() {
        return base;
    }

    final int unsigned8(int offset) {
        return Byte.toUnsignedInt(segment.get(Layouts.BYTE, base + offset));
    }

    final int unsigned16(int offset) {
        return Short.toUnsignedInt(segment.get(Layouts.WORD, base + offset));
    }

    final long unsigned32(int offset) {
        return Integer.toUnsignedLong(segment.get(Layouts.DWORD, base + offset));
    }

    final int dword(int offset) {
        return segment.get(Layouts.DWORD, base + offset);
    }

    final long quadword(int offset) {
        return segment.get(Layouts.QUADWORD, base + offset);
    }

    final void set8(int offset, int value) {
        segment.set(Layouts.BYTE, base + offset, (byte) value);
    }

    final void set16(int offset, int value) {
        segment.set(Layouts.WORD, base + offset, (short) value);
    }

    final void set32(int offset, long value) {
        segment.set(Layouts.DWORD, base + offset, (int) value);
    }

    final void setDword(int offset, int value) {
        segment.set(Layouts.DWORD, base + offset, value);
    }

    final void setQuadword(int offset, long value) {
        segment.set(Layouts.QUADWORD, base + offset, value);
    }

    final byte[] bytes(int offset, int byteSize) {
        return segment.asSlice(base + offset, byteSize).toArray(ValueLayout.JAVA_BYTE);
    }

    final void bytes(int offset, byte[] content) {
        MemorySegment.copy(content, 0, segment, ValueLayout.JAVA_BYTE, base + offset, content.length);
    }

    final void fill(int offset, int byteSize, byte value) {
        segment.asSlice(base + offset, byteSize).fill(value);
    }
}

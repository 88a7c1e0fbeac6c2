package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Namespace list of 4096 bytes (CNS 02h and 10h, Base 2.3 clause 4.4.2), as a view: reads and writes memory in place.
///
/// ```
///   0        4        8        4i       4096
///   | NSID 0 | NSID 1 | NSID 2 | NSID i |
/// ```
///
/// Identifiers ascend; the first 0 ends the list. A list of 1024 may go on behind the last one. Setters store the low
/// bits of what they are given. Not thread-safe.
public final class NamespaceListView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Most identifiers that the structure can hold.
    public static final int MAXIMUM_IDENTIFIERS = 1024;

    private static final long MAXIMUM_NSID = 0xFFFF_FFFEL;

    /// Creates a view that has yet to be wrapped around a structure.
    public NamespaceListView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public NamespaceListView wrap(MemorySegment segment, long byteOffset) {
        place("namespace list", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return number of identifiers before the first 0, 0 to 1024}
    public int count() {
        int count = 0;
        while (count < MAXIMUM_IDENTIFIERS && namespaceId(count) != 0) {
            count++;
        }
        return count;
    }

    /// {@return a namespace identifier, unsigned; 0 at the end of the list}
    ///
    /// @param index place from 0 to 1023
    /// @throws InvalidValueException when the index is outside that
    public long namespaceId(int index) {
        return unsigned32(offset(index));
    }

    /// Sets a namespace identifier.
    ///
    /// @param index place from 0 to 1023
    /// @param value 32 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public NamespaceListView namespaceId(int index, long value) {
        set32(offset(index), value);
        return this;
    }

    /// Checks that the identifiers ascend and go on from where the list was asked for.
    ///
    /// @param after identifier that the command named: all are greater
    /// @return this
    /// @throws InvalidValueException when one is not, or is FFFFFFFFh; names the byte
    public NamespaceListView validate(long after) {
        long previous = after;
        int count = count();
        for (int i = 0; i < count; i++) {
            long id = namespaceId(i);
            if (id <= previous || id > MAXIMUM_NSID) {
                throw new InvalidValueException(
                        "NSID", Long.toString(id), (previous + 1) + " to " + MAXIMUM_NSID, offset(i));
            }
            previous = id;
        }
        return this;
    }

    /// Sets every byte to 0: the empty list.
    ///
    /// @return this
    public NamespaceListView clear() {
        fill(0, BYTES, (byte) 0);
        return this;
    }

    private static int offset(int index) {
        if (index < 0 || index >= MAXIMUM_IDENTIFIERS) {
            throw new InvalidValueException("entry index", Integer.toString(index), "0 to 1023");
        }
        return Integer.BYTES * index;
    }
}

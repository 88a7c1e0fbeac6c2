package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Controller list of 4096 bytes (CNS 12h and 13h, Base 2.3 clause 4.4.1), as a view: reads and writes memory in place.
///
/// ```
///   0        2          4          2(i+1)     4096
///   | NUMIDS | CNTLID 0 | CNTLID 1 | CNTLID i |
/// ```
///
/// Identifiers ascend. A list of 2047 may go on behind the last one. Setters store the low bits of what they are given
/// and reach every place, counted or not. Not thread-safe.
public final class ControllerListView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Most identifiers that the structure can hold.
    public static final int MAXIMUM_IDENTIFIERS = 2047;
    /// Offset of the number of identifiers.
    public static final int COUNT_OFFSET = 0;
    /// Offset of the first identifier.
    public static final int IDENTIFIERS_OFFSET = 2;

    /// Creates a view that has yet to be wrapped around a structure.
    public ControllerListView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public ControllerListView wrap(MemorySegment segment, long byteOffset) {
        place("controller list", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return number of identifiers, which may claim more than [#MAXIMUM_IDENTIFIERS]}
    public int count() {
        return unsigned16(COUNT_OFFSET);
    }

    /// Sets the number of identifiers.
    ///
    /// @param value 16 bits
    /// @return this
    public ControllerListView count(int value) {
        set16(COUNT_OFFSET, value);
        return this;
    }

    /// {@return a controller identifier (CNTLID)}
    ///
    /// @param index place from 0 to 2046
    /// @throws InvalidValueException when the index is outside that
    public int controllerId(int index) {
        return unsigned16(offset(index));
    }

    /// Sets a controller identifier (CNTLID).
    ///
    /// @param index place from 0 to 2046
    /// @param value 16 bits
    /// @return this
    /// @throws InvalidValueException when the index is outside that
    public ControllerListView controllerId(int index, int value) {
        set16(offset(index), value);
        return this;
    }

    /// {@return whether the list has a controller} Reads no further than the structure goes.
    ///
    /// @param controllerId controller identifier
    public boolean contains(int controllerId) {
        int count = Math.min(count(), MAXIMUM_IDENTIFIERS);
        for (int i = 0; i < count; i++) {
            if (controllerId(i) == controllerId) {
                return true;
            }
        }
        return false;
    }

    /// Checks that no more identifiers are counted than fit, that they ascend and start where the list was asked for.
    ///
    /// @param from smallest identifier that the command asked for
    /// @return this
    /// @throws InvalidValueException naming the field and the byte when they do not
    public ControllerListView validate(int from) {
        int count = count();
        if (count > MAXIMUM_IDENTIFIERS) {
            throw new InvalidValueException(
                    "number of controller identifiers", Integer.toString(count), "0 to 2047", COUNT_OFFSET);
        }
        int least = from;
        for (int i = 0; i < count; i++) {
            int id = controllerId(i);
            if (id < least) {
                throw new InvalidValueException("CNTLID", Integer.toString(id), least + " or more", offset(i));
            }
            least = id + 1;
        }
        return this;
    }

    /// Sets every byte to 0: the empty list.
    ///
    /// @return this
    public ControllerListView clear() {
        fill(0, BYTES, (byte) 0);
        return this;
    }

    private static int offset(int index) {
        if (index < 0 || index >= MAXIMUM_IDENTIFIERS) {
            throw new InvalidValueException("entry index", Integer.toString(index), "0 to 2046");
        }
        return IDENTIFIERS_OFFSET + Short.BYTES * index;
    }
}

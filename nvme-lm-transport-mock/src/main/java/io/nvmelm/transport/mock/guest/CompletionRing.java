package io.nvmelm.transport.mock.guest;

import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.transport.mock.GuestMemory;
import java.lang.foreign.MemorySegment;

/// The driver's side of one completion queue: consumes entries in order, each announced by its phase bit (Base 2.3
/// clause 3.3.1.2). Not thread-safe on this side; the controller may write at the same time.
final class CompletionRing {

    /// Offset of the dword that holds status, phase and command identifier; it is written last.
    private static final int DWORD3_OFFSET = 12;
    private static final int PHASE = 1 << 16;

    private final int id;
    private final GuestMemory memory;
    private final long address;
    private final int entries;
    private final int vector;
    private final MemorySegment scratch = MemorySegment.ofArray(new byte[CompletionEntryView.BYTES]);
    private final CompletionEntryView entry = new CompletionEntryView().wrap(scratch, 0);

    private long consumed;
    private long announced;

    /// Queue in zeroed guest memory at `address`, with entries 2 to 65 536.
    CompletionRing(int id, GuestMemory memory, long address, int entries, int vector) {
        this.id = id;
        this.memory = memory;
        this.address = address;
        this.entries = entries;
        this.vector = vector;
    }

    /// {@return bytes that a queue of so many entries takes}
    static long byteSize(int entries) {
        return (long) entries * CompletionEntryView.BYTES;
    }

    /// {@return whether there was a new entry; [#entry()] then holds it and the head has moved on}
    boolean take() {
        int index = headIndex();
        if (phaseAt(index) != expectedPhase()) {
            return false;
        }
        memory.read(entryAddress(index), scratch, 0, CompletionEntryView.BYTES);
        consumed++;
        return true;
    }

    /// {@return the entry taken last}
    CompletionEntryView entry() {
        return entry;
    }

    /// {@return whether entries were taken since the last [#announce()]}
    boolean hasNews() {
        return consumed != announced;
    }

    /// {@return value for the head doorbell}
    int announce() {
        announced = consumed;
        return headIndex();
    }

    /// Looks at the phase bit of every entry of a queue with nothing in flight: those before the head carry the phase
    /// of this pass, the others that of the pass before.
    ///
    /// @return entries with the wrong phase: written where the driver did not expect one
    int countMisplaced() {
        int misplaced = 0;
        int head = headIndex();
        for (int i = 0; i < entries; i++) {
            boolean thisPass = i < head;
            misplaced += phaseAt(i) == (thisPass == expectedPhase()) ? 0 : 1;
        }
        return misplaced;
    }

    /// {@return phase of the next entry: 1 in the first pass, inverted with each wrap}
    boolean expectedPhase() {
        return consumed / entries % 2 == 0;
    }

    private boolean phaseAt(int index) {
        return (memory.getIntAcquire(entryAddress(index) + DWORD3_OFFSET) & PHASE) != 0;
    }

    private long entryAddress(int index) {
        return address + (long) index * CompletionEntryView.BYTES;
    }

    int id() {
        return id;
    }

    long address() {
        return address;
    }

    int entries() {
        return entries;
    }

    /// {@return interrupt vector}
    int vector() {
        return vector;
    }

    /// {@return index of the next entry}
    int headIndex() {
        return (int) (consumed % entries);
    }

    /// {@return entries taken so far}
    long consumed() {
        return consumed;
    }
}

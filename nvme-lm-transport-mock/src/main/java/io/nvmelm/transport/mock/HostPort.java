package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.CompletionEntryView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Everything that one controller does to its host: DMA and interrupts. Nothing else in the model touches guest memory,
/// so this is the place that knows whether a suspended controller is as quiet as it has to be; what it should not have
/// done is written down as a violation.
final class HostPort {
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LAST_DWORD = CompletionEntryView.CID_OFFSET;

    private final VirtualClock clock;
    private final int controllerId;
    private final List<String> violations;
    private @Nullable GuestMemory memory;
    private InterruptHandler interrupts = InterruptHandler.NONE;
    private boolean quiet;
    private @Nullable TrackedMemory tracked;

    HostPort(VirtualClock clock, int controllerId, List<String> violations) {
        this.clock = clock;
        this.controllerId = controllerId;
        this.violations = violations;
    }

    void attach(GuestMemory newMemory, InterruptHandler newInterrupts) {
        memory = newMemory;
        interrupts = newInterrupts;
    }

    /// From now on the controller must start nothing, or may again.
    void quiet(boolean newQuiet) {
        quiet = newQuiet;
    }

    /// From now on writes to this memory are noted; null for none.
    void track(@Nullable TrackedMemory newTracked) {
        tracked = newTracked;
    }

    /// {@return the memory whose writes are noted; null when there is none}
    @Nullable
    TrackedMemory tracked() {
        return tracked;
    }

    /// {@return whether a range is there for the controller}
    boolean reaches(long address, long byteSize) {
        return memory != null && memory.contains(address, byteSize);
    }

    void read(long address, MemorySegment target, long targetOffset, long byteSize) {
        reachable("reads memory at ", address).read(address, target, targetOffset, byteSize);
    }

    void write(long address, MemorySegment source, long sourceOffset, long byteSize) {
        reachable("writes memory at ", address).write(address, source, sourceOffset, byteSize);
        written(address, byteSize);
    }

    /// Writes a completion entry so that whoever sees its phase tag sees all of it.
    void writeCompletion(long address, MemorySegment entry) {
        var target = reachable("posts a completion at ", address);
        target.write(address, entry, 0, LAST_DWORD);
        target.setIntRelease(address + LAST_DWORD, entry.get(DWORD, LAST_DWORD));
        written(address, CompletionEntryView.BYTES);
    }

    /// Writes an entry of a Controller Data Queue so that whoever sees its phase tag, which is in its last byte, sees
    /// all of it.
    void writeQueueEntry(long address, MemorySegment entry) {
        var target = reachable("posts a data queue entry at ", address);
        long last = entry.byteSize() - Integer.BYTES;
        target.write(address, entry, 0, last);
        target.setIntRelease(address + last, entry.get(DWORD, last));
        written(address, entry.byteSize());
    }

    private void written(long address, long byteSize) {
        if (tracked != null) {
            tracked.written(address, byteSize);
        }
    }

    void interrupt(int vector) {
        if (quiet) {
            violation("raises interrupt ", vector);
        }
        var handler = interrupts;
        clock.callBack(() -> handler.interrupt(vector));
    }

    private GuestMemory reachable(String what, long address) {
        if (quiet) {
            violation(what, address);
        }
        return Objects.requireNonNull(memory, "callers ask reaches() first");
    }

    private void violation(String what, long value) {
        violations.add("controller " + controllerId + " " + what + Long.toHexString(value) + "h while suspended, at "
                + clock.now() + " ns");
    }
}

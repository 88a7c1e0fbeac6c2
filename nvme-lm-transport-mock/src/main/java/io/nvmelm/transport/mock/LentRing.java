package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// A ring in memory that a transport lent. The memory stays for as long as the queue is there, even when its owner
/// closes it before.
final class LentRing implements RingMemory {
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

    private final InMemoryTransferMemory memory;

    LentRing(InMemoryTransferMemory memory) {
        this.memory = memory;
        memory.use();
    }

    @Override
    public boolean write(long byteOffset, MemorySegment entry) {
        long last = entry.byteSize() - 1;
        MemorySegment.copy(entry, 0, memory.segment(), byteOffset, last);
        BYTE.setRelease(memory.segment(), byteOffset + last, entry.get(ValueLayout.JAVA_BYTE, last));
        return true;
    }

    @Override
    public void release() {
        memory.release(false);
    }

    @Override
    public boolean belongsTo(InMemoryAdminTransport transport) {
        return memory.belongsTo(transport);
    }
}

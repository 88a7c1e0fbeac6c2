package io.nvmelm.transport.vfio.fake;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// BAR 0 as memory that can be mapped. Nothing tells the fake that it is accessed; so it looks for what was written
/// whenever time passes on the host, as it does for a driver that waits, and then shows the registers as they have
/// become.
///
/// Writing a register with the value it has, and all but the last of several values, go unseen. Good enough for
/// doorbells and for bringing a controller up, which waits for each step.
final class FakeNvmeMappedBar {
    private static final VarHandle REGISTER = ValueLayout.JAVA_INT.varHandle();
    private static final int CC = 0x14;
    private static final int AQA = 0x24;
    private static final int ACQ_HIGH = 0x34;
    private static final int LAST_REGISTER = 0x68;
    private static final int DOORBELLS = 0x1000;
    private static final long PAGE = 4096;

    private final FakeNvmeFunction function;
    private final MemorySegment memory;
    private final int[] seen;

    FakeNvmeMappedBar(FakeNvmeFunction function, FakeClock clock) {
        this.function = function;
        this.memory = Arena.ofAuto().allocate(function.barSize(0), PAGE);
        this.seen = new int[(int) memory.byteSize() / 4];
        show();
        clock.onAdvance(nanos -> look());
    }

    MemorySegment memory() {
        return memory;
    }

    /// Takes what was written, and shows what came of it.
    synchronized void look() {
        for (int offset = AQA; offset <= ACQ_HIGH; offset += 4) {
            take(offset);
        }
        take(CC);
        for (int offset = DOORBELLS; offset < memory.byteSize(); offset += 4) {
            take(offset);
        }
        show();
    }

    private void take(int offset) {
        int now = (int) REGISTER.getVolatile(memory, (long) offset);
        if (now != seen[offset / 4]) {
            seen[offset / 4] = now;
            function.write(0, offset, 4, Integer.toUnsignedLong(now));
        }
    }

    /// Shows the registers as they are. Doorbells of a function that is not ready are forgotten.
    synchronized void show() {
        for (int offset = 0; offset <= LAST_REGISTER; offset += 4) {
            put(offset, (int) function.read(0, offset, 4));
        }
        if (!function.isReady()) {
            for (int offset = DOORBELLS; offset < memory.byteSize(); offset += 4) {
                put(offset, 0);
            }
        }
    }

    /// Leaves alone what another thread has written just now.
    private void put(int offset, int value) {
        if (REGISTER.compareAndSet(memory, (long) offset, seen[offset / 4], value)) {
            seen[offset / 4] = value;
        }
    }
}

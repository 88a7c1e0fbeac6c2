package io.nvmelm.transport.vfio.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CountDownLatch;

/// A call of another thread that is using memory, for as long as a test wants: `qsort`, whose comparison waits.
public final class HeldMemory {
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final Thread thread;

    private HeldMemory(MemorySegment memory) {
        thread = Thread.ofPlatform().unstarted(() -> sort(memory));
    }

    /// Starts a call that uses memory, and returns once it does.
    ///
    /// @param memory native, 8 bytes or more
    /// @return what ends the call
    /// @throws InterruptedException when the thread is interrupted
    public static HeldMemory hold(MemorySegment memory) throws InterruptedException {
        var held = new HeldMemory(memory);
        held.thread.start();
        held.entered.await();
        return held;
    }

    /// Ends the call, and returns once it has ended.
    public void end() {
        leave.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("unused")
    private int compare(MemorySegment first, MemorySegment second) {
        entered.countDown();
        try {
            leave.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return 0;
    }

    @SuppressWarnings("restricted")
    private void sort(MemorySegment memory) {
        try (var arena = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var address = ValueLayout.ADDRESS;
            MethodHandle comparison = MethodHandles.lookup()
                    .bind(this, "compare", MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
            var stub = linker.upcallStub(
                    comparison, FunctionDescriptor.of(ValueLayout.JAVA_INT, address, address), arena);
            var qsort = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("qsort"),
                    FunctionDescriptor.ofVoid(address, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, address));
            qsort.invokeExact(memory, 2L, 4L, stub);
        } catch (Throwable unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}

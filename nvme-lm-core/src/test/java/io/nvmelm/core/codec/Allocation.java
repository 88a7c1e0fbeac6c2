package io.nvmelm.core.codec;

import java.lang.reflect.Method;

/// Measures what the calling thread allocates. The JVM's counter is found by name, because tests are compiled as part
/// of a module that does not read the module it is in.
public final class Allocation {
    private Allocation() {}

    /// {@return the bytes that an action allocates; it runs once before, so that classes are loaded}
    ///
    /// @param action what to measure
    public static long bytesOf(Runnable action) {
        try {
            var threads = Class.forName("java.lang.management.ManagementFactory").getMethod("getThreadMXBean").invoke(
                    null);
            var counter = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            action.run();
            long before = read(counter, threads);
            action.run();
            return read(counter, threads) - before;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("this JVM does not count allocated bytes", e);
        }
    }

    private static long read(Method counter, Object threads) throws ReflectiveOperationException {
        return (long) counter.invoke(threads);
    }
}

package io.nvmelm.transport.vfio.linux;

import io.nvmelm.TransportException;

/// Started in a JVM of its own: says on standard output how [LinuxHost#local()] answers there.
final class NativeAccessProbe {
    static final String WORKS = "works";

    private NativeAccessProbe() {}

    /// Tries.
    ///
    /// @param arguments none
    public static void main(String[] arguments) {
        try {
            System.out.println(LinuxHost.local().calls().close(-1) == -Errno.EBADF ? WORKS : "broken");
        } catch (TransportException refusal) {
            System.out.println(refusal.category() + ": " + refusal.getMessage());
        }
    }
}

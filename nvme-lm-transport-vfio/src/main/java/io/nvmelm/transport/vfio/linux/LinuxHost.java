package io.nvmelm.transport.vfio.linux;

/// A host as this module sees it. There is the real one, and tests make others.
///
/// @param calls system calls
/// @param files files below `/sys` and `/dev`
/// @param clock time that deadlines are counted in
public record LinuxHost(SystemCalls calls, HostFiles files, HostClock clock) {

    /// The host that this JVM runs on.
    ///
    /// @return the host
    /// @throws io.nvmelm.TransportException when native access is not enabled for this module, or this is not Linux on a
    ///                                      64-bit machine
    public static LinuxHost local() {
        return new LinuxHost(NativeSystemCalls.open(), new LocalFiles(), HostClock.system());
    }
}

package io.nvmelm;

/// Which side may run the guest, as one side knows it at the end of a migration. At most one side ever may.
public enum RunPermission {
    /// The source may, the destination must not.
    SOURCE,
    /// The destination may, the source must not.
    DESTINATION,
    /// The source gave the right away and does not know whether it arrived: it must not run. Ask the destination; when
    /// that one says that it never got the right, resume the source by hand: [MigratableDevice#setState] to
    /// [DeviceState#RUNNING], then the virtual processors.
    ASK_DESTINATION,
    /// The destination never got the right, or gave it up, and never will run this migration; whether the source runs is known there.
    NOT_HERE
}

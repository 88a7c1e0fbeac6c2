package io.nvmelm.core.preflight;

import io.nvmelm.IoCommandSupport;
import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;

/// Compares what two controllers say of I/O commands (Identify Controller, Base 2.3 fig. 328). A driver reads it once and goes by it: it
/// builds entries of a size, sends optional commands, names data by SGLs, and flushes a write cache if there is one.
///
/// ```
///   SQES, CQES  3:0 required   7:4 largest
///   VWC         0 there is one   2:1 11b Flush takes all namespaces
///   SGLS        1:0 1 SGLs, 2 aligned to dwords   2 keyed   15:8 threshold   21:16 kinds of descriptors and lengths
/// ```
final class IoCommandComparison {
    private static final String OTHER_CONTROLLER =
            "; choose a destination whose controller has at least what the guest knows";
    private static final int WRITE_CACHE = 1;
    private static final int FLUSH_MASK = 6;
    private static final int FLUSH_OF_ALL = 6;
    private static final int SGL_MASK = 3;
    private static final int SGL_ALIGNED = 2;
    private static final long SGL_KINDS = 0x003F_0004L;

    private final IoCommandSupport from;
    private final IoCommandSupport to;
    private final Differences differences;

    IoCommandComparison(IoCommandSupport from, IoCommandSupport to, Differences differences) {
        this.from = from;
        this.to = to;
        this.differences = differences;
    }

    void compare() {
        entrySizes("SQES", from.submissionEntrySizes(), to.submissionEntrySizes());
        entrySizes("CQES", from.completionEntrySizes(), to.completionEntrySizes());
        if ((from.optionalCommands() & ~to.optionalCommands()) != 0) {
            differ(Severity.BLOCKER, "ONCS", to.optionalCommands(), "all bits of "
                    + Differences.hexadecimal(from.optionalCommands()), "Optional commands of the guest would fail");
        }
        writeCache();
        sgl();
    }

    /// The guest has chosen a size between the required one and the largest.
    private void entrySizes(String field, int before, int now) {
        if ((now & 0xF) > (before & 0xF) || now >>> 4 < before >>> 4) {
            differ(Severity.BLOCKER, field, now, "all sizes of " + Differences.hexadecimal(before),
                    "The guest's queues may have entries of a size that is none");
        }
    }

    private void writeCache() {
        int before = from.volatileWriteCache();
        int now = to.volatileWriteCache();
        if ((now & WRITE_CACHE) > (before & WRITE_CACHE)) {
            differ(Severity.BLOCKER, "VWC", now, Differences.hexadecimal(before),
                    "The guest does not flush a write cache that it does not know, and loses data with the power");
        } else if ((before & FLUSH_MASK) == FLUSH_OF_ALL && (now & FLUSH_MASK) != FLUSH_OF_ALL) {
            differ(Severity.WARNING, "VWC", now, Differences.hexadecimal(before),
                    "The guest cannot flush all namespaces by one command any more");
        }
    }

    private void sgl() {
        long before = from.sgl() & SGL_MASK;
        long now = to.sgl() & SGL_MASK;
        boolean isLess = before != 0 && (now == 0 || (before != SGL_ALIGNED && now == SGL_ALIGNED));
        if (isLess || (before != 0 && (from.sgl() & SGL_KINDS & ~to.sgl()) != 0)) {
            differ(Severity.BLOCKER, "SGLS", to.sgl(), "all that " + Differences.hexadecimal(from.sgl()) + " says",
                    "Commands of the guest whose data are named by SGLs would fail");
        }
    }

    private void differ(Severity severity, String field, long now, String required, String consequence) {
        differences.add(
                severity,
                PreflightReason.CAPABILITIES_DIFFER,
                field,
                Differences.hexadecimal(now),
                required,
                consequence + OTHER_CONTROLLER);
    }
}

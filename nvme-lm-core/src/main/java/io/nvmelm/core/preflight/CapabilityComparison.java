package io.nvmelm.core.preflight;

import io.nvmelm.PreflightFinding.Severity;
import io.nvmelm.PreflightReason;

/// Compares Controller Capabilities (CAP, Base 2.3 fig. 36) field by field. A driver reads CAP once, when it enables the controller, and
/// goes by it until it does so again.
///
/// ```
///   15:0 MQES   16 CQR   18:17 AMS   31:24 TO   35:32 DSTRD   36 NSSRS   44:37 CSS   45 BPS   47:46 CPS
///   51:48 MPSMIN   55:52 MPSMAX   56 PMRS   57 CMBS   58 NSSS   60:59 CRMS   61 NSSES
/// ```
final class CapabilityComparison {
    private static final String OTHER_CONTROLLER =
            "Choose a destination whose controller has at least what the guest knows";

    private final long source;
    private final long destination;
    private final Differences differences;

    CapabilityComparison(long source, long destination, Differences differences) {
        this.source = source;
        this.destination = destination;
        this.differences = differences;
    }

    void compare() {
        if (source == destination) {
            return;
        }
        queueEntries();
        atMost("CAP.CQR", 16, 1, Severity.BLOCKER, "The guest may have queues that are not contiguous");
        allBits("CAP.AMS", 17, 2, Severity.BLOCKER, "The guest may have chosen an arbitration that is not there");
        atMost("CAP.TO", 24, 8, Severity.WARNING, "The guest waits for a reset as long as the source's CAP.TO says");
        equal("CAP.DSTRD", 32, 4, Severity.BLOCKER, "The guest would ring doorbells that are none");
        allBits("CAP.NSSRS", 36, 1, Severity.WARNING, "The guest cannot reset the subsystem any more");
        allBits("CAP.CSS", 37, 8, Severity.BLOCKER, "The guest may have chosen a command set that is not there");
        allBits("CAP.BPS", 45, 1, Severity.WARNING, "The guest cannot read boot partitions any more");
        equal("CAP.CPS", 46, 2, Severity.NOTE, "Shutdown and power act on another scope");
        atMost("CAP.MPSMIN", 48, 4, Severity.BLOCKER, "The guest's memory page may be too small");
        atLeast("CAP.MPSMAX", 52, 4, Severity.BLOCKER, "The guest's memory page may be too large");
        allBits("CAP.PMRS", 56, 1, Severity.BLOCKER, "The guest may use a persistent memory region that is not there");
        allBits("CAP.CMBS", 57, 1, Severity.BLOCKER,
                "The guest may have queues in controller memory that is not there");
        allBits("CAP.NSSS", 58, 1, Severity.WARNING, "The guest cannot shut the subsystem down any more");
        allBits("CAP.CRMS", 59, 2, Severity.WARNING,
                "The guest may have chosen a way to become ready that is not there");
        allBits("CAP.NSSES", 61, 1, Severity.WARNING, "The guest's shutdowns take effect differently");
    }

    private void queueEntries() {
        long before = field(source, 0, 16) + 1;
        long now = field(destination, 0, 16) + 1;
        if (now < before) {
            differences.add(
                    Severity.BLOCKER,
                    PreflightReason.QUEUE_LIMIT,
                    "CAP.MQES",
                    now + " entries",
                    before + " or more",
                    "The guest may have longer queues than the controller takes; choose another destination, or waive this if"
                            + " its queues are known to be short");
        }
    }

    private void allBits(String name, int shift, int width, Severity severity, String consequence) {
        long before = field(source, shift, width);
        long now = field(destination, shift, width);
        if ((before & ~now) != 0) {
            differ(name, now, "all bits of " + Differences.hexadecimal(before), severity, consequence);
        }
    }

    private void atMost(String name, int shift, int width, Severity severity, String consequence) {
        long before = field(source, shift, width);
        long now = field(destination, shift, width);
        if (now > before) {
            differ(name, now, Differences.hexadecimal(before) + " or less", severity, consequence);
        }
    }

    private void atLeast(String name, int shift, int width, Severity severity, String consequence) {
        long before = field(source, shift, width);
        long now = field(destination, shift, width);
        if (now < before) {
            differ(name, now, Differences.hexadecimal(before) + " or more", severity, consequence);
        }
    }

    private void equal(String name, int shift, int width, Severity severity, String consequence) {
        long before = field(source, shift, width);
        long now = field(destination, shift, width);
        if (now != before) {
            differ(name, now, Differences.hexadecimal(before), severity, consequence);
        }
    }

    private void differ(String name, long now, String required, Severity severity, String consequence) {
        differences.add(
                severity,
                PreflightReason.CAPABILITIES_DIFFER,
                name,
                Differences.hexadecimal(now),
                required,
                severity == Severity.NOTE ? consequence : consequence + "; " + lowerFirst(OTHER_CONTROLLER));
    }

    private static String lowerFirst(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    private static long field(long register, int shift, int width) {
        return register >>> shift & (1L << width) - 1;
    }
}

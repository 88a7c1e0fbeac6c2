package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.core.codec.IdentifyNvmControllerView;
import io.nvmelm.spi.AdminTransport;
import java.util.ArrayList;
import java.util.List;

/// Every reason why it cannot be followed what a controller changes, one sentence each.
final class MissingTracking {
    private MissingTracking() {}

    /// Reasons why written guest memory cannot be tracked.
    static List<String> ofMemory(ControllingController controlling) {
        var limits = controlling.identity().tracking();
        if (!limits.hostMemoryChanges()) {
            return List.of("it does not track changes of host memory (TRATTR bit 0 is 0)");
        }
        int minimum = limits.minimumRangeGranularity();
        int maximum = Math.min(limits.maximumRangeGranularity(), GranularityChoice.COARSEST);
        return minimum <= maximum
                ? List.of()
                : List.of("it has no granularity to track in (MINMRTG is " + minimum + ", MAXMRTG is "
                        + limits.maximumRangeGranularity() + ")");
    }

    /// Reasons why changes of user data cannot be logged. Blocks for a command the first time.
    static List<String> ofUserData(ControllingController controlling, AdminTransport transport) {
        var reasons = new ArrayList<String>();
        if (!controlling.identity().tracking().userDataChanges()) {
            reasons.add("it does not track changes of user data (TRATTR bit 1 is 0)");
        }
        transport.limits()
                .ringMemoryUnavailable()
                .ifPresent(reason -> reasons.add("there is no memory for its queue: " + reason));
        if (reasons.isEmpty()) {
            int format = controlling.migrationQueueFormat();
            if (format != IdentifyNvmControllerView.ENTRY_TYPE_0) {
                reasons.add("the entries of its queue have a format of their own (LBAMQF is " + format + ", not 0)");
            }
        }
        return List.copyOf(reasons);
    }

    /// Refuses an operation for which there are reasons.
    static void requireNone(String operation, List<String> reasons, String controller) {
        if (!reasons.isEmpty()) {
            throw new CapabilityMissingException(
                    operation,
                    "what its controlling controller or the transport does not have: " + String.join("; ", reasons),
                    "Migrate without it, or through another controlling controller or transport")
                    .at(controller, null);
        }
    }
}

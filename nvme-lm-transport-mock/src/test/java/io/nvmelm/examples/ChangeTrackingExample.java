package io.nvmelm.examples;

import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.core.migration.UserDataPreCopy;
import io.nvmelm.spi.AdminTransport;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What a VMM writes to follow what a controller changes. The README shows it.
final class ChangeTrackingExample {
    private ChangeTrackingExample() {}

    // @formatter:off
    // README medium begin
    static PreCopyOutcome copyMedium(MigratableController controller, BlockSource source, BlockTarget target) {
        var copy = new UserDataPreCopy(controller.userDataLog(), source, target, controller.attachedNamespaces())
                .budget(Duration.ofMillis(50));
        var outcome = copy.run();                              // the guest runs
        if (outcome.verdict() == PreCopyVerdict.CONVERGED) {
            try {
                controller.suspend();
                outcome = copy.finish(Duration.ofSeconds(5));  // the guest stands still
            } finally {
                if (outcome.verdict() != PreCopyVerdict.COMPLETE) {
                    controller.resume();                       // and goes on where it was
                }
            }
        }
        return outcome;
    }
    // README medium end

    // README memory begin
    static boolean trackMemory(
            MigratableController controller, MemoryRange guestMemory, MemorySegment bitmap, BooleanSupplier enough, int attempts) {
        var tracker = controller.memoryTracker();
        long pageBytes = tracker.start(List.of(guestMemory), 4096);
        do {
            tracker.report(guestMemory, pageBytes, bitmap);    // only ever sets bits
        } while (!enough.getAsBoolean());
        controller.suspend();
        for (int attempt = 0; attempt < attempts; attempt++) {
            tracker.report(guestMemory, pageBytes, bitmap);
            if (tracker.isQuiescent()) {                       // an empty report alone proves nothing
                return true;
            }
        }
        return false;                                          // it may hold changes back: resume it, or copy all memory
    }
    // README memory end

    // README vendor begin
    static NvmeMigratableDevice openVendorDevice(AdminTransport transport, int virtualFunction) {
        var commands = VendorCommandSet.open(ControllingController.open(transport), virtualFunction);
        return NvmeMigratableDevice.open(commands, null);
    }
    // README vendor end
    // @formatter:on
}

package io.nvmelm.examples;

import io.nvmelm.GuestControl;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import io.nvmelm.core.migration.MigrationSender;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/// What a VMM writes that moves several devices within a budget, and heeds who may run afterwards. The README shows it.
final class SwitchoverExample {
    private SwitchoverExample() {}

    // @formatter:off
    // README switchover begin
    static MigrationSender sender(
            List<MigratableDevice> devices, MigrationChannel peer, GuestControl vm, PreCopyStage guestMemory) {
        return new MigrationSender(devices, peer)                                    // all or none
                .guest(vm)
                .stage(guestMemory)                                                  // copied while the guest runs
                .options(MigrationOptions.defaults()
                        .withBlackoutBudget(Duration.ofMillis(300))                  // until the rest fits this
                        .withBandwidth(1L << 30, Long.MAX_VALUE)                     // bytes/s before and in the blackout
                        .withDeadline(MigrationPhase.LOAD, Duration.ofSeconds(5)));
    }
    // README switchover end

    // README undecided begin
    static MigrationReport settle(
            MigrationSender sender, MigrationReport report, Function<UUID, RunPermission> askDestination) {
        if (report.mayRun() != RunPermission.ASK_DESTINATION) {
            return report;
        }
        return switch (askDestination.apply(report.migrationId())) {                 // what its report of this migration says
            case NOT_HERE -> sender.reclaim();                                       // the guest runs here again
            case DESTINATION -> sender.abandon();                                    // it runs there: reset the devices here
            default -> report;                                                       // not known yet: ask again
        };
    }
    // README undecided end
    // @formatter:on
}

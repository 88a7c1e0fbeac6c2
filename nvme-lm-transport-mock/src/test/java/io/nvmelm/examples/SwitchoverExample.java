package io.nvmelm.examples;

import io.nvmelm.GuestControl;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import io.nvmelm.core.migration.MigrationHistory;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
    record Answer(RunPermission mayRun, boolean runsHere) {}

    /// At the destination: what it says when the source asks.
    static Optional<Answer> answer(MigrationHistory history, UUID migrationId) {
        return history.of(migrationId).map(report -> new Answer(report.mayRun(), report.runsHere()));
    }

    /// At the source: what follows from that.
    static MigrationReport settle(
            MigrationSender sender, MigrationReport report, Function<UUID, Optional<Answer>> askDestination) {
        if (report.mayRun() != RunPermission.ASK_DESTINATION) {
            return report;
        }
        var answer = askDestination.apply(report.migrationId());
        if (answer.isPresent() && answer.get().mayRun() == RunPermission.NOT_HERE) {
            return sender.reclaim();                                                 // it never will run there
        }
        if (answer.isPresent() && answer.get().runsHere()) {
            return sender.abandon();                                                 // it runs there: reset the devices here
        }
        return report;                                                               // neither yet: ask again later
    }
    // README undecided end

    // README vmm begin
    static MigrationReport leave(
            MigratableDevice device, SocketAddress host, GuestControl vm, Function<UUID, Optional<Answer>> askDestination,
            Duration pause) throws IOException, InterruptedException {
        try (var socket = SocketChannel.open(host)) {
            var sender = new MigrationSender(device, socket).guest(vm);              // kept, as the device is, until it is settled
            var report = sender.run();
            while (report.mayRun() == RunPermission.ASK_DESTINATION) {
                Thread.sleep(pause);
                report = settle(sender, report, askDestination);
            }
            while (report.mayRun() == RunPermission.SOURCE && !report.runsHere()) {
                Thread.sleep(pause);
                report = sender.retryResume();
            }
            if (report.mayRun() == RunPermission.DESTINATION) {
                device.reset();                                                      // forgets the guest: nothing sets it going here
            }
            return report;
        }
    }

    static MigrationReport arrive(
            MigratableDevice device, SocketChannel socket, GuestControl vm, MigrationHistory history) {
        device.reset();
        var receiver = new MigrationReceiver(device, socket).guest(vm).history(history);
        var report = receiver.run();
        if (report.mayRun() == RunPermission.DESTINATION && !report.runsHere()) {
            report = receiver.retryResume();
        }
        if (report.mayRun() == RunPermission.DESTINATION && !report.runsHere()) {
            report = receiver.relinquish();                                          // the source takes it back
        }
        return report;                                                               // else the operator's: neither side runs
    }
    // README vmm end
    // @formatter:on
}

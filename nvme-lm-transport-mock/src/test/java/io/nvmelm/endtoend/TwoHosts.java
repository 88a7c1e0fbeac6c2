package io.nvmelm.endtoend;

import io.nvmelm.GuestControl;
import io.nvmelm.MigrationReport;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.guest.GuestDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/// Two hosts over one medium, and a guest that moves between them.
final class TwoHosts {
    static final LatencyModel LATENCY = LatencyModel.none()
            .with(CommandClass.READ, Duration.ofNanos(20_000))
            .with(CommandClass.WRITE, Duration.ofNanos(30_000))
            .with(CommandClass.ADMIN, Duration.ofNanos(5_000))
            .withFetchDelay(Duration.ofNanos(1_000))
            .withJitter(Duration.ofNanos(40_000));

    final VirtualClock clock = new VirtualClock();
    final GuestMemory memory = new GuestMemory(1L << 32);
    final NamespaceMedium medium = new NamespaceMedium(1 << 16, 512);
    final InMemorySubsystem a;
    final InMemorySubsystem b;
    TransferOptions options = TransferOptions.defaults();
    /// Whether the standard's state is all that travels, and the VMM has to carry the controller properties.
    private final boolean standardStateOnly;
    /// Whether the controllers are migrated by the vendor specific commands of 2022.
    boolean vendorCommands;
    /// What the guest does last before its processors stop.
    Runnable lastAct = () -> {};
    /// What arrived at both controlling controllers between pausing and resuming the guest.
    final List<String> blackoutCommands = new ArrayList<>();

    TwoHosts(long seed, boolean standardStateOnly, UnaryOperator<InMemorySubsystemBuilder> variation) {
        this.standardStateOnly = standardStateOnly;
        a = variation.apply(subsystem("a", seed)).build();
        b = variation.apply(subsystem("b", seed + 1).secondaryIdsFrom(0x40)).build();
    }

    private InMemorySubsystemBuilder subsystem(String name, long seed) {
        return InMemorySubsystem.builder(clock)
                .nqn("nqn.2014-08.org.nvmexpress:uuid:" + name)
                .migratableControllers(2)
                .maximumQueuePairs(64)
                .maximumQueueEntries(4096)
                .vendorState(!standardStateOnly)
                .namespace(medium)
                .latency(LATENCY)
                .seed(seed);
    }

    static InMemoryController controller(InMemorySubsystem host) {
        return host.controller(host.migratableControllerIds().getFirst());
    }

    NvmeMigratableDevice open(InMemorySubsystem host) {
        if (vendorCommands) {
            return NvmeMigratableDevice.open(
                    VendorCommandSet.open(ControllingController.open(host.controllingTransport(), options), 1),
                    controller(host).function());
        }
        return NvmeMigratableDevice.open(
                ControllingController.open(host.controllingTransport(), options).migratableByVirtualFunction(1),
                controller(host).function());
    }

    /// What both sides said.
    record Reports(MigrationReport source, MigrationReport destination) {}

    /// Moves the guest, as a VMM does.
    Reports migrate(GuestDriver guest, InMemorySubsystem from, InMemorySubsystem to) throws IOException {
        var there = Pipe.open();
        var back = Pipe.open();
        try (var source = open(from);
                var destination = open(to)) {
            destination.reset();
            guest.attach(controller(to));
            var sourceGuest = new GuestControl() {
                @Override
                public void pause() {
                    lastAct.run();
                    guest.pause();
                    from.clearAdminCommandLog();
                    to.clearAdminCommandLog();
                }

                @Override
                public void resume() {
                    guest.resume();
                }
            };
            var destinationGuest = new GuestControl() {
                @Override
                public void pause() {}

                @Override
                public void resume() {
                    blackoutCommands.clear();
                    from.adminCommandLog().forEach(command -> blackoutCommands.add(name(command.opcode(), command
                            .select())));
                    to.adminCommandLog().forEach(command -> blackoutCommands.add(name(command.opcode(), command
                            .select())));
                    guest.rebind(controller(to));
                    guest.resume();
                }
            };
            var received = CompletableFuture.supplyAsync(() -> {
                try (var in = there.source();
                        var out = back.sink()) {
                    return supplied(new MigrationReceiver(destination, in, out), destination, to)
                            .guest(destinationGuest)
                            .run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (var in = back.source();
                    var out = there.sink()) {
                var sender = new MigrationSender(source, in, out);
                if (standardStateOnly) {
                    sender.supplement(source, new RegisterSupplement(controller(from)));
                }
                var sent = sender.guest(sourceGuest).run();
                return new Reports(sent, received.join());
            }
        }
    }

    private static String name(int opcode, int select) {
        return switch (opcode << 8 | select) {
            case 0x4100 -> "Suspend";
            case 0x4101 -> "Resume";
            case 0x4102 -> "Set";
            case 0x4200 -> "Get";
            default -> "opcode " + opcode;
        };
    }

    private MigrationReceiver supplied(
            MigrationReceiver receiver, NvmeMigratableDevice destination, InMemorySubsystem to) {
        return standardStateOnly ? receiver.supplement(destination, new RegisterSupplement(controller(to))) : receiver;
    }
}

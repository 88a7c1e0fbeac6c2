package io.nvmelm.transport.mock.testkit;

import io.nvmelm.MigratableDevice;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.device.NvmeMigratableDevice;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.GuestMemory;
import io.nvmelm.transport.mock.InMemoryController;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/// Two hosts in one world, each with a subsystem of one migratable controller over the same medium, and the memory of a guest
/// that moves between them. Identifiers differ on the two sides, so that nothing works by accident.
///
/// Thread-safe. [InMemoryHosts] gives one to each test.
public final class HostPair implements AutoCloseable {
    private static final long GUEST_MEMORY_BYTES = 1L << 30;
    private static final int BLOCKS = 1 << 16;
    private static final int BLOCK_BYTES = 512;
    private static final int FIRST_DESTINATION_ID = 0x40;

    private final VirtualClock clock = new VirtualClock();
    private final GuestMemory guestMemory = new GuestMemory(GUEST_MEMORY_BYTES);
    private final NamespaceMedium medium = new NamespaceMedium(BLOCKS, BLOCK_BYTES);
    private final InMemorySubsystem source;
    private final InMemorySubsystem destination;
    private final List<AdminTransport> transports = new CopyOnWriteArrayList<>();

    /// Creates the two hosts as after power on.
    ///
    /// @param variation changes the builder of each subsystem; returns it
    public HostPair(UnaryOperator<InMemorySubsystemBuilder> variation) {
        source = variation.apply(builder("source").seed(1)).build();
        destination = variation.apply(builder("destination").seed(2).secondaryIdsFrom(FIRST_DESTINATION_ID)).build();
    }

    private InMemorySubsystemBuilder builder(String name) {
        return InMemorySubsystem.builder(clock).nqn("nqn.2014-08.org.example:" + name).namespace(medium);
    }

    /// {@return the clock of the world}
    public VirtualClock clock() {
        return clock;
    }

    /// {@return the memory of the guest, attached to no controller yet}
    public GuestMemory guestMemory() {
        return guestMemory;
    }

    /// {@return the medium that both subsystems have as namespace 1: 65 536 blocks of 512 bytes}
    public NamespaceMedium medium() {
        return medium;
    }

    /// {@return the subsystem of the host that a guest leaves}
    public InMemorySubsystem source() {
        return source;
    }

    /// {@return the subsystem of the host that a guest goes to}
    public InMemorySubsystem destination() {
        return destination;
    }

    /// {@return the migratable controller of a host}
    ///
    /// @param host [#source()] or [#destination()]
    public static InMemoryController controller(InMemorySubsystem host) {
        return host.controller(host.migratableControllerIds().getFirst());
    }

    /// Opens the migratable controller of a host as a device. The transport that it goes through is closed with this pair.
    ///
    /// @param host    [#source()] or [#destination()]
    /// @param options deadlines and sizes
    /// @return the device; the caller closes it
    public MigratableDevice open(InMemorySubsystem host, TransferOptions options) {
        var transport = host.controllingTransport();
        transports.add(transport);
        return NvmeMigratableDevice.open(
                ControllingController.open(transport, options).migratableByVirtualFunction(1),
                controller(host).function());
    }

    /// {@return what a controller of either host did that none may ever do, in words}
    public List<String> violations() {
        var all = new ArrayList<>(source.violations());
        all.addAll(destination.violations());
        return List.copyOf(all);
    }

    /// Closes the transports of devices that were opened here. Idempotent.
    @Override
    public void close() {
        transports.forEach(AdminTransport::close);
    }
}

package io.nvmelm.rules;

import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLog;
import io.nvmelm.core.device.VendorCommandSet;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The library on its way to a device, on which one command is exchanged for another one: the library does what its caller asked
/// for, the device gets the command that it has to refuse, and the library gets that answer.
final class HostSide implements AdminTransport {
    private static final int START_LOGGING_BIT = 1 << 16;
    private static final MemoryRange PAGE = new MemoryRange(QueueHost.DATA, QueueHost.PAGE);

    private final RuleWorld world;
    private final RawCommand row;
    private Predicate<SubmissionEntryView> exchanged = entry -> false;
    private int exchanges;

    private HostSide(RuleWorld world, RawCommand row) {
        this.world = world;
        this.row = row;
    }

    /// Sends a command by the operation of the library that such commands belong to.
    ///
    /// @throws LiveMigrationException as the library says it, when the command failed
    static void send(RuleWorld world, RawCommand row) {
        var host = new HostSide(world, row);
        try {
            host.operate();
        } catch (LiveMigrationException e) {
            if (host.exchanges > 0) {
                throw e;
            }
            throw new AssertionError("the library failed before its command in place of " + row, e);
        }
        if (host.exchanges == 0) {
            throw new AssertionError("the library never sent its command in place of " + row);
        }
    }

    private void operate() {
        int opcode = row.entry().opcode();
        int select = row.entry().cdw10() & 0xFF;
        if (opcode == 0x06) {
            exchangeSelected(opcode, select);
            ControllingController.open(this).requireSupported();
            return;
        }
        var controlling = ControllingController.open(this);
        if (opcode >= 0xC0) {
            exchange(opcode);
            vendor(VendorCommandSet.open(controlling, 1), opcode);
            return;
        }
        try (var controller = controlling.migratable(RuleWorld.C)) {
            switch (opcode) {
                case 0x41 -> migrationSend(controller, select);
                case 0x45, 0x09, 0x0A -> queue(controller, controller.userDataLog(), opcode, select);
                case 0x3D -> {
                    boolean start = (row.entry().cdw10() & 0xF_0000) != 0;
                    if (select != 1 || !controlling.identity().tracking().hostMemoryChanges()) {
                        log(controller, controller.userDataLog(), start);
                    } else {
                        track(controller, start);
                    }
                }
                case 0x3E -> report(controller);
                default -> {
                    exchange(0x42);
                    controller.isSuspended();
                }
            }
        } finally {
            exchanged = entry -> false;
        }
    }

    private void exchange(int opcode) {
        exchange(opcode, entry -> true);
    }

    private void exchange(int opcode, Predicate<SubmissionEntryView> which) {
        exchanged = entry -> entry.opcode() == opcode && which.test(entry);
    }

    private void exchangeSelected(int opcode, int select) {
        exchange(opcode, entry -> (entry.cdw10() & 0xFF) == select);
    }

    private void migrationSend(MigratableController controller, int select) {
        switch (select) {
            case 1 -> {
                exchangeSelected(0x41, 1);
                controller.resume();
            }
            case 2 -> {
                exchangeSelected(0x41, 2);
                try (var target = controller.openTarget(StateFormat.ofVersion(0))) {
                    target.write(ByteBuffer.wrap(RuleWorld.ONE_PAIR));
                    target.commit();
                }
            }
            default -> {
                exchangeSelected(0x41, 0);
                controller.suspend();
            }
        }
    }

    private void queue(MigratableController controller, UserDataLog log, int opcode, int select) {
        if (opcode == 0x45 && select != 1) {
            exchangeSelected(0x45, 0);
            log.start(controller.attachedNamespaces());
            return;
        }
        log.start(controller.attachedNamespaces());
        exchange(opcode);
        switch (opcode) {
            case 0x45 -> log.close();
            case 0x09 -> log.notifyWhenPosted(4, () -> {});
            default -> log.takeAfterSuspension(Duration.ofSeconds(5));
        }
        requireNotLost(log);
    }

    private void log(MigratableController controller, UserDataLog log, boolean start) {
        if (start) {
            exchange(0x3D, entry -> (entry.cdw10() & START_LOGGING_BIT) != 0);
            log.start(controller.attachedNamespaces());
        } else {
            log.start(controller.attachedNamespaces());
            exchange(0x3D, entry -> (entry.cdw10() & START_LOGGING_BIT) == 0);
            log.stop();
        }
        requireNotLost(log);
    }

    private static void requireNotLost(UserDataLog log) {
        if (log.state() == UserDataLogState.LOST) {
            throw new ChangesLost(log.lossReason().orElseThrow());
        }
    }

    private void track(MigratableController controller, boolean start) {
        world.guest(RuleWorld.C);
        var tracker = controller.memoryTracker();
        if (start) {
            exchange(0x3D, entry -> (entry.cdw10() & START_LOGGING_BIT) != 0);
            tracker.start(java.util.List.of(PAGE), QueueHost.PAGE);
        } else {
            tracker.start(java.util.List.of(PAGE), QueueHost.PAGE);
            exchange(0x3D, entry -> (entry.cdw10() & START_LOGGING_BIT) == 0);
            tracker.stop();
        }
    }

    private void report(MigratableController controller) {
        world.guest(RuleWorld.C);
        var tracker = controller.memoryTracker();
        tracker.start(java.util.List.of(PAGE), QueueHost.PAGE);
        exchange(0x3E);
        tracker.report(PAGE, QueueHost.PAGE, MemorySegment.ofArray(new byte[8]));
    }

    private static void vendor(VendorCommandSet commands, int opcode) {
        switch (opcode) {
            case 0xC4 -> commands.estimatedStateBytes();
            case 0xC8 -> commands.suspend();
            case 0xD5 -> {
                commands.suspend();
                try (var target = commands.openTarget()) {
                    target.write(ByteBuffer.wrap(new byte[64]));
                    target.commit();
                }
            }
            default -> throw new AssertionError("no operation for opcode " + opcode);
        }
    }

    /// What the library says in place of a failure: changes were lost.
    static final class ChangesLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ChangesLost(String reason) {
            super(reason);
        }
    }

    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        if (exchanged.test(new SubmissionEntryView().wrap(entry, 0))) {
            exchanges++;
            world.answeredLibrary = true;
            return CompletableFuture.completedFuture(row.answer());
        }
        return world.transport.submit(entry, data, dataByteSize, timeout);
    }

    @Override
    public TransportLimits limits() {
        return world.transport.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return world.transport.allocate(byteSize);
    }

    @Override
    public TransferMemory allocateRing(long byteSize) {
        return world.transport.allocateRing(byteSize);
    }

    @Override
    public Optional<String> eventsUnavailable() {
        return world.transport.eventsUnavailable();
    }

    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        return world.transport.listenForEvents(listener);
    }

    @Override
    public void close() {
        // the world's transport goes on
    }
}

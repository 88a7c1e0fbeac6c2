package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.EventCounter;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.linux.ClosingSteps;
import io.nvmelm.transport.vfio.linux.HostClock;
import io.nvmelm.transport.vfio.uapi.PciRegs;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Start, failure, reset and end of a controller and of the queues it has. One at a time; commands may be submitted and polled
/// meanwhile, and are refused by type.
final class ControllerLifecycle implements AutoCloseable {
    private final VfioDevice device;
    private final NvmeControllerOptions options;
    private final NvmeRegisters registers;
    private final ControllerBringUp bringUp;
    private final CompletionPolling polling;
    private final TransferPool memories;
    private final AdminQueue admin;
    private final int pageBytes;
    /// Taken before the locks of queues, and never while outcomes are published.
    private final ReentrantLock lock = new ReentrantLock();
    private volatile List<EventCounter> counters = List.of();
    private boolean isUp;
    private boolean closed;

    /// Stops the controller, whatever state it is in, and allocates the admin queues.
    ///
    /// @throws TransportException when it does not stop, is gone or is no NVMe controller, or there is no memory
    ControllerLifecycle(VfioDevice device, NvmeControllerOptions options, HostClock clock) {
        this.device = device;
        this.options = options;
        device.enableBusMaster();
        this.registers = new NvmeRegisters(device.region(0), device.name());
        this.bringUp = new ControllerBringUp(registers, clock, device.name());
        stop((registers.status() & NvmeRegisters.CSTS_FATAL) != 0);
        this.pageBytes = ControllerBringUp.pageBytes(registers.capabilities());
        this.polling = new CompletionPolling(clock, this::checkHealth);
        this.memories = new TransferPool(device, pageBytes, options.maximumTransferBytes());
        this.admin = new AdminQueue(
                options.commandsInFlight(),
                pageBytes,
                PrpWriter.listPages(options.maximumTransferBytes(), pageBytes),
                device,
                registers,
                polling,
                memories);
        polling.add(admin.queue());
    }

    NvmeRegisters registers() {
        return registers;
    }

    CompletionPolling polling() {
        return polling;
    }

    TransferPool memories() {
        return memories;
    }

    AdminQueue admin() {
        return admin;
    }

    int pageBytes() {
        return pageBytes;
    }

    /// {@return what counts the interrupts of a vector; null where that is not enabled}
    @Nullable
    EventCounter counter(int vector) {
        var enabled = counters;
        return vector < enabled.size() ? enabled.get(vector) : null;
    }

    /// Starts the controller the first time.
    void start() {
        lock.lock();
        try {
            enable();
        } finally {
            lock.unlock();
        }
    }

    private void enable() {
        if (counters.isEmpty() && options.interruptVectors() > 0) {
            counters = device.interrupts().enable(options.interruptVectors());
        }
        var queue = admin.queue();
        queue.counter(counter(0));
        queue.start();
        bringUp.enable(queue.entries(), queue.submissionAddress(), queue.completionAddress());
        isUp = true;
        queue.accept();
    }

    /// Stops the controller by CC.EN, and where that does not help by a reset of the function.
    private void stop(boolean byFunction) {
        if (!byFunction || !device.resettable()) {
            try {
                bringUp.disable();
                return;
            } catch (TransportException e) {
                if (!device.resettable() || QueueFailure.isDeviceClosed(e)) {
                    throw e;
                }
            }
        }
        counters = List.of();
        device.reset();
        device.enableBusMaster();
        bringUp.disable();
    }

    /// Resets the controller and starts it again.
    ///
    /// @param afterStop what else ends with the controller's queues
    /// @throws LiveMigrationException when it does not stop or does not start; the controller stays failed then
    void reset(Runnable afterStop) {
        lock.lock();
        try {
            if (closed) {
                throw QueueFailure.closed().exception(device.name());
            }
            isUp = false;
            polling.queues().forEach(queue -> queue.fail(QueueFailure.reset(), QueueFailure.underReset()));
            stop(false);
            polling.queues().forEach(QueuePair::releaseAll);
            memories.controllerWasStopped().forEach(ring -> polling.deliveries().add(ring.freeing));
            dropIoQueues();
            afterStop.run();
            enable();
        } catch (LiveMigrationException e) {
            var failure = QueueFailure.of(e);
            if (!closed) {
                polling.queues().forEach(queue -> queue.fail(failure, failure));
            }
            throw e.at(device.name(), "reset");
        } finally {
            lock.unlock();
            polling.deliveries().runUnlessRunning();
        }
    }

    private void dropIoQueues() {
        for (var queue : polling.queues()) {
            if (queue != admin.queue()) {
                queue.fail(QueueFailure.reset(), QueueFailure.reset());
                polling.remove(queue);
                queue.close();
            }
        }
    }

    /// Takes in an I/O queue pair that is about to be created. A reset that comes later takes its memory away.
    void adopt(QueuePair queue) {
        lock.lock();
        try {
            polling.add(queue);
            if (!isUp) {
                queue.fail(closed ? QueueFailure.closed() : QueueFailure.underReset());
            }
        } finally {
            lock.unlock();
        }
    }

    /// {@return whether this has the I/O queue pair, whose memory is there then} Waits for a reset or close under way.
    boolean has(QueuePair queue) {
        lock.lock();
        try {
            return polling.queues().contains(queue);
        } finally {
            lock.unlock();
        }
    }

    /// The controller does not know the I/O queue pair any more.
    void release(QueuePair queue) {
        polling.remove(queue);
        queue.releaseAll();
        queue.close();
    }

    /// Looks whether the controller is well; where it is not, every queue fails. Does nothing while it is being reset.
    private void checkHealth() {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (isUp) {
                var ailment = ailment();
                if (ailment != null) {
                    isUp = false;
                    polling.queues().forEach(queue -> queue.fail(ailment));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable QueueFailure ailment() {
        try {
            var ailment = registers.ailment();
            if (ailment != null) {
                return ailment;
            }
        } catch (TransportException e) {
            return QueueFailure.of(e);
        }
        for (var queue : polling.queues()) {
            var breakage = queue.breakage();
            if (breakage != null) {
                return breakage;
            }
        }
        return null;
    }

    /// Fails what is under way, shuts the controller down, and gives everything back. Idempotent.
    ///
    /// @throws LiveMigrationException when something could not be given back; everything else was
    @Override
    public void close() {
        var steps = new ClosingSteps();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            polling.queues().forEach(queue -> queue.fail(QueueFailure.closed(), QueueFailure.closed()));
            boolean deviceIsOpen = stopForGood(steps);
            polling.queues().forEach(QueuePair::releaseAll);
            memories.close(steps);
            for (var queue : polling.queues()) {
                steps.run(queue::close);
                polling.remove(queue);
            }
            if (options.closesDevice()) {
                steps.run(device::close);
            } else if (deviceIsOpen && !counters.isEmpty()) {
                steps.run(device.interrupts()::disable);
            }
        } finally {
            lock.unlock();
            polling.deliveries().runUnlessRunning();
        }
        var failure = steps.failure();
        if (failure != null) {
            throw failure.at(device.name(), "closing");
        }
    }

    /// {@return whether the device is still open}
    private boolean stopForGood(ClosingSteps steps) {
        try {
            if (isUp) {
                bringUp.shutdown();
            }
        } catch (TransportException e) {
            // it is stopped without having been shut down then
        }
        isUp = false;
        try {
            stop(false);
            return true;
        } catch (LiveMigrationException e) {
            if (QueueFailure.isDeviceClosed(e) || isGone()) {
                // a device that is closed is reset by the kernel, and one that is gone needs no stopping
                return !QueueFailure.isDeviceClosed(e);
            }
            if (!options.closesDevice()) {
                steps.add(e);
                steps.run(this::disableBusMaster);
            }
            return true;
        }
    }

    private boolean isGone() {
        try {
            registers.status();
            return false;
        } catch (TransportException e) {
            return true;
        }
    }

    /// Keeps a controller that does not stop from memory, whose addresses are free for others from now on.
    private void disableBusMaster() {
        var configuration = device.region(Vfio.PCI_CONFIG_REGION_INDEX);
        configuration.write16(
                PciRegs.COMMAND, configuration.read16(PciRegs.COMMAND) & ~PciRegs.COMMAND_MASTER);
    }
}

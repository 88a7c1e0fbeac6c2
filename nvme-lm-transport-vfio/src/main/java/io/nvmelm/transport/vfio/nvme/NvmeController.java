package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.IdentifyControllerView;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.TransportLimits;
import io.nvmelm.transport.vfio.DeviceAddress;
import io.nvmelm.transport.vfio.EventCounter;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.linux.HostClock;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;

/// An NVMe controller that this process drives through VFIO: brought up, with an admin queue in memory of the device.
///
/// ```java
/// try (var controller = NvmeController.open(
///         PciAddress.parse("0000:04:00.0"), VfioOptions.defaults(), NvmeControllerOptions.defaults())) {
///     var transport = controller.transport();
///     var memory = transport.allocate(4096);
///     var completion = transport.submit(entry, memory, 4096, Duration.ofSeconds(5)).join();
/// }
/// ```
///
/// Thread-safe: any thread may submit, poll, reset and close at any time. Nothing touches registers or memory after they were taken
/// away; what comes too late is refused by type. Opening, reset and close block for as long as the controller takes, up to the
/// times that it announces. It has no thread of its own, see [NvmeAdminTransport].
public final class NvmeController implements AutoCloseable {
    private static final int LARGEST_EXPONENT = 40;
    private static final int SMALLEST_QUEUE = 2;

    private final VfioDevice device;
    private final NvmeControllerOptions options;
    private final ControllerLifecycle lifecycle;
    private final ControllerCommands commands;
    private final IoQueues ioQueues;
    private final AsynchronousEvents events;
    private final NvmeAdminTransport transport;

    private NvmeController(VfioDevice device, NvmeControllerOptions options, ControllerLifecycle lifecycle) {
        this.device = device;
        this.options = options;
        this.lifecycle = lifecycle;
        var admin = lifecycle.admin();
        this.commands = new ControllerCommands(admin, lifecycle.memories(), options.commandTimeout(), device.name());
        this.ioQueues = new IoQueues(commands, device);
        int minimumPageExponent = lifecycle.registers().capabilities().minimumPageExponent();
        var identity = commands.identify(
                IdentifyCommand.CONTROLLER, 0, page -> Identity.of(page, minimumPageExponent));
        long maximumBytes = Math.min(identity.maximumBytes(), options.maximumTransferBytes());
        lifecycle.memories().limit(maximumBytes);
        admin.abortLimit(identity.aborts());
        this.events = new AsynchronousEvents(admin, identity.eventRequests(), device.name());
        this.transport = new NvmeAdminTransport(
                this,
                admin,
                lifecycle.memories(),
                events,
                new TransportLimits(maximumBytes, options.commandsInFlight(), null));
    }

    /// What the driver has to know of Identify Controller.
    private record Identity(long maximumBytes, int aborts, int eventRequests) {
        static Identity of(MemorySegment page, int minimumPageExponent) {
            var view = new IdentifyControllerView().wrap(page, 0);
            int exponent = view.maximumDataTransferSize();
            long bytes = exponent == 0 || exponent > LARGEST_EXPONENT
                    ? Long.MAX_VALUE
                    : 1L << (exponent + 12 + minimumPageExponent);
            return new Identity(bytes, view.abortCommandLimit() + 1, view.asynchronousEventLimit() + 1);
        }
    }

    /// Opens a device and brings its controller up. Closing the controller closes the device.
    ///
    /// @param address       where it is
    /// @param deviceOptions how to open the device
    /// @param options       how to drive the controller
    /// @return the controller, ready
    /// @throws LiveMigrationException as [VfioDevice#open(DeviceAddress, VfioOptions)] and
    ///                                [#open(VfioDevice, NvmeControllerOptions)] say
    public static NvmeController open(
            DeviceAddress address, VfioOptions deviceOptions, NvmeControllerOptions options) {
        return open(VfioDevice.open(address, deviceOptions), options.withClosesDevice(true));
    }

    /// Brings the controller of a device up. Nobody else may drive it meanwhile.
    ///
    /// @param device  the device, which is closed with the controller where the options say so
    /// @param options how to drive the controller
    /// @return the controller, ready
    /// @throws TransportException     when the device is no NVMe controller, or is gone, does not become ready in the time it
    ///                                announces, or reports a fatal status
    /// @throws InvalidValueException  when the device has fewer interrupt vectors than the options say
    /// @throws LiveMigrationException when Identify Controller fails. In each case nothing is left behind
    public static NvmeController open(VfioDevice device, NvmeControllerOptions options) {
        return open(device, options, HostClock.system());
    }

    /// The same in the time of a host, for the other packages of this module.
    ///
    /// @param device  the device, which is closed with the controller where the options say so
    /// @param options how to drive the controller
    /// @param clock   clock of the host that the device belongs to
    /// @return the controller, ready
    /// @throws LiveMigrationException as [#open(VfioDevice, NvmeControllerOptions)] says
    public static NvmeController open(VfioDevice device, NvmeControllerOptions options, HostClock clock) {
        AutoCloseableStep opened = options.closesDevice() ? device::close : () -> {};
        try {
            var lifecycle = new ControllerLifecycle(device, options, clock);
            opened = lifecycle::close;
            lifecycle.start();
            return new NvmeController(device, options, lifecycle);
        } catch (LiveMigrationException e) {
            try {
                opened.close();
            } catch (LiveMigrationException kept) {
                e.addSuppressed(kept);
            }
            throw e.at(device.name(), "opening the NVMe controller");
        }
    }

    /// Gives back what was opened so far.
    private interface AutoCloseableStep {
        void close();
    }

    /// {@return the name of the device, as messages have it}
    public String name() {
        return device.name();
    }

    /// {@return the version of the standard that the controller says it has, for instance `2.3.0`}
    ///
    /// @throws TransportException when the device is closed
    public String version() {
        int version = lifecycle.registers().version();
        return String.format(
                Locale.ROOT, "%d.%d.%d", version >>> 16, version >>> 8 & 0xFF, version & 0xFF);
    }

    /// {@return the admin queue as a transport; the same object each time} Closing it closes this.
    public NvmeAdminTransport transport() {
        return transport;
    }

    /// Looks for completions and overdue commands of all queues, and publishes what came of them. Does not wait.
    ///
    /// @return how many outcomes this call published
    public int poll() {
        return lifecycle.polling().poll();
    }

    /// {@return what counts the interrupts of a vector; empty where it is not enabled} A reset of the function makes another.
    ///
    /// @param vector 0 for the admin queue
    /// @throws InvalidValueException when it is negative
    public Optional<EventCounter> interrupt(int vector) {
        if (vector < 0) {
            throw new InvalidValueException("vector", Integer.toString(vector), "0 or more");
        }
        return Optional.ofNullable(lifecycle.counter(vector));
    }

    /// Keeps Asynchronous Event Requests with the controller from now on, as many as it takes and at most 16, through resets too, and
    /// tells what they bring. Off until this is called; another call replaces the listener. Those of
    /// [NvmeAdminTransport#listenForEvents] are told beside it.
    ///
    /// @param listener is told of each event, by whoever polls
    public void listenForEvents(AsynchronousEventListener listener) {
        events.listenInstead(listener);
    }

    /// {@return Asynchronous Event Requests that the controller has now}
    public int eventRequestsOutstanding() {
        return events.outstanding();
    }

    /// {@return a namespace as the controller describes it} Blocks.
    ///
    /// @param namespaceId namespace identifier
    /// @throws LiveMigrationException when there is no such namespace, its format is not supported here, or Identify fails
    public NvmeNamespace namespace(int namespaceId) {
        return commands.identify(
                IdentifyCommand.NAMESPACE,
                namespaceId,
                page -> NvmeNamespace.of(namespaceId, page, device.name()));
    }

    /// Creates a pair of I/O queues that is polled. Blocks.
    ///
    /// @param entries entries of each queue, 2 to what the controller allows (CAP.MQES); one less can be under way
    /// @return the queues
    /// @throws InvalidValueException  when the number of entries is out of bounds
    /// @throws LiveMigrationException when the controller refuses, or all its queues are in use
    public IoQueuePair createIoQueuePair(int entries) {
        return create(entries, -1);
    }

    /// Creates a pair of I/O queues that signals completions by an interrupt. Blocks.
    ///
    /// @param entries entries of each queue, 2 to what the controller allows (CAP.MQES); one less can be under way
    /// @param vector  interrupt vector, below [NvmeControllerOptions#interruptVectors()]
    /// @return the queues
    /// @throws InvalidValueException  when an argument is out of bounds
    /// @throws LiveMigrationException when the controller refuses, or all its queues are in use
    public IoQueuePair createIoQueuePair(int entries, int vector) {
        if (vector < 0 || vector >= options.interruptVectors()) {
            throw new InvalidValueException(
                    "vector", Integer.toString(vector), "0 to " + (options.interruptVectors() - 1) + ", as opened");
        }
        return create(entries, vector);
    }

    private IoQueuePair create(int entries, int vector) {
        int most = lifecycle.registers().capabilities().maximumQueueEntries();
        if (entries < SMALLEST_QUEUE || entries > most) {
            throw new InvalidValueException("entries", Integer.toString(entries), SMALLEST_QUEUE + " to " + most);
        }
        return IoQueuePair.create(
                device,
                lifecycle,
                commands,
                ioQueues,
                transport.limits().maximumTransferBytes(),
                options.commandTimeout(),
                entries,
                vector);
    }

    /// Resets the controller by CC.EN, where that does not help the function, and brings it up again. What is under way fails
    /// with a [TransportException], memory of commands that timed out is free again, I/O queues are gone; the transport works as
    /// before. Blocks.
    ///
    /// @throws LiveMigrationException when it does not come up again; it can be tried once more
    public void reset() {
        lifecycle.reset(() -> {
            ioQueues.controllerWasReset();
            events.controllerWasStopped();
        });
        events.controllerWasStarted();
    }

    /// Ends the controller: what is under way fails with a [TransportException], the controller is shut down, all memory is given
    /// back, and the device is closed where the options say so. Blocks. Idempotent.
    ///
    /// @throws LiveMigrationException when something could not be given back; everything else was
    @Override
    public void close() {
        lifecycle.close();
    }
}

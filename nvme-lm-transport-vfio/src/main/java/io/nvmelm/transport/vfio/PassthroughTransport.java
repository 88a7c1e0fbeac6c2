package io.nvmelm.transport.vfio;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.passthrough.PassthroughQueue;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Admin commands through the nvme driver of the kernel, for a controlling controller that the kernel keeps and goes on using:
/// `NVME_IOCTL_ADMIN64_CMD` (`linux/nvme_ioctl.h`) on `/dev/nvmeN`.
///
/// **Rights.** The node belongs to root, and the process needs `CAP_SYS_ADMIN`: without it the kernel lets only a few Identify
/// commands pass.
///
/// **Blocking.** The kernel's call returns when the command is complete. Without an executor [#submit] makes the call itself and
/// returns a future that is done; with one ([PassthroughOptions#withExecutor]) it returns at once, or blocks while all places are
/// taken, but not longer than the command's time. A virtual thread that submits without an executor holds its carrier meanwhile.
///
/// **Deadlines.** The kernel counts the time of a command from when it got it, and **when the time is over, it resets the whole
/// controller**: the host's own I/O fails, virtual functions go offline, migrations through this controller end. So deadlines are
/// to be generous, and one that is missed means more than a lost command. A command that was given up is no longer executed when
/// the kernel comes back, so its memory is free at once: [TransferMemory#isQuarantined()] is true only between the deadline and
/// that moment. Times are rounded up to milliseconds. A command that waits for a place and a thread of the executor for all its
/// time is not sent.
///
/// **Sizes.** One command moves 512 KiB at most, less if MDTS or the driver say so; the limit is found at opening. Data that are
/// no multiple of 4 bytes are copied by the kernel once more.
///
/// **Answers.** A status of the controller is a [Completion], whatever it says; an errno of the kernel is a [TransportException]
/// with that errno and what to do. What needs memory that the controller uses after the command (queues, Controller Data Queues)
/// is refused with the reason ([TransportLimits#ringMemoryUnavailable()]), and so are Asynchronous Event Request and listening for
/// events ([#eventsUnavailable()]), since events belong to the driver.
///
/// Thread-safe. Memory is mapped until it was closed and the kernel is done with it.
public final class PassthroughTransport implements AdminTransport {
    private static final String EVENTS_UNAVAILABLE =
            "the kernel's nvme driver has the Asynchronous Event Requests of the controller and takes what they bring; events reach a"
                    + " controller that is opened through VFIO in user space (NvmeAdminTransport)";

    private final PassthroughQueue queue;

    private PassthroughTransport(PassthroughQueue queue) {
        this.queue = queue;
    }

    /// Opens the controller of a PCI function with [PassthroughOptions#defaults()]. Blocks for a few Identify commands.
    ///
    /// @param address address of the function, which the nvme driver holds
    /// @return the transport
    /// @throws LiveMigrationException when native access is not enabled, there is no such function, another driver holds it, its
    ///                                node is missing or closed to this process, or Identify was refused; says what to do, and
    ///                                nothing stays open
    public static PassthroughTransport open(PciAddress address) {
        return open(address, PassthroughOptions.defaults());
    }

    /// Opens the controller of a PCI function. Blocks for a few Identify commands.
    ///
    /// @param address address of the function, which the nvme driver holds
    /// @param options how commands run
    /// @return the transport
    /// @throws LiveMigrationException when native access is not enabled, there is no such function, another driver holds it, its
    ///                                node is missing or closed to this process, or Identify was refused; says what to do, and
    ///                                nothing stays open
    public static PassthroughTransport open(PciAddress address, PassthroughOptions options) {
        return open(LinuxHost.local(), address, options);
    }

    static PassthroughTransport open(LinuxHost host, PciAddress address, PassthroughOptions options) {
        return new PassthroughTransport(PassthroughQueue.open(
                host, address.kernelName(), options.executor(), options.commandsInFlight(), options.openTimeout()));
    }

    /// {@return the path of the controller's node, for instance `/dev/nvme0`}
    public String nodePath() {
        return queue.nodePath();
    }

    @Override
    public TransportLimits limits() {
        return queue.limits();
    }

    @Override
    public TransferMemory allocate(long byteSize) {
        return queue.allocate(byteSize);
    }

    /// There is none: see [TransportLimits#ringMemoryUnavailable()].
    ///
    /// @throws CapabilityMissingException always, with the reason and what to do instead
    @Override
    public TransferMemory allocateRing(long byteSize) {
        throw new CapabilityMissingException(
                "A ring that the controller fills",
                "memory that stays mapped after a command: " + limits().ringMemoryUnavailable().orElseThrow(),
                "Bind the controller to vfio-pci and open it with NvmeController.open");
    }

    /// {@return that the kernel's driver takes the events}
    @Override
    public Optional<String> eventsUnavailable() {
        return Optional.of(EVENTS_UNAVAILABLE);
    }

    /// @throws InvalidValueException when an argument is out of bounds, `data` is not open memory of this transport, `entry` cannot be
    ///                               read by this thread or has a metadata pointer, the opcode says that data go both
    ///                               ways, which the kernel cannot do, Identify has less than the 4096 bytes that it
    ///                               writes, or Get Features of a Controller Data Queue less than 512
    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        return queue.submit(entry, data, dataByteSize, timeout);
    }

    /// Does not wait for calls under way: their futures fail at once, and their memory and the node are given back when the kernel
    /// comes back.
    ///
    /// @throws TransportException when another thread has been reading memory of this transport for a second; everything else is
    ///                            closed, and closing may be tried again
    @Override
    public void close() {
        queue.close();
    }
}

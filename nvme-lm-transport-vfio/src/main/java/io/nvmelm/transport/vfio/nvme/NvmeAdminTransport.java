package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AsynchronousEventListener;
import io.nvmelm.spi.EventSubscription;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import io.nvmelm.transport.vfio.EventCounter;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The admin queue of an [NvmeController] as a transport. Thread-safe.
///
/// There is no thread behind it. A command completes when somebody looks for completions: whoever calls `get`, `join` or
/// `get(timeout)` on its future, or on a stage made from it by `thenApply` and the like, looks while it waits, as does
/// [#submit] while all places are taken, and [#poll()]. A program that uses callbacks alone, or waits for a combination such as
/// `CompletableFuture.allOf`, calls [#poll()] in its event loop, after [#interrupt()] where it does not want to spin. Deadlines are
/// kept in the same way. Callbacks run on the thread that looked, without a lock.
///
/// A command that misses its deadline is aborted (Abort, as far as the controller's Abort Command Limit allows); its memory is
/// quarantined and its place taken until it completes after all, or the controller is reset. When the controller fails, every
/// command under way and every later one fails, until [NvmeController#reset()].
///
/// **Rings.** The controller writes into a ring ([#allocateRing(long)]) on its own account, from the command that names it until one
/// that makes it forget the ring, and this transport cannot tell when that is. So a ring is given back by its `close()`, which comes
/// after the command that ends its use, or after [NvmeController#reset()], which makes every controller forget; or by the end of the
/// transport, which stops the controller first. Closed too early, its addresses are no longer mapped, and what the controller still
/// writes is stopped by the IOMMU, or hits memory that was lent meanwhile at the same address. Two cases are taken care of here: a
/// ring whose naming command timed out and was successful afterwards, or was closed while that command was under way, is kept until
/// the controller is reset or closed, and is quarantined until then.
///
/// **Events.** [#listenForEvents] keeps as many Asynchronous Event Requests with the controller as it takes, at most 16, in places of
/// their own, and again after each reset. Events arrive as completions do, when somebody looks. When nobody listens any more, the
/// requests that the controller still has stay there, and what they bring is dropped.
public final class NvmeAdminTransport implements AdminTransport {
    private final NvmeController controller;
    private final AdminQueue queue;
    private final TransferPool memories;
    private final AsynchronousEvents events;
    private final TransportLimits limits;

    NvmeAdminTransport(
            NvmeController controller,
            AdminQueue queue,
            TransferPool memories,
            AsynchronousEvents events,
            TransportLimits limits) {
        this.controller = controller;
        this.queue = queue;
        this.memories = memories;
        this.events = events;
        this.limits = limits;
    }

    /// {@return the limits} Bytes: what the controller says (MDTS), at most what the options say. A controller can keep writing into
    /// memory of this transport until that is closed, so it can hold a ring.
    @Override
    public TransportLimits limits() {
        return limits;
    }

    /// Lends memory, mapped for the device, at whole pages of its own. Blocks for the mapping.
    @Override
    public TransferMemory allocate(long byteSize) {
        return memories.allocate(byteSize);
    }

    /// Lends ring memory, mapped for the device at addresses without a gap and at the start of a page of the controller (CC.MPS).
    /// All of it is taken from the host and pinned at once. Blocks for the mapping. When to close it says [NvmeAdminTransport].
    ///
    /// @param byteSize size in bytes, 1 to 2^34
    /// @return the memory
    /// @throws InvalidValueException when the size is out of bounds
    /// @throws TransportException    when there is no such memory or no room among the device's addresses, the process may not pin
    ///                               so much (`ulimit -l`), or the transport is closed
    @Override
    public TransferMemory allocateRing(long byteSize) {
        return memories.allocateRing(byteSize);
    }

    /// {@return nothing: events arrive here}
    @Override
    public Optional<String> eventsUnavailable() {
        return Optional.empty();
    }

    @Override
    public EventSubscription listenForEvents(AsynchronousEventListener listener) {
        memories.requireOpen();
        return events.listen(listener);
    }

    /// Submits one command. While all places are taken, the calling thread looks for completions, for at most `timeout`; a
    /// [TransportException] then says whether commands that timed out are what takes the places.
    ///
    /// @param entry        submission entry of 64 bytes, anywhere; command identifier, PSDT and data pointer in it mean nothing
    /// @param data         memory of this transport that the command reads or writes, or a ring that it names; null for none
    /// @param dataByteSize bytes from the start of `data` that are moved; 0 when `data` is null or a ring, whose address is then PRP1,
    ///                     while PRP2 is 0
    /// @param timeout      time until the command must be complete
    /// @return the completion, whatever its status; or exceptionally a [CommandTimeoutException] or a [TransportException]
    /// @throws InvalidValueException when an argument is out of bounds, or `data` is not open memory of this transport
    @Override
    public CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
        return queue.submit(entry, data, dataByteSize, timeout);
    }

    /// Looks for completions and overdue commands of all queues of the controller, and publishes what came of them. Does not wait.
    ///
    /// @return how many outcomes this call published
    public int poll() {
        return controller.poll();
    }

    /// {@return what counts the interrupts of the admin queue; empty where interrupts are off} A reset of the function makes
    /// another.
    public Optional<EventCounter> interrupt() {
        return controller.interrupt(0);
    }

    /// Closes the controller: nothing less makes sure that no command writes into memory any more. Idempotent.
    @Override
    public void close() {
        controller.close();
    }
}

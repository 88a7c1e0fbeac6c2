package io.nvmelm.spi;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Carries NVMe admin commands to one controlling controller. Moves bytes and knows no command.
///
/// Thread-safe. Commands that were submitted may complete in any order, on any thread; completions must not be handed
/// out under a lock of the transport that [#submit] takes.
public interface AdminTransport extends AutoCloseable {

    /// {@return the limits of what this transport can carry} The controller's own limits (MDTS) come on top. Does not
    /// change.
    TransportLimits limits();

    /// Lends memory that the controller can reach, zeroed. The caller closes it.
    ///
    /// @param byteSize size in bytes, 1 to [TransportLimits#maximumTransferBytes()]
    /// @return the memory
    /// @throws InvalidValueException when the size is out of bounds
    /// @throws TransportException    when there is no such memory, or the transport is closed
    TransferMemory allocate(long byteSize);

    /// Submits one command. Returns at once, or blocks while [TransportLimits#maximumCommandsInFlight()] commands are
    /// under way.
    ///
    /// @param entry        submission entry of 64 bytes (Base 2.3 fig. 92) with command identifier and data pointer
    ///                     zero: the transport fills in a copy of its own, since only it knows addresses. The caller
    ///                     may use the segment again when this method returns
    /// @param data         memory of this transport that the command reads or writes (bits 1:0 of the opcode say
    ///                     which), or ring memory that the command names; null for none
    /// @param dataByteSize bytes from the start of `data` that are moved; 0 when `data` is null. Ring memory
    ///                     ([#allocateRing(long)]) is named, not moved: its size here is 0, and the data pointer is its
    ///                     first address in PRP1 alone
    /// @param timeout      time until the command must be complete
    /// @return the completion, whatever its status; or exceptionally a [CommandTimeoutException], after which `data`
    ///         belongs to the transport until the command completes or the controller is reset
    ///         ([TransferMemory#isQuarantined()]), or a [TransportException], also when the transport is closed
    /// @throws InvalidValueException when an argument is out of bounds, or `data` is not open memory of this transport
    CompletableFuture<Completion> submit(
            MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout);

    /// Lends ring memory: zeroed, page aligned, contiguous for the controller, which may write into it at any time after a
    /// command named it, as a Controller Data Queue needs. Close it only when the controller has forgotten it; what is
    /// never closed is given back with the transport. Blocks for the mapping.
    ///
    /// @param byteSize size in bytes, 1 to 2^34
    /// @return the memory
    /// @throws CapabilityMissingException when this transport has none ([TransportLimits#ringMemoryUnavailable()])
    /// @throws InvalidValueException      when the size is out of bounds
    /// @throws TransportException         when there is not so much, or the transport is closed
    default TransferMemory allocateRing(long byteSize) {
        throw new CapabilityMissingException(
                "A ring that the controller fills",
                "memory that stays mapped after a command: " + limits().ringMemoryUnavailable()
                        .orElse("this transport does not implement it"),
                "Drive the controlling controller from user space");
    }

    /// {@return why nobody can listen for asynchronous events of the controller; empty where one can}
    default Optional<String> eventsUnavailable() {
        return Optional.of("this transport does not receive asynchronous events");
    }

    /// Tells a listener of asynchronous events from now on. The transport keeps Asynchronous Event Requests outstanding
    /// for as long as somebody listens, and starts them again after a reset of the controller. Any number of listeners is
    /// told, in the order of their subscription. Does not block.
    ///
    /// @param listener is told of each event, on the thread that completes commands
    /// @return ends it when closed; the end of the transport ends it too
    /// @throws CapabilityMissingException when events do not arrive here ([#eventsUnavailable()])
    /// @throws TransportException         when the transport is closed
    default EventSubscription listenForEvents(AsynchronousEventListener listener) {
        throw new CapabilityMissingException(
                "Listening for asynchronous events",
                "a transport that receives them: " + eventsUnavailable().orElse("this one does not implement it"),
                "Look for changes by polling, or drive the controlling controller from user space");
    }

    /// Ends the transport: commands under way complete with a [TransportException], memory is given back. Idempotent.
    @Override
    void close();
}

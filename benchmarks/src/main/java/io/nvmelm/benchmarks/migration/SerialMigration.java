package io.nvmelm.benchmarks.migration;

import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.ControllerStateView;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The baseline of a whole migration: the sequence of the Linux driver that was proposed in August 2025 (`nvme-vfio-pci`, second
/// series), one command after the other, with the values of the standard where the driver's were wrong.
///
/// RUNNING to STOP suspends. STOP to STOP_COPY asks for the formats twice (first for their number, then for them), reads the header for
/// the sizes, allocates, and reads the state; a state above the largest transfer is read in pieces, which the driver could not. At the
/// destination, which was suspended before, RESUMING to STOP sends the state in pieces, and STOP to RUNNING resumes. All of it falls into
/// the blackout, as in the driver; memory for the commands alone is had before, since what that costs says more of the transport. There
/// is no state machine, no session, no check of what is loaded and no second look at the header.
public final class SerialMigration implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final AdminTransport source;
    private final AdminTransport destination;
    private final int sourceId;
    private final int destinationId;
    private final int versionIndex;
    private final int vendorIndex;
    private final int pieceBytes;
    private final TransferMemory sourceMemory;
    private final TransferMemory destinationMemory;
    private final MemorySegment entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);

    /// Makes a migration between two controlling controllers with the same list of formats.
    ///
    /// @param source        way to the source's controlling controller
    /// @param sourceId      the controller that is moved
    /// @param destination   way to the destination's controlling controller
    /// @param destinationId the controller that takes the state
    /// @param versionIndex  CSVI
    /// @param vendorIndex   CSUUIDI
    /// @param pieceBytes    most bytes that one command moves
    public SerialMigration(
            AdminTransport source,
            int sourceId,
            AdminTransport destination,
            int destinationId,
            int versionIndex,
            int vendorIndex,
            int pieceBytes) {
        this.source = source;
        this.sourceId = sourceId;
        this.destination = destination;
        this.destinationId = destinationId;
        this.versionIndex = versionIndex;
        this.vendorIndex = vendorIndex;
        this.pieceBytes = pieceBytes;
        this.sourceMemory = source.allocate(Math.max(pieceBytes, IdentifyCommand.DATA_BYTES));
        this.destinationMemory = destination.allocate(pieceBytes);
    }

    /// What is done before the guest stops: the destination is suspended.
    public void prepare() {
        execute(destination, new SuspendCommand(destinationId, SuspendType.SUSPEND, false), null);
    }

    /// The blackout: from Suspend at the source to Resume at the destination.
    ///
    /// @return bytes of the state
    public long run() {
        execute(source, new SuspendCommand(sourceId, SuspendType.SUSPEND, false), null);
        for (int i = 0; i < 2; i++) {
            execute(source, IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS), sourceMemory);
        }
        var state = receive();
        send(state);
        execute(destination, new ResumeCommand(destinationId), null);
        return state.byteSize();
    }

    private MemorySegment receive() {
        execute(source, get(0, ControllerStateView.HEADER_BYTES), sourceMemory);
        long total = new ControllerStateView().wrap(sourceMemory.segment(), 0).totalBytes();
        var state = MemorySegment.ofArray(new byte[Math.toIntExact(total)]);
        for (long offset = 0; offset < total; offset += pieceBytes) {
            long bytes = Math.min(pieceBytes, total - offset);
            execute(source, get(offset, bytes), sourceMemory);
            MemorySegment.copy(sourceMemory.segment(), 0, state, offset, bytes);
        }
        return state;
    }

    private GetControllerStateCommand get(long offset, long bytes) {
        return new GetControllerStateCommand(sourceId, versionIndex, vendorIndex, 0, offset, 0, bytes / 4);
    }

    private void send(MemorySegment state) {
        long total = state.byteSize();
        for (long offset = 0; offset < total; offset += pieceBytes) {
            long bytes = Math.min(pieceBytes, total - offset);
            MemorySegment.copy(state, offset, destinationMemory.segment(), 0, bytes);
            var sequence = SequenceIndicator.of(offset == 0, offset + bytes == total);
            execute(
                    destination,
                    new SetControllerStateCommand(
                            destinationId, sequence, versionIndex, vendorIndex, offset, 0, bytes / 4),
                    destinationMemory);
        }
    }

    private void execute(AdminTransport transport, AdminCommand command, @Nullable TransferMemory data) {
        AdminCommandCodec.encode(command, entry);
        var completion = transport.submit(entry, data, command.dataByteSize(), TIMEOUT).join();
        if (!completion.isSuccess()) {
            throw new AssertionError(command + ": " + completion.status());
        }
    }

    /// Gives the memory back.
    @Override
    public void close() {
        sourceMemory.close();
        destinationMemory.close();
    }
}

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
///
/// Used by one thread, or by one for each side, where [#load(MemorySegment)] follows [#save()].
public final class SerialMigration implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Side source;
    private final Side destination;
    private final int versionIndex;
    private final int vendorIndex;
    private final int pieceBytes;

    /// What the commands of one side need.
    private static final class Side {
        private final AdminTransport transport;
        private final int controllerId;
        private final TransferMemory memory;
        private final MemorySegment entry = Arena.ofAuto().allocate(SubmissionEntryView.BYTES, 64);

        Side(AdminTransport transport, int controllerId, long memoryBytes) {
            this.transport = transport;
            this.controllerId = controllerId;
            this.memory = transport.allocate(memoryBytes);
        }

        void execute(AdminCommand command) {
            execute(command, null);
        }

        void transfer(AdminCommand command) {
            execute(command, memory);
        }

        private void execute(AdminCommand command, @Nullable TransferMemory data) {
            AdminCommandCodec.encode(command, entry);
            var completion = transport.submit(entry, data, command.dataByteSize(), TIMEOUT).join();
            if (!completion.isSuccess()) {
                throw new AssertionError(command + ": " + completion.status());
            }
        }
    }

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
        this.source = new Side(source, sourceId, Math.max(pieceBytes, IdentifyCommand.DATA_BYTES));
        this.destination = new Side(destination, destinationId, pieceBytes);
        this.versionIndex = versionIndex;
        this.vendorIndex = vendorIndex;
        this.pieceBytes = pieceBytes;
    }

    /// What is done before the guest stops: the destination is suspended.
    public void prepare() {
        destination.execute(new SuspendCommand(destination.controllerId, SuspendType.SUSPEND, false));
    }

    /// The blackout, both halves: from Suspend at the source to Resume at the destination.
    ///
    /// @return bytes of the state
    public long run() {
        var state = save();
        load(state);
        return state.byteSize();
    }

    /// The source's half of the blackout, from Suspend to the last piece.
    ///
    /// @return the state
    public MemorySegment save() {
        source.execute(new SuspendCommand(source.controllerId, SuspendType.SUSPEND, false));
        for (int i = 0; i < 2; i++) {
            source.transfer(IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS));
        }
        source.transfer(get(0, ControllerStateView.HEADER_BYTES));
        long total = new ControllerStateView().wrap(source.memory.segment(), 0).totalBytes();
        var state = MemorySegment.ofArray(new byte[Math.toIntExact(total)]);
        for (long offset = 0; offset < total; offset += pieceBytes) {
            long bytes = Math.min(pieceBytes, total - offset);
            source.transfer(get(offset, bytes));
            MemorySegment.copy(source.memory.segment(), 0, state, offset, bytes);
        }
        return state;
    }

    private GetControllerStateCommand get(long offset, long bytes) {
        return new GetControllerStateCommand(source.controllerId, versionIndex, vendorIndex, 0, offset, 0, bytes / 4);
    }

    /// The destination's half of the blackout, from the first piece to Resume.
    ///
    /// @param state what [#save()] returned, or a copy
    public void load(MemorySegment state) {
        long total = state.byteSize();
        for (long offset = 0; offset < total; offset += pieceBytes) {
            long bytes = Math.min(pieceBytes, total - offset);
            MemorySegment.copy(state, offset, destination.memory.segment(), 0, bytes);
            var sequence = SequenceIndicator.of(offset == 0, offset + bytes == total);
            destination.transfer(new SetControllerStateCommand(
                    destination.controllerId, sequence, versionIndex, vendorIndex, offset, 0, bytes / 4));
        }
        destination.execute(new ResumeCommand(destination.controllerId));
    }

    /// Gives the memory back.
    @Override
    public void close() {
        source.memory.close();
        destination.memory.close();
    }
}

package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;

/// The host of a controlling controller: sends commands by their dwords over a transport.
final class ManagementHost {
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    final AdminTransport transport;

    ManagementHost(InMemorySubsystem subsystem) {
        this.transport = subsystem.controllingTransport();
    }

    static MemorySegment entry(int opcode, int cdw10, int cdw11, int cdw12, int cdw13, int cdw15) {
        var bytes = MemorySegment.ofArray(new byte[64]);
        new SubmissionEntryView()
                .wrap(bytes, 0)
                .opcode(opcode)
                .cdw10(cdw10)
                .cdw11(cdw11)
                .cdw12(cdw12)
                .cdw13(cdw13)
                .cdw15(cdw15);
        return bytes;
    }

    CompletableFuture<Completion> start(MemorySegment entry) {
        return transport.submit(entry, null, 0, TIMEOUT);
    }

    CompletableFuture<Completion> startSuspend(int controllerId) {
        return start(entry(0x41, 0, 0x1_0000 | controllerId, 0, 0, 0));
    }

    Completion suspend(int controllerId) {
        return startSuspend(controllerId).join();
    }

    Completion resume(int controllerId) {
        return start(entry(0x41, 1, controllerId, 0, 0, 0)).join();
    }

    /// Set Controller State from its dwords and the data of the piece.
    Completion setState(int cdw10, int cdw11, long offset, byte[] piece) {
        var entry = entry(0x41, cdw10, cdw11, (int) offset, (int) (offset >>> 32), piece.length / 4);
        if (piece.length == 0) {
            return start(entry).join();
        }
        try (TransferMemory memory = transport.allocate(piece.length)) {
            memory.segment().copyFrom(MemorySegment.ofArray(piece));
            return transport.submit(entry, memory, piece.length, TIMEOUT).join();
        }
    }

    /// What Get Controller State answered and delivered.
    record State(Completion completion, byte[] bytes) {}

    State getState(int cdw10, int cdw11, long offset, int byteSize) {
        try (TransferMemory memory = transport.allocate(byteSize)) {
            var completion = transport
                    .submit(
                            entry(0x42, cdw10, cdw11, (int) offset, (int) (offset >>> 32), byteSize / 4 - 1),
                            memory,
                            byteSize,
                            TIMEOUT)
                    .join();
            return new State(completion, memory.segment().toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /// {@return the whole state with these indices}
    byte[] readState(int controllerId, int versionIndex, int vendorIndex) {
        var header = getState(versionIndex << 16, vendorIndex << 16 | controllerId, 0, 48).bytes();
        var view = MemorySegment.ofArray(header);
        long total = 48
                + 4
                        * (view.get(ValueLayout.JAVA_LONG_UNALIGNED, 16)
                                + view.get(ValueLayout.JAVA_LONG_UNALIGNED, 32));
        return getState(versionIndex << 16, vendorIndex << 16 | controllerId, 0, (int) total).bytes();
    }

    /// Writes a whole state by one command.
    Completion writeState(int controllerId, int versionIndex, int vendorIndex, byte[] state) {
        return setState(0x3_0002, vendorIndex << 24 | versionIndex << 16 | controllerId, 0, state);
    }

    byte[] identify(int cdw10) {
        try (TransferMemory memory = transport.allocate(4096)) {
            var completion =
                    transport.submit(entry(0x06, cdw10, 0, 0, 0, 0), memory, 4096, TIMEOUT).join();
            if (!completion.isSuccess()) {
                throw new AssertionError(completion.status().toString());
            }
            return memory.segment().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
    }
}

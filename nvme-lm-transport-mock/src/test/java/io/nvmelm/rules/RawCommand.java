package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// An admin command by its dwords, as no codec made it.
final class RawCommand {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int FIRST_DWORD_OFFSET = 40 - 10 * 4;

    private final RuleWorld world;
    private final AdminTransport transport;
    private final MemorySegment bytes = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
    private final SubmissionEntryView entry = new SubmissionEntryView().wrap(bytes, 0);
    private byte[] data = {};
    private TransferMemory ring;
    private QueueHost host;
    private Runnable before = () -> {};

    RawCommand(RuleWorld world, int opcode) {
        this.world = world;
        this.transport = world.transport;
        entry.opcode(opcode);
    }

    /// Sets one of command dwords 10 to 15.
    RawCommand dword(int number, int value) {
        bytes.set(ValueLayout.JAVA_INT_UNALIGNED, FIRST_DWORD_OFFSET + number * 4L, value);
        return this;
    }

    RawCommand namespace(long namespaceId) {
        entry.namespaceId(namespaceId);
        return this;
    }

    RawCommand flags(int value) {
        entry.flags(value);
        return this;
    }

    /// Data that the controller reads.
    RawCommand data(byte[] content) {
        data = content.clone();
        return this;
    }

    /// Room that the controller writes into, filled with EEh before.
    RawCommand room(int byteSize) {
        data = new byte[byteSize];
        java.util.Arrays.fill(data, (byte) 0xEE);
        return this;
    }

    /// Ring memory that the command names.
    RawCommand ring(TransferMemory memory) {
        ring = memory;
        return this;
    }

    /// Sends the command by the admin queue of a host, with a pointer of its own.
    RawCommand by(QueueHost by, long prp1) {
        host = by;
        entry.prp1(prp1);
        return this;
    }

    /// Has something done immediately before the command is sent, when the library has done what it does first.
    RawCommand when(Runnable something) {
        before = something;
        return this;
    }

    /// {@return the command under way; its data is not looked at}
    CompletableFuture<Completion> start() {
        return start(TIMEOUT);
    }

    /// {@return the command under way, which has so much time; its data is not looked at}
    CompletableFuture<Completion> start(Duration timeout) {
        return transport.submit(bytes, ring, 0, timeout);
    }

    /// Executes the command; the data is then that of [#bytes()].
    Completion answer() {
        before.run();
        var completion = execute();
        world.answered = completion.status();
        return completion;
    }

    private Completion execute() {
        if (host != null) {
            return host.execute(0, entry.opcode(), e -> e.prp1(entry.prp1())
                    .cdw10(entry.cdw10())
                    .cdw11(entry.cdw11())
                    .cdw12(entry.cdw12()));
        }
        if (data.length == 0) {
            return start().join();
        }
        try (var memory = transport.allocate(data.length)) {
            memory.segment().copyFrom(MemorySegment.ofArray(data));
            var completion = transport.submit(bytes, memory, data.length, TIMEOUT).join();
            data = memory.segment().toArray(ValueLayout.JAVA_BYTE);
            return completion;
        }
    }

    /// Executes the command in place of one of the library's, which gets the answer.
    ///
    /// @throws io.nvmelm.CommandFailedException as the library says it, when the command failed
    void send() {
        HostSide.send(world, this);
    }

    /// {@return the entry}
    SubmissionEntryView entry() {
        return entry;
    }

    @Override
    public String toString() {
        return String.format("Opcode %02Xh, CDW10 %08Xh, CDW11 %08Xh", entry.opcode(), entry.cdw10(), entry.cdw11());
    }

    /// Executes the command, which must succeed.
    Completion must() {
        var completion = answer();
        assertThat(completion.isSuccess()).as(completion.toString()).isTrue();
        return completion;
    }

    /// Executes the command, which must succeed.
    ///
    /// @return the data afterwards
    byte[] bytes() {
        must();
        return data;
    }
}

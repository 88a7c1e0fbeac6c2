package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.spi.TransportLimits;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whose a submission entry is, and for how long.
class CommandPortTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /// The memory of each entry, and the command that was in it when it came.
    private final List<Object> entries = new ArrayList<>();
    private final List<AdminCommand> commands = new ArrayList<>();
    private Consumer<AdminCommand> whileSubmitted = _ -> {};
    private final CommandPort port = new CommandPort(new Transport());

    @Test
    void anEntryThatWasTakenIsUsedAgain() {
        port.submit(new ResumeCommand(1), null, TIMEOUT);
        port.submit(new ResumeCommand(2), null, TIMEOUT);

        assertThat(commands).containsExactly(new ResumeCommand(1), new ResumeCommand(2));
        assertThat(entries.get(1)).isSameAs(entries.get(0));
    }

    /// As between threads: one command is submitted while another is.
    @Test
    void commandsAtTheSameTimeHaveEntriesOfTheirOwn() {
        whileSubmitted = command -> {
            if (command.equals(new ResumeCommand(1))) {
                port.submit(new ResumeCommand(2), null, TIMEOUT);
                port.submit(new ResumeCommand(3), null, TIMEOUT);
            }
        };

        port.submit(new ResumeCommand(1), null, TIMEOUT);

        assertThat(commands).containsExactly(new ResumeCommand(1), new ResumeCommand(2), new ResumeCommand(3));
        assertThat(entries.get(1)).isNotSameAs(entries.get(0));
        assertThat(entries.get(2)).isNotSameAs(entries.get(0));
    }

    /// Whoever fails may have handed the entry on to another thread.
    @Test
    void anEntryOfACommandThatFailedIsNotUsedAgain() {
        whileSubmitted = _ -> {
            throw new IllegalStateException("refused after it was handed on");
        };
        assertThatThrownBy(() -> port.submit(new ResumeCommand(1), null, TIMEOUT))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("refused after it was handed on");
        whileSubmitted = _ -> {};

        port.submit(new ResumeCommand(2), null, TIMEOUT);

        assertThat(commands).containsExactly(new ResumeCommand(1), new ResumeCommand(2));
        assertThat(entries.get(1)).isNotSameAs(entries.get(0));
    }

    private final class Transport implements AdminTransport {
        @Override
        public TransportLimits limits() {
            throw new UnsupportedOperationException();
        }

        @Override
        public TransferMemory allocate(long byteSize) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Completion> submit(
                MemorySegment entry, @Nullable TransferMemory data, long dataByteSize, Duration timeout) {
            var command = AdminCommandCodec.decode(entry);
            entries.add(entry.heapBase().orElseThrow());
            commands.add(command);
            whileSubmitted.accept(command);
            return CompletableFuture.completedFuture(Completion.success());
        }

        @Override
        public void close() {}
    }
}

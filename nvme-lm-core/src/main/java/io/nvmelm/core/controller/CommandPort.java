package io.nvmelm.core.controller;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.Completion;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Sends commands over a transport and turns what comes back into completions or typed failures. Thread-safe.
final class CommandPort {
    /// How much longer than its deadline a command is waited for, before a transport that does not keep deadlines is given up.
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final AdminTransport transport;
    private final ReentrantLock entryLock = new ReentrantLock();
    private final MemorySegment entry = MemorySegment.ofArray(new long[SubmissionEntryView.BYTES / Long.BYTES]);

    CommandPort(AdminTransport transport) {
        this.transport = transport;
    }

    AdminTransport transport() {
        return transport;
    }

    /// Sends a command and returns at once.
    CompletableFuture<Completion> submit(AdminCommand command, @Nullable TransferMemory data, Duration timeout) {
        entryLock.lock();
        try {
            AdminCommandCodec.encode(command, entry);
            return transport.submit(entry, data, command.dataByteSize(), timeout);
        } finally {
            entryLock.unlock();
        }
    }

    /// Sends a command and waits for its success.
    Completion execute(AdminCommand command, @Nullable TransferMemory data, Duration timeout) {
        return requireSuccess(command, await(command, submit(command, data, timeout), timeout));
    }

    /// Waits for a completion, whatever its status. An interrupt does not end the wait, since the command goes on; it is kept for
    /// the caller. The wait is bounded by the command's deadline.
    Completion await(AdminCommand command, CompletableFuture<Completion> future, Duration timeout) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + timeout.plus(GRACE).toNanos();
        try {
            while (true) {
                try {
                    return future.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    throw new CommandTimeoutException(command.toString(), timeout);
                } catch (ExecutionException e) {
                    throw failureOf(command, e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static LiveMigrationException failureOf(AdminCommand command, @Nullable Throwable cause) {
        return cause instanceof LiveMigrationException known
                ? known
                : new TransportException(
                        FailureCategory.FATAL,
                        "the transport failed with " + cause + " while it carried " + command,
                        "This is a defect of the transport; open a new one",
                        0,
                        cause);
    }

    /// Returns the completion, or throws what its status means.
    static Completion requireSuccess(AdminCommand command, Completion completion) {
        if (!completion.isSuccess()) {
            throw new CommandFailedException(command.toString(), completion.status());
        }
        return completion;
    }
}

package io.nvmelm.core.controller;

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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Sends commands over a transport and turns what comes back into completions or typed failures, whatever the transport does.
/// Thread-safe.
final class CommandPort {
    /// How much longer than its deadline a command is waited for, before a transport that does not keep deadlines is given up.
    private static final Duration GRACE = Duration.ofSeconds(5);

    /// How many commands it takes until what they take is what counts.
    private static final int SMOOTHING = 8;

    /// A command that was sent.
    ///
    /// @param command       what was sent
    /// @param future        how it ends
    /// @param timeout       time that it has
    /// @param deadlineNanos when it is given up, by [System#nanoTime()]
    record Pending(
            AdminCommand command, CompletableFuture<Completion> future, Duration timeout, long deadlineNanos) {}

    private final AdminTransport transport;
    /// The entry of a command that the transport has taken, for the next one; absent while a command is submitted. Not that of one that
    /// failed: whoever fails may have kept it.
    private final AtomicReference<@Nullable MemorySegment> spareEntry = new AtomicReference<>();
    private final UserDataQueueIdentifiers queueIdentifiers = new UserDataQueueIdentifiers();
    /// What a command that was waited for took, the later ones counting more; 0 before the first. A lost update is of no account.
    private volatile long typicalNanos;

    CommandPort(AdminTransport transport) {
        this.transport = transport;
    }

    AdminTransport transport() {
        return transport;
    }

    /// Whose the identifiers of the controller's user data migration queues are.
    UserDataQueueIdentifiers queueIdentifiers() {
        return queueIdentifiers;
    }

    /// Sends a command; returns when the transport has taken it.
    Pending submit(AdminCommand command, @Nullable TransferMemory data, Duration timeout) {
        long deadline = System.nanoTime() + timeout.plus(GRACE).toNanos();
        var spare = spareEntry.getAndSet(null);
        var entry = spare == null ? MemorySegment.ofArray(new long[SubmissionEntryView.BYTES / Long.BYTES]) : spare;
        AdminCommandCodec.encode(command, entry);
        var event = CommandEvent.start();
        try {
            var future = transport.submit(entry, data, command.dataByteSize(), timeout);
            spareEntry.setRelease(entry);
            CommandEvent.endWith(event, command, future);
            return new Pending(command, future, timeout, deadline);
        } catch (Exception e) {
            CommandEvent.end(event, command, null, e);
            throw failureOf(command, e);
        }
    }

    /// Sends a command and waits for its success.
    Completion execute(AdminCommand command, @Nullable TransferMemory data, Duration timeout) {
        long begun = System.nanoTime();
        var pending = submit(command, data, timeout);
        var completion = await(pending);
        long nanos = System.nanoTime() - begun;
        long before = typicalNanos;
        typicalNanos = before == 0 ? nanos : before + (nanos - before) / SMOOTHING;
        return requireSuccess(command, completion);
    }

    /// {@return how long a command takes, as measured so far, in nanoseconds; 0 before the first}
    long typicalNanos() {
        return typicalNanos;
    }

    /// Waits for a completion, whatever its status. An interrupt does not end the wait, since the command goes on; it is kept for
    /// the caller. The wait is bounded by the command's deadline.
    Completion await(Pending pending) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    long left = Math.max(1, pending.deadlineNanos() - System.nanoTime());
                    return pending.future().get(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    var failure = new CommandTimeoutException(pending.command().toString(), pending.timeout());
                    CommandEvent.givenUp(pending.command(), failure);
                    throw failure;
                } catch (ExecutionException e) {
                    throw failureOf(pending.command(), e.getCause());
                } catch (CancellationException e) {
                    throw failureOf(pending.command(), e);
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
        if (StatusMeanings.isFailure(command, completion)) {
            throw StatusMeanings.failureOf(command, completion);
        }
        return completion;
    }
}

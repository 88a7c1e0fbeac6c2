package io.nvmelm.transport.vfio.passthrough;

import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One command under way: the future that the submitter gets, and the work of the thread that makes the blocking call. One object
/// for both, so that a command allocates nothing else.
final class PassthroughCommand extends CompletableFuture<Completion> implements Runnable {
    final CommandBlock block;
    final @Nullable PassthroughMemory memory;
    /// Whether a thread has taken it. Guarded by the lock of the transport.
    boolean taken;

    private final PassthroughQueue owner;
    private final Duration timeout;
    private final long submittedNanos;
    private final long timeoutNanos;

    PassthroughCommand(
            PassthroughQueue owner,
            CommandBlock block,
            @Nullable PassthroughMemory memory,
            long submittedNanos,
            Duration timeout) {
        this.owner = owner;
        this.block = block;
        this.memory = memory;
        this.timeout = timeout;
        this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
        this.submittedNanos = submittedNanos;
    }

    /// {@return when its time is over, as the host's clock counts}
    long deadlineNanos() {
        return submittedNanos + Math.min(timeoutNanos, Long.MAX_VALUE / 2);
    }

    /// Makes the call and ends the command. Does nothing when that was done before, or the transport ended it meanwhile.
    @Override
    public void run() {
        if (!owner.take(this)) {
            return;
        }
        Completion completion = null;
        Throwable failure = null;
        try {
            requireTimeLeft();
            completion = block.execute(owner.host(), owner.node(), timeout);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        end(completion, failure);
    }

    /// Ends a command that no thread will take.
    ///
    /// @param cause what the executor threw
    void refusedBy(Throwable cause) {
        if (owner.take(this)) {
            end(
                    null,
                    new TransportException(
                            FailureCategory.RETRY,
                            "the executor did not take " + block.describe() + ", which was not sent: " + cause,
                            "Pass an executor with a thread for each command in flight, and close the transport before it",
                            0,
                            cause));
        }
    }

    /// Ends the future at once, and the command too unless a thread is making the call.
    ///
    /// @param failure what the submitter gets
    void abandon(TransportException failure) {
        if (owner.take(this)) {
            end(null, failure);
        } else {
            completeExceptionally(failure);
        }
    }

    /// A command that waited all its time for a place and a thread is not sent: whoever submitted it may have given up.
    private void requireTimeLeft() {
        if (owner.host().clock().nanoTime() - submittedNanos >= timeoutNanos) {
            throw new TransportException(
                    FailureCategory.RETRY,
                    block.describe() + " waited " + CommandBlock.toMillis(timeout)
                            + " ms for a place and a thread and was not sent",
                    "Give it more time, or pass an executor with a thread for each command in flight",
                    0,
                    null);
        }
    }

    /// The place and the memory are free before the future is complete, so that its callbacks can submit.
    private void end(@Nullable Completion completion, @Nullable Throwable failure) {
        Throwable last = failure;
        try {
            owner.release(this);
        } catch (LiveMigrationException e) {
            last = last == null ? e : last;
        }
        if (completion != null && last == null) {
            complete(completion);
        } else {
            completeExceptionally(last);
        }
    }
}

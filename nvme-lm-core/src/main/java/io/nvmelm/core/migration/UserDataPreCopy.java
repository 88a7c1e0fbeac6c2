package io.nvmelm.core.migration;

import io.nvmelm.BlockCopyException;
import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.CallbackException;
import io.nvmelm.ChangesLostException;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyListener;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.UserDataTracking;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Copies the namespaces of a device to a target while the device writes them, and the rest once it is suspended.
///
/// ```java
/// var copy = new UserDataPreCopy(tracking, source, target, namespaces).budget(Duration.ofMillis(50));
/// var outcome = copy.run();                              // the guest runs
/// if (outcome.verdict() == PreCopyVerdict.CONVERGED) {
///     …                                                  // suspend the device
///     copy.finish(Duration.ofSeconds(5));                // the guest stands still
/// }
/// ```
///
/// **Rounds.** The first round copies everything that the source says may be allocated, each further one what changed during the
/// one before: modified blocks are read and written in pieces, deallocated ranges are deallocated at the target and count as one
/// block. Between pieces, and while it waits, the log is [kept up with][UserDataTracking#keepUp()], so that the device's queue
/// does not run full.
///
/// **Verdict.** [#run()] has converged when what is left after a round fits the budget: bytes, or the time that source and target
/// would need for them at the slower of their rate so far and their rate in the last round. It goes on as long as a round leaves
/// less than every round before it. It will not converge when three rounds in a row leave no less than the best one before them,
/// when in two rounds in a row at least as many bytes per second changed as the rate limit allows to be copied, when the maximum
/// of rounds is reached, or when changes were lost more often than allowed. A block that changes several times in a round counts
/// once, so the rate is that of blocks to be copied, not that of the guest's writes.
///
/// **Failures** lose nothing: the whole round is put back, also what was already copied of it, and logging goes on. [#run()] can
/// be called again after any outcome and any failure, and goes on where it was. Only when the target could not be flushed, or the
/// changes could not be put back, everything is copied again.
///
/// Memory used is one piece. Logging is not stopped here: whoever owns the tracking does that. [#run()] and [#finish(Duration)]
/// block, exclude each other and may be called from different threads; options are set before. [#cancel()] may be called from any
/// thread, and an interrupt of the thread that copies does the same.
public final class UserDataPreCopy {
    private final ReentrantLock lock = new ReentrantLock();
    private final UserDataTracking tracking;
    private final BlockSource source;
    private final BlockTarget target;
    private final List<NamespaceExtent> namespaces;
    private final PreCopySettings settings = new PreCopySettings();
    private volatile boolean cancelled;
    private @Nullable PreCopyRounds rounds;

    /// Makes a copy. Does nothing yet.
    ///
    /// @param tracking   tells what the device changes
    /// @param source     the namespaces as the device has them
    /// @param target     where they go; never written blocks are expected to be deallocated there, see [#targetHoldsData()]
    /// @param namespaces what to copy; at least one, each once
    /// @throws InvalidValueException when a namespace is named twice or there is none
    public UserDataPreCopy(
            UserDataTracking tracking, BlockSource source, BlockTarget target, List<NamespaceExtent> namespaces) {
        this.tracking = tracking;
        this.source = source;
        this.target = target;
        this.namespaces = List.copyOf(namespaces);
        var seen = new HashSet<Long>();
        for (var namespace : this.namespaces) {
            if (!seen.add(namespace.namespaceId())) {
                throw new InvalidValueException(
                        "namespaces", namespace.namespaceId() + " twice", "each namespace once");
            }
        }
        if (seen.isEmpty()) {
            throw new InvalidValueException("namespaces", "none", "1 or more");
        }
    }

    /// How many bytes may be left for the blackout. Replaces a budget of time. Default 32 MiB.
    ///
    /// @param bytes 0 or more
    /// @return this
    public UserDataPreCopy budget(long bytes) {
        settings.budgetBytes = checked("budget", bytes, 0, Long.MAX_VALUE);
        settings.budgetSeconds = 0;
        return this;
    }

    /// How long copying what is left may take in the blackout, as measured. Replaces a budget of bytes.
    ///
    /// @param blackout longer than zero
    /// @return this
    public UserDataPreCopy budget(Duration blackout) {
        settings.budgetSeconds = positive("budget", blackout) / 1e9;
        return this;
    }

    /// How fast [#run()] copies at most; the blackout knows no limit. Default is no limit.
    ///
    /// @param bytesPerSecond 1 or more
    /// @return this
    public UserDataPreCopy rateLimit(long bytesPerSecond) {
        settings.limit = checked("rateLimit", bytesPerSecond, 1, Long.MAX_VALUE);
        return this;
    }

    /// Bytes read and written at once. Default 1 MiB.
    ///
    /// @param bytes at least the largest block, at most 64 MiB; what is no multiple of a block is rounded down to one
    /// @return this
    public UserDataPreCopy pieceBytes(int bytes) {
        int largest = namespaces.stream().mapToInt(NamespaceExtent::blockByteSize).max().orElse(1);
        settings.pieceBytes = (int) checked("pieceBytes", bytes, largest, 64 << 20);
        return this;
    }

    /// Most rounds of one [#run()]. Default 30.
    ///
    /// @param rounds 1 or more
    /// @return this
    public UserDataPreCopy maximumRounds(int rounds) {
        settings.maximumRounds = (int) checked("maximumRounds", rounds, 1, Integer.MAX_VALUE);
        return this;
    }

    /// How often one [#run()] begins anew after changes were lost. Default 3.
    ///
    /// @param restarts 0 or more
    /// @return this
    public UserDataPreCopy maximumRestarts(int restarts) {
        settings.maximumRestarts = (int) checked("maximumRestarts", restarts, 0, Integer.MAX_VALUE);
        return this;
    }

    /// Has [#finish(Duration)] copy everything when changes were lost or no [#run()] ever copied everything. By default it fails, since
    /// that may take long. A log that lost changes cannot prove that the device stands still, so the device is asked before and after the
    /// copy whether it is suspended. It is the caller's to see to it that nobody resumes and suspends it in between.
    ///
    /// @return this
    public UserDataPreCopy everythingInBlackoutWhenLost() {
        settings.everythingInBlackout = true;
        return this;
    }

    /// Says that the target is not fresh: what is not allocated at the source is deallocated there in the first round too.
    ///
    /// @return this
    public UserDataPreCopy targetHoldsData() {
        settings.targetHoldsData = true;
        return this;
    }

    /// Has the copy tell how it goes, at most ten times in a second.
    ///
    /// @param progress whom
    /// @return this
    public UserDataPreCopy listener(PreCopyListener progress) {
        return listener(progress, Duration.ofMillis(100));
    }

    /// Has the copy tell how it goes.
    ///
    /// @param progress whom
    /// @param interval shortest time between two snapshots of one round, longer than zero
    /// @return this
    public UserDataPreCopy listener(PreCopyListener progress, Duration interval) {
        settings.listenerNanos = positive("interval", interval);
        settings.listener = progress;
        return this;
    }

    /// Measures by and waits in another time. Default is [MigrationClock#SYSTEM].
    ///
    /// @param other the time
    /// @return this
    public UserDataPreCopy clock(MigrationClock other) {
        settings.clock = other;
        return this;
    }

    /// Ends [#run()] or [#finish(Duration)] before the next piece, or its wait for the device; when none runs, the next one at its
    /// beginning. The call that was ended uses this up, and so does a [#finish(Duration)] that was complete before it saw it. Does not
    /// wait.
    public void cancel() {
        cancelled = true;
    }

    /// Copies until what is left fits the budget, or it is clear that it never will. Blocks.
    ///
    /// @return CONVERGED, WILL_NOT_CONVERGE or CANCELLED; what is left stays with the tracking
    /// @throws BlockCopyException     when source or target failed
    /// @throws CallbackException      when source, target or listener threw what nobody expects
    /// @throws InvalidValueException  when this is called by something that it called, or the tracking reports what cannot be
    /// @throws LiveMigrationException when the tracking failed
    public PreCopyOutcome run() {
        return exclusively(PreCopyRounds::run);
    }

    /// Copies what is left and flushes the target, as fast as it goes. To be called when the device is suspended. Blocks.
    ///
    /// When changes were lost, or no [#run()] ever copied everything, everything has to be copied: that is a failure unless
    /// [allowed][#everythingInBlackoutWhenLost()], and the outcome says so.
    ///
    /// @param timeout longest time to wait until the device has said that no more changes will come, more than zero; the copy itself is
    ///                not bounded by it. [#cancel()] ends both
    /// @return COMPLETE, or CANCELLED, after which this can be called again
    /// @throws ChangesLostException    when everything would have to be copied; nothing was done
    /// @throws DeviceStateException    when everything was to be copied, and the device is not suspended, or is no longer when it was
    ///                                 copied; the next call copies everything again
    /// @throws BlockCopyException      when source or target failed
    /// @throws CallbackException       when source, target or listener threw what nobody expects
    /// @throws io.nvmelm.CommandTimeoutException when the device did not say it in time, or a command was not answered
    /// @throws InvalidValueException   when the time is out of bounds, or this is called by something that it called
    /// @throws LiveMigrationException  when the tracking failed
    public PreCopyOutcome finish(Duration timeout) {
        positive("timeout", timeout);
        return exclusively(present -> present.finish(timeout));
    }

    private PreCopyOutcome exclusively(Function<PreCopyRounds, PreCopyOutcome> action) {
        if (lock.isHeldByCurrentThread()) {
            throw new InvalidValueException("caller", "called by this copy", "code that this copy did not call");
        }
        lock.lock();
        try {
            var present = rounds;
            if (present == null) {
                present = new PreCopyRounds(tracking, source, target, namespaces, settings, this::isCancelled);
                rounds = present;
            }
            var outcome = action.apply(present);
            if (outcome.verdict() == PreCopyVerdict.CANCELLED || outcome.verdict() == PreCopyVerdict.COMPLETE) {
                cancelled = false;
            }
            return outcome;
        } finally {
            lock.unlock();
        }
    }

    private boolean isCancelled() {
        return cancelled || Thread.currentThread().isInterrupted();
    }

    private static long positive(String field, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidValueException(field, value.toString(), "longer than zero, at most " + Duration.ofDays(1));
        }
        return value.toNanos();
    }

    private static long checked(String field, long value, long minimum, long maximum) {
        if (value < minimum || value > maximum) {
            throw new InvalidValueException(field, Long.toString(value), minimum + " to " + maximum);
        }
        return value;
    }
}

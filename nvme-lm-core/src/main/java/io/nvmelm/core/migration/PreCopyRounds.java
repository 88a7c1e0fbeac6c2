package io.nvmelm.core.migration;

import io.nvmelm.BlockSource;
import io.nvmelm.BlockTarget;
import io.nvmelm.CallbackException;
import io.nvmelm.ChangesLostException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.PreCopyOutcome;
import io.nvmelm.PreCopyVerdict;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.UserDataTracking;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The rounds of a [UserDataPreCopy]: takes changes, copies them, puts them back when that fails, and judges what is left. Not
/// thread-safe.
final class PreCopyRounds implements BlockCopier.Gate {
    /// Longest wait without looking at the log and for a cancellation.
    private static final long WAIT_NANOS = 10_000_000;

    private final UserDataTracking tracking;
    private final List<NamespaceExtent> namespaces;
    private final PreCopySettings settings;
    private final MigrationClock clock;
    private final BooleanSupplier cancelled;
    private final BlockCopier copier;
    private CopyMeter meter;
    /// Whether logging was started here and nothing is known to be lost since.
    private boolean started;
    private boolean blackout;
    /// Whether the log lost changes while a round was copied.
    private boolean lost;
    private long toldNanos;

    PreCopyRounds(
            UserDataTracking tracking,
            BlockSource source,
            BlockTarget target,
            List<NamespaceExtent> namespaces,
            PreCopySettings settings,
            BooleanSupplier cancelled) {
        this.tracking = tracking;
        this.namespaces = namespaces;
        this.settings = settings;
        this.clock = settings.clock;
        this.cancelled = cancelled;
        this.copier = new BlockCopier(source, target, namespaces, settings, this);
        this.meter = new CopyMeter(clock);
    }

    /// Copies while the device runs.
    PreCopyOutcome run() {
        meter = new CopyMeter(clock);
        blackout = false;
        while (true) {
            if (cancelled.getAsBoolean()) {
                return meter.outcome(PreCopyVerdict.CANCELLED, "the copy was cancelled");
            }
            if (!started || tracking.state() == UserDataLogState.OFF) {
                tracking.start(namespaces);
                started = true;
            }
            var changes = tracking.take();
            lost = !isLogged(changes.state());
            if (!lost) {
                long left = find(changes);
                var verdict = changes.isEverything() ? null : judge(left);
                if (verdict != null) {
                    putBack(changes, left, null);
                    return verdict;
                }
                if (!copy(changes, left) && !lost) {
                    return meter.outcome(PreCopyVerdict.CANCELLED, "the copy was cancelled in round " + nextRound());
                }
            }
            if (lost) {
                started = false;
                meter.restarts(allBytes());
                if (meter.restarts() > settings.maximumRestarts) {
                    return meter.outcome(
                            PreCopyVerdict.WILL_NOT_CONVERGE,
                            "changes were lost " + meter.restarts() + " times, the last time because "
                                    + tracking.lossReason().orElse("the device said so"));
                }
            }
        }
    }

    /// Copies what is left when the device is suspended.
    PreCopyOutcome finish(Duration timeout) {
        meter = new CopyMeter(clock);
        blackout = true;
        lost = false;
        if (cancelled.getAsBoolean()) {
            return cancelledInBlackout();
        }
        if (started) {
            var taken = tracking.takeAfterSuspension(timeout, cancelled);
            if (taken.isEmpty()) {
                return cancelledInBlackout();
            }
            var changes = taken.get();
            if (changes.state() == UserDataLogState.SUSPENDED) {
                long left = find(changes);
                if (changes.isEverything() && !settings.everythingInBlackout) {
                    putBack(changes, left, null);
                    throw new ChangesLostException("no round ever copied everything", allBytes());
                }
                return copy(changes, left)
                        ? completed("the last " + left + " bytes were copied")
                        : cancelledInBlackout();
            }
            started = false;
        }
        meter.restarts(allBytes());
        if (!settings.everythingInBlackout) {
            throw new ChangesLostException(
                    tracking.lossReason().orElse("it is not known what the device changed"), allBytes());
        }
        requireSuspended("is not suspended", "Suspend the device before the blackout");
        meter.roundBegins();
        tell(true);
        if (!copier.copyEverything()) {
            return cancelledInBlackout();
        }
        meter.roundEnds();
        requireSuspended(
                "was suspended, and is not any more, now that everything was copied",
                "Let nobody resume or reset the device in the blackout, and copy again");
        return completed("changes were lost, and everything was copied in the blackout");
    }

    /// A log that lost changes does not tell that the device stands still: the device does.
    private void requireSuspended(String problem, String remedy) {
        if (!tracking.isDeviceSuspended()) {
            throw new DeviceStateException(
                    DeviceState.RUNNING, "the device whose changes were lost " + problem, remedy);
        }
    }

    private PreCopyOutcome completed(String reason) {
        try {
            copier.flush();
        } catch (Throwable e) {
            started = false; // nobody knows what of all that was written is there
            throw e;
        }
        return meter.outcome(PreCopyVerdict.COMPLETE, reason);
    }

    private PreCopyOutcome cancelledInBlackout() {
        return meter.outcome(PreCopyVerdict.CANCELLED, "the copy was cancelled in the blackout");
    }

    /// {@return what copying these counts as}
    private long find(UserDataChanges changes) {
        try {
            long left = copier.costOf(changes);
            meter.found(left, settings.limit);
            return left;
        } catch (Throwable e) {
            putBack(changes, 0, e);
            throw e;
        }
    }

    private static boolean isLogged(UserDataLogState state) {
        return state == UserDataLogState.LOGGING || state == UserDataLogState.SUSPENDED;
    }

    /// {@return the outcome when this is the end, null when another round is to be copied}
    private @Nullable PreCopyOutcome judge(long left) {
        if (left <= budget()) {
            return meter.outcome(PreCopyVerdict.CONVERGED, left + " bytes are left, which fits the budget");
        }
        String rates = left + " bytes are left, " + meter.writeBytesPerSecond() + " bytes per second change and "
                + meter.copyBytesPerSecond() + " can be copied";
        if (meter.isOverrun()) {
            return meter.outcome(
                    PreCopyVerdict.WILL_NOT_CONVERGE,
                    rates + ", with a limit of " + settings.limit + ": raise the limit or slow the guest down");
        }
        if (meter.isStalled()) {
            return meter.outcome(
                    PreCopyVerdict.WILL_NOT_CONVERGE,
                    rates + "; " + CopyMeter.STALLED_ROUNDS + " rounds left no less than before: slow the guest down"
                            + " or allow a larger budget");
        }
        if (meter.rounds() >= settings.maximumRounds) {
            return meter.outcome(
                    PreCopyVerdict.WILL_NOT_CONVERGE, rates + " after the maximum of " + meter.rounds() + " rounds");
        }
        return null;
    }

    private double budget() {
        return settings.budgetSeconds > 0
                ? settings.budgetSeconds * meter.copyBytesPerSecond()
                : settings.budgetBytes;
    }

    /// Copies a round, or puts it back.
    ///
    /// @return whether it was copied to its end
    private boolean copy(UserDataChanges changes, long left) {
        meter.roundBegins();
        boolean copied;
        try {
            tell(true);
            copied = copier.copy(changes);
        } catch (Throwable e) {
            putBack(changes, left, e);
            throw e;
        }
        if (copied) {
            meter.roundEnds();
        } else if (!lost) {
            putBack(changes, left, null);
        }
        return copied;
    }

    private void putBack(UserDataChanges changes, long left, @Nullable Throwable failure) {
        try {
            tracking.putBack(changes);
            meter.putBack(left);
        } catch (Throwable e) {
            started = false; // the changes are gone: everything counts as changed
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
        }
    }

    @Override
    public boolean mayGoOn() {
        if (!blackout && tracking.keepUp() == UserDataLogState.LOST) {
            lost = true;
        }
        return !lost && !cancelled.getAsBoolean();
    }

    @Override
    public void done(long costBytes, long doneBytes, long busyNanos, long begunNanos) {
        meter.done(costBytes, doneBytes, busyNanos);
        tell(false);
        if (settings.limit > 0 && !blackout) {
            double nanos = costBytes * 1e9 / settings.limit;
            waitUntil(begunNanos + (long) Math.ceil(nanos));
        }
    }

    private void waitUntil(long nanoTime) {
        long rest = nanoTime - clock.nanoTime();
        while (rest > 0 && mayGoOn()) {
            clock.await(Math.min(rest, WAIT_NANOS));
            rest = nanoTime - clock.nanoTime();
        }
    }

    private void tell(boolean always) {
        long now = clock.nanoTime();
        if (always || now - toldNanos >= settings.listenerNanos) {
            toldNanos = now;
            var progress = meter.progress();
            CallbackException.guard("the listener", () -> settings.listener.onProgress(progress));
        }
    }

    private int nextRound() {
        return meter.rounds() + 1;
    }

    private long allBytes() {
        return namespaces.stream().mapToLong(NamespaceExtent::byteSize).sum();
    }
}

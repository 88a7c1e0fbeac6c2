package io.nvmelm.core.migration;

import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationInProgressException;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import java.nio.channels.ByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The source of a migration: moves devices to the [MigrationReceiver] at the other end of a connection, all or none.
///
/// Everything that can be done while the guest runs is done before the guest is paused: comparing the two sides, choosing the format,
/// getting the destination ready, copying what can be copied, announcing the suspension, estimating the blackout. Until the right to run
/// has been given away (COMMIT), every failure ends with the devices and the guest running here again; from then on the devices stay
/// stopped here, whatever happens, and [#reclaim()] or [#abandon()] are the embedder's decision.
///
/// Devices that were migrated are left stopped, with the guest's queues still in them: [MigratableDevice#reset()] empties them. Do that once
/// the guest runs at the destination, before anybody resets the controller that suspended them, which ends the suspension.
///
/// Used once, by one thread; [#run()] blocks it until the end. [#cancel()] may be called by any thread. The channels are the caller's;
/// no byte beyond the migration is read from them.
public final class MigrationSender {
    private final MigrationSetup setup;
    private final Connection connection;
    private final Decision decision = new Decision();
    private final List<PreCopyStage> stages = new ArrayList<>();
    private final OneCall calls = new OneCall();
    private boolean used;
    private @Nullable SourceRun run;

    /// Makes a sender of one device. Touches neither device nor channels.
    ///
    /// @param device what is migrated; [DeviceState#RUNNING] when [#run()] is called
    /// @param in     what the receiver sends: a pipe, or anything else that is a [java.nio.channels.SelectableChannel]; in non-blocking mode while
    ///               [#run()] runs
    /// @param out    what the receiver gets, likewise
    /// @throws InvalidValueException when a channel cannot be waited on: [MigrationChannels] makes one of any two
    public MigrationSender(MigratableDevice device, ReadableByteChannel in, WritableByteChannel out) {
        this(List.of(device), Connection.of(in, out));
    }

    /// Makes a sender of one device over one channel, for instance a socket.
    ///
    /// @param device  what is migrated; [DeviceState#RUNNING] when [#run()] is called
    /// @param channel to and from the receiver; a socket, or anything else that is a [java.nio.channels.SelectableChannel]; in
    ///                non-blocking mode while [#run()] runs
    /// @throws InvalidValueException when it cannot be waited on, as a TLS library's: its calls may block for ever, also while the guest is
    ///                               paused. [MigrationChannels#of(ReadableByteChannel, WritableByteChannel, java.util.concurrent.Executor)]
    ///                               makes one that can, [MigrationChannels#blocking(ReadableByteChannel, WritableByteChannel)] one for
    ///                               who knows that they return
    public MigrationSender(MigratableDevice device, ByteChannel channel) {
        this(List.of(device), Connection.of(channel));
    }

    /// Makes a sender. Touches neither devices nor channel.
    ///
    /// @param devices what is migrated, each [DeviceState#RUNNING] when [#run()] is called; the receiver has as many, in the same order
    /// @param channel to and from the receiver
    /// @throws InvalidValueException when there is no device, or one is named twice
    public MigrationSender(List<? extends MigratableDevice> devices, MigrationChannel channel) {
        this(devices, Connection.of(channel));
    }

    private MigrationSender(List<? extends MigratableDevice> devices, Connection connection) {
        this.setup = new MigrationSetup(MigrationRole.SOURCE, devices);
        this.connection = connection;
    }

    /// Sets budget, deadlines, bandwidth and protection.
    ///
    /// @param options how the migration is run
    /// @return this
    public MigrationSender options(MigrationOptions options) {
        setup.options(options);
        return this;
    }

    /// Has the migration pause the guest, and resume it when it fails.
    ///
    /// @param control how
    /// @return this
    public MigrationSender guest(GuestControl control) {
        setup.guest(control);
        return this;
    }

    /// Has the migration tell how it goes.
    ///
    /// @param progress whom
    /// @return this
    public MigrationSender listener(MigrationListener progress) {
        setup.listener(progress);
        return this;
    }

    /// Has the parts of a device that are in no state travel with it.
    ///
    /// @param device     one of the devices
    /// @param supplement who collects them
    /// @return this
    /// @throws InvalidValueException when it is not one of the devices
    public MigrationSender supplement(MigratableDevice device, ControllerSupplement supplement) {
        setup.supplement(device, supplement);
        return this;
    }

    /// Has something copied beside the state: while the guest runs until the estimated blackout fits the budget, and the rest in the
    /// blackout. Stages are called in the order in which they were added.
    ///
    /// @param stage what
    /// @return this
    public MigrationSender stage(PreCopyStage stage) {
        stages.add(stage);
        return this;
    }

    /// Keeps the report.
    ///
    /// @param history where
    /// @return this
    public MigrationSender history(MigrationHistory history) {
        setup.history(history);
        return this;
    }

    /// Measures by and waits in another time. Default is [MigrationClock#SYSTEM].
    ///
    /// @param clock the time; that in which the channel waits
    /// @return this
    public MigrationSender clock(MigrationClock clock) {
        setup.clock(clock);
        return this;
    }

    /// Migrates the devices and returns what came of it; failures are in the report, not thrown. An [Error] is thrown when everything was
    /// done that a failure asks for; [#history(MigrationHistory)] then has the report.
    ///
    /// @return the report; [MigrationReport#mayRun()] is the one thing to look at
    /// @throws DeviceStateException when it was called before or a device is not running; nothing was done
    /// @throws MigrationInProgressException when another migration has a device, or another call of this has not returned; nothing was done
    /// @throws PeerException        when the socket cannot be waited on; nothing was done
    /// @throws LiveMigrationException when a device cannot say its state; nothing was done
    public MigrationReport run() {
        return calls.of("run", setup, () -> {
            setup.requireUnused(used);
            setup.requireRunning();
            used = true;
            try {
                var present = new SourceRun(setup, connection.open(), decision, stages);
                run = present;
                return present.run();
            } finally {
                connection.release();
            }
        });
    }

    /// Ends the migration before the guest is given away: [#run()] returns soon, with the guest running here. Does not wait: nothing is over
    /// before [#run()] has returned. May be called by any thread, also before [#run()].
    ///
    /// @return false when the right to run has been given away, or the migration has ended
    public boolean cancel() {
        boolean inTime = decision.cancel();
        if (inTime) {
            connection.wakeUp();
        }
        return inTime;
    }

    /// Takes the guest back after a report that said [RunPermission#ASK_DESTINATION]: only to be called when the destination has been
    /// asked and its report for the same migration says [RunPermission#NOT_HERE], or when it is sure that it no longer exists. Blocks as
    /// a roll-back does.
    ///
    /// @return a new report: whether the guest runs here
    /// @throws DeviceStateException when there is nothing to decide; nothing was done
    /// @throws MigrationInProgressException when another call, for instance [#run()], has not returned; nothing was done
    public MigrationReport reclaim() {
        return settle("reclaim", present -> present.takes(SourceEvent.RECLAIM), SourceRun::reclaim);
    }

    /// Gives the guest up here after a report that said [RunPermission#ASK_DESTINATION], and resets the devices. Only to be called when the
    /// destination has been asked and its report says that the guest runs there ([MigrationReport#runsHere()]): one that says
    /// [RunPermission#DESTINATION] alone may still give the guest back by [MigrationReceiver#relinquish()], and what is here is
    /// then the only copy.
    ///
    /// @return a new report, with [RunPermission#DESTINATION]
    /// @throws DeviceStateException when there is nothing to decide; nothing was done
    /// @throws MigrationInProgressException when another call, for instance [#run()], has not returned; nothing was done
    public MigrationReport abandon() {
        return settle("abandon", present -> present.takes(SourceEvent.ABANDON), SourceRun::abandon);
    }

    /// Tries again to run the guest here after a report that said [RunPermission#SOURCE] and that it does not run: a device neither resumed
    /// nor could be reset, or the guest did not resume. Blocks as a roll-back does.
    ///
    /// @return a new report
    /// @throws DeviceStateException when there is nothing to try; nothing was done
    /// @throws MigrationInProgressException when another call, for instance [#run()], has not returned; nothing was done
    public MigrationReport retryResume() {
        return settle("retryResume", SourceRun::isStrandedHere, SourceRun::retryResume);
    }

    private MigrationReport settle(
            String call, Predicate<SourceRun> condition, Function<SourceRun, MigrationReport> action) {
        return calls.of(call, setup, () -> {
            var present = run;
            if (present == null || !condition.test(present)) {
                throw (DeviceStateException) new DeviceStateException(
                        setup.devices().getFirst().state(),
                        call + "() was called in step " + (present == null ? "before the start" : present.step()),
                        "Look at the report: it says whether there is something to decide")
                        .at(setup.names().getFirst(), "after the migration");
            }
            return action.apply(present);
        });
    }
}

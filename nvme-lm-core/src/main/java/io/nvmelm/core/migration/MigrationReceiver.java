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
import io.nvmelm.RunPermission;
import java.nio.channels.ByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The destination of a migration: takes the devices that a [MigrationSender] moves here, all or none.
///
/// The devices are made ready to load while the guest still runs at the source. Until the right to run arrives (COMMIT), they do not run
/// the guest, and every failure ends with them reset, for good. After it the guest runs here or nowhere: when resuming fails,
/// [#retryResume()] or [#relinquish()] are the embedder's decision.
///
/// Used once, by one thread; [#run()] blocks it until the end. [#cancel()] may be called by any thread. The channels are the caller's;
/// no byte beyond the migration is read from them.
public final class MigrationReceiver {
    private final MigrationSetup setup;
    private final Connection connection;
    private final Decision decision = new Decision();
    private final OneCall calls = new OneCall();
    private boolean used;
    private @Nullable DestinationRun run;

    /// Makes a receiver of one device. Touches neither device nor channels.
    ///
    /// @param device what is loaded: freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param in     what the sender sends: a pipe, or anything else that is a [java.nio.channels.SelectableChannel]; in non-blocking mode while
    ///               [#run()] runs
    /// @param out    what the sender gets, likewise
    /// @throws InvalidValueException when a channel cannot be waited on: [MigrationChannels] makes one of any two
    public MigrationReceiver(MigratableDevice device, ReadableByteChannel in, WritableByteChannel out) {
        this(List.of(device), Connection.of(in, out));
    }

    /// Makes a receiver of one device over one channel, for instance a socket.
    ///
    /// @param device  what is loaded: freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param channel to and from the sender; a socket, or anything else that is a [java.nio.channels.SelectableChannel]; in
    ///                non-blocking mode while [#run()] runs
    /// @throws InvalidValueException when it cannot be waited on, as a TLS library's: its calls may block for ever, also while the guest is
    ///                               paused. [MigrationChannels#of(ReadableByteChannel, WritableByteChannel, java.util.concurrent.Executor)]
    ///                               makes one that can, [MigrationChannels#blocking(ReadableByteChannel, WritableByteChannel)] one for
    ///                               who knows that they return
    public MigrationReceiver(MigratableDevice device, ByteChannel channel) {
        this(List.of(device), Connection.of(channel));
    }

    /// Makes a receiver. Touches neither devices nor channel.
    ///
    /// @param devices what is loaded, each freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param channel to and from the sender
    /// @throws InvalidValueException when there is no device, or one is named twice
    public MigrationReceiver(List<? extends MigratableDevice> devices, MigrationChannel channel) {
        this(devices, Connection.of(channel));
    }

    private MigrationReceiver(List<? extends MigratableDevice> devices, Connection connection) {
        this.setup = new MigrationSetup(MigrationRole.DESTINATION, devices);
        this.connection = connection;
    }

    /// Sets deadlines and protection.
    ///
    /// @param options how the migration is run
    /// @return this
    public MigrationReceiver options(MigrationOptions options) {
        setup.options(options);
        return this;
    }

    /// Has the migration let the guest run here at its end.
    ///
    /// @param control how
    /// @return this
    public MigrationReceiver guest(GuestControl control) {
        setup.guest(control);
        return this;
    }

    /// Has the migration tell how it goes.
    ///
    /// @param progress whom
    /// @return this
    public MigrationReceiver listener(MigrationListener progress) {
        setup.listener(progress);
        return this;
    }

    /// Has the parts of a device that are in no state put into it.
    ///
    /// @param device     one of the devices
    /// @param supplement who puts them there
    /// @return this
    /// @throws InvalidValueException when it is not one of the devices
    public MigrationReceiver supplement(MigratableDevice device, ControllerSupplement supplement) {
        setup.supplement(device, supplement);
        return this;
    }

    /// Keeps the report.
    ///
    /// @param history where
    /// @return this
    public MigrationReceiver history(MigrationHistory history) {
        setup.history(history);
        return this;
    }

    /// Measures by and waits in another time. Default is [MigrationClock#SYSTEM].
    ///
    /// @param clock the time; that in which the channel waits
    /// @return this
    public MigrationReceiver clock(MigrationClock clock) {
        setup.clock(clock);
        return this;
    }

    /// Takes the devices and returns what came of it; failures are in the report, not thrown. An [Error] is thrown when everything was done
    /// that a failure asks for; [#history(MigrationHistory)] then has the report.
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
                var present = new DestinationRun(setup, connection.open(), decision);
                run = present;
                return present.run();
            } finally {
                connection.release();
            }
        });
    }

    /// Ends the migration: [#run()] returns soon, with the devices reset. Does not wait: nothing is over before [#run()] has returned. May be
    /// called by any thread, also before [#run()].
    ///
    /// @return false when the state was loaded and acknowledged, so that the source may have given the right to run away, or the migration
    /// has ended
    public boolean cancel() {
        boolean inTime = decision.cancel();
        if (inTime) {
            connection.wakeUp();
        }
        return inTime;
    }

    /// Tries again to run the guest here after a report that said [RunPermission#DESTINATION] and that it does not run. Blocks for the
    /// commands. The source is not told, since the connection is the caller's again: it asks. Refused after [#relinquish()] was called.
    ///
    /// @return a new report; the failure is the first one, with what was thrown now as suppressed
    /// @throws DeviceStateException when there is nothing to try; nothing was done
    /// @throws MigrationInProgressException when another call, for instance [#run()], has not returned; nothing was done
    public MigrationReport retryResume() {
        return settle("retryResume", DestinationRun::isResumable, DestinationRun::retryResume);
    }

    /// Gives the right to run up after a report that said [RunPermission#DESTINATION] and that the guest does not run: resets the devices.
    /// The source can be [reclaimed][MigrationSender#reclaim()] afterwards.
    ///
    /// @return a new report, with [RunPermission#NOT_HERE]; still with [RunPermission#DESTINATION] where a device can neither be reset nor
    /// stopped: then this is to be called again
    /// @throws DeviceStateException when there is nothing to give up; nothing was done
    /// @throws MigrationInProgressException when another call, for instance [#run()], has not returned; nothing was done
    public MigrationReport relinquish() {
        return settle("relinquish", present -> present.takes(DestinationEvent.RELINQUISH), DestinationRun::relinquish);
    }

    private MigrationReport settle(
            String call, Predicate<DestinationRun> condition, Function<DestinationRun, MigrationReport> action) {
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

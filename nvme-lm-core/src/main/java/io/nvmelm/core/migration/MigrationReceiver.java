package io.nvmelm.core.migration;

import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationChannel;
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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
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
    /// One of the calls that settle what is left at a time.
    private final ReentrantLock settling = new ReentrantLock();
    private boolean used;
    private volatile @Nullable DestinationRun run;

    /// Makes a receiver of one device. Touches neither device nor channels. Waits end early only between calls of the channels, see
    /// [MigrationChannels#blocking(ReadableByteChannel, WritableByteChannel)].
    ///
    /// @param device what is loaded: freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param in     what the sender sends, in blocking mode
    /// @param out    what the sender gets, in blocking mode
    /// @throws InvalidValueException when a channel is in non-blocking mode
    public MigrationReceiver(MigratableDevice device, ReadableByteChannel in, WritableByteChannel out) {
        this(List.of(device), Connection.of(MigrationChannels.blocking(in, out)));
    }

    /// Makes a receiver of one device over one channel, for instance a socket.
    ///
    /// @param device  what is loaded: freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param channel to and from the sender; a socket is in non-blocking mode while [#run()] runs, any other channel is in
    ///                blocking mode
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

    /// Takes the devices and returns what came of it; failures are in the report, not thrown.
    ///
    /// @return the report; [MigrationReport#mayRun()] is the one thing to look at
    /// @throws DeviceStateException when it was called before or a device is not running; nothing was done
    /// @throws PeerException        when the socket cannot be waited on; nothing was done
    /// @throws LiveMigrationException when a device cannot say its state; nothing was done
    public MigrationReport run() {
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
    }

    /// Ends the migration: [#run()] returns soon, with the devices reset. Does not wait; may be called by any thread, also before [#run()].
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
    /// commands.
    ///
    /// @return a new report
    /// @throws DeviceStateException when there is nothing to try; nothing was done
    public MigrationReport retryResume() {
        return settle("resumed", DestinationEvent.RETRY, DestinationRun::retryResume);
    }

    /// Gives the right to run up after a report that said [RunPermission#DESTINATION] and that the guest does not run: resets the devices.
    /// The source can be [reclaimed][MigrationSender#reclaim()] afterwards.
    ///
    /// @return a new report, with [RunPermission#NOT_HERE]
    /// @throws DeviceStateException when there is nothing to give up; nothing was done
    public MigrationReport relinquish() {
        return settle("relinquished", DestinationEvent.RELINQUISH, DestinationRun::relinquish);
    }

    private MigrationReport settle(String what, DestinationEvent event,
            Function<DestinationRun, MigrationReport> action) {
        settling.lock();
        try {
            var present = run;
            if (present == null || !present.takes(event)) {
                throw (DeviceStateException) new DeviceStateException(
                        setup.devices().getFirst().state(),
                        "a migration in step " + (present == null ? "before its start" : present.step()) + " was to be "
                                + what,
                        "Only a migration that may run here and does not leaves that to decide")
                        .at(setup.names().getFirst(), "after the migration");
            }
            return action.apply(present);
        } finally {
            settling.unlock();
        }
    }
}

package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.RunPermission;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// The source of a migration: moves one device to the [MigrationReceiver] at the other end of a pair of channels.
///
/// Everything that can be done while the guest runs is done before the guest is paused: choosing the format, getting the destination
/// ready, announcing the suspension, learning the size of the state. Until the right to run has been given away (COMMIT), every failure
/// ends with the device and the guest running here again; from then on the device stays stopped here, whatever happens.
///
/// Used once, by one thread; blocks it until the end. A channel that never answers blocks too: close it from another thread to end
/// the migration. The channels are the caller's.
public final class MigrationSender {
    private final MigratableDevice device;
    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private GuestControl guest = GuestControl.UNMANAGED;
    private MigrationListener listener = MigrationListener.SILENT;
    private boolean used;
    private boolean guestPaused;
    private boolean committed;

    /// Makes a sender. Touches neither device nor channels.
    ///
    /// @param device what is migrated; [DeviceState#RUNNING] when [#run()] is called
    /// @param in     what the receiver sends, in blocking mode
    /// @param out    what the receiver gets, in blocking mode
    public MigrationSender(MigratableDevice device, ReadableByteChannel in, WritableByteChannel out) {
        this.device = device;
        this.in = in;
        this.out = out;
    }

    /// Makes a sender over one channel, for instance a socket.
    ///
    /// @param device  what is migrated; [DeviceState#RUNNING] when [#run()] is called
    /// @param channel to and from the receiver, in blocking mode
    public MigrationSender(MigratableDevice device, ByteChannel channel) {
        this(device, channel, channel);
    }

    /// Has the migration pause the guest, and resume it when it fails.
    ///
    /// @param control how
    /// @return this
    public MigrationSender guest(GuestControl control) {
        guest = control;
        return this;
    }

    /// Has the migration tell how it goes.
    ///
    /// @param progress whom
    /// @return this
    public MigrationSender listener(MigrationListener progress) {
        listener = progress;
        return this;
    }

    /// Migrates the device and returns what came of it; failures are in the report, not thrown.
    ///
    /// @return the report; [MigrationReport#mayRun()] is the one thing to look at
    /// @throws DeviceStateException  when it was called before or the device is not running; nothing was done
    /// @throws InvalidValueException when a channel is in non-blocking mode; nothing was done
    public MigrationReport run() {
        Preconditions.requireUsable(device, used, "this sender was used before");
        FrameChannel.requireBlocking("in", in);
        FrameChannel.requireBlocking("out", out);
        used = true;
        var record = new MigrationRecord(
                MigrationRole.SOURCE, device.identity().name(), listener);
        var frames = new FrameChannel(in, out);
        try {
            migrate(frames, record);
            record.blackoutEnds();
            endSession(record);
            return record.report(RunPermission.DESTINATION, false, null);
        } catch (RuntimeException | Error e) {
            var failure = MigrationRecord.failureOf(e).at(device.identity().name(), null);
            var report = committed ? stayStopped(record, failure) : rollBack(frames, record, failure);
            if (e instanceof Error error) {
                throw error;
            }
            return report;
        }
    }

    private void migrate(FrameChannel frames, MigrationRecord record) {
        record.begin(MigrationPhase.NEGOTIATE);
        var formats = device.stateFormats();
        long expected = device.estimatedStateBytes();
        record.expect(expected);
        frames.sendPreamble();
        frames.send(FrameType.OFFER, new Offer(device.identity().name(), expected, formats).encode());
        frames.receivePreamble();
        frames.expect(FrameType.ACCEPT);
        selectFormat(frames.payload());

        record.begin(MigrationPhase.PREPARE);
        device.announceSuspension();
        frames.expect(FrameType.READY);

        record.begin(MigrationPhase.SUSPEND);
        record.blackoutBegins();
        CallbackException.guard("pausing the guest", guest::pause);
        guestPaused = true;
        var session = device.setState(DeviceState.STOP_COPY)
                .orElseThrow(() -> new DeviceStateException(
                        device.state(), "STOP_COPY opened no session",
                        "This is a defect of the device's implementation"));

        record.begin(MigrationPhase.TRANSFER);
        try (session) {
            frames.sendState(session, record::moved);
        }

        record.begin(MigrationPhase.LOAD);
        frames.expect(FrameType.LOADED);

        record.begin(MigrationPhase.COMMIT);
        committed = true;
        record.decided();
        frames.send(FrameType.COMMIT);

        record.begin(MigrationPhase.RESUME);
        frames.expect(FrameType.RUNNING);
    }

    private void selectFormat(ByteBuffer payload) {
        var formats = device.stateFormats();
        int chosen = Short.toUnsignedInt(payload.getShort());
        if (formats.isEmpty() ? chosen != Offer.NO_FORMAT : chosen >= formats.size()) {
            throw new InvalidValueException(
                    "chosen format",
                    Integer.toString(chosen),
                    formats.isEmpty() ? "none: there is no choice" : "0 to " + (formats.size() - 1),
                    0);
        }
        if (!formats.isEmpty()) {
            device.selectStateFormat(formats.get(chosen));
        }
    }

    /// Ends the session of a device that stays stopped.
    private void endSession(MigrationRecord record) {
        try {
            device.setState(DeviceState.STOP);
        } catch (RuntimeException e) {
            record.warn(MigrationRecord.failureOf(e));
        }
    }

    /// The right to run is gone: the device stays stopped.
    private MigrationReport stayStopped(MigrationRecord record, LiveMigrationException failure) {
        endSession(record);
        return record.report(RunPermission.ASK_DESTINATION, false, failure);
    }

    /// The right to run is still here: the device and then the guest run again. The destination cannot run without COMMIT, so it is
    /// told afterwards. Every step is tried, whatever became of the one before.
    private MigrationReport rollBack(
            FrameChannel frames, MigrationRecord record, LiveMigrationException failure) {
        record.decided();
        record.begin(MigrationPhase.ROLL_BACK);
        boolean runs = false;
        try {
            device.setState(DeviceState.RUNNING);
            if (guestPaused) {
                CallbackException.guard("resuming the guest", guest::resume);
            }
            runs = true;
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        record.blackoutEnds();
        try {
            frames.sendFailure(String.valueOf(failure.getMessage()));
        } catch (RuntimeException e) {
            record.warn(MigrationRecord.failureOf(e));
        }
        return record.report(RunPermission.SOURCE, runs, failure);
    }
}

package io.nvmelm.core.migration;

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
import org.jspecify.annotations.Nullable;

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
    /// @throws DeviceStateException when it was called before or the device is not running; nothing was done
    public MigrationReport run() {
        if (used || device.state() != DeviceState.RUNNING) {
            throw (DeviceStateException) new DeviceStateException(
                    device.state(),
                    used ? "this sender was used before" : "the device is not running",
                    used ? "Make a new one for each migration" : "Resume or reset the device first")
                    .at(device.identity().name(), "starting the migration");
        }
        used = true;
        var record = new MigrationRecord(
                MigrationRole.SOURCE, device.identity().name(), listener);
        var frames = new FrameChannel(in, out);
        try {
            migrate(frames, record);
            record.blackoutEnds();
            device.setState(DeviceState.STOP);
            return record.report(RunPermission.DESTINATION, null);
        } catch (LiveMigrationException e) {
            e.at(device.identity().name(), null);
            return committed ? stayStopped(record, e) : rollBack(frames, record, e);
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
        MigrationRecord.call("pausing the guest", guest::pause);
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
        frames.send(FrameType.COMMIT);

        record.begin(MigrationPhase.RESUME);
        frames.expect(FrameType.RUNNING);
    }

    private void selectFormat(ByteBuffer payload) {
        var formats = device.stateFormats();
        if (payload.remaining() != 2) {
            throw new InvalidValueException(
                    "length of the acceptance", Integer.toString(payload.remaining()), "2");
        }
        int chosen = Short.toUnsignedInt(payload.getShort());
        if (formats.isEmpty() ? chosen != Offer.NO_FORMAT : chosen >= formats.size()) {
            throw new InvalidValueException(
                    "chosen format",
                    Integer.toString(chosen),
                    formats.isEmpty() ? "none: there is no choice" : "0 to " + (formats.size() - 1));
        }
        if (!formats.isEmpty()) {
            device.selectStateFormat(formats.get(chosen));
        }
    }

    /// The right to run is gone: the device stays stopped.
    private MigrationReport stayStopped(MigrationRecord record, LiveMigrationException failure) {
        try {
            device.setState(DeviceState.STOP);
        } catch (LiveMigrationException e) {
            failure.addSuppressed(e);
        }
        return record.report(RunPermission.ASK_DESTINATION, failure);
    }

    /// The right to run is still here: the device and then the guest run again. The destination cannot run without COMMIT, so it is
    /// told afterwards.
    private MigrationReport rollBack(
            FrameChannel frames, MigrationRecord record, LiveMigrationException failure) {
        @Nullable LiveMigrationException second = null;
        try {
            record.begin(MigrationPhase.ROLL_BACK);
        } catch (LiveMigrationException e) {
            second = e;
        }
        try {
            device.setState(DeviceState.RUNNING);
            if (guestPaused) {
                MigrationRecord.call("resuming the guest", guest::resume);
            }
        } catch (LiveMigrationException e) {
            failure.addSuppressed(e);
        }
        record.blackoutEnds();
        if (second != null) {
            failure.addSuppressed(second);
        }
        try {
            frames.sendFailure(String.valueOf(failure.getMessage()));
        } catch (LiveMigrationException e) {
            failure.addSuppressed(e);
        }
        return record.report(RunPermission.SOURCE, failure);
    }
}

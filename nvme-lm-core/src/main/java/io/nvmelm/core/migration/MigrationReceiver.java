package io.nvmelm.core.migration;

import io.nvmelm.CallbackException;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.GuestControl;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationPhase;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PeerException;
import io.nvmelm.RunPermission;
import io.nvmelm.nvme.StateFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/// The destination of a migration: takes the device that a [MigrationSender] moves here.
///
/// The device is made ready to load while the guest still runs at the source. Until the right to run arrives (COMMIT), the device does
/// not run the guest, and every failure ends with it reset.
///
/// Used once, by one thread; blocks it until the end. A channel that never answers blocks too: close it from another thread to end
/// the migration. The channels are the caller's.
public final class MigrationReceiver {
    /// Most bytes of a refused state that are taken before the connection is given up.
    private static final long MAXIMUM_DROPPED_BYTES = 64L << 20;

    private final MigratableDevice device;
    private final ReadableByteChannel in;
    private final WritableByteChannel out;
    private GuestControl guest = GuestControl.UNMANAGED;
    private MigrationListener listener = MigrationListener.SILENT;
    private boolean used;
    private boolean touched;
    private boolean committed;
    private boolean stateUnderWay;

    /// Makes a receiver. Touches neither device nor channels.
    ///
    /// @param device what is loaded: freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param in     what the sender sends, in blocking mode
    /// @param out    what the sender gets, in blocking mode
    public MigrationReceiver(MigratableDevice device, ReadableByteChannel in, WritableByteChannel out) {
        this.device = device;
        this.in = in;
        this.out = out;
    }

    /// Makes a receiver over one channel, for instance a socket.
    ///
    /// @param device  what is loaded: freshly reset and [DeviceState#RUNNING] when [#run()] is called
    /// @param channel to and from the sender, in blocking mode
    public MigrationReceiver(MigratableDevice device, ByteChannel channel) {
        this(device, channel, channel);
    }

    /// Has the migration let the guest run here at its end.
    ///
    /// @param control how
    /// @return this
    public MigrationReceiver guest(GuestControl control) {
        guest = control;
        return this;
    }

    /// Has the migration tell how it goes.
    ///
    /// @param progress whom
    /// @return this
    public MigrationReceiver listener(MigrationListener progress) {
        listener = progress;
        return this;
    }

    /// Takes the device and returns what came of it; failures are in the report, not thrown.
    ///
    /// @return the report; [MigrationReport#mayRun()] is the one thing to look at
    /// @throws DeviceStateException  when it was called before or the device is not running; nothing was done
    /// @throws InvalidValueException when a channel is in non-blocking mode; nothing was done
    public MigrationReport run() {
        Preconditions.requireUsable(device, used, "this receiver was used before");
        FrameChannel.requireBlocking("in", in);
        FrameChannel.requireBlocking("out", out);
        used = true;
        var record = new MigrationRecord(
                MigrationRole.DESTINATION, device.identity().name(), listener);
        var frames = new FrameChannel(in, out);
        try {
            receive(frames, record);
            tellThatItRuns(frames, record);
            return record.report(RunPermission.DESTINATION, true, null);
        } catch (RuntimeException | Error e) {
            var failure = MigrationRecord.failureOf(e).at(device.identity().name(), null);
            var report = giveUp(frames, record, failure);
            if (e instanceof Error error) {
                throw error;
            }
            return report;
        }
    }

    private void receive(FrameChannel frames, MigrationRecord record) {
        record.begin(MigrationPhase.NEGOTIATE);
        frames.sendPreamble();
        frames.receivePreamble();
        frames.expect(FrameType.OFFER);
        var offer = Offer.decode(frames.payload());
        record.expect(offer.expectedBytes());
        int chosen = chooseFormat(offer.formats());
        frames.send(
                FrameType.ACCEPT,
                ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) chosen).flip());

        record.begin(MigrationPhase.PREPARE);
        touched = true;
        var session = device.setState(DeviceState.RESUMING)
                .orElseThrow(() -> new DeviceStateException(
                        device.state(), "RESUMING opened no session",
                        "This is a defect of the device's implementation"));
        stateUnderWay = true;
        frames.send(FrameType.READY);

        try (session) {
            receiveState(frames, record, session);
        }

        record.begin(MigrationPhase.LOAD);
        device.setState(DeviceState.STOP);

        record.begin(MigrationPhase.COMMIT);
        record.decided();
        frames.send(FrameType.LOADED);
        frames.expect(FrameType.COMMIT);
        committed = true;

        record.begin(MigrationPhase.RESUME);
        device.setState(DeviceState.RUNNING);
        CallbackException.guard("resuming the guest", guest::resume);
        record.blackoutEnds();
    }

    /// The guest runs; when the source cannot be told, it has to ask.
    private static void tellThatItRuns(FrameChannel frames, MigrationRecord record) {
        try {
            frames.send(FrameType.RUNNING);
        } catch (LiveMigrationException e) {
            record.warn(e);
        }
    }

    private void receiveState(FrameChannel frames, MigrationRecord record, MigrationData session) {
        var type = frames.receive();
        record.blackoutBegins();
        record.begin(MigrationPhase.TRANSFER);
        long total = 0;
        while (type == FrameType.DATA) {
            total += frames.receiveInto(session);
            record.moved(total);
            type = frames.receive();
        }
        stateUnderWay = false;
        frames.expect(FrameType.END, type);
        var payload = frames.payload();
        long announced = payload.getLong();
        if (announced != total) {
            throw new InvalidValueException(
                    "bytes of the state", Long.toString(total), "the sender's count of " + announced, total);
        }
    }

    /// The first format of the source that this device has too.
    private int chooseFormat(List<StateFormat> offered) {
        var own = device.stateFormats();
        if (own.isEmpty() && offered.isEmpty()) {
            return Offer.NO_FORMAT;
        }
        for (int i = 0; i < offered.size(); i++) {
            if (own.contains(offered.get(i))) {
                device.selectStateFormat(offered.get(i));
                return i;
            }
        }
        throw new MigrationUnsupportedException(
                List.of("the source delivers " + offered + ", this device takes " + own));
    }

    /// Resets the device unless it has the right to run, and tells the source. A device that failed after it got that right is left for
    /// the embedder to look at: nobody else may run. Every step is tried, whatever became of the one before.
    private MigrationReport giveUp(
            FrameChannel frames, MigrationRecord record, LiveMigrationException failure) {
        record.decided();
        record.blackoutEnds();
        if (touched && !committed) {
            try {
                device.reset();
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
        try {
            frames.sendFailure(String.valueOf(failure.getMessage()));
            if (stateUnderWay && !(failure instanceof PeerException)) {
                frames.dropState(MAXIMUM_DROPPED_BYTES);
            }
        } catch (RuntimeException e) {
            record.warn(MigrationRecord.failureOf(e));
        }
        return record.report(committed ? RunPermission.DESTINATION : RunPermission.NOT_HERE, false, failure);
    }
}

package io.nvmelm.transport.mock.testkit;

import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationData;
import io.nvmelm.SessionEndedException;
import io.nvmelm.core.fsm.Arc;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// A device whose state is a number, of any capabilities, that keeps the contract but for the one defect it is made with.
final class ModelDevice implements MigratableDevice {
    private static final int STATE_BYTES = 600;
    private static final int CRC_OFFSET = STATE_BYTES - Long.BYTES;
    private static final int EARLY_BYTES = 100;

    /// What can be wrong with it.
    enum Defect {
        NONE, REFUSES_UNTYPED, NAMES_NO_DEVICE, MOVES_ALTHOUGH_IT_REFUSES, A_REFUSAL_ENDS_THE_SESSION, REOPENS_THE_PRESENT_STATE, GIVES_THE_SESSION_OUT_AGAIN, NO_SESSION, READS_NOTHING_AT_THE_END, READS_BEYOND_THE_LIMIT, LOSES_A_BYTE_BETWEEN_READS, WRITES_IN_PART, TAKES_A_SHORT_STATE, TAKES_GARBAGE, FORGETS_THAT_A_WRITE_FAILED, KEEPS_AN_OLD_SNAPSHOT, KEEPS_AN_OLD_LOAD, SESSION_SURVIVES_A_RESET, SESSION_SURVIVES_AN_ARC, SESSION_SURVIVES_ITS_CLOSE, CLOSING_A_SESSION_ENDS_THE_LOAD, RESET_STOPS, ESTIMATES_ZERO, CLOSES_ONCE, SERVES_WHEN_CLOSED, THROWS_NULL_POINTERS_WHEN_RESET, ENDS_A_PRE_COPY_EARLY, OPENS_STOPPED, COMMITS_AT_THE_LAST_BYTE
    }

    private final DeviceIdentity identity;
    private final MigrationStateMachine machine;
    private final Defect defect;
    private DeviceState state;
    private byte[] snapshot = {};
    private @Nullable Session session;
    private ByteArrayOutputStream loaded = new ByteArrayOutputStream();
    private boolean closed;
    /// What the guest sees.
    int mark;

    ModelDevice(String name, Set<MigrationCapability> capabilities, Defect defect) {
        this.identity = new DeviceIdentity(name, Optional.empty());
        this.machine = MigrationStateMachine.of(capabilities);
        this.defect = defect;
        this.state = defect == Defect.OPENS_STOPPED ? DeviceState.STOP : DeviceState.RUNNING;
    }

    @Override
    public DeviceIdentity identity() {
        return identity;
    }

    @Override
    public Set<MigrationCapability> capabilities() {
        return machine.capabilities();
    }

    @Override
    public synchronized DeviceState state() {
        return state;
    }

    private <T extends LiveMigrationException> LiveMigrationException named(T failure) {
        return defect == Defect.NAMES_NO_DEVICE ? failure : failure.at(identity.name(), null);
    }

    private void requireOpen() {
        if (closed && defect != Defect.SERVES_WHEN_CLOSED) {
            throw named(new DeviceStateException(state, "the device was closed", "Open it again"));
        }
    }

    @Override
    public void selectStateFormat(StateFormat format) {
        throw named(new InvalidValueException("format", format.toString(), "none"));
    }

    @Override
    public synchronized Optional<MigrationData> setState(DeviceState target) {
        requireOpen();
        var from = state;
        try {
            var plan = machine.plan(from, target);
            for (var arc : plan.arcs()) {
                execute(arc);
                state = arc.to();
            }
            if (plan.isEmpty() && session != null && defect == Defect.REOPENS_THE_PRESENT_STATE) {
                session = new Session(session.direction);
            }
            boolean opens = plan.opensSession() && defect != Defect.NO_SESSION;
            return opens || defect == Defect.GIVES_THE_SESSION_OUT_AGAIN
                    ? Optional.ofNullable(session)
                    : Optional.empty();
        } catch (DeviceStateException e) {
            if (defect == Defect.MOVES_ALTHOUGH_IT_REFUSES) {
                state = DeviceState.STOP;
            }
            if (defect == Defect.A_REFUSAL_ENDS_THE_SESSION) {
                endSession();
            }
            if (defect == Defect.REFUSES_UNTYPED) {
                throw new IllegalStateException(e);
            }
            throw named(e);
        } catch (LiveMigrationException e) {
            throw named(e);
        }
    }

    private void execute(Arc arc) {
        switch (arc.effect()) {
            case NONE -> {}
            case OPENS_SAVE -> {
                if (snapshot.length == 0 || defect != Defect.KEEPS_AN_OLD_SNAPSHOT) {
                    snapshot = encode(mark);
                }
                session = new Session(MigrationData.Direction.SAVING);
            }
            case OPENS_LOAD -> {
                if (defect != Defect.KEEPS_AN_OLD_LOAD) {
                    loaded = new ByteArrayOutputStream();
                }
                session = new Session(MigrationData.Direction.LOADING);
            }
            case KEEPS -> snapshot = encode(mark);
            case ENDS_SAVE -> {
                if (defect != Defect.SESSION_SURVIVES_AN_ARC) {
                    endSession();
                }
            }
            case ENDS_LOAD -> {
                mark = decode(loaded.toByteArray());
                endSession();
                loaded = new ByteArrayOutputStream();
            }
        }
    }

    private void endSession() {
        session = null;
    }

    private static byte[] encode(int mark) {
        var bytes = ByteBuffer.allocate(STATE_BYTES).putInt(mark);
        for (int i = Integer.BYTES; i < CRC_OFFSET; i++) {
            bytes.put((byte) (i * 37 + mark));
        }
        return bytes.putLong(checksum(bytes.array())).array();
    }

    private int decode(byte[] bytes) {
        if (bytes.length != STATE_BYTES && defect != Defect.TAKES_A_SHORT_STATE) {
            throw new InvalidValueException("state", bytes.length + " bytes", STATE_BYTES + " bytes");
        }
        var whole = ByteBuffer.allocate(STATE_BYTES).put(bytes);
        if (whole.getLong(CRC_OFFSET) != checksum(whole.array())
                && defect != Defect.TAKES_GARBAGE
                && defect != Defect.TAKES_A_SHORT_STATE) {
            throw new InvalidValueException("checksum", Long.toHexString(whole.getLong(CRC_OFFSET)),
                    "that of the bytes");
        }
        return whole.getInt(0);
    }

    private static long checksum(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes, 0, CRC_OFFSET);
        return crc.getValue() + 1;
    }

    @Override
    public synchronized long estimatedStateBytes() {
        requireOpen();
        return defect == Defect.ESTIMATES_ZERO && state == DeviceState.RESUMING ? 0 : STATE_BYTES;
    }

    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return Optional.empty();
    }

    @Override
    public synchronized void reset() {
        requireOpen();
        if (defect != Defect.SESSION_SURVIVES_A_RESET) {
            endSession();
        }
        mark = 0;
        state = defect == Defect.RESET_STOPS ? DeviceState.STOP : DeviceState.RUNNING;
    }

    @Override
    public synchronized void close() {
        if (closed && defect == Defect.CLOSES_ONCE) {
            throw named(new DeviceStateException(state, "closed before", "Close it once"));
        }
        closed = true;
        endSession();
    }

    private final class Session implements MigrationData {
        private final Direction direction;
        private int position;
        private volatile boolean sessionClosed;

        Session(Direction direction) {
            this.direction = direction;
        }

        @Override
        public Direction direction() {
            return direction;
        }

        private void requirePresent(Direction wanted) {
            if (direction != wanted) {
                throw named(new DeviceStateException(state, "wrong direction", "Open another session"));
            }
            boolean ended = session != this && defect != Defect.SESSION_SURVIVES_AN_ARC
                    && defect != Defect.SESSION_SURVIVES_A_RESET;
            if (ended || (sessionClosed && defect != Defect.SESSION_SURVIVES_ITS_CLOSE)) {
                if (defect == Defect.THROWS_NULL_POINTERS_WHEN_RESET && state == DeviceState.RUNNING) {
                    throw new NullPointerException("the memory of the session is gone");
                }
                throw named(new SessionEndedException("it is not the present one"));
            }
        }

        @Override
        public int read(ByteBuffer destination) {
            synchronized (ModelDevice.this) {
                requirePresent(Direction.SAVING);
                boolean early = state != DeviceState.STOP_COPY;
                int available = (early ? EARLY_BYTES : STATE_BYTES) - position;
                if (available == 0 && destination.hasRemaining()) {
                    boolean end = !early || defect == Defect.ENDS_A_PRE_COPY_EARLY;
                    return end && defect != Defect.READS_NOTHING_AT_THE_END ? -1 : 0;
                }
                int count = Math.min(available, destination.remaining());
                if (defect == Defect.READS_BEYOND_THE_LIMIT && destination.capacity() > destination.limit()) {
                    destination.duplicate().clear().put(destination.limit(), (byte) 0);
                }
                destination.put(snapshot, position, count);
                position += count;
                if (defect == Defect.LOSES_A_BYTE_BETWEEN_READS && position == 7) {
                    position++;
                }
                return count;
            }
        }

        @Override
        public int write(ByteBuffer source) {
            synchronized (ModelDevice.this) {
                requirePresent(Direction.LOADING);
                if (defect == Defect.FORGETS_THAT_A_WRITE_FAILED && loaded.size() == 0 && source
                        .remaining() == STATE_BYTES) {
                    byte[] bytes = new byte[STATE_BYTES];
                    source.get(bytes);
                    boolean valid = ByteBuffer.wrap(bytes).getLong(CRC_OFFSET) == checksum(bytes);
                    loaded.writeBytes(valid ? bytes : encode(mark));
                    if (!valid) {
                        throw named(new InvalidValueException("checksum", "another one", "that of the bytes"));
                    }
                    return STATE_BYTES;
                }
                int count = defect == Defect.WRITES_IN_PART ? Math.min(64, source.remaining()) : source.remaining();
                byte[] bytes = new byte[count];
                source.get(bytes);
                loaded.writeBytes(bytes);
                if (defect == Defect.COMMITS_AT_THE_LAST_BYTE && loaded.size() >= STATE_BYTES) {
                    mark = decode(loaded.toByteArray());
                    state = DeviceState.STOP;
                }
                return count;
            }
        }

        @Override
        public OptionalLong totalBytes() {
            synchronized (ModelDevice.this) {
                return state == DeviceState.STOP_COPY ? OptionalLong.of(STATE_BYTES) : OptionalLong.empty();
            }
        }

        @Override
        public boolean isOpen() {
            return !sessionClosed;
        }

        @Override
        public void close() {
            sessionClosed = true;
            if (defect == Defect.CLOSING_A_SESSION_ENDS_THE_LOAD && direction == Direction.LOADING) {
                synchronized (ModelDevice.this) {
                    state = DeviceState.STOP;
                }
            }
        }
    }
}

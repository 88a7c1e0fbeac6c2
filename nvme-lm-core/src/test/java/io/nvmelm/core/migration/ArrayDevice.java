package io.nvmelm.core.migration;

import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceManifest;
import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import io.nvmelm.MigrationClaim;
import io.nvmelm.MigrationData;
import io.nvmelm.MigrationRole;
import io.nvmelm.core.fsm.MigrationStateMachine;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A device whose state is an array; remembers its arcs and fails those it is told to.
final class ArrayDevice implements MigratableDevice {
    final List<String> log;
    final Set<String> failing = ConcurrentHashMap.newKeySet();
    /// What throws an Error.
    final Set<String> errors = ConcurrentHashMap.newKeySet();
    byte[] content;
    List<StateFormat> formats = List.of();
    @Nullable StateFormat selected;
    Duration commandTime = Duration.ZERO;
    /// What is done as a session is closed.
    Runnable onClose = () -> {};
    private final MigrationClaim claim = new MigrationClaim();
    private final String name;
    private Set<MigrationCapability> capabilities =
            Set.of(MigrationCapability.STOP_COPY, MigrationCapability.P2P);
    private MigrationStateMachine machine = MigrationStateMachine.of(capabilities);
    private DeviceState state = DeviceState.RUNNING;
    private ByteArrayOutputStream loading = new ByteArrayOutputStream();

    ArrayDevice(String name, byte[] content, List<String> log) {
        this.name = name;
        this.content = content;
        this.log = log;
    }

    /// Has it deliver its state while it runs: without end, since it changes as fast as it is read.
    void deliversWhileItRuns() {
        capabilities = Set.of(MigrationCapability.values());
        machine = MigrationStateMachine.of(capabilities);
    }

    @Override
    public DeviceIdentity identity() {
        return new DeviceIdentity(name, Optional.empty());
    }

    @Override
    public Duration estimatedCommandTime(MigrationRole role) {
        return commandTime;
    }

    @Override
    public Set<MigrationCapability> capabilities() {
        return capabilities;
    }

    @Override
    public synchronized DeviceState state() {
        if (failing.contains("state")) {
            throw new InvalidValueException("state", "unknown", "a known one");
        }
        return state;
    }

    @Override
    public MigrationClaim migrationClaim() {
        return claim;
    }

    @Override
    public DeviceManifest manifest() {
        if (failing.contains("manifest")) {
            throw new InvalidValueException("manifest", "none", "one");
        }
        return MigratableDevice.super.manifest();
    }

    @Override
    public List<StateFormat> stateFormats() {
        return formats;
    }

    @Override
    public void selectStateFormat(StateFormat format) {
        selected = format;
    }

    @Override
    public void announceSuspension() {
        event("announce");
    }

    @Override
    public synchronized void requireOperational() {
        if (failing.contains("operational in " + state)) {
            throw new DeviceStateException(state, "the controller has failed", "Reset the device").at(name, null);
        }
    }

    private void event(String what) {
        log.add(name + " " + what);
        if (errors.contains(what)) {
            throw new AssertionError(what);
        }
        if (failing.contains(what)) {
            throw new InvalidValueException("arc", what, "another one");
        }
    }

    @Override
    public synchronized Optional<MigrationData> setState(DeviceState target) {
        @Nullable MigrationData session = null;
        for (var arc : machine.plan(state, target).arcs()) {
            event(arc.toString());
            switch (arc.effect()) {
                case OPENS_SAVE -> session = new Session(ByteBuffer.wrap(content));
                case OPENS_LOAD -> {
                    loading = new ByteArrayOutputStream();
                    session = new Session(null);
                }
                case ENDS_LOAD -> content = loading.toByteArray();
                default -> {}
            }
            state = arc.to();
        }
        return Optional.ofNullable(session);
    }

    private final class Session implements MigrationData {
        private final @Nullable ByteBuffer source;

        Session(@Nullable ByteBuffer source) {
            this.source = source;
        }

        @Override
        public Direction direction() {
            return source == null ? Direction.LOADING : Direction.SAVING;
        }

        @Override
        public int read(ByteBuffer destination) {
            if (failing.contains("read")) {
                throw new InvalidValueException("read", "1", "0");
            }
            if (state == DeviceState.PRE_COPY) {
                destination.put((byte) 0);
                return 1;
            }
            if (source == null || !source.hasRemaining()) {
                return -1;
            }
            int length = Math.min(source.remaining(), destination.remaining());
            destination.put(source.slice(source.position(), length));
            source.position(source.position() + length);
            return length;
        }

        @Override
        public int write(ByteBuffer bytes) {
            if (failing.contains("write")) {
                throw new InvalidValueException("write", "1", "0");
            }
            int length = bytes.remaining();
            byte[] copy = new byte[length];
            bytes.get(copy);
            loading.writeBytes(copy);
            return length;
        }

        @Override
        public OptionalLong totalBytes() {
            return OptionalLong.empty();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            onClose.run();
            if (failing.contains("close")) {
                throw new InvalidValueException("session", "stuck", "one that can be closed");
            }
        }
    }

    @Override
    public long estimatedStateBytes() {
        return Math.max(1, content.length);
    }

    @Override
    public Optional<DirtyMemoryTracking> dirtyMemory() {
        return Optional.empty();
    }

    @Override
    public synchronized void reset() throws LiveMigrationException {
        event("reset");
        state = DeviceState.RUNNING;
    }

    @Override
    public void close() {}
}

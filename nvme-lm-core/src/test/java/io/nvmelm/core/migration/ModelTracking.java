package io.nvmelm.core.migration;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.UserDataTracking;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// Tracking of what a guest does to a [ModelMedium], exact to the block. Every write of the guest goes through here.
final class ModelTracking implements UserDataTracking {
    private static final byte MODIFIED = 1;
    private static final byte DEALLOCATED = 2;
    /// How often it is looked whether the device is suspended, before the time is over.
    private static final int LOOKS = 5;

    private final ModelMedium medium;
    private final Map<Long, byte[]> log = new TreeMap<>();
    final List<String> calls = new ArrayList<>();
    /// How long each wait for the suspension was to be at most.
    final List<Duration> waits = new ArrayList<>();
    /// What happens before a call.
    ModelMedium.Hook before = call -> {};
    /// What happens before ranges of changes are told.
    Runnable visiting = () -> {};
    UserDataLogState state = UserDataLogState.OFF;
    boolean suspended;
    private boolean everything;

    ModelTracking(ModelMedium medium) {
        this.medium = medium;
        clear();
    }

    private void clear() {
        medium.content.forEach((id, blocks) -> log.put(id, new byte[blocks.length]));
    }

    /// The guest writes, or deallocates with value 0.
    void guest(long namespaceId, int first, int count, long value) {
        if (suspended) {
            throw new AssertionError("the guest wrote while it was suspended");
        }
        Arrays.fill(blocksOf(medium.content, namespaceId), first, first + count, value);
        if (state == UserDataLogState.LOGGING) {
            Arrays.fill(blocksOf(log, namespaceId), first, first + count, value == 0 ? DEALLOCATED : MODIFIED);
        }
    }

    /// The queue was full.
    void lose() {
        if (state != UserDataLogState.OFF) {
            state = UserDataLogState.LOST;
        }
    }

    private static <T> T blocksOf(Map<Long, T> all, long namespaceId) {
        var blocks = all.get(namespaceId);
        if (blocks == null) {
            throw new AssertionError("namespace " + namespaceId);
        }
        return blocks;
    }

    private void call(String name) {
        calls.add(name);
        try {
            before.call(name);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void start(List<NamespaceExtent> namespaces) {
        call("start");
        clear();
        everything = true;
        state = UserDataLogState.LOGGING;
    }

    @Override
    public UserDataChanges take() {
        call("take");
        return taken();
    }

    @Override
    public UserDataLogState keepUp() {
        call("keepUp");
        return state;
    }

    private UserDataChanges taken() {
        requireStarted();
        if (state == UserDataLogState.LOST || everything) {
            everything = state == UserDataLogState.LOST;
            clear();
            return new Changes(this, state, true, Map.of());
        }
        var taken = new TreeMap<>(log);
        clear();
        return new Changes(this, state, false, taken);
    }

    private void requireStarted() {
        if (state == UserDataLogState.OFF) {
            throw new InvalidValueException("state", "OFF", "started");
        }
    }

    @Override
    public Optional<UserDataChanges> takeAfterSuspension(Duration timeout, BooleanSupplier cancelled) {
        waits.add(timeout);
        call("takeAfterSuspension");
        requireStarted();
        for (int look = 0; !suspended; look++) {
            if (cancelled.getAsBoolean()) {
                return Optional.empty();
            }
            if (look == LOOKS) {
                throw new CommandTimeoutException("waiting for the suspension", timeout);
            }
            call("look");
        }
        if (state == UserDataLogState.LOGGING) {
            state = UserDataLogState.SUSPENDED;
        }
        return Optional.of(taken());
    }

    @Override
    public boolean isDeviceSuspended() {
        call("isDeviceSuspended");
        return suspended;
    }

    @Override
    public void putBack(UserDataChanges changes) {
        call("putBack");
        if (!(changes instanceof Changes own) || own.owner != this) {
            throw new InvalidValueException("changes", "foreign", "of this tracking");
        }
        everything |= own.isEverything();
        own.log.forEach((id, blocks) -> {
            var present = blocksOf(log, id);
            for (int i = 0; i < blocks.length; i++) {
                present[i] = present[i] == 0 ? blocks[i] : present[i];
            }
        });
    }

    @Override
    public UserDataLogState state() {
        return state;
    }

    @Override
    public void stop() {
        state = UserDataLogState.STOPPED;
    }

    private record Changes(
            ModelTracking owner, UserDataLogState state, boolean isEverything,
            Map<Long, byte[]> log) implements UserDataChanges {

        @Override
        public long modifiedBlocks() {
            return count(false);
        }

        @Override
        public long deallocatedBlocks() {
            return count(true);
        }

        private long count(boolean wanted) {
            var sum = new long[1];
            forEachRange((id, first, count, deallocated) -> sum[0] += deallocated == wanted ? count : 0);
            return sum[0];
        }

        @Override
        public void forEachRange(RangeVisitor visitor) {
            owner.visiting.run();
            if (isEverything) {
                owner.medium.content.forEach((id, blocks) -> visitor.range(id, 0, blocks.length, false));
            }
            // one block each: whoever copies has to merge them
            log.forEach((id, blocks) -> {
                for (int i = 0; i < blocks.length; i++) {
                    if (blocks[i] != 0) {
                        visitor.range(id, i, 1, blocks[i] == DEALLOCATED);
                    }
                }
            });
        }
    }
}

package io.nvmelm.core.fsm;

import io.nvmelm.DeviceState;
import io.nvmelm.DeviceStateException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationCapability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The state machine of a migratable device with certain capabilities, as the kernel's VFIO interface defines it
/// (`linux/vfio.h`, `enum vfio_device_mig_state`): which arcs there are, and which of them lead from one state to
/// another.
///
/// A path is the shortest one. PRE_COPY, PRE_COPY_P2P and STOP_COPY are never passed, so that no session is opened or
/// ended on the way, but for PRE_COPY to PRE_COPY_P2P to STOP_COPY, where one session lasts. Nothing leads from
/// STOP_COPY to a PRE_COPY state, to ERROR, or out of ERROR.
///
/// The arcs; those of PRE_COPY states exist with that capability only:
///
/// ```
///   without P2P:   PRE_COPY <-> RUNNING <-> STOP <-> STOP_COPY, RESUMING        PRE_COPY -> STOP_COPY
///
///   with P2P:      RUNNING  <-> RUNNING_P2P  <-> STOP <-> STOP_COPY, RESUMING
///                     |              |
///                  PRE_COPY <-> PRE_COPY_P2P -> STOP_COPY
/// ```
///
/// Immutable, and there is one object for each set of capabilities. Lookups read arrays and allocate nothing.
public final class MigrationStateMachine {
    private static final int STATES = DeviceState.values().length;

    /// One machine for each set with STOP_COPY, whose flag is bit 0: the place is the flag word without that bit.
    private static final List<MigrationStateMachine> BY_OPTIONAL_CAPABILITIES = Stream.of(1, 3, 5, 7)
            .map(flags -> new MigrationStateMachine(MigrationCapability.fromFlags(flags)))
            .toList();

    private final Set<MigrationCapability> capabilities;
    private final List<Arc> arcs;
    /// Place of a pair: number of the first state times 8, plus number of the second. Null where there is no way.
    private final @Nullable Plan[] plans = new @Nullable Plan[STATES * STATES];
    private final DeviceState[] next = new DeviceState[STATES * STATES];
    private final @Nullable RecoveryPlan[] recoveries = new @Nullable RecoveryPlan[STATES * STATES];

    private MigrationStateMachine(Set<MigrationCapability> capabilities) {
        this.capabilities = Collections.unmodifiableSet(EnumSet.copyOf(capabilities));
        var graph = new ArcGraph(capabilities);
        arcs = graph.arcs();
        for (var from : DeviceState.values()) {
            for (var to : DeviceState.values()) {
                var plan = graph.shortestPath(from, to);
                plans[place(from, to)] = plan;
                next[place(from, to)] = firstStep(plan, to);
                recoveries[place(from, to)] = recovery(graph, from, to);
            }
        }
    }

    /// {@return the machine of a device}
    ///
    /// @param capabilities what the device can do
    /// @throws InvalidValueException when [MigrationCapability#STOP_COPY] is missing: such a device cannot be migrated
    public static MigrationStateMachine of(Set<MigrationCapability> capabilities) {
        if (!capabilities.contains(MigrationCapability.STOP_COPY)) {
            throw new InvalidValueException("capabilities", capabilities.toString(), "a set with STOP_COPY");
        }
        return BY_OPTIONAL_CAPABILITIES.get(MigrationCapability.toFlags(capabilities) >>> 1);
    }

    /// {@return what the device can do, unmodifiable}
    public Set<MigrationCapability> capabilities() {
        return capabilities;
    }

    /// {@return all arcs that the device must be able to execute: 6 for STOP_COPY alone, 8 with P2P, 9 with PRE_COPY,
    /// 15 with both}
    public List<Arc> arcs() {
        return arcs;
    }

    /// {@return whether the capabilities include this state; never true for [DeviceState#ERROR]}
    ///
    /// @param state any state
    public boolean has(DeviceState state) {
        return plans[place(state, state)] != null;
    }

    /// Looks up the one arc to execute now on the way to a target. Repeating that until the target is reached walks
    /// [#plan(DeviceState, DeviceState)].
    ///
    /// @param from state the device is in
    /// @param to   state it shall reach
    /// @return state at the end of that arc; `from` when it is `to`; [DeviceState#ERROR] where the kernel answers
    ///         `EINVAL`: for a state that the capabilities do not include, for a forbidden way, and for ERROR on either
    ///         side
    public DeviceState next(DeviceState from, DeviceState to) {
        return next[place(from, to)];
    }

    /// Looks up all arcs from one state to another: at most 4, none when the states are the same.
    ///
    /// @param from state the device is in
    /// @param to   state it shall reach
    /// @return the arcs
    /// @throws DeviceStateException when no way leads there, ERROR to ERROR included; says what would help
    public Plan plan(DeviceState from, DeviceState to) {
        var plan = plans[place(from, to)];
        if (plan == null) {
            throw refusal(from, to);
        }
        return plan;
    }

    /// Says how to bring a device to a state after something failed. Never loses by a reset what arcs can keep, and
    /// never applies data of a load that may be incomplete.
    ///
    /// The device is reset first when it is in ERROR, in a state that its capabilities do not include, or in RESUMING:
    /// leaving RESUMING declares the data complete and applies it, so only a reset aborts a load. It is not reset to
    /// get from STOP_COPY to a PRE_COPY state, which is refused here as it is in [#plan(DeviceState, DeviceState)]: a
    /// way without a loss leads over RUNNING.
    ///
    /// @param current state the device is in now; ask it, after a failure it may be any
    /// @param target  state it shall reach
    /// @return what to do
    /// @throws DeviceStateException when `target` is ERROR or a state that the capabilities do not include, or for
    ///                              STOP_COPY to a PRE_COPY state
    public RecoveryPlan recovery(DeviceState current, DeviceState target) {
        var recovery = recoveries[place(current, target)];
        if (recovery == null) {
            throw refusal(current, target);
        }
        return recovery;
    }

    private static @Nullable RecoveryPlan recovery(ArcGraph graph, DeviceState current, DeviceState target) {
        boolean resetFirst = !graph.has(current) || current == DeviceState.RESUMING;
        var afterwards = graph.shortestPath(resetFirst ? DeviceState.RUNNING : current, target);
        return afterwards == null ? null : new RecoveryPlan(resetFirst, afterwards);
    }

    private static DeviceState firstStep(@Nullable Plan plan, DeviceState to) {
        if (plan == null) {
            return DeviceState.ERROR;
        }
        return plan.isEmpty() ? to : plan.arcs().getFirst().to();
    }

    private DeviceStateException refusal(DeviceState from, DeviceState to) {
        var message = "no way leads from " + from + " to " + to;
        if (to == DeviceState.ERROR) {
            return new DeviceStateException(from, message, "Ask for a state that a device can be taken to");
        }
        if (!has(to)) {
            return new DeviceStateException(
                    from,
                    message + ", which a device with " + capabilities + " does not have",
                    "Ask for a state that it has");
        }
        if (!has(from)) {
            return new DeviceStateException(from, message, "Only a reset of the device helps; it is RUNNING then");
        }
        return new DeviceStateException(
                from, message + " within one session", "Take the device to RUNNING first, which ends the session");
    }

    private static int place(DeviceState from, DeviceState to) {
        return from.value() * STATES + to.value();
    }
}

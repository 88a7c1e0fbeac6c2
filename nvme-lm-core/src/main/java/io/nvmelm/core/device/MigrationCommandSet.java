package io.nvmelm.core.device;

import io.nvmelm.CommandFailedException;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerPart;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.DeviceIdentity;
import io.nvmelm.DeviceStateException;
import io.nvmelm.DirtyMemoryTracking;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationRole;
import io.nvmelm.PreflightFinding;
import io.nvmelm.UserDataTracking;
import io.nvmelm.core.controller.StateSource;
import io.nvmelm.core.controller.StateTarget;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The commands by which one controller is migrated, whatever set of commands that is. Knows nothing of states and arcs.
///
/// Called by one thread at a time. Every method that sends commands blocks for them, each within its deadline, and throws a
/// [LiveMigrationException] when one fails.
public interface MigrationCommandSet extends AutoCloseable {

    /// {@return who the controller is} Does not block.
    DeviceIdentity identity();

    /// {@return formats of the state, best first; empty when there is but one and it has no name} Does not block.
    List<StateFormat> formats();

    /// Chooses the format of states to come.
    ///
    /// @param format one of [#formats()]
    /// @throws InvalidValueException when it is not
    void selectFormat(StateFormat format);

    /// Does what can be done before a suspension: tells the controller, learns the size of its state, gets memory.
    void announce();

    /// Suspends the controller; returns when it is.
    void suspend();

    /// Resumes the controller.
    ///
    /// @throws CommandFailedException that [#saysNotSuspended(CommandFailedException)] knows, when it is not suspended
    void resume();

    /// {@return whether a controller refused Resume because it is not suspended} Sends nothing.
    ///
    /// @param refusal what [#resume()] threw
    default boolean saysNotSuspended(CommandFailedException refusal) {
        return refusal.status().is(StatusCode.CONTROLLER_NOT_SUSPENDED);
    }

    /// {@return whether the controller has I/O queues, which a reset would have deleted; false where no command tells} May block for a
    /// command.
    default boolean hasIoQueues() {
        return false;
    }

    /// {@return whether the controller is suspended} Blocks for a command.
    boolean isSuspended();

    /// {@return size in bytes that the state has now, 1 or more; it may change until the controller is suspended} Blocks for a command.
    long estimatedStateBytes();

    /// {@return size in bytes that the state has now, 1 or more, also when that is more than these commands move; the last one known,
    /// or 1, while the controller refuses to tell} Blocks for a command.
    default long presentStateBytes() {
        return estimatedStateBytes();
    }

    /// {@return how long the commands of a switchover take, by those measured so far; zero where nobody measures} Does not block.
    ///
    /// @param role [MigrationRole#SOURCE] to suspend and read the state, [MigrationRole#DESTINATION] to load it and resume
    default Duration estimatedCommandTime(MigrationRole role) {
        return Duration.ZERO;
    }

    /// Opens the state of the suspended controller.
    ///
    /// @return the state; the caller closes it
    StateSource openSource();

    /// Opens the suspended controller for a new state. Checks that it can take one.
    ///
    /// @return the target; the caller closes it
    /// @throws DeviceStateException when it has I/O queues: it needs a reset first
    StateTarget openTarget();

    /// Has the suspended controller forget a part of a state that was never committed.
    void discardPartialState();

    /// Learns that the function was reset, from outside of these commands. Sends nothing.
    default void functionWasReset() {}

    /// {@return the tracking of the guest memory that the controller writes; empty when it cannot track} Does not block. The command
    /// set owns it.
    default Optional<DirtyMemoryTracking> dirtyMemory() {
        return Optional.empty();
    }

    /// {@return the tracking of the user data that the controller changes; empty when it cannot track} May block for a command the
    /// first time. The command set owns it.
    default Optional<UserDataTracking> userData() {
        return Optional.empty();
    }

    /// {@return what the controller is and has; empty where these commands cannot tell which controller it is} Blocks for commands that
    /// only read.
    ///
    /// @param registers properties of its function; empty where nobody can read them
    default Optional<ControllerManifest> manifest(Optional<ControllerRegisters> registers) {
        return identity().controller().map(ControllerManifest::of);
    }

    /// {@return the largest state in bytes that these commands take and give, 1 or more} Does not block.
    default long maximumStateBytes() {
        return Long.MAX_VALUE;
    }

    /// {@return parts of the guest-visible controller that a state of the standard does not carry; empty where the formats have no such
    /// gap, or nobody knows} Does not block.
    default Set<ControllerPart> missingFromState() {
        return Set.of();
    }

    /// Looks for reasons why the controller could not be migrated, or not be loaded, that lie in these commands, in the controlling
    /// controller, in the transport or in the controller's condition. Blocks for commands that only read.
    ///
    /// @param role [MigrationRole#SOURCE] to be migrated from here, [MigrationRole#DESTINATION] to be loaded here
    /// @return every reason; one question that is not answered is a finding too and does not end the others
    default List<PreflightFinding> preflight(MigrationRole role) {
        return List.of();
    }

    /// Gives memory back. Idempotent.
    @Override
    void close();
}

package io.nvmelm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Tracking of the user data that a device changes in its namespaces, the counterpart of [DirtyMemoryTracking] for media that do not
/// move with the guest. Thread-safe; every method may wait for another one.
///
/// ```java
/// tracking.start(namespaces);
/// while (true) {
///     var changes = tracking.take();            // the first time: everything
///     try {
///         changes.forEachRange(copier);
///     } catch (RuntimeException e) {
///         tracking.putBack(changes);            // nothing is lost
///         throw e;
///     }
///     …
/// }
/// // after the device was suspended
/// tracking.takeAfterSuspension(timeout).forEachRange(copier);
/// ```
///
/// What was taken belongs to the caller: it is not reported again unless it is put back. Blocks that are read while the device
/// runs may change under the reader's eyes; then they are reported again.
public interface UserDataTracking {

    /// Starts logging, also again after changes were lost or logging was stopped. Afterwards every block counts as changed: the next
    /// [#take()] returns everything, since nobody knows what changed before. Blocks for commands.
    ///
    /// @param namespaces what the device can change; at least one, each namespace once
    /// @throws InvalidValueException      when a namespace is named twice or there is none
    /// @throws CapabilityMissingException when this device or its transport cannot log user data changes
    /// @throws LiveMigrationException     when a command failed; nothing is logged then, or what is logged is not used
    void start(List<NamespaceExtent> namespaces);

    /// Takes all changes that are known now. Blocks for a command, which makes sure that the device still logs, and for another one when it
    /// wants slots of its queue back.
    ///
    /// @return the changes since the last call, together with those that were put back
    /// @throws InvalidValueException  when nothing was started
    /// @throws LiveMigrationException when a command failed; no change is lost, the next call returns it
    UserDataChanges take();

    /// Takes in what the device has reported so far, for the next [#take()]: to be called often while something long is done, so that
    /// the device's queue does not run full. Blocks for commands when the device wants slots of its queue back.
    ///
    /// @return how complete the changes are that are known now
    /// @throws InvalidValueException  when nothing was started
    /// @throws LiveMigrationException when a command failed; no change is lost
    default UserDataLogState keepUp() {
        var changes = take();
        if (changes.state() != UserDataLogState.LOST) {
            putBack(changes);
        }
        return changes.state();
    }

    /// Takes all changes of a device that is suspended: waits until the device has said that no more will come, or that changes
    /// were lost. Blocks.
    ///
    /// @param timeout longest time to wait, more than 0
    /// @return the changes, whose state is [UserDataLogState#SUSPENDED] or [UserDataLogState#LOST]
    /// @throws InvalidValueException   when nothing was started
    /// @throws CommandTimeoutException when the device did not say it in time, or the thread was interrupted, which stays so; no change is lost, the next call returns it
    /// @throws LiveMigrationException  when a command failed; no change is lost
    default UserDataChanges takeAfterSuspension(Duration timeout) {
        return takeAfterSuspension(timeout, () -> false).orElseThrow();
    }

    /// Takes all changes of a device that is suspended, as [#takeAfterSuspension(Duration)] does, and gives up when it is told to.
    ///
    /// @param timeout   longest time to wait, more than 0
    /// @param cancelled whether to give up; asked without any lock, on this thread, each time that the device has not said it yet. What
    ///                  it throws passes, and no change is lost
    /// @return the changes, whose state is [UserDataLogState#SUSPENDED] or [UserDataLogState#LOST]; empty when it gave up: no change
    ///         is lost, the next call returns it
    /// @throws InvalidValueException   when nothing was started
    /// @throws CommandTimeoutException when the device did not say it in time, a command was not answered, or the thread was interrupted,
    ///                                 which stays so; no change is lost, the next call returns it
    /// @throws LiveMigrationException  when a command failed; no change is lost
    Optional<UserDataChanges> takeAfterSuspension(Duration timeout, BooleanSupplier cancelled);

    /// Asks the device itself whether it is suspended, also when nothing was started or changes were lost. Blocks for a command.
    ///
    /// @return whether it is
    /// @throws LiveMigrationException when the command failed
    boolean isDeviceSuspended();

    /// Puts back changes that could not be used. What the device changed since then stays as it is.
    ///
    /// @param changes what [#take()] of this tracking returned
    /// @throws InvalidValueException when they are not of this tracking
    void putBack(UserDataChanges changes);

    /// {@return how complete the changes are that were taken so far} Does not block.
    UserDataLogState state();

    /// {@return why changes were lost, one sentence; empty unless the state is [UserDataLogState#LOST], and where nobody knows} Does
    /// not block.
    default Optional<String> lossReason() {
        return Optional.empty();
    }

    /// Stops logging. What was logged before can still be taken, until the state is [UserDataLogState#STOPPED]. No error when nothing is
    /// logged. Blocks for a command.
    ///
    /// @throws LiveMigrationException when the command failed
    void stop();
}

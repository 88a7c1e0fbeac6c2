package io.nvmelm;

import io.nvmelm.nvme.StateFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One device as a VMM migrates it, in the shape of the kernel's VFIO migration interface version 2, so that a device
/// that the kernel migrates and one that this library migrates look alike.
///
/// A device is [DeviceState#RUNNING] when it is opened, or [DeviceState#STOP] where it is found suspended. Thread-safe:
/// arcs and resets exclude each other; the data of a session is read and written outside that exclusion, so a peer that
/// does not read cannot hold up a reset.
public interface MigratableDevice extends AutoCloseable {

    /// {@return who this device is} Does not block.
    DeviceIdentity identity();

    /// {@return what this device can do; always contains [MigrationCapability#STOP_COPY]} Does not block.
    Set<MigrationCapability> capabilities();

    /// {@return the state this device is in now} May wait for an arc that another thread executes.
    DeviceState state();

    /// Takes the device to `target` over as many arcs as needed and returns when it is there. Asking for the present
    /// state does nothing. Blocks for the commands of the arcs, each within its deadline.
    ///
    /// @param target any state but [DeviceState#ERROR] that the capabilities allow
    /// @return the session, when the last arc opened one; the caller closes it
    /// @throws DeviceStateException   when no path leads there; the device is left as it was
    /// @throws LiveMigrationException when an arc failed; the device is then in the state that [#state()] returns,
    ///                                which may be any state of the path or [DeviceState#ERROR]
    Optional<MigrationData> setState(DeviceState target);

    /// {@return the estimated size in bytes of the state that [DeviceState#STOP_COPY] will deliver, 1 or more; valid in
    /// every state}
    long estimatedStateBytes();

    /// {@return the tracking of the guest memory that this device writes; empty when it cannot track}
    Optional<DirtyMemoryTracking> dirtyMemory();

    /// {@return the tracking of the user data that this device changes; empty when it cannot track}
    default Optional<UserDataTracking> userData() {
        return Optional.empty();
    }

    /// {@return formats in which this device can deliver and take its state, best first; empty where the format is a
    /// matter of the kernel's driver alone} Does not block.
    default List<StateFormat> stateFormats() {
        return List.of();
    }

    /// Chooses the format of sessions to come. Until then it is the first of [#stateFormats()].
    ///
    /// @param format one of [#stateFormats()]
    /// @throws DeviceStateException  when a session is open
    /// @throws InvalidValueException when the device does not have this format
    default void selectStateFormat(StateFormat format) {
        throw new InvalidValueException("format", format.toString(), "none: this device has no choice of formats")
                .at(identity().name(), "choosing the format");
    }

    /// {@return everything about this device that decides whether its state can go to another one} Blocks for the commands that ask the
    /// controller; changes nothing, so it can be called while the guest runs.
    ///
    /// @throws LiveMigrationException when the device did not answer
    default DeviceManifest manifest() {
        return new DeviceManifest(
                identity().name(),
                capabilities(),
                stateFormats(),
                estimatedStateBytes(),
                Long.MAX_VALUE,
                identity().controller().map(ControllerManifest::of),
                Set.of(),
                false);
    }

    /// Looks for reasons on this side alone why the device could not be migrated now, or not be loaded now: what the device supports,
    /// its condition, the transport, permissions, free resources. Blocks for the commands that ask the controller; changes nothing.
    ///
    /// @param role [MigrationRole#SOURCE] to be migrated from here, [MigrationRole#DESTINATION] to be loaded here
    /// @return every reason at once; a question that was not answered is a finding too, with [PreflightReason#UNKNOWN]
    default List<PreflightFinding> preflight(MigrationRole role) {
        return List.of();
    }

    /// Estimates how long the commands of a switchover take on this side, from those measured so far: at the source suspending and
    /// reading the state, at the destination loading and resuming. Does not block.
    ///
    /// @param role which side this device is on
    /// @return the time, zero when nothing was measured; bytes on the way between the two are not part of it
    default Duration estimatedCommandTime(MigrationRole role) {
        return Duration.ZERO;
    }

    /// {@return what a migration of this device takes for as long as it runs, so that there is one at a time; always the same} By default
    /// one that protects nothing: two migrations of a device that does not override this undo each other's arcs. It says nothing about
    /// who may reset the device. Does not block.
    default MigrationClaim migrationClaim() {
        return new MigrationClaim();
    }

    /// Does before a suspension what can be done before it: tells the controller that a suspension will follow and
    /// prepares memory, so that neither falls into the blackout. Does nothing where the device has no such preparation.
    /// May block.
    ///
    /// @throws LiveMigrationException when the controller refused; the device runs on
    default void announceSuspension() {}

    /// Makes sure, as far as the device can tell at little cost, that a guest can go on with it: its controller works, and nobody has reset
    /// it since it was suspended or loaded. A migration asks while the guest stands still, or before it is paused. Does nothing where
    /// the device cannot tell.
    ///
    /// @throws DeviceStateException   when no guest can go on with it; a reset is what helps, and loses what was loaded
    /// @throws LiveMigrationException when the device did not answer
    default void requireOperational() {}

    /// Ends any session and resets the device; afterwards it is [DeviceState#RUNNING]. A session that was open answers
    /// [SessionEndedException] from then on. Waits for an arc in progress.
    ///
    /// @throws LiveMigrationException when the reset failed; the state is then [DeviceState#ERROR]
    void reset();

    /// Ends any session and gives up what this object holds. A stopped device stays stopped: who may run is the
    /// caller's decision. Idempotent.
    @Override
    void close();
}

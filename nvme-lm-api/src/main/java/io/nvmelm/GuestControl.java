package io.nvmelm;

/// How a migration stops and starts the guest around the blackout; the VMM implements it.
///
/// Calls come from the thread that runs the migration. An exception from [#pause()] ends the migration and the source
/// goes on running: [#resume()] is not called then, so a pause that throws must leave all virtual processors running. An
/// exception from [#resume()] is reported.
public interface GuestControl {

    /// A guest that somebody else stops and starts.
    GuestControl UNMANAGED = new GuestControl() {
        @Override
        public void pause() {}

        @Override
        public void resume() {}
    };

    /// Stops the virtual processors. Called on the source once everything that can be done beforehand is done; the
    /// blackout begins.
    void pause();

    /// Lets the virtual processors run: on the destination after the device runs there, on the source when a migration failed and the
    /// device runs again here. One that throws must leave all of them stopped: the guest may go on at the other side.
    void resume();

    /// A device had to be reset so that it runs again, on the way back from a failed migration: the guest finds a controller
    /// without queues, as after a reset of its own, and commands in flight are not answered. Called before [#resume()]; a VMM arms the
    /// interrupts of the function again, and may tell the guest. Does nothing by default.
    ///
    /// @param device name of the device
    default void deviceWasReset(String device) {}
}

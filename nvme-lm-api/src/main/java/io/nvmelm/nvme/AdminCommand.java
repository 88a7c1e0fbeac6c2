package io.nvmelm.nvme;

/// An admin command of live migration or of what prepares it, as a value. Its encoding is the matter of the core module.
public sealed interface AdminCommand
        permits IdentifyCommand, SuspendCommand, ResumeCommand, SetControllerStateCommand, GetControllerStateCommand,
        VirtualizationManagementCommand, CreateControllerDataQueueCommand, DeleteControllerDataQueueCommand,
        LogUserDataChangesCommand, TrackMemoryChangesCommand, TrackedMemoryChangesCommand, SetQueueHeadCommand,
        GetQueueHeadCommand, VendorMigrationCommand {

    /// {@return the opcode}
    AdminOpcode opcode();

    /// {@return the number of bytes that the command moves between host and controller; 0 for none}
    long dataByteSize();
}

package io.nvmelm.nvme;

/// Track Send, Track Memory Changes (Base 2.3 clause 5.2.28.1.2). The ranges are in the data, see [MemoryTrackingRequest]; the
/// entry has no length.
///
/// @param controllerId controller to be watched (CNTLID), CDW11 15:0
/// @param start        Tracking Action (TACT), CDW10 16: whether to start with the ranges of the data, or to stop
/// @param dataByteSize bytes of the data, which the entry does not carry: 0 to stop, and 0 in a command that was decoded from an
///                     entry
public record TrackMemoryChangesCommand(int controllerId, boolean start, long dataByteSize) implements AdminCommand {

    /// Select value of the operation.
    public static final int SELECT = 1;

    /// Checks every field.
    public TrackMemoryChangesCommand {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        FieldBounds.require("dataByteSize", dataByteSize, start ? 1L << 36 : 0);
    }

    /// {@return the command that stops watching a controller}
    ///
    /// @param controllerId controller that is watched, 0 to 65 535
    public static TrackMemoryChangesCommand stop(int controllerId) {
        return new TrackMemoryChangesCommand(controllerId, false, 0);
    }

    @Override
    public AdminOpcode opcode() {
        return AdminOpcode.TRACK_SEND;
    }
}

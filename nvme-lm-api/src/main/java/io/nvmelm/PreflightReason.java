package io.nvmelm;

/// Why a migration would fail, or would better not be tried.
public enum PreflightReason {
    /// The controller, the command set or the kernel's driver cannot migrate at all.
    MIGRATION_UNSUPPORTED,
    /// The two sides have no format of state in common.
    NO_COMMON_FORMAT,
    /// The number of devices, or their kinds, differ.
    DEVICE_MISMATCH,
    /// Several devices migrate together, and one of them has no P2P state.
    P2P_MISSING,
    /// Vendor, subsystem vendor, IEEE OUI, model, firmware, serial number or name differ, or the identifiers of a namespace: it is
    /// another one, or looks like one to the guest.
    IDENTITY_DIFFERS,
    /// The controller at the destination shows the guest other capabilities or another version.
    CAPABILITIES_DIFFER,
    /// Too few I/O queues, or queues that are too short.
    QUEUE_LIMIT,
    /// Too few interrupt vectors.
    VECTOR_LIMIT,
    /// The guest's largest transfer is larger than the destination's.
    TRANSFER_LIMIT,
    /// The state is larger than what one side takes or can carry.
    STATE_SIZE,
    /// A namespace of the guest is not attached there.
    NAMESPACE_MISSING,
    /// A namespace there has another size or LBA format, or is one too many.
    NAMESPACE_DIFFERS,
    /// A feature is set that the destination has not, or has otherwise.
    FEATURE_DIFFERS,
    /// The device is not in the condition in which it can be migrated or loaded.
    DEVICE_CONDITION,
    /// Parts of the controller are in no state, and the embedder does not move them on both sides.
    PART_NOT_CARRIED,
    /// The transport to the controlling controller cannot do what is needed.
    TRANSPORT_LIMIT,
    /// This process may not do what is needed.
    PERMISSION,
    /// Resources of the controller, the subsystem or this host are used up.
    RESOURCES,
    /// The estimated blackout is longer than the budget.
    BLACKOUT_BUDGET,
    /// The two sides speak no common version of the stream, or differ about its authentication.
    STREAM_VERSION,
    /// Something could not be learned, so that it cannot be ruled out as a reason.
    UNKNOWN
}

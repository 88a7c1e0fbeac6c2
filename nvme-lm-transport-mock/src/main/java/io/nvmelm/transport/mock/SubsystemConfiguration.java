package io.nvmelm.transport.mock;

import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.TrackingLimits;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What an [InMemorySubsystem] was built with, checked by its builder.
///
/// @param nqn                       name of the subsystem
/// @param serialNumber              serial number
/// @param modelNumber               model number
/// @param firmwareRevision          firmware revision
/// @param identity                  who made it, and which version of the standard it follows
/// @param controllingId             identifier of the controlling controller
/// @param firstMigratableId         identifier of the first migratable controller
/// @param migratableCount           number of migratable controllers
/// @param maximumQueuePairs         most I/O queue pairs of a controller
/// @param flexibleQueues            VQ resources for secondary controllers; 0 without Virtualization Management
/// @param flexibleInterrupts        VI resources for secondary controllers; 0 without Virtualization Management
/// @param maximumQueueEntries       most entries of an I/O queue
/// @param maximumFetchedCommands    most commands that a controller has fetched and not completed
/// @param mdts                      MDTS, exponent over 4096 bytes, 0 for no limit
/// @param stateVersions             versions of the NVMe Controller State in CNS 20h
/// @param vendorFormats             UUIDs in CNS 20h
/// @param vendorStatePadding        bytes that make the vendor specific data longer
/// @param maximumStateBytes         longest state that is taken
/// @param reportSuspendedInCompletion whether Get Controller State sets CSUP
/// @param maximumTransferBytes      limit of the transport for one command
/// @param maximumCommandsInFlight   limit of the transport for commands
/// @param commandLogCapacity        commands that the log keeps
/// @param seed                      seed of everything random
/// @param latency                   how long things take
/// @param options                   what it can track, and its differences from the default
/// @param namespaces                media of namespaces 1 to n
/// @param identifiers               what these namespaces are called everywhere
record SubsystemConfiguration(
        String nqn,
        String serialNumber,
        String modelNumber,
        String firmwareRevision,
        Maker identity,
        int controllingId,
        int firstMigratableId,
        int migratableCount,
        int maximumQueuePairs,
        int flexibleQueues,
        int flexibleInterrupts,
        int maximumQueueEntries,
        int maximumFetchedCommands,
        int mdts,
        List<Integer> stateVersions,
        List<UUID> vendorFormats,
        int vendorStatePadding,
        long maximumStateBytes,
        boolean reportSuspendedInCompletion,
        long maximumTransferBytes,
        int maximumCommandsInFlight,
        int commandLogCapacity,
        long seed,
        LatencyModel latency,
        DeviceOptions options,
        List<NamespaceMedium> namespaces,
        List<NamespaceIdentifiers> identifiers) {

    /// Who made a subsystem, and which version of the standard it follows.
    ///
    /// @param pciVendorId          VID
    /// @param pciSubsystemVendorId SSVID
    /// @param ieeeOui              IEEE OUI
    /// @param nvmeVersion          VER and VS
    record Maker(int pciVendorId, int pciSubsystemVendorId, int ieeeOui, int nvmeVersion) {
        static final Maker DEFAULT = new Maker(0x1D1D, 0x1D1D, 0, 0x0002_0300);

        Maker {
            BuilderBounds.require("pciVendorId", pciVendorId, 0, 0xFFFF);
            BuilderBounds.require("pciSubsystemVendorId", pciSubsystemVendorId, 0, 0xFFFF);
            BuilderBounds.require("ieeeOui", ieeeOui, 0, 0xFF_FFFF);
            BuilderBounds.require("nvmeVersion", nvmeVersion, 0, Integer.MAX_VALUE);
        }

        Maker withVersion(int version) {
            return new Maker(pciVendorId, pciSubsystemVendorId, ieeeOui, version);
        }
    }

    /// Smallest memory page (CAP.MPSMIN 0).
    static final int MINIMUM_PAGE_BYTES = 4096;
    /// Asynchronous Event Requests that may be outstanding.
    static final int ASYNCHRONOUS_EVENT_REQUESTS = 4;
    /// Most vectors of a function with MSI-X.
    static final int MSI_X_VECTORS = 2048;
    /// Abort commands that may be under way, as reported.
    static final int ABORT_COMMANDS = 4;

    /// {@return what the controlling controller can track; its numbers of queues mean nothing with
    /// [DeviceVariant#QUEUE_LIMITS_NOT_REPORTED]}
    TrackingLimits tracking() {
        return options.vendorCommands() ? TrackingLimits.NONE : options.tracking();
    }

    /// {@return whether the device differs from the default in this}
    ///
    /// @param variant a difference
    boolean has(DeviceVariant variant) {
        return options.variants().contains(variant);
    }

    /// {@return whether it has the vendor specific commands of 2022 instead of those of the standard}
    boolean hasVendorCommands() {
        return options.vendorCommands();
    }

    /// {@return whether the controlling controller has Virtualization Management}
    boolean virtualizationManagement() {
        return flexibleQueues > 0;
    }

    /// {@return most I/O queue pairs that a controller may ever have}
    ///
    /// @param controlling whether it is the controlling controller, which can have all flexible resources
    int queuePairCapacity(boolean controlling) {
        return controlling ? maximumQueuePairs + flexibleQueues : maximumQueuePairs;
    }

    /// {@return most interrupt vectors that a controller may ever have}
    ///
    /// @param controlling whether it is the controlling controller, which can have all flexible resources
    int vectorCapacity(boolean controlling) {
        return controlling ? Math.min(vectors() + flexibleInterrupts, MSI_X_VECTORS) : vectors();
    }

    /// {@return interrupt vectors of a controller without flexible ones: one for each queue pair and one for the admin
    /// queue, as far as MSI-X has them}
    int vectors() {
        return Math.min(maximumQueuePairs + 1, MSI_X_VECTORS);
    }

    /// {@return most bytes that one command may move, by MDTS}
    long maximumDataBytes() {
        return mdts == 0 ? Long.MAX_VALUE : (long) MINIMUM_PAGE_BYTES << mdts;
    }

    /// {@return the medium of a namespace; null where there is no such namespace}
    @Nullable
    NamespaceMedium namespace(long namespaceId) {
        return namespaceId >= 1 && namespaceId <= namespaces.size() ? namespaces.get((int) namespaceId - 1) : null;
    }
}

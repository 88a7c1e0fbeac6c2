package io.nvmelm.transport.mock;

import static io.nvmelm.transport.mock.BuilderBounds.require;
import static io.nvmelm.transport.mock.BuilderBounds.requireText;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.transport.mock.SubsystemConfiguration.Maker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Builds an [InMemorySubsystem]. Everything has a default; each setter checks its value and returns the builder.
public final class InMemorySubsystemBuilder {
    private static final int LARGEST_CONTROLLER_ID = 0xFFEF;
    private static final int MAXIMUM_FORMATS = 100;

    private final VirtualClock clock;
    private String nqn = "nqn.2014-08.org.example:in-memory";
    private String serialNumber = "MEM0001";
    private String modelNumber = "In-memory NVM subsystem";
    private String firmwareRevision = "1.0";
    private Maker maker = Maker.DEFAULT;
    private int controllingId;
    private int firstMigratableId = 1;
    private int migratableCount = 1;
    private int maximumQueuePairs = 16;
    private int flexibleQueues;
    private int flexibleInterrupts;
    private int maximumQueueEntries = 1024;
    private int maximumFetchedCommands = 64;
    private int mdts = 7;
    private List<Integer> stateVersions = List.of(0);
    private List<UUID> vendorFormats = List.of(InMemorySubsystem.VENDOR_STATE_UUID);
    private int vendorStatePadding;
    private long maximumStateBytes = 64L << 20;
    private boolean reportSuspendedInCompletion = true;
    private long maximumTransferBytes = 1 << 20;
    private int maximumCommandsInFlight = 32;
    private int commandLogCapacity = 4096;
    private long seed = 1;
    private LatencyModel latency = LatencyModel.none();
    private DeviceOptions options = DeviceOptions.DEFAULT;
    private final List<NamespaceMedium> namespaces = new ArrayList<>();
    private final Map<Integer, NamespaceIdentifiers> identifiersById = new HashMap<>();

    InMemorySubsystemBuilder(VirtualClock clock) {
        this.clock = clock;
    }

    /// Sets the NVMe qualified name of the subsystem (SUBNQN).
    ///
    /// @param value 1 to 223 characters
    /// @return this
    public InMemorySubsystemBuilder nqn(String value) {
        nqn = requireText("nqn", value, 223);
        return this;
    }

    /// Sets the serial number (SN).
    ///
    /// @param value 1 to 20 characters
    /// @return this
    public InMemorySubsystemBuilder serialNumber(String value) {
        serialNumber = requireText("serialNumber", value, 20);
        return this;
    }

    /// Sets the model number (MN).
    ///
    /// @param value 1 to 40 characters
    /// @return this
    public InMemorySubsystemBuilder modelNumber(String value) {
        modelNumber = requireText("modelNumber", value, 40);
        return this;
    }

    /// Sets the firmware revision (FR).
    ///
    /// @param value 1 to 8 characters
    /// @return this
    public InMemorySubsystemBuilder firmwareRevision(String value) {
        firmwareRevision = requireText("firmwareRevision", value, 8);
        return this;
    }

    /// Sets who made the subsystem. Default 1D1Dh, 1D1Dh, 0.
    ///
    /// @param pciVendorId          PCI Vendor ID (VID), 16 bits
    /// @param pciSubsystemVendorId PCI Subsystem Vendor ID (SSVID), 16 bits
    /// @param ieeeOui              IEEE OUI Identifier (IEEE), 24 bits
    /// @return this
    public InMemorySubsystemBuilder vendor(int pciVendorId, int pciSubsystemVendorId, int ieeeOui) {
        maker = new Maker(pciVendorId, pciSubsystemVendorId, ieeeOui, maker.nvmeVersion());
        return this;
    }

    /// Sets the version of the standard that controllers say they follow (VER, VS). Default 00020300h. Changes nothing else.
    ///
    /// @param value major in bits 31:16, minor in 15:08, tertiary in 07:00; not negative
    /// @return this
    public InMemorySubsystemBuilder nvmeVersion(int value) {
        maker = maker.withVersion(value);
        return this;
    }

    /// Sets the identifier of the controlling controller. Default 0.
    ///
    /// @param value 0 to FFEFh, none of the migratable controllers'
    /// @return this
    public InMemorySubsystemBuilder controllingControllerId(int value) {
        controllingId = (int) require("controllingControllerId", value, 0, LARGEST_CONTROLLER_ID);
        return this;
    }

    /// Sets the number of migratable controllers. Default 1.
    ///
    /// @param value 0 to 4096
    /// @return this
    public InMemorySubsystemBuilder migratableControllers(int value) {
        migratableCount = (int) require("migratableControllers", value, 0, 4096);
        return this;
    }

    /// Sets the identifier of the first migratable controller; the others follow it. Default 1.
    ///
    /// @param value 0 to FFEFh
    /// @return this
    public InMemorySubsystemBuilder secondaryIdsFrom(int value) {
        firstMigratableId = (int) require("secondaryIdsFrom", value, 0, LARGEST_CONTROLLER_ID);
        return this;
    }

    /// Sets how many I/O queue pairs a controller can have; it has one interrupt vector more than that, but at
    /// most the 2048 of MSI-X. Default 16.
    ///
    /// @param value 1 to 65 535
    /// @return this
    public InMemorySubsystemBuilder maximumQueuePairs(int value) {
        maximumQueuePairs = (int) require("maximumQueuePairs", value, 1, 65_535);
        return this;
    }

    /// Switches Virtualization Management on: the migratable controllers start offline and without queues and vectors,
    /// and are given them from these flexible resources, none of which is anybody's at first. One of them can have as
    /// much as [#maximumQueuePairs(int)] says and no more; the controlling controller has that too and can have
    /// flexible resources in addition. Off by default: migratable controllers are online and have everything.
    ///
    /// @param queues     VQ resources, pairs of queues including the admin queues: 2 to 65 533
    /// @param interrupts VI resources, interrupt vectors: 1 to 65 535
    /// @return this
    public InMemorySubsystemBuilder flexibleResources(int queues, int interrupts) {
        flexibleQueues = (int) require("flexibleResources.queues", queues, 2, 65_533);
        flexibleInterrupts = (int) require("flexibleResources.interrupts", interrupts, 1, 65_535);
        return this;
    }

    /// Sets the largest number of entries of an I/O queue (CAP.MQES). Default 1024.
    ///
    /// @param value 2 to 65 536
    /// @return this
    public InMemorySubsystemBuilder maximumQueueEntries(int value) {
        maximumQueueEntries = (int) require("maximumQueueEntries", value, 2, 65_536);
        return this;
    }

    /// Sets how many commands a controller fetches before the first of them is complete; the others wait in their
    /// queues. Default 64.
    ///
    /// @param value 1 to 65 536
    /// @return this
    public InMemorySubsystemBuilder maximumFetchedCommands(int value) {
        maximumFetchedCommands = (int) require("maximumFetchedCommands", value, 1, 65_536);
        return this;
    }

    /// Sets MDTS of all controllers: a command moves at most 4096 bytes times 2 to this power. Default 7.
    ///
    /// @param value 0 for no limit, to 18
    /// @return this
    public InMemorySubsystemBuilder mdts(int value) {
        mdts = (int) require("mdts", value, 0, 18);
        return this;
    }

    /// Sets the versions of the NVMe Controller State in the list of supported formats, in that order. All of them have
    /// the layout of version 0 and differ by their number only. Default 0 alone.
    ///
    /// @param values at most 100 versions of 16 bits
    /// @return this
    public InMemorySubsystemBuilder stateVersions(int... values) {
        var versions = new ArrayList<Integer>();
        for (int value : values) {
            versions.add((int) require("stateVersions", value, 0, 0xFFFF));
        }
        require("stateVersions.length", versions.size(), 0, MAXIMUM_FORMATS);
        stateVersions = List.copyOf(versions);
        return this;
    }

    /// Sets whether the vendor specific format is supported. Default true.
    ///
    /// @param value true for [InMemorySubsystem#VENDOR_STATE_UUID] alone, false for none
    /// @return this
    public InMemorySubsystemBuilder vendorState(boolean value) {
        return value ? vendorFormats(InMemorySubsystem.VENDOR_STATE_UUID) : vendorFormats();
    }

    /// Sets the UUIDs of vendor specific formats in the list of supported formats, in that order. All of them have the
    /// one layout that there is and differ by their name only.
    ///
    /// @param values at most 100 UUIDs
    /// @return this
    public InMemorySubsystemBuilder vendorFormats(UUID... values) {
        require("vendorFormats.length", values.length, 0, MAXIMUM_FORMATS);
        vendorFormats = List.of(values);
        return this;
    }

    /// Makes vendor specific data longer, for states of any size. Default 0.
    ///
    /// @param byteSize 0 to 1 GiB
    /// @return this
    public InMemorySubsystemBuilder vendorStatePadding(int byteSize) {
        vendorStatePadding = (int) require("vendorStatePadding", byteSize, 0, 1 << 30);
        return this;
    }

    /// Sets how long a state may be that is received; a longer one is refused with Not Enough Resources. Default 64
    /// MiB.
    ///
    /// @param byteSize 48 to 2^31 - 16
    /// @return this
    public InMemorySubsystemBuilder maximumStateBytes(long byteSize) {
        maximumStateBytes = require("maximumStateBytes", byteSize, 48, Integer.MAX_VALUE - 15L);
        return this;
    }

    /// Sets whether completions of Get Controller State say that the controller was suspended (CSUP). A public
    /// emulation never does, and says it in the header of the state alone. Default true.
    ///
    /// @param value false for a controller like that
    /// @return this
    public InMemorySubsystemBuilder reportSuspendedInCompletion(boolean value) {
        reportSuspendedInCompletion = value;
        return this;
    }

    /// Sets how many bytes one command can move through transports of the controlling controller, whatever MDTS says.
    /// Default 1 MiB.
    ///
    /// @param byteSize 4096 to 2^30
    /// @return this
    public InMemorySubsystemBuilder maximumTransferBytes(long byteSize) {
        maximumTransferBytes = require("maximumTransferBytes", byteSize, 4096, 1L << 30);
        return this;
    }

    /// Sets how many commands can be under way through one transport. Default 32.
    ///
    /// @param value 1 to 4096
    /// @return this
    public InMemorySubsystemBuilder maximumCommandsInFlight(int value) {
        maximumCommandsInFlight = (int) require("maximumCommandsInFlight", value, 1, 4096);
        return this;
    }

    /// Sets how many admin commands the log keeps; older ones are forgotten. Default 4096.
    ///
    /// @param value 0 to 2^20
    /// @return this
    public InMemorySubsystemBuilder commandLogCapacity(int value) {
        commandLogCapacity = (int) require("commandLogCapacity", value, 0, 1 << 20);
        return this;
    }

    /// Sets the seed of everything random. Default 1.
    ///
    /// @param value any
    /// @return this
    public InMemorySubsystemBuilder seed(long value) {
        seed = value;
        return this;
    }

    /// Sets how long things take. Default [LatencyModel#none()].
    ///
    /// @param value the model
    /// @return this
    public InMemorySubsystemBuilder latency(LatencyModel value) {
        latency = value;
        return this;
    }

    /// Sets what the controlling controller can track, as Identify Controller reports it. [TrackingLimits#NONE] takes
    /// the commands away. Default: host memory and user data, 1024 memory ranges in granularities 0 to 9, 8 queues.
    ///
    /// @param value limits; those of what it cannot track are 0
    /// @return this
    public InMemorySubsystemBuilder tracking(TrackingLimits value) {
        options = options.withTracking(value);
        return this;
    }

    /// Sets the resources for tracking of host memory. A request that needs more is refused with Not Enough Resources
    /// and hints of what is possible. Default: no limit but those of [#tracking(TrackingLimits)].
    ///
    /// @param descriptors       memory ranges that can be tracked, of all controllers together, 0 or more
    /// @param lowestGranularity smallest granularity that can be tracked, an exponent over 4 KiB, 0 to 40
    /// @return this
    public InMemorySubsystemBuilder trackingResources(int descriptors, int lowestGranularity) {
        options = options.withTrackingResources(descriptors, lowestGranularity);
        return this;
    }

    /// Sets in what the device differs from the default, in place of what was set before. Default: in nothing.
    ///
    /// @param values differences
    /// @return this
    public InMemorySubsystemBuilder variants(DeviceVariant... values) {
        options = options.withVariants(values);
        return this;
    }

    /// Gives the controlling controller the vendor specific commands that were proposed for Linux in December 2022
    /// (byte 3072 of Identify Controller is 1), and takes those of the standard away, tracking with them, whatever
    /// [#tracking(TrackingLimits)] says.
    ///
    /// @return this
    public InMemorySubsystemBuilder vendorCommands2022() {
        options = options.withVendorCommands();
        return this;
    }

    /// Makes the device behave like the known public emulation of the standard: whole states alone, no tracking of host
    /// memory, no vendor specific data, CSUP never set, any number of queues of one memory range each, and eleven of
    /// the variants. Replaces what was set before by [#tracking(TrackingLimits)], [#variants(DeviceVariant...)],
    /// [#stateVersions(int...)], [#vendorFormats(UUID...)] and [#reportSuspendedInCompletion(boolean)].
    ///
    /// What is not imitated, and is here as the standard has it:
    ///
    /// - Identify: HMLMS and the five commands on migratable controllers, AOCS.RALBAS, an entry format of 1 in the NVM
    ///   specific data of a namespace.
    /// - Suspend and Resume: a Suspend Notification that names an unknown controller succeeds, admin commands under way
    ///   are not waited for, the controlling controller can suspend itself, and a Resume goes on with I/O queues alone.
    /// - Get Controller State: an unknown controller is Invalid Controller Data Queue, an offset equal to the size is
    ///   an Invalid Field in Command, priorities of submission queues are left out, and S0PT is the phase of the next
    ///   entry also where the tail is 0. The last makes a state that no other device can go on with.
    /// - Set Controller State: offsets are ignored, a controller need not be fit for it, queues are hardly verified,
    ///   and Resume does not wait for the end of a sequence.
    /// - Data queues: alignment, size and head are hardly checked, Get Features moves 8 bytes, setting the head drops
    ///   no event, and markers are posted into a full queue over entries that the host did not read.
    /// - Dataset Management logs a block too many and loses ranges.
    /// - Track Send of memory changes and Track Receive are an Internal Error; here the one has no such operation and
    ///   the other is no command.
    ///
    /// @return this
    public InMemorySubsystemBuilder likePublicEmulation() {
        options = options.likePublicEmulation();
        return stateVersions(0).vendorFormats().reportSuspendedInCompletion(false);
    }

    /// Sets how long a sanitize operation takes, in virtual time. Default 0: it is over with its command.
    ///
    /// @param value 0 to 365 days
    /// @return this
    public InMemorySubsystemBuilder sanitizeDuration(Duration value) {
        options = options.withSanitizeDuration(value);
        return this;
    }

    /// Adds a namespace; the first is namespace 1. Without any, there is one of 1 GiB in blocks of 512 bytes.
    ///
    /// @param medium its blocks, which other subsystems may share
    /// @return this
    public InMemorySubsystemBuilder namespace(NamespaceMedium medium) {
        require("namespaces", namespaces.size() + 1L, 1, 1024);
        namespaces.add(medium);
        return this;
    }

    /// Adds a namespace that has other identifiers than all namespaces over its medium have by default, in every subsystem.
    ///
    /// @param medium its blocks
    /// @param values its identifiers
    /// @return this
    public InMemorySubsystemBuilder namespace(NamespaceMedium medium, NamespaceIdentifiers values) {
        namespace(medium);
        identifiersById.put(namespaces.size(), values);
        return this;
    }

    /// {@return the subsystem, all controllers as after power on}
    ///
    /// @throws InvalidValueException when controller identifiers overlap or do not fit, or the controlling controller
    ///                               could have more than 65 535 queue pairs
    public InMemorySubsystem build() {
        require("last migratable controller", firstMigratableId + migratableCount - 1L, -1, LARGEST_CONTROLLER_ID);
        require("maximumQueuePairs and flexible queues", (long) maximumQueuePairs + flexibleQueues, 1, 65_535);
        if (controllingId >= firstMigratableId && controllingId < firstMigratableId + migratableCount) {
            throw new InvalidValueException(
                    "controllingControllerId", Integer.toString(controllingId), "none of the migratable controllers'");
        }
        var media = namespaces.isEmpty() ? List.of(new NamespaceMedium(1 << 21, 512)) : List.copyOf(namespaces);
        return new InMemorySubsystem(
                clock,
                new SubsystemConfiguration(
                        nqn,
                        serialNumber,
                        modelNumber,
                        firmwareRevision,
                        maker,
                        controllingId,
                        firstMigratableId,
                        migratableCount,
                        maximumQueuePairs,
                        flexibleQueues,
                        flexibleInterrupts,
                        maximumQueueEntries,
                        maximumFetchedCommands,
                        mdts,
                        options.vendorCommands() ? List.of(0) : stateVersions,
                        vendorFormats,
                        vendorStatePadding,
                        maximumStateBytes,
                        reportSuspendedInCompletion,
                        maximumTransferBytes,
                        maximumCommandsInFlight,
                        commandLogCapacity,
                        seed,
                        latency,
                        options,
                        media,
                        identifiersOf(media)));
    }

    private List<NamespaceIdentifiers> identifiersOf(List<NamespaceMedium> media) {
        var all = new ArrayList<NamespaceIdentifiers>();
        for (var medium : media) {
            int id = all.size() + 1;
            var given = identifiersById.get(id);
            all.add(given != null ? given : medium.identifiers(() -> clock.newName(nqn + "/" + id)));
        }
        return List.copyOf(all);
    }
}

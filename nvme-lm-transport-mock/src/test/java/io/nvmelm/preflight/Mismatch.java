package io.nvmelm.preflight;

import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/// One thing that is wrong, or only different, in a pair of sides.
enum Mismatch {
    /// The source's subsystem has the commands of 2022 alone.
    SOURCE_WITHOUT_LIVE_MIGRATION((from, to) -> from.unsupported = true, Blocker.SOURCE_UNSUPPORTED),
    /// The target's subsystem has the commands of 2022 alone.
    TARGET_WITHOUT_LIVE_MIGRATION((from, to) -> to.unsupported = true, Blocker.TARGET_UNSUPPORTED),
    /// The target has a later version of the state.
    NO_COMMON_FORMAT((from, to) -> {
        to.stateVersion = 5;
        to.vendorFormat = new UUID(1, 5);
    }, Blocker.FORMATS),
    /// The target has vendor specific data of another kind.
    OTHER_VENDOR_DATA((from, to) -> to.vendorFormat = new UUID(1, 6), Blocker.PARTS),
    /// The source has no vendor specific data.
    SOURCE_WITHOUT_VENDOR_DATA((from, to) -> from.vendorFormat = null, Blocker.PARTS),
    /// The target is smaller.
    FEWER_QUEUES_AND_VECTORS((from, to) -> to.queuePairs = 2, Blocker.QUEUE_PAIRS, Blocker.VECTORS),
    /// The target was given fewer queues.
    FEWER_QUEUES_ASSIGNED((from, to) -> {
        to.assignedQueues = 3;
        to.assignedVectors = from.queuePairs + 1;
    }, Blocker.QUEUE_PAIRS),
    /// The target was given fewer vectors.
    FEWER_VECTORS_ASSIGNED((from, to) -> {
        to.assignedQueues = from.queuePairs + 1;
        to.assignedVectors = 2;
    }, Blocker.VECTORS),
    /// The target has shorter queues.
    SHORTER_QUEUES((from, to) -> to.queueEntries = SidePlan.SHORT_QUEUE_ENTRIES, Blocker.QUEUE_ENTRIES),
    /// The target takes 8 KiB in a command.
    SMALLER_TRANSFERS((from, to) -> to.mdts = 1, Blocker.TRANSFERS),
    /// The source takes any number of bytes in a command.
    TRANSFERS_WITHOUT_LIMIT_LOST((from, to) -> from.mdts = 0, Blocker.TRANSFERS),
    /// The second namespace is not attached to the target.
    NAMESPACE_MISSING((from, to) -> to.namespaces.removeLast(), Blocker.NAMESPACE_2),
    /// The first namespace has fewer blocks at the target, and is another medium.
    SMALLER_NAMESPACE((from, to) -> replaceFirst(to, new NamespaceMedium(1 << 10, 512), true), Blocker.BLOCK_COUNT),
    /// The first namespace has larger blocks at the target, and is another medium.
    OTHER_BLOCK_SIZE((from, to) -> replaceFirst(to, new NamespaceMedium(1 << 13, 4096), true), Blocker.BLOCK_SIZE),
    /// The first namespace is another one at the target.
    ANOTHER_NAMESPACE(
            (from, to) -> replaceFirst(to, new NamespaceMedium(1 << 16, 512), false), Blocker.NGUID, Blocker.UUID),
    /// The first namespace is the same one at the target, under other names.
    OTHER_IDENTIFIERS((from, to) -> {
        var first = to.namespaces.removeFirst();
        var other = new NamespaceIdentifiers(Optional.empty(), Optional.empty(), Optional.of(new UUID(7, 7)));
        to.namespaces.addFirst(new SidePlan.Namespace(first.medium(), other));
    }, Blocker.NGUID, Blocker.UUID),
    /// The source's options allow no state of that size.
    SOURCE_LIMITS_STATES((from, to) -> from.maximumStateBytes = 64, Blocker.SOURCE_STATE_SIZE),
    /// The target's options allow no state of that size.
    TARGET_LIMITS_STATES(
            (from, to) -> to.maximumStateBytes = 64, Blocker.LARGEST_STATE, Blocker.TARGET_STATE_SIZE),
    /// Another program has suspended the source.
    SOURCE_SUSPENDED(
            (from, to) -> from.suspendedByOthers = true, Blocker.SOURCE_STOPPED, Blocker.SOURCE_SUSPENDED),
    /// Another program has suspended the target.
    TARGET_SUSPENDED((from, to) -> to.suspendedByOthers = true, Blocker.TARGET_STOPPED, Blocker.TARGET_SUSPENDED),
    /// Another guest has the target.
    TARGET_IN_USE((from, to) -> to.usedByAnotherGuest = true, Blocker.TARGET_QUEUES),
    /// The target has a fatal status.
    TARGET_FAILED((from, to) -> to.failed = true, Blocker.TARGET_FATAL),
    /// The target has no resources and was not brought online.
    TARGET_OFFLINE(
            (from, to) -> to.offline = true, Blocker.TARGET_OFFLINE, Blocker.TARGET_VQ, Blocker.TARGET_VI),
    /// A namespace of the source is being sanitized.
    SOURCE_SANITIZED((from, to) -> from.sanitizing = true, Blocker.SOURCE_UNKNOWN),
    /// A namespace of the target is being sanitized.
    TARGET_SANITIZED((from, to) -> to.sanitizing = true, Blocker.TARGET_UNKNOWN),

    /// Another maker.
    OTHER_VENDOR("VID", (from, to) -> to.vendorId = 0x4321),
    /// Another maker of the board.
    OTHER_SUBSYSTEM_VENDOR("SSVID", (from, to) -> to.subsystemVendorId = 0x4321),
    /// Another maker's identifier at IEEE.
    OTHER_OUI("IEEE", (from, to) -> to.ieeeOui = 1),
    /// Another model.
    OTHER_MODEL("MN", (from, to) -> to.modelNumber = "Another model"),
    /// Another firmware.
    OTHER_FIRMWARE("FR", (from, to) -> to.firmwareRevision = "6"),
    /// Another serial number.
    OTHER_SERIAL("SN", (from, to) -> to.serialNumber = "Another"),
    /// An earlier version of the standard.
    EARLIER_VERSION("VER", (from, to) -> to.nvmeVersion = 0x0002_0100),
    /// A later version of the standard.
    LATER_VERSION("VER", (from, to) -> to.nvmeVersion = 0x0002_0300),
    /// The target can have more queues.
    MORE_QUEUES((from, to) -> to.queuePairs = Math.max(to.queuePairs, 16)),
    /// The target can have longer queues.
    LONGER_QUEUES((from, to) -> to.queueEntries = Math.max(to.queueEntries, 1024)),
    /// The target takes more bytes in a command.
    LARGER_TRANSFERS((from, to) -> to.mdts = to.mdts < SidePlan.MDTS ? to.mdts : 7),
    /// The target has a namespace that the guest does not know.
    ONE_NAMESPACE_MORE(
            "NSID of namespace 3",
            (from, to) -> to.namespaces.add(new SidePlan.Namespace(new NamespaceMedium(64, 512), null))),
    /// The source reads its state in small pieces.
    SMALL_PIECES_AT_SOURCE((from, to) -> from.pieceBytes = 64),
    /// The target takes its state in small pieces.
    SMALL_PIECES_AT_TARGET((from, to) -> to.pieceBytes = 64),
    /// The transport at the target moves a page in a command.
    SMALL_TRANSPORT((from, to) -> to.maximumTransferBytes = 4096),
    /// The source has flexible resources.
    SOURCE_RESOURCES_ASSIGNED((from, to) -> {
        from.assignedQueues = from.queuePairs + 1;
        from.assignedVectors = from.queuePairs + 1;
    });

    private final BiConsumer<SidePlan, SidePlan> change;
    private final Set<Blocker> blockers;
    private final Optional<String> difference;

    Mismatch(BiConsumer<SidePlan, SidePlan> change, Blocker... blockers) {
        this.change = change;
        this.blockers = Set.copyOf(List.of(blockers));
        this.difference = Optional.empty();
    }

    Mismatch(String difference, BiConsumer<SidePlan, SidePlan> change) {
        this.change = change;
        this.blockers = EnumSet.noneOf(Blocker.class);
        this.difference = Optional.of(difference);
    }

    private static void replaceFirst(SidePlan side, NamespaceMedium medium, boolean likeTheOther) {
        var first = side.namespaces.removeFirst();
        side.namespaces.addFirst(new SidePlan.Namespace(medium, likeTheOther ? first.identifiers() : null));
    }

    void apply(SidePlan from, SidePlan to) {
        change.accept(from, to);
    }

    /// {@return why a migration is refused because of this; nothing where it is only a difference}
    Set<Blocker> blockers() {
        return blockers;
    }

    /// {@return the field of a warning or note}
    Optional<String> difference() {
        return difference;
    }

    /// {@return whether the guest of a pair runs into this} A blocker goes by what a guest may use, not by what this one does use.
    boolean bites(GeneratedPair pair) {
        return switch (this) {
            case OTHER_VENDOR_DATA, SOURCE_WITHOUT_VENDOR_DATA -> !pair.supplied;
            // The vendor specific data of this device have a setting for each vector that the source has
            case FEWER_QUEUES_AND_VECTORS -> pair.carriesVendorData() || pair.guestQueuePairs > 2;
            case FEWER_VECTORS_ASSIGNED -> pair.carriesVendorData() || pair.guestQueuePairs > 1;
            case FEWER_QUEUES_ASSIGNED -> pair.guestQueuePairs > 2;
            case SHORTER_QUEUES -> pair.guestQueueEntries > SidePlan.SHORT_QUEUE_ENTRIES;
            case SMALLER_TRANSFERS -> pair.guestTransferBytes > 4096 << 1;
            case TRANSFERS_WITHOUT_LIMIT_LOST ->
                pair.guestTransferBytes > 4096 << SidePlan.MDTS && !pair.mismatches.contains(LARGER_TRANSFERS);
            // The guest looks again by its admin queue, whose pointers are in no state of version 0
            case NAMESPACE_MISSING, OTHER_IDENTIFIERS -> pair.carriesVendorData();
            default -> !blockers.isEmpty();
        };
    }
}

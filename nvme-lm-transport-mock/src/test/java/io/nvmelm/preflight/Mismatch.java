package io.nvmelm.preflight;

import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;

/// One thing that is wrong, or only different, in a pair of sides.
enum Mismatch {
    SOURCE_WITHOUT_LIVE_MIGRATION((from, to) -> from.unsupported = true,
            PreflightReason.MIGRATION_UNSUPPORTED), TARGET_WITHOUT_LIVE_MIGRATION((from, to) -> to.unsupported = true,
                    PreflightReason.MIGRATION_UNSUPPORTED), NO_COMMON_FORMAT((from, to) -> {
                        to.stateVersion = 5;
                        to.vendorFormat = new UUID(1, 5);
                    }, PreflightReason.NO_COMMON_FORMAT), OTHER_VENDOR_DATA((from, to) -> to.vendorFormat = new UUID(1,
                            6), PreflightReason.PART_NOT_CARRIED), SOURCE_WITHOUT_VENDOR_DATA((from,
                                    to) -> from.vendorFormat = null,
                                    PreflightReason.PART_NOT_CARRIED), FEWER_QUEUES_AND_VECTORS(
                                            (from, to) -> to.queuePairs = 2, PreflightReason.QUEUE_LIMIT,
                                            PreflightReason.VECTOR_LIMIT), FEWER_QUEUES_ASSIGNED((from, to) -> {
                                                to.assignedQueues = 3;
                                                to.assignedVectors = from.queuePairs + 1;
                                            }, PreflightReason.QUEUE_LIMIT), FEWER_VECTORS_ASSIGNED((from, to) -> {
                                                to.assignedQueues = from.queuePairs + 1;
                                                to.assignedVectors = 2;
                                            }, PreflightReason.VECTOR_LIMIT), SHORTER_QUEUES((from,
                                                    to) -> to.queueEntries = 32,
                                                    PreflightReason.QUEUE_LIMIT), SMALLER_TRANSFERS((from,
                                                            to) -> to.mdts = 1,
                                                            PreflightReason.TRANSFER_LIMIT), TRANSFERS_WITHOUT_LIMIT_LOST(
                                                                    (from, to) -> from.mdts = 0,
                                                                    PreflightReason.TRANSFER_LIMIT), NAMESPACE_MISSING((
                                                                            from, to) -> to.namespaces.removeLast(),
                                                                            PreflightReason.NAMESPACE_MISSING), SMALLER_NAMESPACE(
                                                                                    (from, to) -> replaceFirst(to,
                                                                                            new NamespaceMedium(1 << 10,
                                                                                                    512), true),
                                                                                    PreflightReason.NAMESPACE_DIFFERS), OTHER_BLOCK_SIZE(
                                                                                            (from, to) -> replaceFirst(
                                                                                                    to,
                                                                                                    new NamespaceMedium(
                                                                                                            1 << 13,
                                                                                                            4096),
                                                                                                    true),
                                                                                            PreflightReason.NAMESPACE_DIFFERS), ANOTHER_NAMESPACE(
                                                                                                    (from, to) -> replaceFirst(
                                                                                                            to,
                                                                                                            new NamespaceMedium(
                                                                                                                    1 << 16,
                                                                                                                    512),
                                                                                                            false),
                                                                                                    PreflightReason.IDENTITY_DIFFERS), OTHER_IDENTIFIERS(
                                                                                                            (from, to) -> {
                                                                                                                var first =
                                                                                                                        to.namespaces
                                                                                                                                .removeFirst();
                                                                                                                var other =
                                                                                                                        new NamespaceIdentifiers(
                                                                                                                                Optional.empty(),
                                                                                                                                Optional.empty(),
                                                                                                                                Optional.of(
                                                                                                                                        new UUID(
                                                                                                                                                7,
                                                                                                                                                7)));
                                                                                                                to.namespaces
                                                                                                                        .addFirst(
                                                                                                                                new SidePlan.Namespace(
                                                                                                                                        first.medium(),
                                                                                                                                        other));
                                                                                                            },
                                                                                                            PreflightReason.IDENTITY_DIFFERS), SOURCE_LIMITS_STATES(
                                                                                                                    (from, to) -> from.maximumStateBytes =
                                                                                                                            64,
                                                                                                                    PreflightReason.STATE_SIZE), TARGET_LIMITS_STATES(
                                                                                                                            (from, to) -> to.maximumStateBytes =
                                                                                                                                    64,
                                                                                                                            PreflightReason.STATE_SIZE), SOURCE_SUSPENDED(
                                                                                                                                    (from, to) -> from.suspendedByOthers =
                                                                                                                                            true,
                                                                                                                                    PreflightReason.DEVICE_CONDITION), TARGET_SUSPENDED(
                                                                                                                                            (from, to) -> to.suspendedByOthers =
                                                                                                                                                    true,
                                                                                                                                            PreflightReason.DEVICE_CONDITION), TARGET_IN_USE(
                                                                                                                                                    (from, to) -> to.usedByAnotherGuest =
                                                                                                                                                            true,
                                                                                                                                                    PreflightReason.DEVICE_CONDITION), TARGET_FAILED(
                                                                                                                                                            (from, to) -> to.failed =
                                                                                                                                                                    true,
                                                                                                                                                            PreflightReason.DEVICE_CONDITION), TARGET_OFFLINE(
                                                                                                                                                                    (from, to) -> to.offline =
                                                                                                                                                                            true,
                                                                                                                                                                    PreflightReason.DEVICE_CONDITION,
                                                                                                                                                                    PreflightReason.RESOURCES), SOURCE_SANITIZED(
                                                                                                                                                                            (from, to) -> from.sanitizing =
                                                                                                                                                                                    true,
                                                                                                                                                                            PreflightReason.UNKNOWN), TARGET_SANITIZED(
                                                                                                                                                                                    (from, to) -> to.sanitizing =
                                                                                                                                                                                            true,
                                                                                                                                                                                    PreflightReason.UNKNOWN),

    OTHER_VENDOR((from, to) -> to.vendorId = 0x4321), OTHER_SUBSYSTEM_VENDOR((from, to) -> to.subsystemVendorId =
            0x4321), OTHER_OUI((from, to) -> to.ieeeOui = 1), OTHER_MODEL((from, to) -> to.modelNumber =
                    "Another model"), OTHER_FIRMWARE((from, to) -> to.firmwareRevision = "6"), OTHER_SERIAL((from,
                            to) -> to.serialNumber = "Another"), EARLIER_VERSION((from, to) -> to.nvmeVersion =
                                    0x0002_0100), LATER_VERSION((from, to) -> to.nvmeVersion =
                                            0x0002_0300), MORE_QUEUES((from, to) -> to.queuePairs = Math.max(
                                                    to.queuePairs, 16)), LONGER_QUEUES((from, to) -> to.queueEntries =
                                                            Math.max(to.queueEntries, 1024)), LARGER_TRANSFERS((from,
                                                                    to) -> to.mdts = to.mdts < 5
                                                                            ? to.mdts
                                                                            : 7), ONE_NAMESPACE_MORE(
                                                                                    (from, to) -> to.namespaces.add(
                                                                                            new SidePlan.Namespace(
                                                                                                    new NamespaceMedium(
                                                                                                            64, 512),
                                                                                                    null))), SMALL_PIECES_AT_SOURCE(
                                                                                                            (from, to) -> from.pieceBytes =
                                                                                                                    64), SMALL_PIECES_AT_TARGET(
                                                                                                                            (from, to) -> to.pieceBytes =
                                                                                                                                    64), SMALL_TRANSPORT(
                                                                                                                                            (from, to) -> to.maximumTransferBytes =
                                                                                                                                                    4096), SOURCE_RESOURCES_ASSIGNED(
                                                                                                                                                            (from, to) -> {
                                                                                                                                                                from.assignedQueues =
                                                                                                                                                                        from.queuePairs
                                                                                                                                                                                + 1;
                                                                                                                                                                from.assignedVectors =
                                                                                                                                                                        from.queuePairs
                                                                                                                                                                                + 1;
                                                                                                                                                            });

    private final BiConsumer<SidePlan, SidePlan> change;
    private final Set<PreflightReason> blockers;

    Mismatch(BiConsumer<SidePlan, SidePlan> change, PreflightReason... blockers) {
        this.change = change;
        this.blockers = Set.of(blockers);
    }

    private static void replaceFirst(SidePlan side, NamespaceMedium medium, boolean likeTheOther) {
        var first = side.namespaces.removeFirst();
        side.namespaces.addFirst(new SidePlan.Namespace(medium, likeTheOther ? first.identifiers() : null));
    }

    void apply(SidePlan from, SidePlan to) {
        change.accept(from, to);
    }

    /// {@return reasons for which a migration is refused because of this; none where it is only a difference}
    Set<PreflightReason> blockers() {
        return blockers;
    }
}

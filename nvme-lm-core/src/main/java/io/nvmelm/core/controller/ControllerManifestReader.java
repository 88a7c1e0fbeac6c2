package io.nvmelm.core.controller;

import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerRegisters;
import io.nvmelm.IoCommandSupport;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.nvme.IdentifyController;
import io.nvmelm.nvme.SecondaryController;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Learns what a migratable controller is and has from its controlling controller, and from the properties of its function where those
/// can be read. Sends Identify commands only.
///
/// The vendor identifiers, the IEEE OUI, MDTS, what is said of I/O commands, and without the properties also the version, are those of
/// the controlling controller: no command asks for another controller's, and in one subsystem they are the same but where a maker chose
/// otherwise. Features are of
/// each controller alone and are left out.
final class ControllerManifestReader {
    /// CAP.MPSMIN is 4 KiB where nobody can read it.
    private static final long SMALLEST_PAGE_BYTES = 4096;
    private static final int LARGEST_QUEUE_COUNT = 65_534;

    private ControllerManifestReader() {}

    /// @param entry the controller's entry in the Secondary Controller List; empty where it has none, or the list is not known
    /// @throws LiveMigrationException when a command failed that must be known, or an answer cannot be
    static ControllerManifest read(
            ControllingController controlling,
            IdentifyReader reader,
            ControllerIdentity identity,
            Optional<SecondaryController> entry,
            Optional<ControllerRegisters> registers) {
        var answer = controlling.identity();
        return new ControllerManifest(
                withFunctionNumber(identity, entry),
                OptionalInt.of(answer.pciVendorId()),
                OptionalInt.of(answer.pciSubsystemVendorId()),
                OptionalInt.of(answer.ieeeOui()),
                OptionalInt.of(registers.map(ControllerRegisters::version).orElse((int) answer.version())),
                registers.map(found -> OptionalLong.of(found.capabilities())).orElse(OptionalLong.empty()),
                OptionalLong.of(transferLimit(answer, registers)),
                queuePairs(entry),
                entry.filter(found -> found.interruptResources() > 0)
                        .map(found -> OptionalInt.of(found.interruptResources()))
                        .orElse(OptionalInt.empty()),
                Optional.of(new IoCommandSupport(
                        answer.submissionQueueEntrySize(),
                        answer.completionQueueEntrySize(),
                        answer.optionalNvmCommands(),
                        answer.volatileWriteCache(),
                        answer.sglSupport())),
                new AttachedNamespaces(reader, identity.controllerId()).readManifests(),
                List.of());
    }

    private static ControllerIdentity withFunctionNumber(
            ControllerIdentity identity, Optional<SecondaryController> entry) {
        if (identity.vfNumber().isPresent()) {
            return identity;
        }
        return new ControllerIdentity(
                identity.subsystemNqn(),
                identity.serialNumber(),
                identity.modelNumber(),
                identity.firmwareRevision(),
                identity.controllerId(),
                entry.filter(found -> found.vfNumber() > 0)
                        .map(found -> OptionalInt.of(found.vfNumber()))
                        .orElse(OptionalInt.empty()));
    }

    private static long transferLimit(IdentifyController answer, Optional<ControllerRegisters> registers) {
        long limit = answer.maximumTransferBytes(
                registers.map(ControllerRegisters::minimumPageBytes).orElse(SMALLEST_PAGE_BYTES));
        return limit == Long.MAX_VALUE ? 0 : limit;
    }

    /// NVQ counts the admin queues. It is 0 for a controller that is given none, and where queues are not flexible.
    private static OptionalInt queuePairs(Optional<SecondaryController> entry) {
        int resources = entry.map(SecondaryController::queueResources).orElse(0);
        return resources == 0 ? OptionalInt.empty() : OptionalInt.of(Math.min(resources - 1, LARGEST_QUEUE_COUNT));
    }
}

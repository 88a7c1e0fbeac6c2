package io.nvmelm.preflight;

import static io.nvmelm.preflight.Mismatch.*;

import io.nvmelm.MigrationRole;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;

/// A source, a target and a guest, generated from a seed, with the mismatches between them.
final class GeneratedPair {
    /// Of each of these only one at a time, since another would undo or hide it.
    private static final List<Set<Mismatch>> ALTERNATIVES = List.of(
            // They change the same value
            EnumSet.of(
                    FEWER_QUEUES_AND_VECTORS, FEWER_QUEUES_ASSIGNED, FEWER_VECTORS_ASSIGNED, TARGET_OFFLINE,
                    MORE_QUEUES),
            EnumSet.of(SHORTER_QUEUES, LONGER_QUEUES),
            EnumSet.of(SMALLER_NAMESPACE, OTHER_BLOCK_SIZE, ANOTHER_NAMESPACE),
            EnumSet.of(ANOTHER_NAMESPACE, OTHER_IDENTIFIERS),
            EnumSet.of(NAMESPACE_MISSING, ONE_NAMESPACE_MORE),
            EnumSet.of(NO_COMMON_FORMAT, OTHER_VENDOR_DATA),
            EnumSet.of(EARLIER_VERSION, LATER_VERSION),
            // A controller is in one of these conditions
            EnumSet.of(TARGET_OFFLINE, TARGET_FAILED, TARGET_IN_USE),
            EnumSet.of(TARGET_OFFLINE, TARGET_SUSPENDED),
            // A note says that something cannot be known: queues in an unknown format, CAP while offline, sizes of a state that is not told
            EnumSet.of(NO_COMMON_FORMAT, TARGET_IN_USE),
            EnumSet.of(SHORTER_QUEUES, TARGET_OFFLINE),
            EnumSet.of(TARGET_SANITIZED, TARGET_IN_USE),
            EnumSet.of(TARGET_SANITIZED, TARGET_LIMITS_STATES),
            EnumSet.of(SOURCE_SANITIZED, SOURCE_LIMITS_STATES),
            EnumSet.of(SOURCE_SANITIZED, TARGET_LIMITS_STATES));
    private static final Set<Mismatch> UNSUPPORTED =
            EnumSet.of(SOURCE_WITHOUT_LIVE_MIGRATION, TARGET_WITHOUT_LIVE_MIGRATION);

    final SidePlan source = new SidePlan("source");
    final SidePlan target = new SidePlan("target");
    final Set<Mismatch> mismatches;
    /// Whether the embedder moves what the standard's state leaves out.
    final boolean supplied;
    final boolean standardStateOnly;
    final int guestQueuePairs;
    final int guestQueueEntries;
    final int guestTransferBytes;
    final int commandsInQueues;

    private final long seed;

    private GeneratedPair(long seed, Set<Mismatch> mismatches, boolean suppliedAnyway) {
        var random = new SplittableRandom(seed);
        this.seed = seed;
        this.mismatches = mismatches;
        standardStateOnly = random.nextInt(4) == 0;
        supplied = (standardStateOnly ? random.nextInt(5) != 0 : random.nextInt(5) == 0) || suppliedAnyway;
        guestQueuePairs = random.nextBoolean() ? 8 : 1 + random.nextInt(8);
        guestQueueEntries = random.nextBoolean() ? 256 : 2 + random.nextInt(31);
        guestTransferBytes = random.nextBoolean() ? 64 << 10 : 4096;
        commandsInQueues = random.nextInt(60);
        var shared = new NamespaceMedium(1 << 16, 512);
        var identifiers = new NamespaceIdentifiers(
                Optional.of(OpaqueBytes.copyOf(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})),
                Optional.empty(),
                Optional.of(new UUID(2, 3)));
        var second = new SidePlan.Namespace(new NamespaceMedium(1 << 12, 4096), null);
        for (var side : List.of(source, target)) {
            side.namespaces.add(new SidePlan.Namespace(shared, identifiers));
            side.namespaces.add(second);
            side.vendorFormat = standardStateOnly ? null : side.vendorFormat;
        }
        mismatches.forEach(mismatch -> mismatch.apply(source, target));
    }

    static GeneratedPair generate(long seed) {
        var random = new SplittableRandom(~seed);
        int wished = switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> 10;
            default -> 2 + random.nextInt(4);
        };
        var all = List.of(Mismatch.values());
        var chosen = EnumSet.noneOf(Mismatch.class);
        for (int attempt = 0; attempt < 200 && chosen.size() < wished; attempt++) {
            var candidate = all.get(random.nextInt(all.size()));
            // An unsupported side hides the rest, so it is not to be drawn as often
            if (isFree(candidate, chosen) && (!UNSUPPORTED.contains(candidate) || random.nextInt(4) == 0)) {
                chosen.add(candidate);
            }
        }
        return new GeneratedPair(seed, chosen, false);
    }

    static GeneratedPair of(long seed, Set<Mismatch> mismatches) {
        return new GeneratedPair(seed, mismatches, false);
    }

    /// {@return the same pair without one thing that the guest runs into for this reason}
    GeneratedPair repairedOf(Blocker reason) {
        var cause = mismatches.stream()
                .filter(mismatch -> mismatch.bites(this) && mismatch.blockers().contains(reason))
                .findFirst();
        if (cause.isEmpty()) {
            // Neither side has vendor specific data, so the embedders carry what they would
            return new GeneratedPair(seed, mismatches, true);
        }
        var others = EnumSet.copyOf(mismatches);
        others.remove(cause.get());
        return new GeneratedPair(seed, others, supplied);
    }

    /// {@return the same pair without everything that blocks: only differences are left}
    GeneratedPair repaired() {
        var harmless = EnumSet.noneOf(Mismatch.class);
        mismatches.stream().filter(mismatch -> mismatch.blockers().isEmpty()).forEach(harmless::add);
        return new GeneratedPair(seed, harmless, true);
    }

    /// {@return whether the state has everything, and not the queues alone}
    boolean carriesVendorData() {
        return source.vendorFormat != null && source.vendorFormat.equals(target.vendorFormat);
    }

    /// {@return whether parts of the controller come to the target by nobody} Where there is no format in common, another one of the target's
    /// could still have the vendor specific data, if the source has them.
    boolean lacksParts() {
        return !supplied
                && (mismatches.contains(NO_COMMON_FORMAT) ? source.vendorFormat == null : !carriesVendorData());
    }

    /// {@return what the guest runs into if this pair is migrated}
    Set<Blocker> biting() {
        var biting = EnumSet.noneOf(Blocker.class);
        mismatches.stream().filter(mismatch -> mismatch.bites(this)).map(Mismatch::blockers).forEach(biting::addAll);
        biting.remove(Blocker.PARTS);
        if (lacksParts()) {
            biting.add(Blocker.PARTS);
        }
        return biting;
    }

    boolean hasUnsupported() {
        return source.unsupported || target.unsupported;
    }

    private static boolean isFree(Mismatch candidate, Set<Mismatch> chosen) {
        return ALTERNATIVES.stream()
                .filter(group -> group.contains(candidate))
                .flatMap(Set::stream)
                .noneMatch(chosen::contains);
    }

    /// What a preflight has to name, all of it and nothing else.
    Set<Blocker> expectedBlockers() {
        var expected = EnumSet.noneOf(Blocker.class);
        mismatches.forEach(mismatch -> expected.addAll(mismatch.blockers()));
        expected.remove(Blocker.PARTS);
        if (lacksParts()) {
            expected.add(Blocker.PARTS);
        }
        if (target.vendorFormat == null && !target.usedByAnotherGuest) {
            expected.remove(Blocker.TARGET_STATE_SIZE);
        }
        if (mismatches.contains(SOURCE_SANITIZED)) {
            expected.remove(Blocker.SOURCE_SUSPENDED);
        }
        if (mismatches.contains(TARGET_SANITIZED)) {
            expected.remove(Blocker.TARGET_SUSPENDED);
        }
        if (source.unsupported) {
            expected.removeIf(blocker -> blocker.isSeenBy(MigrationRole.SOURCE)
                    && blocker != Blocker.SOURCE_UNSUPPORTED);
        }
        if (target.unsupported) {
            expected.removeIf(
                    blocker -> blocker.isSeenBy(MigrationRole.DESTINATION) && blocker != Blocker.TARGET_UNSUPPORTED);
        }
        return expected;
    }

    /// {@return fields of warnings and notes that a preflight has to have}
    Set<String> expectedDifferences() {
        return hasUnsupported()
                ? Set.of()
                : mismatches.stream().flatMap(mismatch -> mismatch.difference().stream()).collect(Collectors.toSet());
    }

    @Override
    public String toString() {
        return mismatches + (standardStateOnly ? ", standard state only" : "") + (supplied ? ", supplied" : "")
                + ", guest with " + guestQueuePairs + " queue pairs of " + guestQueueEntries + " entries, transfers of "
                + guestTransferBytes + " bytes";
    }
}

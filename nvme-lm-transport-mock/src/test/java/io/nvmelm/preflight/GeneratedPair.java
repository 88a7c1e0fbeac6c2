package io.nvmelm.preflight;

import static io.nvmelm.preflight.Mismatch.*;

import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.transport.mock.NamespaceMedium;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/// A source, a target and a guest, generated from a seed, with the mismatches between them.
final class GeneratedPair {
    /// Of each of these only one at a time, since another would undo or hide it.
    private static final List<Set<Mismatch>> ALTERNATIVES = List.of(
            EnumSet.of(
                    FEWER_QUEUES_AND_VECTORS, FEWER_QUEUES_ASSIGNED, FEWER_VECTORS_ASSIGNED, TARGET_OFFLINE,
                    MORE_QUEUES),
            EnumSet.of(SHORTER_QUEUES, LONGER_QUEUES),
            EnumSet.of(SMALLER_NAMESPACE, OTHER_BLOCK_SIZE, ANOTHER_NAMESPACE, OTHER_IDENTIFIERS),
            EnumSet.of(NAMESPACE_MISSING, ONE_NAMESPACE_MORE),
            EnumSet.of(TARGET_OFFLINE, TARGET_FAILED, TARGET_IN_USE),
            EnumSet.of(TARGET_OFFLINE, TARGET_SUSPENDED),
            EnumSet.of(NO_COMMON_FORMAT, TARGET_IN_USE),
            EnumSet.of(SHORTER_QUEUES, TARGET_OFFLINE),
            EnumSet.of(TARGET_SANITIZED, TARGET_IN_USE),
            EnumSet.of(TARGET_SANITIZED, TARGET_LIMITS_STATES),
            EnumSet.of(SOURCE_SANITIZED, SOURCE_LIMITS_STATES),
            EnumSet.of(EARLIER_VERSION, LATER_VERSION));
    private static final Set<Mismatch> UNSUPPORTED =
            EnumSet.of(SOURCE_WITHOUT_LIVE_MIGRATION, TARGET_WITHOUT_LIVE_MIGRATION);
    /// What one side sees alone.
    private static final Set<Mismatch> OF_THE_SOURCE = EnumSet.of(
            SOURCE_WITHOUT_LIVE_MIGRATION, SOURCE_LIMITS_STATES, SOURCE_SUSPENDED, SOURCE_SANITIZED);
    private static final Set<Mismatch> OF_THE_TARGET = EnumSet.of(
            TARGET_WITHOUT_LIVE_MIGRATION,
            TARGET_LIMITS_STATES,
            TARGET_SUSPENDED,
            TARGET_IN_USE,
            TARGET_FAILED,
            TARGET_OFFLINE,
            TARGET_SANITIZED);

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

    private GeneratedPair(long seed, Set<Mismatch> mismatches) {
        var random = new SplittableRandom(seed);
        this.mismatches = mismatches;
        standardStateOnly = random.nextInt(4) == 0;
        supplied = standardStateOnly ? random.nextInt(5) != 0 : random.nextInt(5) == 0;
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
        return new GeneratedPair(seed, chosen);
    }

    static GeneratedPair of(long seed, Set<Mismatch> mismatches) {
        return new GeneratedPair(seed, mismatches);
    }

    /// The same pair without everything that blocks: only differences are left.
    GeneratedPair repaired(long seed) {
        var harmless = EnumSet.noneOf(Mismatch.class);
        mismatches.stream().filter(mismatch -> mismatch.blockers().isEmpty()).forEach(harmless::add);
        return new GeneratedPair(seed, harmless);
    }

    private static boolean isFree(Mismatch candidate, Set<Mismatch> chosen) {
        return ALTERNATIVES.stream()
                .filter(group -> group.contains(candidate))
                .flatMap(Set::stream)
                .noneMatch(chosen::contains);
    }

    /// Reasons that a preflight has to name, all of them and no other.
    Set<PreflightReason> expectedBlockers() {
        var expected = EnumSet.noneOf(PreflightReason.class);
        boolean comparable = mismatches.stream().noneMatch(UNSUPPORTED::contains);
        for (var mismatch : mismatches) {
            if (isVisible(mismatch, comparable)) {
                expected.addAll(mismatch.blockers());
            }
        }
        if (comparable && standardStateOnly && !supplied && !mismatches.contains(NO_COMMON_FORMAT)) {
            expected.add(PreflightReason.PART_NOT_CARRIED);
        }
        return expected;
    }

    private boolean isVisible(Mismatch mismatch, boolean comparable) {
        if (UNSUPPORTED.contains(mismatch)) {
            return true;
        }
        if (OF_THE_SOURCE.contains(mismatch)) {
            return !mismatches.contains(SOURCE_WITHOUT_LIVE_MIGRATION);
        }
        if (OF_THE_TARGET.contains(mismatch)) {
            return !mismatches.contains(TARGET_WITHOUT_LIVE_MIGRATION);
        }
        return comparable && switch (mismatch) {
            case OTHER_VENDOR_DATA, SOURCE_WITHOUT_VENDOR_DATA ->
                !supplied && !mismatches.contains(NO_COMMON_FORMAT);
            default -> true;
        };
    }

    @Override
    public String toString() {
        return mismatches + (standardStateOnly ? ", standard state only" : "") + (supplied ? ", supplied" : "")
                + ", guest with " + guestQueuePairs + " queue pairs of " + guestQueueEntries + " entries, transfers of "
                + guestTransferBytes + " bytes";
    }
}

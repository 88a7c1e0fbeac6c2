package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.nvme.TrackingLimits;
import java.util.OptionalInt;

/// Chooses the granularity in which memory is tracked, by what the controller announces (Base 2.3 fig. 328, bytes 570 to 576) and, when
/// it cannot do that now, by the hints of its answer (fig. 500). A granularity n is a unit of 2^n * 4 KiB.
///
/// Starts with the wished one, brought into the bounds, and only ever becomes coarser: that makes descriptors fewer, never more
/// precise. A limit of 0 descriptors is taken as not reported, since a controller that tracks has some.
final class GranularityChoice {
    /// Coarsest granularity whose unit is a number of bytes that Java can hold.
    static final int COARSEST = 62 - TrackedRanges.PAGE_SHIFT;

    private final TrackingLimits limits;
    private final TrackedRanges ranges;
    private final long mostDescriptors;
    private final int coarsest;

    /// @param mostDescriptors as many fit the data of one command
    GranularityChoice(TrackingLimits limits, TrackedRanges ranges, long mostDescriptors) {
        this.limits = limits;
        this.ranges = ranges;
        this.coarsest = Math.min(limits.maximumRangeGranularity(), COARSEST);
        this.mostDescriptors = Math.min(
                mostDescriptors,
                Math.min(limit(limits.maximumRangesController()), limit(limits.maximumRangesSubsystem())));
    }

    private static long limit(int announced) {
        return announced == 0 ? Long.MAX_VALUE : announced;
    }

    /// The granularity to ask for first: at least as coarse as wished where the controller can do that.
    ///
    /// @throws CapabilityMissingException when the ranges are too many at any
    int first(long wishedBytes) {
        int wished = Long.numberOfTrailingZeros(wishedBytes) - TrackedRanges.PAGE_SHIFT;
        int from = Math.clamp(wished, limits.minimumRangeGranularity(), coarsest);
        return coarserThat(from, mostDescriptors).orElseThrow(() -> new CapabilityMissingException(
                "Tracking of " + ranges.count() + " ranges of memory",
                descriptorCount(coarsest) + " range descriptors, of which it has " + mostDescriptors
                        + " (CMMRTD " + limits.maximumRangesController() + ", NMMRTD " + limits.maximumRangesSubsystem()
                        + ", bytes of one command)",
                "Track fewer, larger ranges"));
    }

    /// The granularity to ask for after a refusal, always coarser than that.
    ///
    /// @param refused             what was asked for
    /// @param possibleGranularity hint: finest granularity in which these ranges are possible (MRTG)
    /// @param possibleDescriptors hint: descriptors possible at the granularity asked for (NMTRD)
    OptionalInt next(int refused, int possibleGranularity, long possibleDescriptors) {
        if (possibleGranularity > refused) {
            return coarserThat(possibleGranularity, mostDescriptors);
        }
        boolean fewer = possibleDescriptors > 0 && possibleDescriptors < descriptorCount(refused);
        return coarserThat(refused + 1, fewer ? Math.min(mostDescriptors, possibleDescriptors) : mostDescriptors);
    }

    private OptionalInt coarserThat(int from, long most) {
        for (int granularity = from; granularity <= coarsest; granularity++) {
            if (descriptorCount(granularity) <= most) {
                return OptionalInt.of(granularity);
            }
        }
        return OptionalInt.empty();
    }

    private long descriptorCount(int granularity) {
        return ranges.rounded(granularity).descriptorCount(granularity, limits.powerOfTwoRanges());
    }
}

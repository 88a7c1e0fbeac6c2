package io.nvmelm.nvme;

/// Resources of one type in [PrimaryControllerCapabilities]: how many a primary controller has for itself, and how many
/// it can give away. Names are those of VQ resources; VI resources have I in place of Q.
///
/// @param total              VQFRT, unsigned: flexible resources of the primary and all its secondary controllers
/// @param assigned           VQRFA, unsigned: those of them that secondary controllers have
/// @param primaryAllocated   VQRFAP: those of them that the primary controller has
/// @param primaryPrivate     VQPRT: further resources of the primary controller, which it cannot give away
/// @param secondaryMaximum   VQFRSM: most flexible resources of one secondary controller
/// @param granularity        VQGRAN: what numbers of flexible resources should be a multiple of
public record FlexibleResources(
        long total,
        long assigned,
        int primaryAllocated,
        int primaryPrivate,
        int secondaryMaximum,
        int granularity) {

    /// No resources at all.
    public static final FlexibleResources NONE = new FlexibleResources(0, 0, 0, 0, 0, 0);

    /// Checks that every field fits.
    public FlexibleResources {
        FieldBounds.requireUnsigned32("FRT", total);
        FieldBounds.requireUnsigned32("RFA", assigned);
        FieldBounds.requireUnsigned16("RFAP", primaryAllocated);
        FieldBounds.requireUnsigned16("PRT", primaryPrivate);
        FieldBounds.requireUnsigned16("FRSM", secondaryMaximum);
        FieldBounds.requireUnsigned16("GRAN", granularity);
    }

    /// {@return flexible resources that no controller has; 0 where the controller counts more than there are}
    public long free() {
        return Math.max(0, total - assigned - primaryAllocated);
    }
}

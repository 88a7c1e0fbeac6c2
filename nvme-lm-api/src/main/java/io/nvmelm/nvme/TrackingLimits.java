package io.nvmelm.nvme;

/// What a controller can track for live migration (Identify Controller bytes 570 to 587, Base 2.3 fig. 328).
///
/// @param maximumRangesController   CMMRTD, bytes 570 to 571: memory range tracking descriptors of this controller
/// @param maximumRangesSubsystem    NMMRTD, bytes 572 to 573: the same for the subsystem
/// @param minimumRangeGranularity   MINMRTG, byte 574: exponent over 4 KiB
/// @param maximumRangeGranularity   MAXMRTG, byte 575: exponent over 4 KiB
/// @param attributes                TRATTR, byte 576
/// @param maximumQueuesController   MCUDMQ, bytes 578 to 579: user data migration queues of this controller
/// @param maximumQueuesSubsystem    MNSUDMQ, bytes 580 to 581: the same for the subsystem
/// @param maximumQueueMemoryRanges  MCMR, bytes 582 to 583: memory ranges of one controller data queue; 0 for not
///                                  reported
/// @param maximumMemoryRanges       NMCMR, bytes 584 to 585: memory ranges of all of them; 0 for not reported
/// @param maximumQueuePrps          MCDQPC, bytes 586 to 587: entries in the PRP list of one; 0 for not reported
public record TrackingLimits(
        int maximumRangesController,
        int maximumRangesSubsystem,
        int minimumRangeGranularity,
        int maximumRangeGranularity,
        int attributes,
        int maximumQueuesController,
        int maximumQueuesSubsystem,
        int maximumQueueMemoryRanges,
        int maximumMemoryRanges,
        int maximumQueuePrps) {

    /// No tracking at all.
    public static final TrackingLimits NONE = new TrackingLimits(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// {@return whether changes of host memory can be tracked (THMCS), TRATTR bit 0}
    public boolean hostMemoryChanges() {
        return (attributes & 1) != 0;
    }

    /// {@return whether changes of user data can be tracked (TUDCS), TRATTR bit 1}
    public boolean userDataChanges() {
        return (attributes & 2) != 0;
    }

    /// {@return whether the length of each tracked range must be a power of two: Memory Range Tracking Length Limit
    /// (MRTLL), TRATTR bit 2}
    public boolean powerOfTwoRanges() {
        return (attributes & 4) != 0;
    }
}

package io.nvmelm.transport.mock;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.TrackingLimits;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a device can track, and in what it differs from the default of the model. Checked whenever a part is replaced.
///
/// @param tracking             limits of tracking, as Identify Controller has them
/// @param variants             differences from the default
/// @param trackableDescriptors memory ranges for which there are resources, of all controllers together
/// @param lowestGranularity    smallest granularity for which there are resources, an exponent over 4 KiB
/// @param vendorCommands       whether it has the vendor specific commands of 2022 instead of those of the standard
/// @param sanitizeNanos        how long a sanitize operation takes
record DeviceOptions(
        TrackingLimits tracking,
        Set<DeviceVariant> variants,
        int trackableDescriptors,
        int lowestGranularity,
        boolean vendorCommands,
        long sanitizeNanos) {

    /// Largest granularity that is possible, an exponent over 4 KiB: units of 4 PiB.
    static final int LARGEST_GRANULARITY = 40;

    private static final int HOST_MEMORY = 1;
    private static final int USER_DATA = 1 << 1;
    private static final int DEFINED_ATTRIBUTES = 7;
    private static final TrackingLimits DEFAULT_LIMITS =
            new TrackingLimits(1024, 1024, 0, 9, HOST_MEMORY | USER_DATA, 8, 8, 0, 0, 0);
    private static final TrackingLimits EMULATION_LIMITS = new TrackingLimits(0, 0, 0, 0, USER_DATA, 0, 0, 1, 0, 0);

    /// Tracks everything, with no limit but those of Identify Controller; a sanitize operation takes no time.
    static final DeviceOptions DEFAULT =
            new DeviceOptions(DEFAULT_LIMITS, Set.of(), Integer.MAX_VALUE, 0, false, 0);

    DeviceOptions withTracking(TrackingLimits value) {
        requireRange("CMMRTD", value.maximumRangesController(), 0xFFFF);
        requireRange("NMMRTD", value.maximumRangesSubsystem(), 0xFFFF);
        requireRange("MINMRTG", value.minimumRangeGranularity(), LARGEST_GRANULARITY);
        requireRange("MAXMRTG", value.maximumRangeGranularity(), LARGEST_GRANULARITY);
        requireRange("TRATTR", value.attributes(), DEFINED_ATTRIBUTES);
        requireRange("MCUDMQ", value.maximumQueuesController(), 0xFFFF);
        requireRange("MNSUDMQ", value.maximumQueuesSubsystem(), 0xFFFF);
        requireRange("MCMR", value.maximumQueueMemoryRanges(), 0xFFFF);
        requireRange("NMCMR", value.maximumMemoryRanges(), 0xFFFF);
        requireRange("MCDQPC", value.maximumQueuePrps(), 0xFFFF);
        boolean memory = value.hostMemoryChanges();
        require("MINMRTG", value.minimumRangeGranularity(), "at most MAXMRTG",
                value.minimumRangeGranularity() <= value.maximumRangeGranularity());
        require("CMMRTD", value.maximumRangesController(), "0 without THMCS",
                memory || value.maximumRangesController() == 0);
        require("NMMRTD", value.maximumRangesSubsystem(), "0 without THMCS",
                memory || value.maximumRangesSubsystem() == 0);
        require("MAXMRTG", value.maximumRangeGranularity(), "0 without THMCS",
                memory || value.maximumRangeGranularity() == 0);
        require("TRATTR", value.attributes(), "MRTLL only with THMCS", memory || !value.powerOfTwoRanges());
        boolean userData = value.userDataChanges();
        require("MCUDMQ", value.maximumQueuesController(), "0 without TUDCS",
                userData || value.maximumQueuesController() == 0);
        require("MNSUDMQ", value.maximumQueuesSubsystem(), "0 without TUDCS",
                userData || value.maximumQueuesSubsystem() == 0);
        require("NMCMR", value.maximumMemoryRanges(), "0 or at least MCMR",
                value.maximumMemoryRanges() == 0
                        || value.maximumMemoryRanges() >= value.maximumQueueMemoryRanges());
        return new DeviceOptions(
                value, variants, trackableDescriptors, lowestGranularity, vendorCommands, sanitizeNanos);
    }

    DeviceOptions withVariants(DeviceVariant... values) {
        var all = EnumSet.noneOf(DeviceVariant.class);
        all.addAll(List.of(values));
        return new DeviceOptions(
                tracking,
                Collections.unmodifiableSet(all),
                trackableDescriptors,
                lowestGranularity,
                vendorCommands,
                sanitizeNanos);
    }

    /// {@return limits and variants of the known public emulation}
    DeviceOptions likePublicEmulation() {
        return withTracking(EMULATION_LIMITS)
                .withVariants(
                        DeviceVariant.SUSPEND_ENTRY_WITHOUT_LOGGING,
                        DeviceVariant.REPEATED_SUSPEND_POSTS_AGAIN,
                        DeviceVariant.LOGGING_GOES_ON_AFTER_FULL,
                        DeviceVariant.START_WHEN_LOGGING_SUCCEEDS,
                        DeviceVariant.TAIL_EVENT_ONE_SLOT_EARLY,
                        DeviceVariant.QUEUE_LIMITS_NOT_REPORTED,
                        DeviceVariant.ONLY_COMMON_WRITES_LOGGED,
                        DeviceVariant.DEALLOCATED_LOGGED_AS_MODIFIED,
                        DeviceVariant.UNKNOWN_CONTROLLER_IS_INVALID_FIELD,
                        DeviceVariant.ONLY_WHOLE_STATES,
                        DeviceVariant.ALWAYS_DO_NOT_RETRY);
    }

    DeviceOptions withTrackingResources(int descriptors, int granularity) {
        requireRange("trackingResources.descriptors", descriptors, Integer.MAX_VALUE);
        requireRange("trackingResources.lowestGranularity", granularity, LARGEST_GRANULARITY);
        return new DeviceOptions(tracking, variants, descriptors, granularity, vendorCommands, sanitizeNanos);
    }

    DeviceOptions withVendorCommands() {
        return new DeviceOptions(
                tracking, variants, trackableDescriptors, lowestGranularity, true, sanitizeNanos);
    }

    DeviceOptions withSanitizeDuration(Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofDays(365)) > 0) {
            throw new InvalidValueException("sanitizeDuration", value.toString(), "0 to 365 days");
        }
        return new DeviceOptions(
                tracking, variants, trackableDescriptors, lowestGranularity, vendorCommands, value.toNanos());
    }

    private static void requireRange(String field, int value, int maximum) {
        require(field, value, "0 to " + maximum, value >= 0 && value <= maximum);
    }

    private static void require(String field, int value, String expected, boolean fulfilled) {
        if (!fulfilled) {
            throw new InvalidValueException(field, Integer.toString(value), expected);
        }
    }
}

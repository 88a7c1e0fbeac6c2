package io.nvmelm.nvme;

import java.util.List;

/// Tracked Memory Changes structure (Base 2.3 figs. 489 and 490): which memory a controller wrote. 16 bytes and 16 for each range.
///
/// @param moreToReport More to Report (MTR), byte 1 bit 0
/// @param suspended    whether the controller was suspended while this was made (SUSP), byte 1 bit 1
/// @param controllerId the controller (CNTLID), bytes 2 to 3
/// @param granularity  Reported Memory Range Granularity (RPMPG), bytes 8 to 9: exponent n of a unit of 2^n * 4 KiB
/// @param ranges       what was written at least in part
public record TrackedMemoryChanges(
        boolean moreToReport, boolean suspended, int controllerId, int granularity,
        List<MemoryRangeDescriptor> ranges) {

    /// Checks every field and copies the list.
    public TrackedMemoryChanges {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        FieldBounds.requireUnsigned16("RPMPG", granularity);
        ranges = List.copyOf(ranges);
    }

    /// {@return bytes of the structure}
    public long byteSize() {
        return 16 + 16L * ranges.size();
    }
}

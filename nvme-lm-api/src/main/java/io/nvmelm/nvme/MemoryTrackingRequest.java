package io.nvmelm.nvme;

import java.util.List;

/// Track Memory Changes structure (Base 2.3 figs. 497 and 498): what to watch. 8 bytes and 12 for each range.
///
/// @param granularity Requested Memory Range Tracking Granularity (RMRTG), byte 3: exponent n of a unit of 2^n * 4 KiB
/// @param ranges      what to watch, 12 bytes each
public record MemoryTrackingRequest(int granularity, List<MemoryRangeDescriptor> ranges) {

    /// Checks every field and copies the list.
    public MemoryTrackingRequest {
        FieldBounds.requireUnsigned8("RMRTG", granularity);
        ranges = List.copyOf(ranges);
    }

    /// {@return bytes of the structure}
    public long byteSize() {
        return 8 + 12L * ranges.size();
    }
}

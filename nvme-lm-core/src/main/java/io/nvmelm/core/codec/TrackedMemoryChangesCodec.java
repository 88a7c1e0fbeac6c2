package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.TrackedMemoryChanges;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;

/// Tracked Memory Changes structure (Base 2.3 figs. 489 and 490) to and from records. A host that reads many uses
/// [TrackedMemoryChangesView].
public final class TrackedMemoryChangesCodec {
    private TrackedMemoryChangesCodec() {}

    /// {@return what a controller wrote}
    ///
    /// @param data         at least 16 bytes, those that the command asked for, that start with the structure
    /// @param controllerId controller that was asked for
    /// @throws InvalidValueException when there are fewer bytes than the structure has, it is of another controller or
    ///                               version, units have 2^63 bytes or more, or a range does not start at a unit, has
    ///                               2^63 bytes or more or goes beyond 2^64; names the field and the byte
    public static TrackedMemoryChanges decode(MemorySegment data, int controllerId) {
        var view = new TrackedMemoryChangesView().wrap(data, 0, data.byteSize()).validate(controllerId);
        int shift = Long.numberOfTrailingZeros(view.unitByteSize());
        var ranges = new ArrayList<MemoryRangeDescriptor>();
        for (long i = 0; i < view.validatedCount(); i++) {
            view.select(i);
            ranges.add(new MemoryRangeDescriptor(view.byteAddress(), view.byteSize() >>> shift));
        }
        return new TrackedMemoryChanges(
                view.moreToReport(), view.suspended(), controllerId, shift - MemoryUnits.shift(0), ranges);
    }

    /// Writes what a controller wrote.
    ///
    /// @param changes the ranges
    /// @param data    as many bytes as [TrackedMemoryChanges#byteSize()] or more, of which so many are written
    /// @return bytes written
    /// @throws InvalidValueException when there are fewer, units have 2^63 bytes or more, or a range does not start at
    ///                               a unit, has 2^63 bytes or more or goes beyond 2^64; nothing is written then
    public static long encode(TrackedMemoryChanges changes, MemorySegment data) {
        long byteSize = changes.byteSize();
        var view = new TrackedMemoryChangesView().wrap(data, 0, byteSize);
        MemoryUnits.requireGranularity("RPMPG", changes.granularity(), MemoryUnits.ARGUMENT);
        for (var range : changes.ranges()) {
            MemoryUnits.requireRange(
                    range.startAddress(), range.unitCount(), changes.granularity(), MemoryUnits.ARGUMENT);
        }
        view.fill(0, TrackedMemoryChangesView.HEADER_BYTES, (byte) 0);
        view.moreToReport(changes.moreToReport())
                .suspended(changes.suspended())
                .controllerId(changes.controllerId())
                .descriptorCount(changes.ranges().size())
                .granularity(changes.granularity());
        for (int i = 0; i < changes.ranges().size(); i++) {
            var range = changes.ranges().get(i);
            view.descriptor(i, range.startAddress(), range.unitCount());
        }
        return byteSize;
    }
}

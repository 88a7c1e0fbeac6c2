package io.nvmelm.transport.mock;

import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Track Send, Track Memory Changes, and Track Receive, Tracked Memory Changes, of the controlling controller (Base 2.3
/// clauses 5.2.28.1.2 and 5.2.27.1.1). Checks are made in this order: coded fields, controller identifier, whether it
/// is tracked already or not at all, whether it is suspended, header of the data, its length, its ranges one by one,
/// resources. The length of a report is that of its data.
///
/// A start that is refused changes nothing. Tracking ends by a stop or a reset of the controlling controller, and by
/// nothing that happens to the controller that is watched.
final class MemoryTrackingCommands {
    private static final int START_BIT = 1 << 16;
    private static final int REQUEST_HEADER_BYTES = 8;
    private static final int GRANULARITY_OFFSET = 3;
    private static final int COUNT_OFFSET = 4;
    private static final int REQUEST_DESCRIPTOR_BYTES = 12;
    private static final int REPORT_HEADER_BYTES = 16;
    /// Bytes of a descriptor in a report.
    static final int REPORT_DESCRIPTOR_BYTES = 16;
    private static final int MORE_TO_REPORT = 1;
    private static final int SUSPENDED = 1 << 1;

    private static final ValueLayout.OfShort WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final InMemorySubsystem subsystem;
    private final SubsystemConfiguration configuration;

    MemoryTrackingCommands(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.subsystem = subsystem;
        this.configuration = configuration;
    }

    /// The controlling controller was reset: nothing is tracked any more.
    void reset() {
        for (int id : subsystem.migratableControllerIds()) {
            subsystem.controller(id).port().track(null);
        }
    }

    /// Track Send with select value 1.
    void track(Command command) {
        boolean start = (command.entry.cdw10() & START_BIT) != 0;
        var target = target(command);
        if (command.entry.namespaceId() != 0) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
        } else if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
        } else if (start && target.port().tracked() != null) {
            command.fail(StatusCode.INVALID_CONTROLLER_IDENTIFIER);
        } else if (!target.suspension().isActive()) {
            command.fail(StatusCode.CONTROLLER_SUSPENDED);
        } else if (start) {
            start(command, target);
        } else {
            target.port().track(null);
            command.succeed();
        }
    }

    private void start(Command command, InMemoryController target) {
        var header = MemorySegment.ofArray(new byte[REQUEST_HEADER_BYTES]);
        var status = command.bindData(REQUEST_HEADER_BYTES);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        command.readHost(0, header, 0, REQUEST_HEADER_BYTES);
        int granularity = header.get(ValueLayout.JAVA_BYTE, GRANULARITY_OFFSET) & 0xFF;
        long count = Integer.toUnsignedLong(header.get(DWORD, COUNT_OFFSET));
        long byteSize = REQUEST_HEADER_BYTES + REQUEST_DESCRIPTOR_BYTES * count;
        var limits = configuration.tracking();
        if (header.get(ValueLayout.JAVA_BYTE, 0) != 0
                || granularity < limits.minimumRangeGranularity()
                || granularity > limits.maximumRangeGranularity()
                || UncertainReadings.isRefusedRangeCount(count)
                || count + trackedDescriptors() > limits.maximumRangesController()
                || count + trackedDescriptors() > limits.maximumRangesSubsystem()
                || byteSize > configuration.maximumDataBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var descriptors = MemorySegment.ofArray(new byte[(int) (byteSize - REQUEST_HEADER_BYTES)]);
        command.readHost(REQUEST_HEADER_BYTES, descriptors, 0, descriptors.byteSize());
        var tracked = new TrackedMemory(
                (int) count,
                configuration.has(DeviceVariant.COARSE_MEMORY_REPORTS)
                        ? limits.maximumRangeGranularity()
                        : granularity,
                configuration.has(DeviceVariant.MEMORY_CHANGES_HELD_BACK));
        for (long at = 0; at < descriptors.byteSize(); at += REQUEST_DESCRIPTOR_BYTES) {
            long address = descriptors.get(QUADWORD, at);
            long units = Integer.toUnsignedLong(descriptors.get(DWORD, at + Long.BYTES));
            if (!isValid(target, address, units, granularity)) {
                command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
                return;
            }
            tracked.add(address, units << (TrackedMemory.PAGE_SHIFT + granularity));
        }
        int lowest = configuration.options().lowestGranularity();
        int free = Math.max(configuration.options().trackableDescriptors() - trackedDescriptors(), 0);
        if (granularity < lowest || count > free) {
            command.finish(
                    Math.max(lowest, limits.minimumRangeGranularity()),
                    granularity < lowest ? 0 : free,
                    command.status(StatusCode.NOT_ENOUGH_RESOURCES));
            return;
        }
        target.port().track(tracked);
        command.succeed();
    }

    private boolean isValid(InMemoryController target, long address, long units, int granularity) {
        int shift = TrackedMemory.PAGE_SHIFT + granularity;
        return units != 0
                && units <= Long.MAX_VALUE >>> shift
                && address >= 0
                && (address & (1L << shift) - 1) == 0
                && (!configuration.tracking().powerOfTwoRanges() || Long.bitCount(units) == 1)
                && target.port().reaches(address, units << shift);
    }

    /// {@return descriptors of all that is tracked} The one controlling controller does all tracking of the subsystem.
    private int trackedDescriptors() {
        int sum = 0;
        for (int id : subsystem.migratableControllerIds()) {
            var tracked = subsystem.controller(id).port().tracked();
            sum += tracked == null ? 0 : tracked.descriptors;
        }
        return sum;
    }

    /// Track Receive.
    void receive(Command command) {
        long byteSize = CommandSizes.trackedChanges(command.entry);
        var target = target(command);
        if (command.entry.namespaceId() != 0) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (target == null) {
            command.fail(UncertainReadings.unknownController(configuration));
            return;
        }
        var tracked = target.port().tracked();
        if (tracked == null) {
            command.fail(UncertainReadings.NOT_TRACKED);
            return;
        }
        if (byteSize < REPORT_HEADER_BYTES || byteSize > configuration.maximumDataBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        boolean suspended = command.suspensionEpoch != Suspension.NOT_SUSPENDED
                && command.suspensionEpoch == target.suspension().epochIfSuspended();
        if (suspended) {
            tracked.release();
        }
        if (UncertainReadings.isRefusedReport(tracked.hasChanges(), byteSize - REPORT_HEADER_BYTES)) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        long written = report(command, tracked, target.controllerId(), byteSize, suspended);
        UndefinedBytes.write(command, written, byteSize);
        command.succeed();
    }

    /// {@return bytes that the report has}
    private static long report(
            Command command, TrackedMemory tracked, int controllerId, long byteSize, boolean suspended) {
        var descriptor = MemorySegment.ofArray(new byte[REPORT_DESCRIPTOR_BYTES]);
        long at = REPORT_HEADER_BYTES;
        while (tracked.hasChanges() && at + REPORT_DESCRIPTOR_BYTES <= byteSize) {
            descriptor.set(QUADWORD, 0, tracked.nextAddress());
            descriptor.set(DWORD, Long.BYTES, (int) tracked.takeUnits());
            command.writeHost(at, descriptor, 0, REPORT_DESCRIPTOR_BYTES);
            at += REPORT_DESCRIPTOR_BYTES;
        }
        var header = MemorySegment.ofArray(new byte[REPORT_HEADER_BYTES]);
        header.set(ValueLayout.JAVA_BYTE, 1,
                (byte) ((tracked.hasChanges() ? MORE_TO_REPORT : 0) | (suspended ? SUSPENDED : 0)));
        header.set(WORD, 2, (short) controllerId);
        header.set(DWORD, 4, (int) ((at - REPORT_HEADER_BYTES) / REPORT_DESCRIPTOR_BYTES));
        header.set(WORD, 8, (short) tracked.granularity);
        command.writeHost(0, header, 0, REPORT_HEADER_BYTES);
        return at;
    }

    private @Nullable InMemoryController target(Command command) {
        return subsystem.migratable(command.entry.cdw11() & 0xFFFF);
    }
}

package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.FlexibleResources;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import java.lang.foreign.MemorySegment;

/// Primary Controller Capabilities (CNS 14h, Base 2.3 fig. 340) to and from records.
public final class PrimaryControllerCapabilitiesCodec {
    private PrimaryControllerCapabilitiesCodec() {}

    /// {@return the capabilities}
    ///
    /// @param data at least 4096 bytes that start with the structure
    /// @throws InvalidValueException when there are fewer
    public static PrimaryControllerCapabilities decode(MemorySegment data) {
        var view = new PrimaryControllerCapabilitiesView().wrap(data, 0);
        return new PrimaryControllerCapabilities(
                view.controllerId(),
                view.portId(),
                view.resourceTypes(),
                new FlexibleResources(
                        view.queueTotal(),
                        view.queueAssigned(),
                        view.queuePrimaryAllocated(),
                        view.queuePrimaryPrivate(),
                        view.queueSecondaryMaximum(),
                        view.queueGranularity()),
                new FlexibleResources(
                        view.interruptTotal(),
                        view.interruptAssigned(),
                        view.interruptPrimaryAllocated(),
                        view.interruptPrimaryPrivate(),
                        view.interruptSecondaryMaximum(),
                        view.interruptGranularity()));
    }

    /// Writes the structure; everything that is no field becomes 0.
    ///
    /// @param capabilities the capabilities
    /// @param data         at least 4096 bytes, of which the first 4096 are written
    /// @throws InvalidValueException when there are fewer
    public static void encode(PrimaryControllerCapabilities capabilities, MemorySegment data) {
        var view = new PrimaryControllerCapabilitiesView().wrap(data, 0);
        view.fill(0, PrimaryControllerCapabilitiesView.BYTES, (byte) 0);
        var queues = capabilities.queueResources();
        var interrupts = capabilities.interruptResources();
        view.controllerId(capabilities.controllerId())
                .portId(capabilities.portId())
                .resourceTypes(capabilities.resourceTypes())
                .queueTotal(queues.total())
                .queueAssigned(queues.assigned())
                .queuePrimaryAllocated(queues.primaryAllocated())
                .queuePrimaryPrivate(queues.primaryPrivate())
                .queueSecondaryMaximum(queues.secondaryMaximum())
                .queueGranularity(queues.granularity())
                .interruptTotal(interrupts.total())
                .interruptAssigned(interrupts.assigned())
                .interruptPrimaryAllocated(interrupts.primaryAllocated())
                .interruptPrimaryPrivate(interrupts.primaryPrivate())
                .interruptSecondaryMaximum(interrupts.secondaryMaximum())
                .interruptGranularity(interrupts.granularity());
    }
}

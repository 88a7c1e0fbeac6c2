package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.IdentifyController;
import java.lang.foreign.MemorySegment;

/// Identify Controller data (CNS 01h, Base 2.3 fig. 328) to and from records, which have the fields that live migration
/// needs.
public final class IdentifyControllerCodec {
    private IdentifyControllerCodec() {}

    /// {@return the fields of the data}
    ///
    /// @param data at least 4096 bytes that start with the data
    /// @throws InvalidValueException when there are fewer
    public static IdentifyController decode(MemorySegment data) {
        var view = new IdentifyControllerView().wrap(data, 0);
        return new IdentifyController(
                view.pciVendorId(),
                view.pciSubsystemVendorId(),
                view.serialNumber(),
                view.modelNumber(),
                view.firmwareRevision(),
                view.ieeeOui(),
                view.multipathCapabilities(),
                view.maximumDataTransferSize(),
                view.controllerId(),
                view.version(),
                view.asynchronousEventsSupported(),
                view.controllerAttributes(),
                view.controllerType(),
                view.optionalAdminCommands(),
                view.abortCommandLimit(),
                view.asynchronousEventLimit(),
                view.hostMemoryBufferPreferred(),
                view.submissionQueueEntrySize(),
                view.completionQueueEntrySize(),
                view.maximumCommands(),
                view.numberOfNamespaces(),
                view.optionalNvmCommands(),
                view.volatileWriteCache(),
                view.sglSupport(),
                view.subsystemNqn(),
                view.tracking(),
                view.firstVendorByte());
    }

    /// Writes the data: the fields of the record; every other byte becomes 0.
    ///
    /// @param controller the fields, of which the low bits are stored
    /// @param data       at least 4096 bytes, of which the first 4096 are written
    /// @throws InvalidValueException when there are fewer, or a text is too long or has characters that the standard
    ///                               does not allow; after that the data are incomplete
    public static void encode(IdentifyController controller, MemorySegment data) {
        var view = new IdentifyControllerView().wrap(data, 0);
        view.fill(0, IdentifyControllerView.BYTES, (byte) 0);
        view.pciVendorId(controller.pciVendorId())
                .pciSubsystemVendorId(controller.pciSubsystemVendorId())
                .serialNumber(controller.serialNumber())
                .modelNumber(controller.modelNumber())
                .firmwareRevision(controller.firmwareRevision())
                .ieeeOui(controller.ieeeOui())
                .multipathCapabilities(controller.multipathCapabilities())
                .maximumDataTransferSize(controller.maximumDataTransferSize())
                .controllerId(controller.controllerId())
                .version(controller.version())
                .asynchronousEventsSupported(controller.asynchronousEventsSupported())
                .controllerAttributes(controller.controllerAttributes())
                .controllerType(controller.controllerType())
                .optionalAdminCommands(controller.optionalAdminCommands())
                .abortCommandLimit(controller.abortCommandLimit())
                .asynchronousEventLimit(controller.asynchronousEventLimit())
                .hostMemoryBufferPreferred(controller.hostMemoryBufferPreferred())
                .submissionQueueEntrySize(controller.submissionQueueEntrySize())
                .completionQueueEntrySize(controller.completionQueueEntrySize())
                .maximumCommands(controller.maximumCommands())
                .numberOfNamespaces(controller.numberOfNamespaces())
                .optionalNvmCommands(controller.optionalNvmCommands())
                .volatileWriteCache(controller.volatileWriteCache())
                .sglSupport(controller.sglSupport())
                .subsystemNqn(controller.subsystemNqn())
                .tracking(controller.tracking())
                .firstVendorByte(controller.firstVendorByte());
    }
}

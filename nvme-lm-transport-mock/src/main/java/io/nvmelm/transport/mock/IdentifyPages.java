package io.nvmelm.transport.mock;

import io.nvmelm.core.codec.IdentifyControllerView;
import io.nvmelm.core.codec.IdentifyNamespaceView;
import io.nvmelm.core.codec.NamespaceDescriptorCodec;
import io.nvmelm.core.codec.PrimaryControllerCapabilitiesCodec;
import io.nvmelm.core.codec.SecondaryControllerListView;
import io.nvmelm.core.codec.SupportedStateFormatsView;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.IdentifyController;
import io.nvmelm.nvme.NamespaceIdentifiers;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Identify (Base 2.3 clause 5.2.13) of one controller.
final class IdentifyPages {
    private static final int IO_COMMAND_SET_CONTROLLER = 0x06;
    private static final int ALLOCATED_NAMESPACE_LIST = 0x10;
    private static final int ALLOCATED_NAMESPACE = 0x11;
    private static final int ATTACHED_CONTROLLER_LIST = 0x12;
    private static final int NVM_COMMAND_SET = 0;
    private static final int NVM_COMMAND_SET_VERSION = 0x0001_0200;
    private static final int NVM_COMMAND_SET_VERSION_OFFSET = 20;
    private static final int IO_CONTROLLER = 1;
    private static final int MULTIPLE_CONTROLLERS = 1 << 1;
    private static final int VIRTUAL_FUNCTION = 1 << 2;
    private static final int FORMAT_NVM_SUPPORTED = 1 << 1;
    /// ONCS: Write Uncorrectable, Dataset Management, Write Zeroes, Copy.
    private static final int OPTIONAL_IO_COMMANDS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 8;
    private static final int SANITIZE_CAPABILITIES_OFFSET = 328;
    /// Crypto Erase, Block Erase, Overwrite.
    private static final int SANITIZE_CAPABILITIES = 7;
    private static final int VENDOR_COMMANDS_OFFSET = 3072;
    private static final int ENTRY_BYTES_64 = 0x66;
    private static final int ENTRY_BYTES_16 = 0x44;
    private static final int SHARED_NAMESPACE = 1;
    private static final int COPY_FORMATS_OFFSET = 534;
    private static final int COPY_FORMAT_0 = 1;
    /// MSSRL, MCL and MSRC of Identify Namespace.
    private static final int COPY_RANGE_LIMIT_OFFSET = 74;
    private static final int COPY_LIMIT_OFFSET = 76;
    private static final int COPY_RANGES_OFFSET = 80;
    private static final int LBA_FORMAT_OFFSET = 128;
    private static final int CONTROLLERS_IN_LIST = 2047;
    private static final long FIRST_RESERVED_NAMESPACE = 0xFFFF_FFFEL;

    private static final ValueLayout.OfShort WORD =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final InMemoryController controller;
    private final SubsystemConfiguration configuration;
    private final MemorySegment page = MemorySegment.ofArray(new byte[IdentifyCommand.DATA_BYTES]);

    IdentifyPages(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.configuration = configuration;
    }

    void execute(Command command) {
        page.fill((byte) 0);
        var status = fill(command);
        if (status == StatusCode.SUCCESSFUL_COMPLETION) {
            status = command.bindData(IdentifyCommand.DATA_BYTES);
        }
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        command.writeHost(0, page, 0, IdentifyCommand.DATA_BYTES);
        command.succeed();
    }

    private StatusCode fill(Command command) {
        var entry = command.entry;
        long namespaceId = entry.namespaceId();
        int structure = entry.cdw10() & 0xFF;
        boolean controlling = controller.isControlling();
        return switch (structure) {
            case IdentifyCommand.NAMESPACE, ALLOCATED_NAMESPACE -> namespace(namespaceId);
            case IdentifyCommand.CONTROLLER -> controller();
            case IdentifyCommand.ACTIVE_NAMESPACE_LIST, ALLOCATED_NAMESPACE_LIST -> namespacesAfter(namespaceId);
            case IdentifyCommand.NAMESPACE_DESCRIPTORS -> descriptors(namespaceId);
            case ATTACHED_CONTROLLER_LIST -> attachedControllers(namespaceId, entry.cdw10() >>> 16);
            case IO_COMMAND_SET_CONTROLLER -> ioCommandSet(entry.cdw11() >>> 24);
            case IdentifyCommand.PRIMARY_CONTROLLER_CAPABILITIES -> primaryCapabilities();
            case IdentifyCommand.SECONDARY_CONTROLLER_LIST ->
                controlling ? secondaryControllers(entry.cdw10() >>> 16) : StatusCode.INVALID_FIELD_IN_COMMAND;
            case IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS ->
                controlling && !configuration.hasVendorCommands()
                        ? stateFormats()
                        : StatusCode.INVALID_FIELD_IN_COMMAND;
            default -> StatusCode.INVALID_FIELD_IN_COMMAND;
        };
    }

    private StatusCode controller() {
        boolean controlling = controller.isControlling();
        new IdentifyControllerView()
                .wrap(page, 0)
                .pciVendorId(configuration.identity().pciVendorId())
                .pciSubsystemVendorId(configuration.identity().pciSubsystemVendorId())
                .ieeeOui(configuration.identity().ieeeOui())
                .serialNumber(configuration.serialNumber())
                .modelNumber(configuration.modelNumber())
                .firmwareRevision(configuration.firmwareRevision())
                .multipathCapabilities(controlling ? MULTIPLE_CONTROLLERS : MULTIPLE_CONTROLLERS | VIRTUAL_FUNCTION)
                .maximumDataTransferSize(configuration.mdts())
                .controllerId(controller.controllerId())
                .version(configuration.identity().nvmeVersion())
                .controllerType(IO_CONTROLLER)
                .optionalAdminCommands(adminCommands(controlling))
                .abortCommandLimit(SubsystemConfiguration.ABORT_COMMANDS - 1)
                .asynchronousEventLimit(SubsystemConfiguration.ASYNCHRONOUS_EVENT_REQUESTS - 1)
                .submissionQueueEntrySize(ENTRY_BYTES_64)
                .completionQueueEntrySize(ENTRY_BYTES_16)
                .numberOfNamespaces(configuration.namespaces().size())
                .hostMemoryBufferPreferred(0)
                .optionalNvmCommands(OPTIONAL_IO_COMMANDS)
                .subsystemNqn(configuration.nqn())
                .tracking(controlling ? reportedTracking() : TrackingLimits.NONE);
        page.set(WORD, COPY_FORMATS_OFFSET, (short) COPY_FORMAT_0);
        page.set(DWORD, SANITIZE_CAPABILITIES_OFFSET, SANITIZE_CAPABILITIES);
        page.set(
                ValueLayout.JAVA_BYTE,
                VENDOR_COMMANDS_OFFSET,
                (byte) (controlling && configuration.hasVendorCommands() ? 1 : 0));
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private int adminCommands(boolean controlling) {
        if (!controlling) {
            return FORMAT_NVM_SUPPORTED;
        }
        return FORMAT_NVM_SUPPORTED
                | (configuration.hasVendorCommands() ? 0 : IdentifyController.OACS_HOST_MANAGED_LIVE_MIGRATION)
                | (configuration.virtualizationManagement() ? IdentifyController.OACS_VIRTUALIZATION_MANAGEMENT : 0);
    }

    private TrackingLimits reportedTracking() {
        var limits = configuration.tracking();
        if (!configuration.has(DeviceVariant.QUEUE_LIMITS_NOT_REPORTED)) {
            return limits;
        }
        return new TrackingLimits(
                limits.maximumRangesController(),
                limits.maximumRangesSubsystem(),
                limits.minimumRangeGranularity(),
                limits.maximumRangeGranularity(),
                limits.attributes(),
                0,
                0,
                limits.maximumQueueMemoryRanges(),
                limits.maximumMemoryRanges(),
                limits.maximumQueuePrps());
    }

    private StatusCode primaryCapabilities() {
        if (!controller.isControlling() || !configuration.virtualizationManagement()) {
            return StatusCode.INVALID_FIELD_IN_COMMAND;
        }
        PrimaryControllerCapabilitiesCodec.encode(controller.resources().capabilities(), page);
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private StatusCode namespace(long namespaceId) {
        var medium = configuration.namespace(namespaceId);
        if (medium == null) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        page.set(QUADWORD, 0, medium.blockCount());
        page.set(QUADWORD, 8, medium.blockCount());
        page.set(QUADWORD, 16, medium.blockCount());
        page.set(ValueLayout.JAVA_BYTE, 30, (byte) SHARED_NAMESPACE);
        page.set(WORD, COPY_RANGE_LIMIT_OFFSET, (short) BlockCopy.maximumRangeBlocks(medium));
        page.set(DWORD, COPY_LIMIT_OFFSET, BlockCopy.maximumBlocks(medium));
        page.set(ValueLayout.JAVA_BYTE, COPY_RANGES_OFFSET, (byte) BlockCopy.MAXIMUM_RANGES_FIELD);
        new IdentifyNamespaceView().wrap(page, 0).identifiers(identifiers(namespaceId));
        page.set(DWORD, LBA_FORMAT_OFFSET, Integer.numberOfTrailingZeros(medium.blockByteSize()) << 16);
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    /// All namespaces are attached to all controllers, so the active ones are all there are.
    private StatusCode namespacesAfter(long after) {
        if (after >= FIRST_RESERVED_NAMESPACE) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        int place = 0;
        for (long id = after + 1; id <= configuration.namespaces().size() && place < page.byteSize(); id++) {
            page.set(DWORD, place, (int) id);
            place += Integer.BYTES;
        }
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private StatusCode descriptors(long namespaceId) {
        if (configuration.namespace(namespaceId) == null) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        NamespaceDescriptorCodec.encode(identifiers(namespaceId), NVM_COMMAND_SET, page);
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private NamespaceIdentifiers identifiers(long namespaceId) {
        return configuration.identifiers().get((int) namespaceId - 1);
    }

    /// AOCS.RALBAS and LBAMQF are 0: Get LBA Status is not there, and entries of a migration queue have type 0.
    private StatusCode ioCommandSet(int commandSet) {
        if (commandSet != NVM_COMMAND_SET) {
            return StatusCode.INVALID_FIELD_IN_COMMAND;
        }
        page.set(DWORD, NVM_COMMAND_SET_VERSION_OFFSET, NVM_COMMAND_SET_VERSION);
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private StatusCode secondaryControllers(int fromId) {
        var list = new SecondaryControllerListView().wrap(page, 0);
        var resources = controller.resources();
        int count = 0;
        for (int i = 0; i < configuration.migratableCount(); i++) {
            int id = configuration.firstMigratableId() + i;
            if (id >= fromId && count < SecondaryControllerListView.MAXIMUM_ENTRIES) {
                list.controllerId(count, id)
                        .primaryControllerId(count, configuration.controllingId())
                        .online(count, resources.isOnline(i))
                        .vfNumber(count, i + 1)
                        .queueResources(count, resources.queueResources(i))
                        .interruptResources(count, resources.interruptResources(i));
                count++;
            }
        }
        list.entryCount(count);
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private StatusCode attachedControllers(long namespaceId, int fromId) {
        if (configuration.namespace(namespaceId) == null) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        int first = configuration.firstMigratableId();
        int end = first + configuration.migratableCount();
        int controllingId = configuration.controllingId();
        int count = 0;
        for (int id = fromId; id <= Math.max(controllingId, end - 1) && count < CONTROLLERS_IN_LIST; id++) {
            if (id == controllingId || (id >= first && id < end)) {
                count++;
                page.set(WORD, (long) count * Short.BYTES, (short) id);
            }
        }
        page.set(WORD, 0, (short) count);
        return StatusCode.SUCCESSFUL_COMPLETION;
    }

    private StatusCode stateFormats() {
        var versions = configuration.stateVersions();
        var uuids = configuration.vendorFormats();
        var formats = new SupportedStateFormatsView()
                .wrap(page, 0)
                .versionCount(versions.size())
                .uuidCount(uuids.size());
        for (int i = 0; i < versions.size(); i++) {
            formats.version(i + 1, versions.get(i));
        }
        for (int j = 0; j < uuids.size(); j++) {
            formats.uuid(j + 1, uuids.get(j));
        }
        return StatusCode.SUCCESSFUL_COMPLETION;
    }
}

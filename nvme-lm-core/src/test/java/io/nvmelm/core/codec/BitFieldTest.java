package io.nvmelm.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every field of every view, alone: at 0, 1, its highest bit and its maximum, over three backgrounds, in heap and
/// native memory at an odd address. The bit positions are those of the standard's figures.
class BitFieldTest {
    private static final int ODD = 3;
    private static final int[] BACKGROUNDS = {0x00, 0xFF, 0xA5};

    /// How a view is made and moved.
    ///
    /// @param <V>  the view
    /// @param name its name
    /// @param byteSize bytes of the structure
    /// @param create makes a view
    /// @param wrap moves it to the start of a segment plus 3
    record Structure<V>(
            String name, int byteSize, Supplier<V> create, BiFunction<V, MemorySegment, V> wrap) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("fields")
    <V> void aSetterChangesItsBitsAndNoOther(Structure<V> structure, BitField<V> field) {
        checkSetter(structure, field);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("fields")
    <V> void aGetterReadsItsBitsAndNoOther(Structure<V> structure, BitField<V> field) {
        checkGetter(structure, field);
    }

    static <V> void checkSetter(Structure<V> structure, BitField<V> field) {
        try (var arena = Arena.ofConfined()) {
            for (int background : BACKGROUNDS) {
                var memories = List.of(
                        MemorySegment.ofArray(new byte[structure.byteSize() + 2 * ODD]),
                        arena.allocate(structure.byteSize() + 2L * ODD, 8));
                for (var memory : memories) {
                    field.values().forEach(value -> {
                        memory.fill((byte) background);
                        var view = structure.wrap().apply(structure.create().get(), memory);

                        field.set().set(view, value);

                        assertThat(field.get().applyAsLong(view)).isEqualTo(value);
                        byte[] expected = new byte[structure.byteSize()];
                        Arrays.fill(expected, (byte) background);
                        expected = field.replacedIn(expected, value);
                        assertThat(bytes(memory, ODD, structure.byteSize()))
                                .as("value %d over %02X", value, background)
                                .isEqualTo(expected);
                        assertThat(bytes(memory, 0, ODD)).containsOnly(background);
                        assertThat(bytes(memory, structure.byteSize() + ODD, ODD)).containsOnly(background);
                    });
                }
            }
        }
    }

    static <V> void checkGetter(Structure<V> structure, BitField<V> field) {
        for (int background : BACKGROUNDS) {
            field.values().forEach(value -> {
                byte[] content = new byte[structure.byteSize()];
                Arrays.fill(content, (byte) background);
                var memory = MemorySegment.ofArray(new byte[structure.byteSize() + ODD]);
                MemorySegment.copy(
                        field.replacedIn(content, value), 0, memory, ValueLayout.JAVA_BYTE, ODD, content.length);

                var view = structure.wrap().apply(structure.create().get(), memory);

                assertThat(field.get().applyAsLong(view)).isEqualTo(value);
            });
        }
    }

    private static byte[] bytes(MemorySegment memory, long offset, long byteSize) {
        return memory.asSlice(offset, byteSize).toArray(ValueLayout.JAVA_BYTE);
    }

    static Stream<Arguments> fields() {
        return Stream.of(
                rows(
                        new Structure<>(
                                "submission entry",
                                64,
                                SubmissionEntryView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        submissionEntry()),
                rows(
                        new Structure<>(
                                "completion entry",
                                16,
                                CompletionEntryView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        completionEntry()),
                rows(
                        new Structure<>(
                                "Controller State",
                                48,
                                ControllerStateView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        controllerState()),
                rows(
                        new Structure<>(
                                "NVMe Controller State",
                                8,
                                NvmeControllerStateView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        nvmeControllerState()),
                rows(
                        new Structure<>(
                                "submission queue state",
                                24,
                                SubmissionQueueStateView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        submissionQueueState()),
                rows(
                        new Structure<>(
                                "completion queue state",
                                24,
                                CompletionQueueStateView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        completionQueueState()),
                rows(
                        new Structure<>(
                                "Identify Controller",
                                4096,
                                IdentifyControllerView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        identifyController()),
                rows(
                        new Structure<>(
                                "Supported Controller State Formats",
                                4096,
                                SupportedStateFormatsView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        supportedStateFormats()),
                rows(
                        new Structure<>(
                                "Primary Controller Capabilities",
                                4096,
                                PrimaryControllerCapabilitiesView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        primaryControllerCapabilities()),
                rows(
                        new Structure<>(
                                "Secondary Controller List",
                                4096,
                                SecondaryControllerListView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        secondaryControllerList()))
                .flatMap(rows -> rows);
    }

    static <V> Stream<Arguments> rows(Structure<V> structure, List<BitField<V>> fields) {
        return fields.stream().map(field -> Arguments.of(structure, field));
    }

    private static List<BitField<SubmissionEntryView>> submissionEntry() {
        return List.of(
                BitField.at("OPC", 0, 8, SubmissionEntryView::opcode, (v, x) -> v.opcode((int) x)),
                BitField.at("FUSE and PSDT", 1, 8, SubmissionEntryView::flags, (v, x) -> v.flags((int) x)),
                BitField.at("CID", 2, 16, SubmissionEntryView::commandId, (v, x) -> v.commandId((int) x)),
                BitField.at("NSID", 4, 32, SubmissionEntryView::namespaceId, (v, x) -> v.namespaceId(x)),
                BitField.at("CDW2", 8, 32, v -> unsigned(v.cdw2()), (v, x) -> v.cdw2((int) x)),
                BitField.at("CDW3", 12, 32, v -> unsigned(v.cdw3()), (v, x) -> v.cdw3((int) x)),
                BitField.at("MPTR", 16, 64, SubmissionEntryView::metadataPointer, (v, x) -> v.metadataPointer(x)),
                BitField.at("PRP1", 24, 64, SubmissionEntryView::prp1, (v, x) -> v.prp1(x)),
                BitField.at("PRP2", 32, 64, SubmissionEntryView::prp2, (v, x) -> v.prp2(x)),
                BitField.at("CDW10", 40, 32, v -> unsigned(v.cdw10()), (v, x) -> v.cdw10((int) x)),
                BitField.at("CDW11", 44, 32, v -> unsigned(v.cdw11()), (v, x) -> v.cdw11((int) x)),
                BitField.at("CDW12", 48, 32, v -> unsigned(v.cdw12()), (v, x) -> v.cdw12((int) x)),
                BitField.at("CDW13", 52, 32, v -> unsigned(v.cdw13()), (v, x) -> v.cdw13((int) x)),
                BitField.at("CDW14", 56, 32, v -> unsigned(v.cdw14()), (v, x) -> v.cdw14((int) x)),
                BitField.at("CDW15", 60, 32, v -> unsigned(v.cdw15()), (v, x) -> v.cdw15((int) x)));
    }

    private static List<BitField<CompletionEntryView>> completionEntry() {
        return List.of(
                BitField.at("DW0", 0, 32, v -> unsigned(v.dword0()), (v, x) -> v.dword0((int) x)),
                BitField.at("DW1", 4, 32, v -> unsigned(v.dword1()), (v, x) -> v.dword1((int) x)),
                BitField.at("SQHD", 8, 16, CompletionEntryView::submissionQueueHead, (v, x) -> v
                        .submissionQueueHead((int) x)),
                BitField.at("SQID", 10, 16, CompletionEntryView::submissionQueueId, (v, x) -> v
                        .submissionQueueId((int) x)),
                BitField.at("CID", 12, 16, CompletionEntryView::commandId, (v, x) -> v.commandId((int) x)),
                BitField.flag("P", 112, CompletionEntryView::phase, CompletionEntryView::phase),
                new BitField<>("STATUS", 113, 15, CompletionEntryView::statusBits, (v, x) -> v.statusBits((int) x)));
    }

    private static List<BitField<ControllerStateView>> controllerState() {
        return List.of(
                BitField.at("VER", 0, 16, ControllerStateView::version, (v, x) -> v.version((int) x)),
                BitField.at("CSATTR", 2, 8, ControllerStateView::attributes, (v, x) -> v.attributes((int) x)),
                BitField.flag("CP", 16, ControllerStateView::suspended, ControllerStateView::suspended),
                BitField.at("NVMECSS 63:0", 16, 64, ControllerStateView::nvmeStateDwords, (v, x) -> v.nvmeStateDwords(
                        x)),
                BitField.at("NVMECSS 127:64", 24, 64, ControllerStateView::nvmeStateDwordsHigh, (v, x) -> v
                        .nvmeStateDwordsHigh(x)),
                BitField.at("VSS 63:0", 32, 64, ControllerStateView::vendorDwords, (v, x) -> v.vendorDwords(x)),
                BitField.at("VSS 127:64", 40, 64, ControllerStateView::vendorDwordsHigh, (v, x) -> v.vendorDwordsHigh(
                        x)));
    }

    private static List<BitField<NvmeControllerStateView>> nvmeControllerState() {
        return List.of(
                BitField.at("VER", 0, 16, NvmeControllerStateView::version, (v, x) -> v.version((int) x)),
                BitField.at("NIOSQ", 2, 16, NvmeControllerStateView::submissionQueueCount, (v, x) -> v
                        .submissionQueueCount((int) x)),
                BitField.at("NIOCQ", 4, 16, NvmeControllerStateView::completionQueueCount, (v, x) -> v
                        .completionQueueCount((int) x)),
                BitField.at("reserved", 6, 16, NvmeControllerStateView::reserved, (v, x) -> v.reserved((int) x)));
    }

    static List<BitField<SubmissionQueueStateView>> submissionQueueState() {
        return List.of(
                BitField.at("IOSQPRP1", 0, 64, SubmissionQueueStateView::prp1, (v, x) -> v.prp1(x)),
                BitField.at("IOSQQSIZE", 8, 16, SubmissionQueueStateView::zeroBasedSize, (v, x) -> v
                        .zeroBasedSize((int) x)),
                BitField.at("IOSQQID", 10, 16, SubmissionQueueStateView::queueId, (v, x) -> v.queueId((int) x)),
                BitField.at("IOSQCQID", 12, 16, SubmissionQueueStateView::completionQueueId, (v, x) -> v
                        .completionQueueId((int) x)),
                BitField.at("IOSQA", 14, 16, SubmissionQueueStateView::attributes, (v, x) -> v.attributes((int) x)),
                BitField.flag(
                        "PC",
                        112,
                        SubmissionQueueStateView::physicallyContiguous,
                        SubmissionQueueStateView::physicallyContiguous),
                new BitField<>("QPRIO", 113, 2, SubmissionQueueStateView::priority, (v, x) -> v.priority((int) x)),
                BitField.at("IOSQHP", 16, 16, SubmissionQueueStateView::head, (v, x) -> v.head((int) x)),
                BitField.at("IOSQTP", 18, 16, SubmissionQueueStateView::tail, (v, x) -> v.tail((int) x)),
                BitField.at("reserved", 20, 32, SubmissionQueueStateView::reserved, (v, x) -> v.reserved(x)));
    }

    static List<BitField<CompletionQueueStateView>> completionQueueState() {
        return List.of(
                BitField.at("IOCQPRP1", 0, 64, CompletionQueueStateView::prp1, (v, x) -> v.prp1(x)),
                BitField.at("IOCQQSIZE", 8, 16, CompletionQueueStateView::zeroBasedSize, (v, x) -> v
                        .zeroBasedSize((int) x)),
                BitField.at("IOCQQID", 10, 16, CompletionQueueStateView::queueId, (v, x) -> v.queueId((int) x)),
                BitField.at("IOCQHP", 12, 16, CompletionQueueStateView::head, (v, x) -> v.head((int) x)),
                BitField.at("IOCQTP", 14, 16, CompletionQueueStateView::tail, (v, x) -> v.tail((int) x)),
                BitField.at("IOCQA", 16, 32, CompletionQueueStateView::attributes, (v, x) -> v.attributes(x)),
                BitField.flag(
                        "PC",
                        128,
                        CompletionQueueStateView::physicallyContiguous,
                        CompletionQueueStateView::physicallyContiguous),
                BitField.flag(
                        "IEN",
                        129,
                        CompletionQueueStateView::interruptsEnabled,
                        CompletionQueueStateView::interruptsEnabled),
                BitField.flag(
                        "S0PT", 130, CompletionQueueStateView::slotZeroPhase, CompletionQueueStateView::slotZeroPhase),
                BitField.at("IV", 18, 16, CompletionQueueStateView::interruptVector, (v, x) -> v
                        .interruptVector((int) x)),
                BitField.at("reserved", 20, 32, CompletionQueueStateView::reserved, (v, x) -> v.reserved(x)));
    }

    static List<BitField<IdentifyControllerView>> identifyController() {
        return List.of(
                BitField.at("VID", 0, 16, IdentifyControllerView::pciVendorId, (v, x) -> v.pciVendorId((int) x)),
                BitField.at("SSVID", 2, 16, IdentifyControllerView::pciSubsystemVendorId, (v, x) -> v
                        .pciSubsystemVendorId((int) x)),
                BitField.at("IEEE", 73, 24, IdentifyControllerView::ieeeOui, (v, x) -> v.ieeeOui((int) x)),
                BitField.at("CMIC", 76, 8, IdentifyControllerView::multipathCapabilities, (v, x) -> v
                        .multipathCapabilities((int) x)),
                BitField.at("MDTS", 77, 8, IdentifyControllerView::maximumDataTransferSize, (v, x) -> v
                        .maximumDataTransferSize((int) x)),
                BitField.at("CNTLID", 78, 16, IdentifyControllerView::controllerId, (v, x) -> v.controllerId((int) x)),
                BitField.at("VER", 80, 32, IdentifyControllerView::version, (v, x) -> v.version(x)),
                BitField.at("OAES", 92, 32, IdentifyControllerView::asynchronousEventsSupported, (v, x) -> v
                        .asynchronousEventsSupported(x)),
                BitField.at("CTRATT", 96, 32, IdentifyControllerView::controllerAttributes, (v, x) -> v
                        .controllerAttributes(x)),
                BitField.at("CNTRLTYPE", 111, 8, IdentifyControllerView::controllerType, (v, x) -> v
                        .controllerType((int) x)),
                BitField.at("OACS", 256, 16, IdentifyControllerView::optionalAdminCommands, (v, x) -> v
                        .optionalAdminCommands((int) x)),
                BitField.at("ACL", 258, 8, IdentifyControllerView::abortCommandLimit, (v, x) -> v
                        .abortCommandLimit((int) x)),
                BitField.at("AERL", 259, 8, IdentifyControllerView::asynchronousEventLimit, (v, x) -> v
                        .asynchronousEventLimit((int) x)),
                BitField.at("HMPRE", 272, 32, IdentifyControllerView::hostMemoryBufferPreferred, (v, x) -> v
                        .hostMemoryBufferPreferred(x)),
                BitField.at("SQES", 512, 8, IdentifyControllerView::submissionQueueEntrySize, (v, x) -> v
                        .submissionQueueEntrySize((int) x)),
                BitField.at("CQES", 513, 8, IdentifyControllerView::completionQueueEntrySize, (v, x) -> v
                        .completionQueueEntrySize((int) x)),
                BitField.at("MAXCMD", 514, 16, IdentifyControllerView::maximumCommands, (v, x) -> v
                        .maximumCommands((int) x)),
                BitField.at("NN", 516, 32, IdentifyControllerView::numberOfNamespaces, (v, x) -> v
                        .numberOfNamespaces(x)),
                BitField.at("ONCS", 520, 16, IdentifyControllerView::optionalNvmCommands, (v, x) -> v
                        .optionalNvmCommands((int) x)),
                BitField.at("VWC", 525, 8, IdentifyControllerView::volatileWriteCache, (v, x) -> v
                        .volatileWriteCache((int) x)),
                BitField.at("vendor", 3072, 8, IdentifyControllerView::firstVendorByte, (v, x) -> v
                        .firstVendorByte((int) x)));
    }

    private static List<BitField<SupportedStateFormatsView>> supportedStateFormats() {
        return List.of(
                BitField.at("NV", 0, 8, SupportedStateFormatsView::versionCount, (v, x) -> v.versionCount((int) x)),
                BitField.at("NUUID", 1, 8, SupportedStateFormatsView::uuidCount, (v, x) -> v.uuidCount((int) x)));
    }

    private static List<BitField<PrimaryControllerCapabilitiesView>> primaryControllerCapabilities() {
        return List.of(
                BitField.at("CNTLID", 0, 16, PrimaryControllerCapabilitiesView::controllerId, (v, x) -> v
                        .controllerId((int) x)),
                BitField.at("PORTID", 2, 16, PrimaryControllerCapabilitiesView::portId, (v, x) -> v
                        .portId((int) x)),
                BitField.at("CRT", 4, 8, PrimaryControllerCapabilitiesView::resourceTypes, (v, x) -> v
                        .resourceTypes((int) x)),
                BitField.at("VQFRT", 32, 32, PrimaryControllerCapabilitiesView::queueTotal, (v, x) -> v
                        .queueTotal(x)),
                BitField.at("VQRFA", 36, 32, PrimaryControllerCapabilitiesView::queueAssigned, (v, x) -> v
                        .queueAssigned(x)),
                BitField.at("VQRFAP", 40, 16, PrimaryControllerCapabilitiesView::queuePrimaryAllocated, (v, x) -> v
                        .queuePrimaryAllocated((int) x)),
                BitField.at("VQPRT", 42, 16, PrimaryControllerCapabilitiesView::queuePrimaryPrivate, (v, x) -> v
                        .queuePrimaryPrivate((int) x)),
                BitField.at("VQFRSM", 44, 16, PrimaryControllerCapabilitiesView::queueSecondaryMaximum, (v, x) -> v
                        .queueSecondaryMaximum((int) x)),
                BitField.at("VQGRAN", 46, 16, PrimaryControllerCapabilitiesView::queueGranularity, (v, x) -> v
                        .queueGranularity((int) x)),
                BitField.at("VIFRT", 64, 32, PrimaryControllerCapabilitiesView::interruptTotal, (v, x) -> v
                        .interruptTotal(x)),
                BitField.at("VIRFA", 68, 32, PrimaryControllerCapabilitiesView::interruptAssigned, (v, x) -> v
                        .interruptAssigned(x)),
                BitField.at("VIRFAP", 72, 16, PrimaryControllerCapabilitiesView::interruptPrimaryAllocated, (v, x) -> v
                        .interruptPrimaryAllocated((int) x)),
                BitField.at("VIPRT", 74, 16, PrimaryControllerCapabilitiesView::interruptPrimaryPrivate, (v, x) -> v
                        .interruptPrimaryPrivate((int) x)),
                BitField.at("VIFRSM", 76, 16, PrimaryControllerCapabilitiesView::interruptSecondaryMaximum, (v, x) -> v
                        .interruptSecondaryMaximum((int) x)),
                BitField.at("VIGRAN", 78, 16, PrimaryControllerCapabilitiesView::interruptGranularity, (v, x) -> v
                        .interruptGranularity((int) x)));
    }

    private static List<BitField<SecondaryControllerListView>> secondaryControllerList() {
        var count = BitField.at("NUMID", 0, 8, SecondaryControllerListView::entryCount, (
                SecondaryControllerListView v, long x) -> v.entryCount((int) x));
        return Stream.concat(
                Stream.of(count),
                IntStream.of(0, 1, 63, 126).boxed().flatMap(i -> secondaryController(i).stream()))
                .toList();
    }

    private static List<BitField<SecondaryControllerListView>> secondaryController(int place) {
        int at = 32 + 32 * place;
        return List.of(
                BitField.at("SCID " + place, at, 16, v -> v.controllerId(place), (v, x) -> v
                        .controllerId(place, (int) x)),
                BitField.at("PCID " + place, at + 2, 16, v -> v.primaryControllerId(place), (v, x) -> v
                        .primaryControllerId(place, (int) x)),
                BitField.flag("SCS " + place, 8 * (at + 4), v -> v.online(place), (v, x) -> v.online(place, x)),
                BitField.at("VFN " + place, at + 8, 16, v -> v.vfNumber(place), (v, x) -> v.vfNumber(place, (int) x)),
                BitField.at("NVQ " + place, at + 10, 16, v -> v.queueResources(place), (v, x) -> v
                        .queueResources(place, (int) x)),
                BitField.at("NVI " + place, at + 12, 16, v -> v.interruptResources(place), (v, x) -> v
                        .interruptResources(place, (int) x)));
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }
}

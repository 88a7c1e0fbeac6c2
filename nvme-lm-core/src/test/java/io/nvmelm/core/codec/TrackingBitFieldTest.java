package io.nvmelm.core.codec;

import io.nvmelm.core.codec.BitFieldTest.Structure;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every field of the views of change tracking and namespaces, tried as [BitFieldTest] does.
class TrackingBitFieldTest {
    private static final int ODD = 3;

    /// An entry of a ring at a place: what the static accessors are given.
    private record Entry(MemorySegment ring, long base) {}

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("fields")
    <V> void aSetterChangesItsBitsAndNoOther(Structure<V> structure, BitField<V> field) {
        BitFieldTest.checkSetter(structure, field);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("fields")
    <V> void aGetterReadsItsBitsAndNoOther(Structure<V> structure, BitField<V> field) {
        BitFieldTest.checkGetter(structure, field);
    }

    static Stream<Arguments> fields() {
        return Stream.of(
                BitFieldTest.rows(
                        new Structure<>(
                                "LBA Migration Queue entry",
                                32,
                                () -> new Entry(MemorySegment.NULL, 0),
                                (entry, memory) -> new Entry(memory, ODD)),
                        migrationEntry()),
                BitFieldTest.rows(
                        new Structure<>(
                                "Tracked Memory Changes",
                                64,
                                TrackedMemoryChangesView::new,
                                (view, memory) -> view.wrap(memory, ODD, 64)),
                        trackedMemoryChanges()),
                BitFieldTest.rows(
                        new Structure<>(
                                "Identify Namespace",
                                4096,
                                IdentifyNamespaceView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        identifyNamespace()),
                BitFieldTest.rows(
                        new Structure<>(
                                "namespace list",
                                4096,
                                NamespaceListView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        namespaceList()),
                BitFieldTest.rows(
                        new Structure<>(
                                "controller list",
                                4096,
                                ControllerListView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        controllerList()),
                BitFieldTest.rows(
                        new Structure<>(
                                "NVM Command Set Identify Controller",
                                4096,
                                IdentifyNvmControllerView::new,
                                (view, memory) -> view.wrap(memory, ODD)),
                        identifyNvmController()))
                .flatMap(rows -> rows);
    }

    private static List<BitField<Entry>> migrationEntry() {
        return List.of(
                BitField.at("NSID", 0, 32, e -> LbaMigrationEntryView.namespaceId(e.ring, e.base), (e,
                        x) -> LbaMigrationEntryView.namespaceId(e.ring, e.base, x)),
                BitField.at("NLB", 4, 32, e -> LbaMigrationEntryView.blockCount(e.ring, e.base) - 1, (e,
                        x) -> LbaMigrationEntryView.blockCount(e.ring, e.base, x + 1)),
                BitField.at("SLBA", 8, 64, e -> LbaMigrationEntryView.firstBlock(e.ring, e.base), (e,
                        x) -> LbaMigrationEntryView.firstBlock(e.ring, e.base, x)),
                BitField.at("LBAMQA", 31, 8, e -> LbaMigrationEntryView.attributes(e.ring, e.base), (e,
                        x) -> LbaMigrationEntryView.attributesRelease(e.ring, e.base, (int) x)),
                BitField.at("LBAMQA acquire", 31, 8, e -> LbaMigrationEntryView.attributesAcquire(e.ring, e.base), (
                        Entry e, long x) -> LbaMigrationEntryView.attributesRelease(e.ring, e.base, (int) x)),
                attribute("CDQP", 0, 1, a -> LbaMigrationEntryView.phase(a) ? 1 : 0),
                attribute("ESA", 1, 3, LbaMigrationEntryView::sequence),
                attribute("DLBA", 5, 1, a -> LbaMigrationEntryView.deallocated(a) ? 1 : 0),
                attribute("LBACIR", 6, 2, LbaMigrationEntryView::scope));
    }

    private static BitField<Entry> attribute(
            String name, int bit, int bits, IntUnaryOperator get) {
        int mask = (1 << bits) - 1 << bit;
        return new BitField<>(
                name,
                31 * 8 + bit,
                bits,
                e -> get.applyAsInt(LbaMigrationEntryView.attributes(e.ring, e.base)),
                (e, x) -> LbaMigrationEntryView.attributesRelease(
                        e.ring,
                        e.base,
                        LbaMigrationEntryView.attributes(e.ring, e.base) & ~mask | (int) x << bit));
    }

    private static List<BitField<TrackedMemoryChangesView>> trackedMemoryChanges() {
        return List.of(
                BitField.at("VER", 0, 8, TrackedMemoryChangesView::version, (v, x) -> v.version((int) x)),
                BitField.flag("MTR", 8, TrackedMemoryChangesView::moreToReport, TrackedMemoryChangesView::moreToReport),
                BitField.flag("SUSP", 9, TrackedMemoryChangesView::suspended, TrackedMemoryChangesView::suspended),
                BitField.at("CNTLID", 2, 16, TrackedMemoryChangesView::controllerId, (v, x) -> v
                        .controllerId((int) x)),
                BitField.at("NTMCD", 4, 32, TrackedMemoryChangesView::descriptorCount, (v, x) -> v.descriptorCount(x)),
                BitField.at("RPMPG", 8, 16, TrackedMemoryChangesView::granularity, (v, x) -> v.granularity((int) x)));
    }

    private static List<BitField<IdentifyNamespaceView>> identifyNamespace() {
        var fixed = List.<BitField<IdentifyNamespaceView>>of(
                BitField.at("NSZE", 0, 64, IdentifyNamespaceView::size, (v, x) -> v.size(x)),
                BitField.at("NCAP", 8, 64, IdentifyNamespaceView::capacity, (v, x) -> v.capacity(x)),
                BitField.at("NUSE", 16, 64, IdentifyNamespaceView::utilization, (v, x) -> v.utilization(x)),
                BitField.at("NSFEAT", 24, 8, IdentifyNamespaceView::features, (v, x) -> v.features((int) x)),
                BitField.at("NLBAF", 25, 8, v -> v.formatCount() - 1, (v, x) -> v.formatCount((int) x + 1)),
                BitField.at("FLBAS", 26, 8, IdentifyNamespaceView::formattedSize, (v, x) -> v.formattedSize((int) x)));
        return Stream.concat(
                fixed.stream(), IntStream.of(0, 1, 15, 16, 63).boxed().flatMap(i -> lbaFormat(i).stream()))
                .toList();
    }

    private static List<BitField<IdentifyNamespaceView>> lbaFormat(int index) {
        int at = 128 + 4 * index;
        return List.of(
                BitField.at("MS " + index, at, 16, v -> v.metadataByteSize(index), (v, x) -> v
                        .metadataByteSize(index, (int) x)),
                BitField.at("LBADS " + index, at + 2, 8, v -> v.dataSizeExponent(index), (v, x) -> v
                        .dataSizeExponent(index, (int) x)));
    }

    private static List<BitField<NamespaceListView>> namespaceList() {
        return IntStream.of(0, 1, 512, 1023)
                .mapToObj(i -> BitField.at("NSID " + i, 4 * i, 32, (NamespaceListView v) -> v.namespaceId(i), (
                        NamespaceListView v, long x) -> v.namespaceId(i, x)))
                .toList();
    }

    private static List<BitField<ControllerListView>> controllerList() {
        var count = BitField.at("NUMIDS", 0, 16, ControllerListView::count, (
                ControllerListView v, long x) -> v.count((int) x));
        return Stream.concat(
                Stream.of(count),
                IntStream.of(0, 1, 1000, 2046)
                        .mapToObj(i -> BitField.at("CNTLID " + i, 2 + 2 * i, 16, (ControllerListView v) -> v
                                .controllerId(i), (ControllerListView v, long x) -> v.controllerId(i, (int) x))))
                .toList();
    }

    private static List<BitField<IdentifyNvmControllerView>> identifyNvmController() {
        return List.of(
                BitField.at("AOCS", 18, 16, IdentifyNvmControllerView::optionalCommandAttributes, (v, x) -> v
                        .optionalCommandAttributes((int) x)),
                BitField.flag("RALBAS", 18 * 8, IdentifyNvmControllerView::reportsAllocated, (v, x) -> v
                        .optionalCommandAttributes(v.optionalCommandAttributes() & ~1 | (x ? 1 : 0))),
                BitField.at("VER", 20, 32, IdentifyNvmControllerView::version, (v, x) -> v.version(x)),
                BitField.at("LBAMQF", 24, 8, IdentifyNvmControllerView::migrationQueueFormat, (v, x) -> v
                        .migrationQueueFormat((int) x)));
    }
}

package io.nvmelm.transport.vfio.uapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every constant of the package against the recorded tables.
class UapiTableTest {
    /// The macro that came with the last field of `iommu_hwpt_alloc`; the package has no use for it.
    private static final Set<String> GUARDS_WITHOUT_ROW = Set.of("IOMMU_FAULT_QUEUE_ALLOC");

    @ParameterizedTest
    @EnumSource
    void everyConstantHasItsRowAndEveryRowItsConstant(KernelHeader header) {
        assertThat(header.constants())
                .isNotEmpty()
                .containsExactlyInAnyOrderEntriesOf(RecordedTable.of(header).values());
    }

    @ParameterizedTest
    @EnumSource
    void everyFieldLiesWithinItsStructureOrIsItsTail(KernelHeader header) {
        var values = RecordedTable.of(header).values();
        values.forEach((name, value) -> {
            var dot = name.indexOf('.');
            if (dot > 0) {
                assertThat(value).as(name).isBetween(0L, values.get(name.substring(0, dot)));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aGuardIsAMacroOfTheSameHeader(KernelHeader header) {
        var table = RecordedTable.of(header);
        var known = new HashSet<>(table.rows().keySet());
        known.addAll(GUARDS_WITHOUT_ROW);
        assertThat(table.rows().values())
                .filteredOn(row -> row.isInHeader() && !row.guard().isEmpty())
                .allSatisfy(row -> assertThat(known).contains(row.guard()));
    }

    /// A coverage tool may add synthetic members.
    @ParameterizedTest
    @ValueSource(classes = {Vfio.class, VfioType1.class, VfioFeature.class, Iommufd.class, NvmeIoctl.class,
        PciRegs.class})
    void aClassHoldsConstantsAlone(Class<?> header) {
        assertThat(Stream.concat(Stream.of(header), Arrays.stream(header.getDeclaredClasses())))
                .allSatisfy(type -> {
                    assertThat(type).isFinal().isPublic();
                    assertThat(type.getDeclaredMethods()).allMatch(Method::isSynthetic);
                    assertThat(type.getDeclaredConstructors())
                            .singleElement()
                            .matches(constructor -> Modifier.isPrivate(constructor.getModifiers()));
                    assertThat(type.getDeclaredFields())
                            .filteredOn(field -> !field.isSynthetic())
                            .isNotEmpty()
                            .allMatch(field -> field.getModifiers() == (Modifier.PUBLIC | Modifier.STATIC
                                    | Modifier.FINAL));
                });
    }

    @Test
    void aNumberMeansDifferentThingsToADeviceAndAContainer() {
        assertThat(VfioType1.IOMMU_GET_INFO).isEqualTo(Vfio.DEVICE_GET_PCI_HOT_RESET_INFO);
        assertThat(VfioType1.IOMMU_MAP_DMA).isEqualTo(Vfio.DEVICE_PCI_HOT_RESET);
        assertThat(VfioType1.IOMMU_DIRTY_PAGES).isEqualTo(Vfio.DEVICE_FEATURE);
    }
}

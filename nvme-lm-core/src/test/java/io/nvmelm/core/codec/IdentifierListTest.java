package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Lists of namespace and of controller identifiers.
class IdentifierListTest {
    private static final byte[] NAMESPACES = Arrays.copyOf(RawState.parse("01000000 05000000 feffffff"), 4096);
    private static final byte[] CONTROLLERS = Arrays.copyOf(RawState.parse("0300 0000 1200 ffff 2100"), 4096);

    private static NamespaceListView namespaces() {
        return new NamespaceListView().wrap(MemorySegment.ofArray(NAMESPACES.clone()), 0);
    }

    private static ControllerListView controllers() {
        return new ControllerListView().wrap(MemorySegment.ofArray(CONTROLLERS.clone()), 0);
    }

    @Test
    void namespacesEndAtTheFirst0() {
        var view = namespaces().validate(0);

        assertThat(view.count()).isEqualTo(3);
        assertThat(view.namespaceId(0)).isEqualTo(1);
        assertThat(view.namespaceId(1)).isEqualTo(5);
        assertThat(view.namespaceId(2)).isEqualTo(0xFFFF_FFFEL);
        assertThat(view.namespaceId(1, 0).count()).isEqualTo(1);
        assertThat(view.clear().count()).isZero();
        assertThat(view.namespaceId(2)).isZero();
    }

    @Test
    void aFullListHas1024Namespaces() {
        var view = namespaces();
        for (int i = 0; i < 1024; i++) {
            view.namespaceId(i, 10 + i);
        }

        assertThat(view.validate(9).count()).isEqualTo(1024);
        assertThat(view.namespaceId(1023)).isEqualTo(1033);
    }

    @Test
    void namespacesThatDoNotAscendAreRefused() {
        assertRefused(() -> namespaces().validate(1), "NSID", "1", "2 to 4294967294", 0);
        assertRefused(() -> namespaces().namespaceId(1, 1).validate(0), "NSID", "1", "2 to 4294967294", 4);
        assertRefused(
                () -> namespaces().namespaceId(2, 0xFFFF_FFFFL).validate(0), "NSID", "4294967295", "6 to 4294967294",
                8);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1024})
    void aPlaceOutsideTheNamespaceListIsRefused(int index) {
        var value = Integer.toString(index);
        assertRefused(() -> namespaces().namespaceId(index), "entry index", value, "0 to 1023", -1);
        assertRefused(() -> namespaces().namespaceId(index, 1), "entry index", value, "0 to 1023", -1);
    }

    @Test
    void controllersAreCounted() {
        var view = controllers().validate(0);

        assertThat(view.count()).isEqualTo(3);
        assertThat(view.controllerId(1)).isEqualTo(0x12);
        assertThat(view.contains(0)).isTrue();
        assertThat(view.contains(0x12)).isTrue();
        assertThat(view.contains(0xFFFF)).isTrue();
        assertThat(view.contains(0x21)).as("behind the end").isFalse();
        assertThat(view.clear().contains(0)).isFalse();
    }

    @Test
    void controllersThatDoNotAscendAreRefused() {
        assertRefused(() -> controllers().validate(1), "CNTLID", "0", "1 or more", 2);
        assertRefused(() -> controllers().controllerId(1, 0).validate(0), "CNTLID", "0", "1 or more", 4);
        assertRefused(() -> controllers().count(4).validate(0), "CNTLID", "33", "65536 or more", 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {2048, 65535})
    void moreControllersThanFitAreRefused(int count) {
        var view = controllers().count(count);

        assertRefused(
                () -> view.validate(0), "number of controller identifiers", Integer.toString(count), "0 to 2047", 0);
        assertThat(view.contains(0xABCD)).isFalse();
    }

    @Test
    void aFullListHas2047Controllers() {
        var view = controllers().count(2047);
        for (int i = 0; i < 2047; i++) {
            view.controllerId(i, i + 7);
        }

        assertThat(view.validate(7).contains(2053)).isTrue();
        assertThat(view.contains(2054)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2047})
    void aPlaceOutsideTheControllerListIsRefused(int index) {
        var value = Integer.toString(index);
        assertRefused(() -> controllers().controllerId(index), "entry index", value, "0 to 2046", -1);
        assertRefused(() -> controllers().controllerId(index, 1), "entry index", value, "0 to 2046", -1);
    }

    @Test
    void fewerThan4096BytesAreRefused() {
        var data = MemorySegment.ofArray(new byte[4095]);
        var bound = "4096 bytes or more";

        assertRefused(() -> new NamespaceListView().wrap(data, 0), "namespace list size", "4095 bytes", bound, -1);
        assertRefused(() -> new ControllerListView().wrap(data, 0), "controller list size", "4095 bytes", bound, -1);
    }
}

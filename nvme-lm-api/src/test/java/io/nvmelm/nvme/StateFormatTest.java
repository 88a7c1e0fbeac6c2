package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFormatTest {

    private static final UUID ONE = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    private static final UUID OTHER = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    @Test
    void indexesCountFromOneInTheControllersOrder() {
        var formats = new SupportedStateFormats(List.of(5, 0, 1000), List.of(OTHER, ONE));

        assertThat(formats.versionIndex(5)).hasValue(1);
        assertThat(formats.versionIndex(0)).hasValue(2);
        assertThat(formats.versionIndex(1000)).hasValue(3);
        assertThat(formats.versionIndex(1)).isEmpty();
        assertThat(formats.uuidIndex(OTHER)).hasValue(1);
        assertThat(formats.uuidIndex(ONE)).hasValue(2);
        assertThat(new SupportedStateFormats(List.of(), List.of()).uuidIndex(ONE)).isEmpty();
    }

    @Test
    void theLastOf255PlacesHasAnIndex() {
        var versions = new ArrayList<>(Collections.nCopies(254, 1));
        versions.add(0);

        assertThat(new SupportedStateFormats(versions, List.of()).versionIndex(0)).hasValue(255);
    }

    @Test
    void moreFormatsThanAnIndexCanNameAreRefused() {
        refuses("NV", () -> new SupportedStateFormats(Collections.nCopies(256, 0), List.of()));
        refuses("NUUID", () -> new SupportedStateFormats(List.of(), Collections.nCopies(256, ONE)));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, -1})
    void versionsHaveSixteenBits(int version) {
        refuses("version", () -> new SupportedStateFormats(List.of(version), List.of()));
        refuses("version", () -> StateFormat.ofVersion(version));
        refuses("version", () -> StateFormat.of(version, ONE));
    }

    @Test
    void listsAreCopied() {
        var versions = new ArrayList<>(List.of(0));
        var formats = new SupportedStateFormats(versions, List.of());
        versions.clear();

        assertThat(formats.versions()).containsExactly(0);
    }

    @Test
    void aFormatHasAVersionOrVendorDataOrBoth() {
        assertThat(StateFormat.ofVersion(0)).isEqualTo(new StateFormat(OptionalInt.of(0), Optional.empty()));
        assertThat(StateFormat.of(0xFFFF, ONE)).isEqualTo(new StateFormat(OptionalInt.of(65_535), Optional.of(ONE)));
        assertThat(new StateFormat(OptionalInt.empty(), Optional.of(ONE)).vendorUuid()).contains(ONE);
        refuses("version and vendorUuid", () -> new StateFormat(OptionalInt.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, -1})
    void fieldsOfASecondaryControllerHaveSixteenBits(int value) {
        refuses("SCID", () -> new SecondaryController(value, 0, true, 0, 0, 0));
        refuses("PCID", () -> new SecondaryController(0, value, true, 0, 0, 0));
        refuses("VFN", () -> new SecondaryController(0, 0, true, value, 0, 0));
        refuses("NVQ", () -> new SecondaryController(0, 0, true, 0, value, 0));
        refuses("NVI", () -> new SecondaryController(0, 0, true, 0, 0, value));
    }

    private static void refuses(String field, Runnable making) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(making::run)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}

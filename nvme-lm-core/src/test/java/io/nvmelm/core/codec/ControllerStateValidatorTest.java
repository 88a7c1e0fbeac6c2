package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.StateFormat;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerStateValidatorTest {
    private static final UUID VENDOR = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final StateFormat VERSION_0 = StateFormat.ofVersion(0);
    private static final StateFormat VERSION_7 = StateFormat.ofVersion(7);
    private static final StateFormat WITH_VENDOR_DATA = StateFormat.of(0, VENDOR);
    private static final StateFormat VENDOR_DATA_ALONE =
            new StateFormat(OptionalInt.empty(), Optional.of(VENDOR));
    private static final long MAXIMUM_BYTES = 4096;
    private static final int[] PIECE_BYTES = {Integer.MAX_VALUE, 1, 4, 7, 48, 100};

    /// Offsets in a state with 3 submission and 2 completion queues.
    private static final int SQ0 = 56;

    private static final int SQ1 = 80;
    private static final int SQ2 = 104;
    private static final int CQ0 = 128;
    private static final int CQ1 = 152;
    private static final int END = 176;

    static Stream<Arguments> accepted() {
        return Stream.of(
                Arguments.of("one pair", VERSION_0, RawState.onePair()),
                Arguments.of("no queues", VERSION_0, RawState.of(0, 0, 0).bytes()),
                Arguments.of("completion queues alone", VERSION_0, RawState.of(0, 3, 0).bytes()),
                Arguments.of("several queues", VERSION_0, RawState.of(3, 2, 0).bytes()),
                Arguments.of("several queues and vendor data", WITH_VENDOR_DATA, RawState.of(3, 2, 16).bytes()),
                Arguments.of("no vendor data where they may be", WITH_VENDOR_DATA, RawState.of(3, 2, 0).bytes()),
                Arguments.of("vendor data alone", VENDOR_DATA_ALONE, RawState.header(0, 25, 100).bytes()),
                Arguments.of("a header where vendor data may be", VENDOR_DATA_ALONE, RawState.header(0, 0, 0).bytes()),
                Arguments.of("version 7", VERSION_7, RawState.header(25, 0, 100).set16(48, 7).bytes()),
                Arguments.of("4 bytes of version 7", VERSION_7, RawState.header(1, 0, 4).set16(48, 7).bytes()),
                Arguments.of("bytes behind the queues", VERSION_0, RawState.header(27, 0, 108).bytes()),
                Arguments.of("exactly the maximum", VERSION_0, RawState.header(1012, 0, 4048).bytes()),
                Arguments.of("highest identifiers", VERSION_0, RawState.of(1, 1, 0)
                        .set16(SQ0 + 10, 65535)
                        .set16(SQ0 + 12, 65535)
                        .set16(80 + 10, 65535)
                        .bytes()),
                Arguments.of("identifiers around 1024", VERSION_0, RawState.of(2, 2, 0)
                        .set16(SQ0 + 10, 1023)
                        .set16(SQ0 + 12, 1024)
                        .set16(SQ1 + 10, 1024)
                        .set16(SQ1 + 12, 1023)
                        .set16(104 + 10, 1023)
                        .set16(128 + 10, 1024)
                        .bytes()),
                Arguments.of("heads and tails at the last slot", VERSION_0, RawState.of(1, 1, 0)
                        .set16(SQ0 + 16, 63)
                        .set16(SQ0 + 18, 63)
                        .set16(80 + 12, 63)
                        .set16(80 + 14, 63)
                        .bytes()),
                Arguments.of("reserved fields in use", VERSION_0, RawState.of(1, 1, 0)
                        .set8(2, 0xFE)
                        .set64(3, -1)
                        .set16(54, 0xFFFF)
                        .set32(SQ0 + 20, -1)
                        .set32(80 + 20, -1)
                        .bytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void aSoundStateIsAcceptedHoweverItIsCut(String name, StateFormat format, byte[] state) {
        var validator = new ControllerStateValidator(format, MAXIMUM_BYTES);
        for (int pieceBytes : PIECE_BYTES) {
            assertThat(StateVerdict.of(validator, state, () -> pieceBytes).message())
                    .as("pieces of %d bytes", pieceBytes)
                    .isEmpty();
            assertThat(validator.totalBytes()).isEqualTo(state.length);
            assertThat(validator.receivedBytes()).isEqualTo(state.length);
        }
    }

    private static Arguments refused(
            String name,
            StateFormat format,
            UnaryOperator<RawState> change,
            String field,
            String value,
            String bound,
            long byteOffset) {
        return Arguments.of(name, format, change.apply(RawState.of(3, 2, 0)).bytes(), field, value, bound, byteOffset);
    }

    static Stream<Arguments> refusedFields() {
        return Stream.of(
                refused("unknown envelope", VERSION_0, s -> s.set16(0, 1), "VER", "1", "0", 0),
                refused("NVMe state too large", VERSION_0, s -> s.set64(16, 1013), "NVMECSS", "1013", "0 to 1012", 16),
                refused("high half of NVMECSS", VERSION_0, s -> s.set64(24, 1), "NVMECSS", "18446744073709551648",
                        "0 to 1012", 24),
                refused("vendor data too large", WITH_VENDOR_DATA, s -> s.set64(32, 981), "VSS", "981", "0 to 980", 32),
                refused("high half of VSS", WITH_VENDOR_DATA, s -> s.set64(40, 1), "VSS", "18446744073709551616",
                        "0 to 980", 40),
                refused("vendor data that the format does not have", VERSION_0, s -> s.set64(32, 1), "VSS", "1",
                        "0 in a format without vendor specific data", 32),
                refused("NVMe state that the format does not have", VENDOR_DATA_ALONE, s -> s, "NVMECSS", "32",
                        "0 in a format without NVMe Controller State", 16),
                refused("no NVMe state", VERSION_0, s -> s.set64(16, 0), "NVMECSS", "0",
                        "2 or more for a state of version 0", 16),
                refused("half a header", VERSION_0, s -> s.set64(16, 1), "NVMECSS", "1",
                        "2 or more for a state of version 0", 16),
                refused("no NVMe state of version 7", VERSION_7, s -> s.set64(16, 0), "NVMECSS", "0",
                        "1 or more for a state of version 7", 16),
                refused("version 1 for version 0", VERSION_0, s -> s.set16(48, 1), "VER", "1", "0", 48),
                refused("version 0 for version 7", VERSION_7, s -> s, "VER", "0", "7", 48),
                refused("too many submission queues", VERSION_0, s -> s.set16(50, 6), "NIOSQ", "6", "0 to 5", 50),
                refused("too many completion queues", VERSION_0, s -> s.set16(52, 3), "NIOCQ", "3", "0 to 2", 52),
                refused("all the queues there can be", VERSION_0, s -> s.set16(50, 65535).set16(52, 65535), "NIOSQ",
                        "65535", "0 to 5", 50),
                refused("submission queue 0", VERSION_0, s -> s.set16(SQ0 + 10, 0), "IOSQQID", "0", "above 0", SQ0
                        + 10),
                refused("submission queue twice", VERSION_0, s -> s.set16(SQ1 + 10, 1), "IOSQQID", "1", "above 1",
                        SQ1 + 10),
                refused("submission queues descend", VERSION_0, s -> s.set16(SQ2 + 10, 1), "IOSQQID", "1", "above 2",
                        SQ2 + 10),
                refused("submission queue behind the last", VERSION_0, s -> s.set16(SQ1 + 10, 65535), "IOSQQID", "3",
                        "above 65535", SQ2 + 10),
                refused("ring inside a page", VERSION_0, s -> s.set16(SQ1, 0x800), "IOSQPRP1", "10000800h",
                        "a multiple of 4096", SQ1),
                refused("completion ring inside a page", VERSION_0, s -> s.set16(CQ1, 4), "IOCQPRP1", "20000004h",
                        "a multiple of 4096", CQ1),
                refused("highest completion queue is missing", VERSION_0, s -> s.set16(SQ1 + 12, 65535), "IOSQCQID",
                        "65535", "identifier of a completion queue of the state", SQ1 + 12),
                refused("first completion queue above 1023 is missing", VERSION_0, s -> s.set16(SQ1 + 12, 1024),
                        "IOSQCQID", "1024", "identifier of a completion queue of the state", SQ1 + 12),
                refused("one slot", VERSION_0, s -> s.set16(SQ1 + 8, 0), "IOSQQSIZE", "0", "1 to 65535", SQ1 + 8),
                refused("one completion slot", VERSION_0, s -> s.set16(CQ1 + 8, 0), "IOCQQSIZE", "0", "1 to 65535",
                        CQ1 + 8),
                refused("head outside", VERSION_0, s -> s.set16(SQ1 + 16, 64), "IOSQHP", "64", "0 to 63", SQ1 + 16),
                refused("tail outside", VERSION_0, s -> s.set16(SQ1 + 18, 65535), "IOSQTP", "65535", "0 to 63",
                        SQ1 + 18),
                refused("completion queue 0", VERSION_0, s -> s.set16(CQ0 + 10, 0), "IOCQQID", "0", "above 0", CQ0
                        + 10),
                refused("completion queue twice", VERSION_0, s -> s.set16(CQ1 + 10, 1), "IOCQQID", "1", "above 1",
                        CQ1 + 10),
                refused("completion queues descend", VERSION_0, s -> s.set16(CQ0 + 10, 3), "IOCQQID", "2", "above 3",
                        CQ1 + 10),
                refused("completion head outside", VERSION_0, s -> s.set16(CQ1 + 12, 64), "IOCQHP", "64", "0 to 63",
                        CQ1 + 12),
                refused("completion tail outside", VERSION_0, s -> s.set16(CQ1 + 8, 4), "IOCQTP", "5", "0 to 4",
                        CQ1 + 14),
                refused("completion queue missing", VERSION_0, s -> s.set16(SQ1 + 12, 9), "IOSQCQID", "9",
                        "identifier of a completion queue of the state", SQ1 + 12),
                refused("two completion queues missing", VERSION_0, s -> s.set16(SQ1 + 12, 9).set16(SQ2 + 12, 8),
                        "IOSQCQID", "9", "identifier of a completion queue of the state", SQ1 + 12),
                refused("one completion queue missing twice", VERSION_0, s -> s.set16(SQ0 + 12, 9).set16(SQ2 + 12, 9),
                        "IOSQCQID", "9", "identifier of a completion queue of the state", SQ0 + 12),
                refused("completion queue 0 wanted", VERSION_0, s -> s.set16(SQ2 + 12, 0), "IOSQCQID", "0",
                        "identifier of a completion queue of the state", SQ2 + 12),
                Arguments.of("no completion queue at all", VERSION_0, RawState.of(1, 0, 0).bytes(), "IOSQCQID", "0",
                        "identifier of a completion queue of the state", (long) SQ0 + 12),
                Arguments.of("nothing", VERSION_0, new byte[0], "Controller State size", "0", "48 or more", 0L),
                Arguments.of("cut in the header", VERSION_0, Arrays.copyOf(RawState.onePair(), 47),
                        "Controller State size", "47", "48 or more", 47L),
                Arguments.of("cut behind the header", VERSION_0, Arrays.copyOf(RawState.onePair(), 48),
                        "Controller State size", "48", "104", 48L),
                Arguments.of("cut in a queue", VERSION_0, Arrays.copyOf(RawState.onePair(), 103),
                        "Controller State size", "103", "104", 103L),
                Arguments.of("cut in vendor data", WITH_VENDOR_DATA, Arrays.copyOf(RawState.of(3, 2, 16).bytes(), 191),
                        "Controller State size", "191", "192", 191L),
                Arguments.of("one byte more", VERSION_0, Arrays.copyOf(RawState.of(3, 2, 0).bytes(), END + 1),
                        "Controller State size", "more than 176", "176", (long) END),
                Arguments.of("much more", VERSION_0, Arrays.copyOf(RawState.of(3, 2, 0).bytes(), 4096),
                        "Controller State size", "more than 176", "176", (long) END));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedFields")
    void anUnsoundStateIsRefusedHoweverItIsCut(
            String name, StateFormat format, byte[] state, String field, String value, String bound, long byteOffset) {
        var validator = new ControllerStateValidator(format, MAXIMUM_BYTES);
        for (int pieceBytes : PIECE_BYTES) {
            assertRefused(
                    () -> {
                        validator.reset();
                        for (int at = 0; at < state.length; at += Math.min(pieceBytes, state.length)) {
                            int size = Math.min(pieceBytes, state.length - at);
                            validator.accept(MemorySegment.ofArray(state), at, size);
                        }
                        validator.finish();
                    },
                    field,
                    value,
                    bound,
                    byteOffset);
        }
    }

    @Test
    void aMissingCompletionQueueIsFoundBeforeTheVendorDataArrive() {
        var state = RawState.of(3, 2, 16).set16(SQ1 + 12, 9).segment();
        var validator = new ControllerStateValidator(WITH_VENDOR_DATA, MAXIMUM_BYTES);

        validator.accept(state, 0, END - 1);

        assertThat(refusalOf(() -> validator.accept(state, END - 1, 1)).field()).isEqualTo("IOSQCQID");
    }

    @Test
    void theTotalIsKnownAfter48Bytes() {
        var state = RawState.of(3, 2, 0).segment();
        var validator = new ControllerStateValidator(VERSION_0, MAXIMUM_BYTES);

        assertThat(validator.totalBytes()).isEqualTo(-1);
        validator.accept(state, 0, 47);
        assertThat(validator.totalBytes()).isEqualTo(-1);
        assertThat(validator.receivedBytes()).isEqualTo(47);
        validator.accept(state, 47, 1);
        assertThat(validator.totalBytes()).isEqualTo(176);
        assertThat(validator.receivedBytes()).isEqualTo(48);
        validator.accept(state, 48, 0);
        assertThat(validator.receivedBytes()).isEqualTo(48);
    }

    @Test
    void aRefusalStaysUntilReset() {
        var bad = RawState.of(3, 2, 0).set16(0, 5).segment();
        var good = RawState.of(3, 2, 0).segment();
        var validator = new ControllerStateValidator(VERSION_0, MAXIMUM_BYTES);

        var refusal = refusalOf(() -> validator.accept(bad, 0, END));

        assertThat(refusalOf(() -> validator.accept(good, 0, END))).isSameAs(refusal);
        assertThat(refusalOf(validator::finish)).isSameAs(refusal);
        validator.reset();
        validator.accept(good, 0, END);
        validator.finish();
    }

    @Test
    void aStateThatEndedTooEarlyCannotGoOn() {
        var state = RawState.of(3, 2, 0).segment();
        var validator = new ControllerStateValidator(VERSION_0, MAXIMUM_BYTES);
        validator.accept(state, 0, 100);

        var refusal = refusalOf(validator::finish);

        assertThat(refusalOf(() -> validator.accept(state, 100, 76))).isSameAs(refusal);
    }

    @Test
    void finishingTwiceIsFinishing() {
        var validator = new ControllerStateValidator(VERSION_0, MAXIMUM_BYTES);
        validator.accept(RawState.of(0, 0, 0).segment(), 0, 56);

        validator.finish();
        validator.finish();

        assertThat(refusalOf(() -> validator.accept(RawState.of(0, 0, 0).segment(), 0, 1)).value())
                .isEqualTo("more than 56");
    }

    @Test
    void identifiersOfOneStateDoNotMatterToTheNext() {
        var validator = new ControllerStateValidator(VERSION_0, MAXIMUM_BYTES);
        validator.accept(RawState.of(3, 3, 0).segment(), 0, 200);
        validator.finish();
        validator.reset();

        var second = RawState.of(1, 1, 0).set16(SQ0 + 12, 3).segment();

        assertThat(refusalOf(() -> validator.accept(second, 0, 104)).field()).isEqualTo("IOSQCQID");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 47})
    void aMaximumBelowTheHeaderIsRefused(long maximum) {
        assertRefused(
                () -> new ControllerStateValidator(VERSION_0, maximum),
                "maximumStateBytes",
                Long.toString(maximum),
                "48 or more",
                -1);
    }

    @Test
    void aPieceOutsideItsMemoryIsRefusedAndDoesNotCount() {
        var state = RawState.of(3, 2, 0).segment();
        var validator = new ControllerStateValidator(VERSION_0, MAXIMUM_BYTES);

        assertRefused(() -> validator.accept(state, 100, 77), "piece size", "76 bytes", "77 bytes or more", -1);
        assertThat(refusalOf(() -> validator.accept(state, -1, 1)).field()).isEqualTo("piece place");
        assertThat(refusalOf(() -> validator.accept(state, 0, -1)).field()).isEqualTo("piece place");
        validator.accept(state, 0, END);
        validator.finish();
    }
}

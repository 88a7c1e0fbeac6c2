package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.CompletionQueueState;
import io.nvmelm.nvme.ControllerState;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.OpaqueBytes;
import io.nvmelm.nvme.SubmissionQueueState;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerStateCodecTest {
    private static final ControllerState ONE_PAIR = ControllerState.of(
            true,
            NvmeControllerState.Version0.of(
                    List.of(new SubmissionQueueState(0x12345000L, 63, 1, 1, 5, 5, 7, 0)),
                    List.of(new CompletionQueueState(0x12340000L, 63, 1, 4, 5, 0x00030007L, 0))),
            OpaqueBytes.EMPTY);

    private static ControllerState decode(byte[] bytes) {
        return ControllerStateCodec.decode(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    private static byte[] encode(ControllerState state) {
        byte[] bytes = new byte[(int) state.byteSize()];
        Arrays.fill(bytes, (byte) 0xEE);
        assertThat(ControllerStateCodec.encode(state, MemorySegment.ofArray(bytes), 0)).isEqualTo(bytes.length);
        return bytes;
    }

    private static NvmeControllerState.Version0 version0(ControllerState state) {
        return (NvmeControllerState.Version0) state.nvmeState();
    }

    @Test
    void aStateWithOneQueuePairIsDecoded() {
        assertThat(decode(RawState.onePair())).isEqualTo(ONE_PAIR);
    }

    @Test
    void aStateWithOneQueuePairIsEncoded() {
        assertThat(encode(ONE_PAIR)).isEqualTo(RawState.onePair());
    }

    @Test
    void theQueuesOfAPairMeanWhatTheStandardSays() {
        var state = version0(decode(RawState.onePair()));
        var submissionQueue = state.submissionQueues().getFirst();
        var completionQueue = state.completionQueues().getFirst();

        assertThat(submissionQueue.slots()).isEqualTo(64);
        assertThat(submissionQueue.physicallyContiguous()).isTrue();
        assertThat(submissionQueue.priority()).isEqualTo(2);
        assertThat(completionQueue.slots()).isEqualTo(64);
        assertThat(completionQueue.physicallyContiguous()).isTrue();
        assertThat(completionQueue.interruptsEnabled()).isTrue();
        assertThat(completionQueue.slotZeroPhase()).isTrue();
        assertThat(completionQueue.interruptVector()).isEqualTo(3);
        assertThat(completionQueue.nextPhase()).isTrue();
    }

    @Test
    void aStateIsFoundAtAnyByteAndLeavesTheRestAlone() {
        byte[] bytes = new byte[120];
        Arrays.fill(bytes, (byte) 0xEE);
        var segment = MemorySegment.ofArray(bytes);

        assertThat(ControllerStateCodec.encode(ONE_PAIR, segment, 7)).isEqualTo(104);

        assertThat(Arrays.copyOfRange(bytes, 7, 111)).isEqualTo(RawState.onePair());
        assertThat(Arrays.copyOf(bytes, 7)).containsOnly(0xEE);
        assertThat(Arrays.copyOfRange(bytes, 111, 120)).containsOnly(0xEE);
        assertThat(ControllerStateCodec.decode(segment, 7, 104)).isEqualTo(ONE_PAIR);
    }

    @Test
    void aControllerWithoutQueuesHas56Bytes() {
        byte[] bytes = RawState.of(0, 0, 0).bytes();
        assertThat(bytes).hasSize(56);

        var state = decode(bytes);

        assertThat(state.nvmeState()).isEqualTo(NvmeControllerState.Version0.of(List.of(), List.of()));
        assertThat(encode(state)).isEqualTo(bytes);
    }

    @Test
    void aHeaderAloneHas48Bytes() {
        byte[] bytes = RawState.header(0, 0, 0).bytes();
        assertThat(bytes).hasSize(48);

        var state = decode(bytes);

        assertThat(state.nvmeState()).isEqualTo(new NvmeControllerState.Absent());
        assertThat(state.vendorData()).isEqualTo(OpaqueBytes.EMPTY);
        assertThat(state.suspended()).isFalse();
        assertThat(encode(state)).isEqualTo(bytes);
    }

    @Test
    void vendorDataAloneAreCarried() {
        byte[] bytes = RawState.header(0, 2, 8).set64(48, 0x0807060504030201L).bytes();

        var state = decode(bytes);

        assertThat(state.nvmeState()).isEqualTo(new NvmeControllerState.Absent());
        assertThat(state.vendorData().toByteArray()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(encode(state)).isEqualTo(bytes);
    }

    @Test
    void vendorDataBehindTheQueuesAreCarried() {
        byte[] bytes = RawState.of(3, 2, 16).bytes();
        assertThat(bytes).hasSize(48 + 8 + 5 * 24 + 16);

        var state = decode(bytes);

        assertThat(version0(state).submissionQueues()).hasSize(3);
        assertThat(version0(state).completionQueues()).hasSize(2);
        assertThat(state.vendorData().toByteArray()).startsWith(0xA0, 0xA1).endsWith(0xAE, 0xAF);
        assertThat(encode(state)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"31, 32", "32, 33", "33, 31", "64, 65", "0, 97", "96, 0"})
    void everyQueueOfManyIsTheOneAtItsPlace(int submissionQueues, int completionQueues) {
        byte[] bytes = RawState.of(submissionQueues, completionQueues, 0).bytes();

        var state = decode(bytes);

        assertThat(version0(state).submissionQueues())
                .extracting(SubmissionQueueState::queueId)
                .containsExactlyElementsOf(idsTo(submissionQueues));
        assertThat(version0(state).completionQueues())
                .extracting(CompletionQueueState::queueId)
                .containsExactlyElementsOf(idsTo(completionQueues));
        assertThat(encode(state)).isEqualTo(bytes);
    }

    private static List<Integer> idsTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0x0100, 0xFFFF})
    void aStateOfAnUnknownVersionIsCarried(int version) {
        byte[] bytes = RawState.of(1, 1, 4).set16(48, version).bytes();

        var state = decode(bytes);

        assertThat(state.nvmeState()).isInstanceOf(NvmeControllerState.Unknown.class);
        var unknown = (NvmeControllerState.Unknown) state.nvmeState();
        assertThat(unknown.version()).isEqualTo(version);
        assertThat(unknown.content().toByteArray()).isEqualTo(Arrays.copyOfRange(bytes, 48, 104));
        assertThat(encode(state)).isEqualTo(bytes);
    }

    @Test
    void aStateOfAnUnknownVersionMayHave4Bytes() {
        byte[] bytes = RawState.header(1, 0, 4).set16(48, 7).set16(50, 0xFFFF).bytes();

        assertThat(encode(decode(bytes))).isEqualTo(bytes);
    }

    @Test
    void bytesBehindTheQueuesAreCarried() {
        byte[] bytes = RawState.header(2 + 6 + 3, 0, 44).set16(50, 1).set64(80, -1).set32(88, 0x01020304).bytes();

        var state = decode(bytes);

        assertThat(version0(state).submissionQueues()).hasSize(1);
        assertThat(version0(state).trailing().toByteArray())
                .isEqualTo(RawState.parse("ffffffffffffffff 04030201"));
        assertThat(encode(state)).isEqualTo(bytes);
    }

    @Test
    void everyReservedFieldIsCarried() {
        var raw = RawState.of(1, 1, 0).set8(2, 0xFF).set16(54, 0xBEEF);
        for (int i = 3; i < 16; i++) {
            raw.set8(i, 0xC0 + i);
        }
        raw.set16(raw.submissionQueue(0) + 14, 0xFFFF).set32(raw.submissionQueue(0) + 20, 0xDEADBEEFL);
        raw.set32(raw.completionQueue(0) + 16, 0xFFFFFFFFL).set32(raw.completionQueue(0) + 20, 0xFEEDF00DL);

        var state = decode(raw.bytes());

        assertThat(state.attributes()).isEqualTo(0xFF);
        assertThat(state.reserved().toByteArray()).startsWith(0xC3).endsWith(0xCF);
        assertThat(version0(state).reserved()).isEqualTo(0xBEEF);
        assertThat(version0(state).submissionQueues().getFirst().reserved()).isEqualTo(0xDEADBEEFL);
        assertThat(version0(state).completionQueues().getFirst().reserved()).isEqualTo(0xFEEDF00DL);
        assertThat(encode(state)).isEqualTo(raw.bytes());
    }

    static Stream<Arguments> submissionQueueFields() {
        return BitFieldTest.submissionQueueState().stream().map(field -> Arguments.of(field, switch (field.name()) {
            case "IOSQPRP1" -> component(SubmissionQueueState::prp1);
            case "IOSQQSIZE" -> component(SubmissionQueueState::zeroBasedSize);
            case "IOSQQID" -> component(SubmissionQueueState::queueId);
            case "IOSQCQID" -> component(SubmissionQueueState::completionQueueId);
            case "IOSQA" -> component(SubmissionQueueState::attributes);
            case "PC" -> component(queue -> queue.physicallyContiguous() ? 1 : 0);
            case "QPRIO" -> component(SubmissionQueueState::priority);
            case "IOSQHP" -> component(SubmissionQueueState::head);
            case "IOSQTP" -> component(SubmissionQueueState::tail);
            default -> component(SubmissionQueueState::reserved);
        }));
    }

    private static ToLongFunction<SubmissionQueueState> component(ToLongFunction<SubmissionQueueState> get) {
        return get;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("submissionQueueFields")
    void everyFieldOfASubmissionQueueReachesTheRecordAndComesBack(
            BitField<SubmissionQueueStateView> field, ToLongFunction<SubmissionQueueState> component) {
        for (int background : new int[] {0, 0xFF, 0xA5}) {
            field.values().forEach(value -> {
                byte[] bytes = queueReplaced(1, 0, background, field, value);

                var state = decode(bytes);

                assertThat(component.applyAsLong(version0(state).submissionQueues().getFirst())).isEqualTo(value);
                assertThat(encode(state)).isEqualTo(bytes);
            });
        }
    }

    static Stream<Arguments> completionQueueFields() {
        return BitFieldTest.completionQueueState().stream().map(field -> Arguments.of(field, switch (field.name()) {
            case "IOCQPRP1" -> completionComponent(CompletionQueueState::prp1);
            case "IOCQQSIZE" -> completionComponent(CompletionQueueState::zeroBasedSize);
            case "IOCQQID" -> completionComponent(CompletionQueueState::queueId);
            case "IOCQHP" -> completionComponent(CompletionQueueState::head);
            case "IOCQTP" -> completionComponent(CompletionQueueState::tail);
            case "IOCQA" -> completionComponent(CompletionQueueState::attributes);
            case "PC" -> completionComponent(queue -> queue.physicallyContiguous() ? 1 : 0);
            case "IEN" -> completionComponent(queue -> queue.interruptsEnabled() ? 1 : 0);
            case "S0PT" -> completionComponent(queue -> queue.slotZeroPhase() ? 1 : 0);
            case "IV" -> completionComponent(CompletionQueueState::interruptVector);
            default -> completionComponent(CompletionQueueState::reserved);
        }));
    }

    private static ToLongFunction<CompletionQueueState> completionComponent(ToLongFunction<CompletionQueueState> get) {
        return get;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("completionQueueFields")
    void everyFieldOfACompletionQueueReachesTheRecordAndComesBack(
            BitField<CompletionQueueStateView> field, ToLongFunction<CompletionQueueState> component) {
        for (int background : new int[] {0, 0xFF, 0xA5}) {
            field.values().forEach(value -> {
                byte[] bytes = queueReplaced(0, 1, background, field, value);

                var state = decode(bytes);

                assertThat(component.applyAsLong(version0(state).completionQueues().getFirst())).isEqualTo(value);
                assertThat(encode(state)).isEqualTo(bytes);
            });
        }
    }

    private static byte[] queueReplaced(
            int submissionQueues, int completionQueues, int background, BitField<?> field, long value) {
        byte[] queue = new byte[24];
        Arrays.fill(queue, (byte) background);
        byte[] bytes = RawState.of(submissionQueues, completionQueues, 0).bytes();
        System.arraycopy(field.replacedIn(queue, value), 0, bytes, 56, 24);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0x0100, 0xFFFF})
    void anUnknownEnvelopeIsRefused(int version) {
        byte[] bytes = RawState.of(1, 1, 0).set16(0, version).bytes();

        assertRefused(() -> decode(bytes), "VER", Integer.toString(version), "0", 0);
        var state = new ControllerState(
                version, 0, OpaqueBytes.zeros(13), new NvmeControllerState.Absent(), OpaqueBytes.EMPTY);
        assertRefused(
                () -> ControllerStateCodec.encode(state, MemorySegment.ofArray(new byte[48]), 0),
                "VER",
                Integer.toString(version),
                "0",
                -1);
    }

    @ParameterizedTest(name = "{0} dwords in {1} bytes of version 0 with {2} + {3} queues: {4}")
    @CsvSource({
        "1,  4,  0,     0,     NVMECSS, 1,     2 or more for a state of version 0, 16",
        "2,  8,  1,     0,     NIOSQ,   1,     0 to 0, 50",
        "2,  8,  0,     1,     NIOCQ,   1,     0 to 0, 52",
        "7,  28, 1,     0,     NIOSQ,   1,     0 to 0, 50",
        "8,  32, 1,     1,     NIOCQ,   1,     0 to 0, 52",
        "8,  32, 65535, 65535, NIOSQ,   65535, 0 to 1, 50",
        "13, 52, 1,     1,     NIOCQ,   1,     0 to 0, 52"
    })
    void countsThatDoNotFitTheSizeAreRefused(
            int nvmeStateDwords,
            int bytesBehind,
            int submissionQueues,
            int completionQueues,
            String field,
            String value,
            String bound,
            int byteOffset) {
        var raw = RawState.header(nvmeStateDwords, 0, bytesBehind);
        if (bytesBehind >= 8) {
            raw.set16(50, submissionQueues).set16(52, completionQueues);
        }

        assertRefused(() -> decode(raw.bytes()), field, value, bound, byteOffset);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 47})
    void lessThanAHeaderIsRefused(int byteSize) {
        assertRefused(
                () -> decode(new byte[byteSize]),
                "Controller State size",
                Integer.toString(byteSize),
                "48 or more",
                -1);
    }

    @Test
    void bytesBehindTheStateAreRefused() {
        assertRefused(
                () -> decode(Arrays.copyOf(RawState.onePair(), 105)), "Controller State size", "105", "104", -1);
        assertRefused(
                () -> decode(Arrays.copyOf(RawState.onePair(), 108)), "Controller State size", "108", "104", -1);
    }

    @ParameterizedTest
    @CsvSource({"-1, 104", "0, -1", "0, 105", "1, 104", "105, 0", "9223372036854775807, 1", "1, 9223372036854775807"})
    void aPlaceOutsideTheMemoryIsRefused(long byteOffset, long byteSize) {
        var segment = MemorySegment.ofArray(RawState.onePair());

        assertThat(refusalOf(() -> ControllerStateCodec.decode(segment, byteOffset, byteSize)).field())
                .startsWith("Controller State");
    }

    @Test
    void memoryThatIsTooSmallForAStateIsRefused() {
        assertRefused(
                () -> ControllerStateCodec.encode(ONE_PAIR, MemorySegment.ofArray(new byte[103]), 0),
                "Controller State size",
                "103 bytes",
                "104 bytes or more",
                -1);
    }
}

package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.NvmeControllerState.Version0;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerStateTest {

    private static final SubmissionQueueState SUBMISSION = new SubmissionQueueState(0x1000, 63, 1, 1, 1, 0, 0, 0);
    private static final CompletionQueueState COMPLETION = new CompletionQueueState(0x2000, 63, 1, 0, 0, 3, 0);

    @Test
    void aStateWithOnePairOfQueuesHas104Bytes() {
        var state = ControllerState.of(true, Version0.of(List.of(SUBMISSION), List.of(COMPLETION)), OpaqueBytes.EMPTY);

        assertThat(state.byteSize()).isEqualTo(104);
        assertThat(state.suspended()).isTrue();
        assertThat(state.version()).isZero();
    }

    @Test
    void theSmallestStatesHaveTheirHeadersAlone() {
        var empty = ControllerState.of(false, new NvmeControllerState.Absent(), OpaqueBytes.EMPTY);
        var withoutQueues = ControllerState.of(false, Version0.of(List.of(), List.of()), OpaqueBytes.EMPTY);

        assertThat(empty.byteSize()).isEqualTo(48);
        assertThat(empty.suspended()).isFalse();
        assertThat(withoutQueues.byteSize()).isEqualTo(56);
    }

    @Test
    void everyPartCounts() {
        var nvmeState = new Version0(0, List.of(SUBMISSION), List.of(), OpaqueBytes.zeros(12));

        assertThat(ControllerState.of(false, nvmeState, OpaqueBytes.zeros(8)).byteSize()).isEqualTo(100);
    }

    @Test
    void onlyTheLowestAttributeBitSaysSuspended() {
        var reserved = OpaqueBytes.zeros(13);
        var absent = new NvmeControllerState.Absent();

        assertThat(new ControllerState(0, 0xFE, reserved, absent, OpaqueBytes.EMPTY).suspended()).isFalse();
        assertThat(new ControllerState(0xFFFF, 0xFF, reserved, absent, OpaqueBytes.EMPTY).suspended()).isTrue();
    }

    @Test
    void headerFieldsThatDoNotFitAreRefused() {
        var reserved = OpaqueBytes.zeros(13);
        var absent = new NvmeControllerState.Absent();

        refuses("VER", () -> new ControllerState(65_536, 0, reserved, absent, OpaqueBytes.EMPTY));
        refuses("CSATTR", () -> new ControllerState(0, 256, reserved, absent, OpaqueBytes.EMPTY));
        refuses("reserved.byteSize", () -> new ControllerState(0, 0, OpaqueBytes.zeros(12), absent, OpaqueBytes.EMPTY));
        refuses("reserved.byteSize", () -> new ControllerState(0, 0, OpaqueBytes.zeros(14), absent, OpaqueBytes.EMPTY));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void partsAreWholeDwords(int byteSize) {
        var bytes = OpaqueBytes.zeros(byteSize);

        refuses(
                "vendorData.byteSize modulo 4",
                () -> ControllerState.of(false, new NvmeControllerState.Absent(), bytes));
        refuses("trailing.byteSize modulo 4", () -> new Version0(0, List.of(), List.of(), bytes));
        refuses("content.byteSize", () -> new NvmeControllerState.Unknown(1, bytes));
    }

    @Test
    void aCountThatDoesNotFitItsFieldIsRefused() {
        refuses("NIOSQ", () -> Version0.of(Collections.nCopies(65_536, SUBMISSION), List.of()));
        refuses("NIOCQ", () -> Version0.of(List.of(), Collections.nCopies(65_536, COMPLETION)));
        refuses("reserved", () -> new Version0(65_536, List.of(), List.of(), OpaqueBytes.EMPTY));
    }

    @Test
    void aStateOfUnknownVersionIsNotVersionZeroAndHoldsItsVersion() {
        refuses("VER", () -> new NvmeControllerState.Unknown(0, OpaqueBytes.zeros(4)));
        refuses("VER", () -> new NvmeControllerState.Unknown(65_536, OpaqueBytes.zeros(4)));
        refuses("content.byteSize", () -> new NvmeControllerState.Unknown(1, OpaqueBytes.EMPTY));
        assertThat(new NvmeControllerState.Unknown(1, OpaqueBytes.zeros(4)).byteSize()).isEqualTo(4);
    }

    @Test
    void queueListsAreCopied() {
        var queues = new ArrayList<>(List.of(SUBMISSION));
        var state = Version0.of(queues, List.of());
        queues.clear();

        assertThat(state.submissionQueues()).containsExactly(SUBMISSION);
    }

    @Test
    void opaqueBytesAreCopiedInAndOut() {
        byte[] source = {1, 2, 3, 4};
        var bytes = OpaqueBytes.copyOf(source);
        source[0] = 9;
        bytes.toByteArray()[1] = 9;

        assertThat(bytes.toByteArray()).containsExactly(1, 2, 3, 4);
        assertThat(bytes).isEqualTo(OpaqueBytes.copyOf(new byte[] {1, 2, 3, 4}));
        assertThat(bytes).hasSameHashCodeAs(OpaqueBytes.copyOf(new byte[] {1, 2, 3, 4}));
        assertThat(bytes).isNotEqualTo(OpaqueBytes.zeros(4));
    }

    @Test
    void opaqueBytesGoToAndFromAPartOfASegment() {
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(8);
            OpaqueBytes.copyOf(new byte[] {5, 6, 7}).copyTo(segment, 2);

            assertThat(segment.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 0, 5, 6, 7, 0, 0, 0);
            assertThat(OpaqueBytes.copyOf(segment, 3, 2).toByteArray()).containsExactly(6, 7);
            assertThat(OpaqueBytes.copyOf(segment, 8, 0)).isSameAs(OpaqueBytes.EMPTY);
        }
    }

    @Test
    void opaqueBytesSayWhetherTheyAreAllZeroAndNeverWhatTheyHold() {
        assertThat(OpaqueBytes.zeros(16).isZero()).isTrue();
        assertThat(OpaqueBytes.EMPTY.isZero()).isTrue();
        var secret = OpaqueBytes.copyOf(new byte[] {0, 0, 42});
        assertThat(secret.isZero()).isFalse();
        assertThat(secret.toString()).startsWith("3 bytes (hash ").doesNotContain("42");
    }

    private static void refuses(String field, Runnable making) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(making::run)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}

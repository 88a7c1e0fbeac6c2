package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CompletionEntryTest {
    /// DW0 00000001h, head 5, queue 0, command 1234h, phase 1, Controller Not Suspended (SCT 1, SC 3Ah), DNR.
    private static final String NOT_SUSPENDED = "01000000 00000000 0500 0000 3412 7582";

    private static MemorySegment segment(String text) {
        return MemorySegment.ofArray(RawState.parse(text));
    }

    @Test
    void everyPartOfAnEntryIsRead() {
        var view = new CompletionEntryView().wrap(segment(NOT_SUSPENDED), 0);

        assertThat(view.dword0()).isEqualTo(1);
        assertThat(view.dword1()).isZero();
        assertThat(view.submissionQueueHead()).isEqualTo(5);
        assertThat(view.submissionQueueId()).isZero();
        assertThat(view.commandId()).isEqualTo(0x1234);
        assertThat(view.phase()).isTrue();
        assertThat(view.statusBits()).isEqualTo(0x413A);
        assertThat(view.status()).isEqualTo(new NvmeStatus(1, 0x3A, 0, false, true));
    }

    @Test
    void theStatusFieldHasItsPartsWhereTheStandardDrawsThem() {
        var view = new CompletionEntryView();

        assertThat(view.wrap(segment("0".repeat(28) + "fe01"), 0).status())
                .isEqualTo(new NvmeStatus(0, 0xFF, 0, false, false));
        assertThat(view.wrap(segment("0".repeat(28) + "000e"), 0).status())
                .isEqualTo(new NvmeStatus(7, 0, 0, false, false));
        assertThat(view.wrap(segment("0".repeat(28) + "0030"), 0).status())
                .isEqualTo(new NvmeStatus(0, 0, 3, false, false));
        assertThat(view.wrap(segment("0".repeat(28) + "0040"), 0).status())
                .isEqualTo(new NvmeStatus(0, 0, 0, true, false));
        assertThat(view.wrap(segment("0".repeat(28) + "0080"), 0).status())
                .isEqualTo(new NvmeStatus(0, 0, 0, false, true));
        assertThat(view.wrap(segment("0".repeat(28) + "0100"), 0).status()).isSameAs(NvmeStatus.SUCCESS);
    }

    @Test
    void completionsAreDecodedWithoutTheirPlaceInTheQueue() {
        assertThat(CompletionCodec.decode(segment(NOT_SUSPENDED)))
                .isEqualTo(new Completion(1, 0, NvmeStatus.of(StatusCode.CONTROLLER_NOT_SUSPENDED).withDoNotRetry()));
        assertThat(CompletionCodec.decode(segment("00".repeat(14) + "0100"))).isSameAs(Completion.success());
    }

    @Test
    void completionsAreEncodedWithEverythingElse0() {
        byte[] bytes = RawState.parse("ee".repeat(16));

        CompletionCodec.encode(
                new Completion(1, 0x8000_0000, NvmeStatus.of(StatusCode.CONTROLLER_NOT_SUSPENDED).withDoNotRetry()),
                MemorySegment.ofArray(bytes));

        assertThat(bytes).isEqualTo(RawState.parse("01000000 00000080 0000 0000 0000 7482"));
    }

    @Test
    void settingACompletionLeavesQueueIdentifierAndPhase() {
        byte[] bytes = RawState.parse("ee".repeat(8) + "0500 0100 3412 0100");

        new CompletionEntryView().wrap(MemorySegment.ofArray(bytes), 0).completion(Completion.success(7));

        assertThat(bytes).isEqualTo(RawState.parse("07000000 00000000 0500 0100 3412 0100"));
    }

    @Test
    void statusAndPhaseAreWrittenTogether() {
        byte[] bytes = new byte[16];
        var view = new CompletionEntryView().wrap(MemorySegment.ofArray(bytes), 0);

        view.statusAndPhaseRelease(0x413A, true);
        assertThat(bytes).endsWith(0x75, 0x82);
        view.statusAndPhaseRelease(0xFFFF_FFFF, false);
        assertThat(bytes).endsWith(0xFE, 0xFF);
        view.statusAndPhaseRelease(0, false);
        assertThat(bytes).containsOnly(0);
    }

    @Test
    void anEntryOfLessThan16BytesIsRefused() {
        assertRefused(
                () -> CompletionCodec.decode(MemorySegment.ofArray(new byte[15])),
                "completion entry size",
                "15 bytes",
                "16 bytes or more",
                -1);
    }
}

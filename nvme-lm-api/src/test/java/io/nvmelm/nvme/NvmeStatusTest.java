package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NvmeStatusTest {

    @Test
    void everyValueOfTheFifteenBitsSurvivesARoundTrip() {
        for (int bits = 0; bits < 32_768; bits++) {
            assertThat(NvmeStatus.fromBits(bits).toBits()).isEqualTo(bits);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // bits, SCT, SC, CRD, M, DNR
        "0x0002, 0, 2, 0, false, false",
        "0x00FF, 0, 255, 0, false, false",
        "0x013A, 1, 58, 0, false, false",
        "0x0700, 7, 0, 0, false, false",
        "0x0800, 0, 0, 1, false, false",
        "0x1800, 0, 0, 3, false, false",
        "0x2000, 0, 0, 0, true, false",
        "0x4000, 0, 0, 0, false, true",
        "0x611F, 1, 31, 0, true, true",
        "0x7FFF, 7, 255, 3, true, true"
    })
    void bitsAreTheStandards(int bits, int codeType, int code, int delay, boolean more, boolean doNotRetry) {
        var status = new NvmeStatus(codeType, code, delay, more, doNotRetry);

        assertThat(NvmeStatus.fromBits(bits)).isEqualTo(status);
        assertThat(status.toBits()).isEqualTo(bits);
    }

    @Test
    void bitsAboveTheFieldAreIgnored() {
        assertThat(NvmeStatus.fromBits(0xFFFF_8000)).isSameAs(NvmeStatus.SUCCESS);
        assertThat(NvmeStatus.fromBits(0x8002)).isEqualTo(NvmeStatus.of(StatusCode.INVALID_FIELD_IN_COMMAND));
    }

    @Test
    void successIsOneObject() {
        assertThat(NvmeStatus.fromBits(0)).isSameAs(NvmeStatus.SUCCESS);
        assertThat(NvmeStatus.of(StatusCode.SUCCESSFUL_COMPLETION)).isSameAs(NvmeStatus.SUCCESS);
    }

    @Test
    void successIsSaidByTheCodeAlone() {
        assertThat(NvmeStatus.fromBits(0x6000).isSuccess()).isTrue();
        assertThat(NvmeStatus.fromBits(0x0100).isSuccess()).isFalse();
        assertThat(NvmeStatus.fromBits(0x0001).isSuccess()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(StatusCode.class)
    void aCodeIsFoundWhateverTheFlags(StatusCode code) {
        var status = NvmeStatus.fromBits(NvmeStatus.of(code).toBits() | 0x7800);

        assertThat(status.is(code)).isTrue();
        assertThat(status.statusCode()).contains(code);
        assertThat(status.is(code == StatusCode.INTERNAL_ERROR ? StatusCode.WRITE_FAULT : StatusCode.INTERNAL_ERROR))
                .isFalse();
    }

    @Test
    void doNotRetryIsAddedToTheRest() {
        assertThat(new NvmeStatus(1, 0x1F, 2, true, false).withDoNotRetry())
                .isEqualTo(new NvmeStatus(1, 0x1F, 2, true, true));
    }

    @Test
    void textHasNumbersAndName() {
        assertThat(NvmeStatus.of(StatusCode.CONTROLLER_NOT_SUSPENDED)).hasToString("1/3Ah Controller Not Suspended");
        assertThat(NvmeStatus.of(StatusCode.INVALID_FIELD_IN_COMMAND).withDoNotRetry())
                .hasToString("0/02h Invalid Field in Command (do not retry)");
        assertThat(new NvmeStatus(7, 0xC0, 0, false, false)).hasToString("7/C0h unnamed status");
    }

    @ParameterizedTest
    @CsvSource({"8, 0, 0, SCT", "-1, 0, 0, SCT", "0, 256, 0, SC", "0, -1, 0, SC", "0, 0, 4, CRD", "0, 0, -1, CRD"})
    void aFieldThatDoesNotFitIsRefused(int codeType, int code, int delay, String field) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new NvmeStatus(codeType, code, delay, false, false))
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}

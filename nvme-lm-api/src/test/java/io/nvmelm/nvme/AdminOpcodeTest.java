package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdminOpcodeTest {

    @ParameterizedTest
    @CsvSource({
        "0x06, IDENTIFY, CONTROLLER_TO_HOST",
        "0x1C, VIRTUALIZATION_MANAGEMENT, NONE",
        "0x3D, TRACK_SEND, HOST_TO_CONTROLLER",
        "0x3E, TRACK_RECEIVE, CONTROLLER_TO_HOST",
        "0x41, MIGRATION_SEND, HOST_TO_CONTROLLER",
        "0x42, MIGRATION_RECEIVE, CONTROLLER_TO_HOST",
        "0x45, CONTROLLER_DATA_QUEUE, HOST_TO_CONTROLLER",
        "0x80, FORMAT_NVM, NONE",
        "0x84, SANITIZE, NONE",
        "0xC4, VENDOR_QUERY_STATE_SIZE, NONE",
        "0xC8, VENDOR_SUSPEND, NONE",
        "0xCC, VENDOR_RESUME, NONE",
        "0xD2, VENDOR_SAVE_STATE, CONTROLLER_TO_HOST",
        "0xD5, VENDOR_LOAD_STATE, HOST_TO_CONTROLLER"
    })
    void opcodesAndDirectionsAreTheStandards(int value, AdminOpcode opcode, DataDirection direction) {
        assertThat(opcode.value()).isEqualTo(value);
        assertThat(opcode.direction()).isEqualTo(direction);
    }

    @ParameterizedTest
    @EnumSource(AdminOpcode.class)
    void everyOpcodeIsFoundByItsByte(AdminOpcode opcode) {
        assertThat(AdminOpcode.fromValue(opcode.value())).contains(opcode);
    }

    @Test
    void noDataAndBothWaysAreToldByTheLowBits() {
        assertThat(DataDirection.ofOpcode(0x03)).isEqualTo(DataDirection.BIDIRECTIONAL);
        assertThat(DataDirection.ofOpcode(0xFC)).isEqualTo(DataDirection.NONE);
    }

    @Test
    void aByteWithoutANameHasNoOpcode() {
        assertThat(AdminOpcode.fromValue(0xFF)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, MIDDLE, false, false", "1, FIRST, true, false", "2, LAST, false, true", "3, ONLY, true, true"
    })
    void sequenceIndicatorsAreTheStandards(int value, SequenceIndicator indicator, boolean first, boolean last) {
        assertThat(indicator.value()).isEqualTo(value);
        assertThat(indicator.isFirst()).isEqualTo(first);
        assertThat(indicator.isLast()).isEqualTo(last);
        assertThat(SequenceIndicator.of(first, last)).isEqualTo(indicator);
        assertThat(SequenceIndicator.fromValue(value | 0xFC)).isEqualTo(indicator);
    }

    @Test
    void suspendTypesAreTheStandards() {
        assertThat(SuspendType.NOTIFICATION.value()).isZero();
        assertThat(SuspendType.SUSPEND.value()).isEqualTo(1);
    }
}

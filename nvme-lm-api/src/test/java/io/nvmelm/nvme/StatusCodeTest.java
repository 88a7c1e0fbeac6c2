package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatusCodeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0x00, SUCCESSFUL_COMPLETION, Successful Completion",
        "0, 0x01, INVALID_COMMAND_OPCODE, Invalid Command Opcode",
        "0, 0x02, INVALID_FIELD_IN_COMMAND, Invalid Field in Command",
        "0, 0x0C, COMMAND_SEQUENCE_ERROR, Command Sequence Error",
        "0, 0x13, PRP_OFFSET_INVALID, PRP Offset Invalid",
        "0, 0x1D, SANITIZE_IN_PROGRESS, Sanitize In Progress",
        "0, 0x2C, SANITIZE_NAMESPACE_IN_PROGRESS, Sanitize Namespace In Progress",
        "1, 0x0D, FEATURE_IDENTIFIER_NOT_SAVEABLE, Feature Identifier Not Saveable",
        "1, 0x1F, INVALID_CONTROLLER_IDENTIFIER, Invalid Controller Identifier",
        "1, 0x37, INVALID_CONTROLLER_DATA_QUEUE, Invalid Controller Data Queue",
        "1, 0x38, NOT_ENOUGH_RESOURCES, Not Enough Resources",
        "1, 0x39, CONTROLLER_SUSPENDED, Controller Suspended",
        "1, 0x3A, CONTROLLER_NOT_SUSPENDED, Controller Not Suspended",
        "1, 0x3B, CONTROLLER_DATA_QUEUE_FULL, Controller Data Queue Full"
    })
    void codesOfLiveMigrationHaveTheStandardsNumbersAndNames(int codeType, int code, StatusCode name, String title) {
        assertThat(StatusCode.of(codeType, code)).contains(name);
        assertThat(name.codeType()).isEqualTo(codeType);
        assertThat(name.code()).isEqualTo(code);
        assertThat(name.title()).isEqualTo(title);
    }

    @Test
    void noTwoCodesShareNumbersOrTitles() {
        assertThat(Arrays.stream(StatusCode.values()).map(StatusCode::combined)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(StatusCode.values()).map(StatusCode::title)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(StatusCode.class)
    void everyCodeIsFoundByItsNumbers(StatusCode code) {
        assertThat(StatusCode.of(code.codeType(), code.code())).contains(code);
        assertThat(code.combined()).isEqualTo(code.codeType() * 256 + code.code());
    }

    @Test
    void codesOfLiveMigrationAreNotGeneric() {
        for (int code = 0x37; code <= 0x3B; code++) {
            assertThat(StatusCode.of(0, code)).isEmpty();
        }
    }

    @Test
    void everyOtherPairOfNumbersHasNoName() {
        int named = 0;
        for (int codeType = 0; codeType < 8; codeType++) {
            for (int code = 0; code < 256; code++) {
                named += StatusCode.of(codeType, code).isPresent() ? 1 : 0;
            }
        }
        assertThat(named).isEqualTo(StatusCode.values().length);
    }
}

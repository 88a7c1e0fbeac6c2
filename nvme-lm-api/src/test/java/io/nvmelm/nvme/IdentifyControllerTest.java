package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentifyControllerTest {

    @ParameterizedTest
    @CsvSource({
        // MDTS, minimum page in bytes, most bytes of a command
        "0, 4096, 9223372036854775807", "1, 4096, 8192", "5, 4096, 131072", "8, 4096, 1048576", "5, 65536, 2097152",
        "50, 4096, 4611686018427387904", "51, 4096, 9223372036854775807", "255, 4096, 9223372036854775807"
    })
    void theTransferLimitIsAPowerOfTwoOfThePage(int mdts, long minimumPageBytes, long bytes) {
        assertThat(controller(mdts, 0).maximumTransferBytes(minimumPageBytes)).isEqualTo(bytes);
    }

    @Test
    void migrationIsBit11AndVirtualizationBit7() {
        assertThat(controller(0, 0x0800).hostManagedLiveMigration()).isTrue();
        assertThat(controller(0, 0xF7FF).hostManagedLiveMigration()).isFalse();
        assertThat(controller(0, 0x0080).virtualizationManagement()).isTrue();
        assertThat(controller(0, 0xFF7F).virtualizationManagement()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, false, false, false", "1, true, false, false", "2, false, true, false", "4, false, false, true"})
    void trackingAttributesAreTheLowBits(int attributes, boolean memory, boolean userData, boolean powerOfTwo) {
        var limits = new TrackingLimits(0, 0, 0, 0, attributes, 0, 0, 0, 0, 0);

        assertThat(limits.hostMemoryChanges()).isEqualTo(memory);
        assertThat(limits.userDataChanges()).isEqualTo(userData);
        assertThat(limits.powerOfTwoRanges()).isEqualTo(powerOfTwo);
    }

    @Test
    void completionsOfSuccessAndFailureAreToldApart() {
        assertThat(Completion.success().isSuccess()).isTrue();
        assertThat(Completion.success(0)).isSameAs(Completion.success());
        assertThat(Completion.success(1)).isEqualTo(new Completion(1, 0, NvmeStatus.SUCCESS));
        assertThat(Completion.failure(StatusCode.CONTROLLER_SUSPENDED).isSuccess()).isFalse();
        assertThat(Completion.failure(StatusCode.CONTROLLER_SUSPENDED).status().toBits()).isEqualTo(0x139);
    }

    private static IdentifyController controller(int mdts, int optionalAdminCommands) {
        return new IdentifyController(
                0x1B36, 0x1AF4, "S1", "Model", "1.0", 0x525400, 2, mdts, 1, 0x20300, 0, 0, 1, optionalAdminCommands, 3,
                3, 0, 0x66, 0x44, 0, 1, 0, 0, 0, "nqn.2014-08.org.example:a", TrackingLimits.NONE, 0);
    }
}

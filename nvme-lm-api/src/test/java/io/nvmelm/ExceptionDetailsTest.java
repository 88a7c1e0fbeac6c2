package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExceptionDetailsTest {

    @Test
    void aFailedCommandKeepsItsStatusWhole() {
        var status = NvmeStatus.fromBits(0x611F);

        var failure = new CommandFailedException("Suspend(controllerId=18)", status);

        assertThat(failure.command()).isEqualTo("Suspend(controllerId=18)");
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessageStartingWith("Suspend(controllerId=18) was answered with"
                + " 1/1Fh Invalid Controller Identifier (do not retry). The controller identifier is unknown");
    }

    @ParameterizedTest
    @EnumSource(names = {
        "CONTROLLER_SUSPENDED", "NOT_ENOUGH_RESOURCES", "SANITIZE_IN_PROGRESS", "SANITIZE_NAMESPACE_IN_PROGRESS",
        "COMMAND_INTERRUPTED", "TRANSIENT_TRANSPORT_ERROR"
    })
    void whatMayPassIsToBeRetried(StatusCode code) {
        assertThat(new CommandFailedException("Track Send", NvmeStatus.of(code)).category())
                .isEqualTo(FailureCategory.RETRY);
    }

    @ParameterizedTest
    @EnumSource(names = {
        "INVALID_COMMAND_OPCODE", "INVALID_FIELD_IN_COMMAND", "COMMAND_SEQUENCE_ERROR",
        "INVALID_CONTROLLER_IDENTIFIER", "CONTROLLER_NOT_SUSPENDED", "INTERNAL_ERROR"
    })
    void whatWillNotPassEndsTheMigration(StatusCode code) {
        assertThat(new CommandFailedException("Resume", NvmeStatus.of(code)).category())
                .isEqualTo(FailureCategory.ABORT_MIGRATION);
    }

    @Test
    void remediesOfMigrationStatusCodesDiffer() {
        var codes = List.of(
                StatusCode.INVALID_COMMAND_OPCODE,
                StatusCode.INVALID_FIELD_IN_COMMAND,
                StatusCode.COMMAND_SEQUENCE_ERROR,
                StatusCode.SANITIZE_IN_PROGRESS,
                StatusCode.INVALID_CONTROLLER_IDENTIFIER,
                StatusCode.INVALID_SECONDARY_CONTROLLER_STATE,
                StatusCode.INVALID_NUMBER_OF_CONTROLLER_RESOURCES,
                StatusCode.INVALID_RESOURCE_IDENTIFIER,
                StatusCode.NOT_ENOUGH_RESOURCES,
                StatusCode.CONTROLLER_SUSPENDED,
                StatusCode.CONTROLLER_NOT_SUSPENDED);
        var remedies = new HashSet<String>();
        codes.forEach(code -> remedies.add(new CommandFailedException("x", NvmeStatus.of(code)).remedy()));

        assertThat(remedies).hasSameSizeAs(codes);
    }

    @Test
    void remediesOfVirtualizationManagementNameWhatIsNeeded() {
        assertThat(remedy(StatusCode.INVALID_SECONDARY_CONTROLLER_STATE))
                .contains("take it offline first", "two VQ", "one VI", "virtual function");
        assertThat(remedy(StatusCode.INVALID_NUMBER_OF_CONTROLLER_RESOURCES)).contains("VQFRSM", "VQGRAN", "CNS 14h");
        assertThat(remedy(StatusCode.INVALID_RESOURCE_IDENTIFIER))
                .contains("take other secondary controllers offline", "CNS 14h");
    }

    private static String remedy(StatusCode code) {
        return new CommandFailedException("x", NvmeStatus.of(code)).remedy();
    }

    @Test
    void aMissingCapabilityIsNamed() {
        var failure = new CapabilityMissingException("Managing", "the capability", "Use another");

        assertThat(failure.capability()).isEqualTo("the capability");
        assertThat(failure.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
        assertThat(failure).hasMessage("Managing needs the capability. Use another");
    }

    @Test
    void aStatusWithoutANameHasARemedyThatHeedsDoNotRetry() {
        assertThat(new CommandFailedException("x", new NvmeStatus(7, 0xC0, 0, false, true)).remedy())
                .isEqualTo("A retry will not help");
        assertThat(new CommandFailedException("x", new NvmeStatus(7, 0xC0, 0, false, false)).remedy())
                .isEqualTo("Look into the error log of the controlling controller");
    }

    @Test
    void aTimeoutLeavesItToTheDeviceWhetherAResetIsNeeded() {
        var failure = new CommandTimeoutException("Suspend(controllerId=18)", Duration.ofMillis(1500));

        assertThat(failure.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
        assertThat(failure.timeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(failure).hasMessageStartingWith("Suspend(controllerId=18) was not completed within 1500 ms. ");
    }

    @ParameterizedTest
    @EnumSource(DeviceState.class)
    void onlyADeviceInErrorNeedsAReset(DeviceState state) {
        var failure = new DeviceStateException(state, "refused", "Ask again");

        assertThat(failure.state()).isEqualTo(state);
        assertThat(failure.category())
                .isEqualTo(state == DeviceState.ERROR
                        ? FailureCategory.RESET_DEVICE
                        : FailureCategory.ABORT_MIGRATION);
    }

    @Test
    void aBadArgumentHasNoPlaceInBytes() {
        var failure = new InvalidValueException("pieceBytes", "63", "64 or more");

        assertThat(failure.byteOffset()).isEmpty();
        assertThat(failure).hasMessage("pieceBytes is 63, allowed: 64 or more. Correct the argument");
    }

    @Test
    void aBadFieldKeepsFieldValueBoundAndPlace() {
        var failure = new InvalidValueException("VER", "2", "0", 0);

        assertThat(failure.field()).isEqualTo("VER");
        assertThat(failure.value()).isEqualTo("2");
        assertThat(failure.bound()).isEqualTo("0");
        assertThat(failure.byteOffset()).hasValue(0);
        assertThat(failure).hasMessageStartingWith("VER is 2 at byte 0, allowed: 0. ");
    }

    @Test
    void everyReasonAgainstAMigrationIsSaidAtOnce() {
        var reasons = new ArrayList<>(List.of("HMPRE is 4", "OACS bit 11 is 0"));

        var failure = new MigrationUnsupportedException(reasons);
        reasons.clear();

        assertThat(failure.reasons()).containsExactly("HMPRE is 4", "OACS bit 11 is 0");
        assertThat(failure).hasMessageStartingWith("migration is not possible: HMPRE is 4; OACS bit 11 is 0. ");
    }

    @Test
    void causesAreKept() {
        var cause = new IOException("connection reset");
        var own = new IllegalStateException("no such guest");

        assertThat(new CallbackException("GuestControl.pause", own)).hasCause(own);
        assertThat(new PeerException("the peer is gone", "Ask it", cause)).hasCause(cause);
        assertThat(new TransportException(FailureCategory.RETRY, "busy", "Try again", 0, cause)).hasCause(cause);
    }

    @Test
    void aTransportFailureNamesItsErrno() {
        assertThat(new TransportException(FailureCategory.FATAL, "failed", "Reopen", 19, null).errno()).hasValue(19);
        assertThat(new TransportException(FailureCategory.FATAL, "closed", "Reopen", 0, null).errno()).isEmpty();
    }

    @Test
    void anOuterLayerMaySayWhatACallerCanDo() {
        var timeout = new CommandTimeoutException("Suspend", Duration.ofSeconds(1));

        assertThat(timeout.category(FailureCategory.RESET_DEVICE)).isSameAs(timeout);
        assertThat(timeout.category()).isEqualTo(FailureCategory.RESET_DEVICE);
    }

    @Test
    void theEmbeddersOwnExceptionsBecomeOneOfTheFamilyAndOthersOfItPass() {
        var own = new IllegalStateException("no");
        assertThatThrownBy(() -> CallbackException.guard("the hook", () -> {
            throw own;
        }))
                .isInstanceOf(CallbackException.class)
                .hasCause(own)
                .hasMessageContaining("the hook");
        var known = new SessionEndedException("closed");
        assertThatThrownBy(() -> CallbackException.guard("the hook", () -> {
            throw known;
        }))
                .isSameAs(known);
    }
}

package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.nvme.StatusCode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveMigrationExceptionTest {

    /// One of each kind.
    static List<LiveMigrationException> oneOfEach() {
        return List.of(
                new BlackoutBudgetException(Duration.ofSeconds(3), Duration.ofSeconds(1), "guest memory"),
                new BlockCopyException("reading", 1, 4096, 8, "the link is down", new IOException("link")),
                new CallbackException("GuestControl.pause", new IllegalStateException("no such guest")),
                new CapabilityMissingException("Managing", "OACS bit 7", "Open the primary controller"),
                new ChangesLostException("the queue was full", 1L << 30),
                new CommandFailedException("Resume(18)", NvmeStatus.of(StatusCode.CONTROLLER_NOT_SUSPENDED)),
                new CommandTimeoutException("Suspend(controllerId=18)", Duration.ofSeconds(60)),
                new DeadlineExceededException("the phase TRANSFER", Duration.ofSeconds(60)),
                new DeviceStateException(DeviceState.STOP, "no way leads to PRE_COPY", "Ask for another state"),
                new InvalidValueException("NVMECSS", "65", "0 to 64", 16),
                new MigrationCancelledException("cancelled in the phase PRE_COPY"),
                new MigrationInProgressException("run() has not returned"),
                new MigrationUnsupportedException(List.of("OACS bit 11 is 0")),
                new PeerException("the peer closed the connection", "Ask the destination", null),
                new SessionEndedException("the device was reset"),
                new StreamFormatException(3, 1048, "the CRC32C of the payload differs", "Send the stream again"),
                new StateInconsistentException("the size changed from 104 to 128 bytes"),
                new TransportException(FailureCategory.FATAL, "ioctl failed", "Look into the kernel's log", 19, null));
    }

    @Test
    void theListOfKindsIsComplete() throws IOException, URISyntaxException {
        var root = Objects.requireNonNull(LiveMigrationException.class.getResource("LiveMigrationException.class"));
        try (var files = Files.list(Objects.requireNonNull(Path.of(root.toURI()).getParent()))) {
            var kinds = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Exception.class") && !name.startsWith("LiveMigration"))
                    .map(name -> name.substring(0, name.length() - ".class".length()));

            assertThat(kinds).containsExactlyInAnyOrderElementsOf(
                    oneOfEach().stream().map(e -> e.getClass().getSimpleName()).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void everyKindSaysWhatToDo(LiveMigrationException failure) {
        assertThat(failure.category()).isNotNull();
        assertThat(failure.remedy()).isNotBlank().doesNotEndWith(".");
        assertThat(failure).hasMessageEndingWith(". " + failure.remedy());
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void everyKindTakesItsPlaceOnTheWayUp(LiveMigrationException failure) {
        assertThat(failure.device()).isNull();
        assertThat(failure.step()).isNull();
        var bare = failure.getMessage();

        assertThat(failure.at("0000:03:00.1", "RUNNING to RUNNING_P2P")).isSameAs(failure);

        assertThat(failure.device()).isEqualTo("0000:03:00.1");
        assertThat(failure.step()).isEqualTo("RUNNING to RUNNING_P2P");
        assertThat(failure).hasMessage("0000:03:00.1: RUNNING to RUNNING_P2P: " + bare);
    }

    @Test
    void theInnermostPlaceStays() {
        var failure = new SessionEndedException("the device was reset");

        failure.at("0000:03:00.1", null);
        failure.at("another", "STOP to STOP_COPY");
        failure.at("a third", "RESUMING to STOP");

        assertThat(failure).hasMessageStartingWith("0000:03:00.1: STOP to STOP_COPY: the session has ended");
    }

    @Test
    void withoutADeviceTheStepStandsAlone() {
        assertThat(new SessionEndedException("closed").at(null, "STOP to STOP_COPY"))
                .hasMessageStartingWith("STOP to STOP_COPY: the session has ended: closed. ");
    }

    @Test
    void aMessageHoldsDeviceStepEventAndRemedy() {
        var failure = new InvalidValueException("IOSQQID", "0", "1 to 65535", 60);

        assertThat(failure.at("controller 0012h", "RESUMING to STOP"))
                .hasMessage("controller 0012h: RESUMING to STOP: IOSQQID is 0 at byte 60, allowed: 1 to 65535."
                        + " The data is damaged or from an incompatible source; it was not used");
    }
}

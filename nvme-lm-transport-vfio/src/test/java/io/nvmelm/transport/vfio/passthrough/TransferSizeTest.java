package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CommandFailedException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The limit is the smallest of MDTS, the driver's segments and what the driver takes; opening leaves nothing behind.
class TransferSizeTest {
    private final ScriptedHost host = new ScriptedHost();

    @AfterEach
    void nothingIsLeft() {
        assertThat(host.openFiles()).isEmpty();
        assertThat(host.mappedPieces()).isZero();
    }

    private PassthroughQueue open() {
        return PassthroughQueue.open(
                host.host(), ScriptedHost.ADDRESS, Optional.empty(), 1, Duration.ofSeconds(60));
    }

    private long limit() {
        try (var queue = open()) {
            assertThat(host.openFiles()).hasSize(1);
            assertThat(host.mappedPieces()).isZero();
            return queue.limits().maximumTransferBytes();
        }
    }

    private <T extends LiveMigrationException> T refusal(Class<T> type) {
        var refusal = catchThrowableOfType(type, () -> open().close());
        assertThat(refusal).isNotNull();
        assertThat(refusal.device()).isEqualTo(ScriptedHost.ADDRESS);
        return refusal;
    }

    private static int dataBytes(MemorySegment block) {
        return block.get(ValueLayout.JAVA_INT, 36);
    }

    @ParameterizedTest
    @CsvSource({"0,524288", "1,8192", "2,16384", "6,262144", "7,524288", "8,524288", "31,524288", "127,524288",
        "255,524288"})
    void theControllersLimitCountsUpTo512KiB(int mdts, long limit) {
        host.mdts(mdts);
        assertThat(limit()).isEqualTo(limit);
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 131_072, 262_144, 524_288, 8 << 20})
    void theDriversLimitIsFoundByTrying(int driverBytes) {
        host.driver(block -> dataBytes(block) > driverBytes ? -22 : host.identify(block));
        assertThat(limit()).isEqualTo(Math.min(driverBytes, 524_288));
    }

    @Test
    void theFirstIdentifyHasTheSizeThatItMovesAndTheOpeningsTime() {
        limit();
        var first = MemorySegment.ofArray(host.blocks().getFirst());
        assertThat(first.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x06);
        assertThat(first.get(ValueLayout.JAVA_INT_UNALIGNED, 40)).isEqualTo(1);
        assertThat(first.get(ValueLayout.JAVA_INT_UNALIGNED, 36)).isEqualTo(4096);
        assertThat(first.get(ValueLayout.JAVA_INT_UNALIGNED, 64)).isEqualTo(60_000);
        assertThat(host.blocks()).hasSize(2);
    }

    @Test
    void aControllerThatMinds4KiBAreAllThatIdentifyMovesIsTakenAtItsWord() {
        host.driver(block -> dataBytes(block) == 4096 ? host.identify(block) : 0x4002);
        assertThat(limit()).isEqualTo(4096);
    }

    @Test
    void aRefusedIdentifyKeepsItsStatus() {
        host.driver(block -> 0x4002);
        assertThat(refusal(CommandFailedException.class).status().statusCode()).contains(
                StatusCode.INVALID_FIELD_IN_COMMAND);
    }

    @Test
    void anIdentifyThatTheKernelRefusesKeepsItsErrno() {
        host.driver(block -> -13);
        var refusal = refusal(TransportException.class);
        assertThat(refusal.errno()).hasValue(13);
        assertThat(refusal.getMessage()).startsWith("0000:04:00.0: identifying the controller: IDENTIFY");
    }

    @Test
    void aKernelThatRefusesThePlainIdentifyAsInvalidIsNotAskedAgain() {
        host.driver(block -> -22);
        assertThat(refusal(TransportException.class).errno()).hasValue(22);
        assertThat(host.blocks()).hasSize(1);
    }

    @Test
    void aControllerThatGoesWhileTheLimitIsSoughtIsReported() {
        host.driver(block -> dataBytes(block) > 4096 ? -19 : host.identify(block));
        assertThat(refusal(TransportException.class).errno()).hasValue(19);
    }

    @Test
    void anIdentifyThatTimesOutIsATimeout() {
        host.driver(block -> {
            host.advance(Duration.ofSeconds(60));
            return -4;
        });
        assertThat(refusal(CommandTimeoutException.class).timeout()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void missingMemoryIsReported() {
        host.failMapping(12);
        assertThat(refusal(TransportException.class).errno()).hasValue(12);
    }
}

package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.FailureCategory;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each errno of a command says what to do, and a missed deadline is a timeout and no errno.
class KernelRefusalTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ScriptedHost host = new ScriptedHost();

    private LiveMigrationException refusal(int errno, Duration elapsed) {
        host.driver(block -> {
            host.advance(elapsed);
            return -errno;
        });
        var entry = MemorySegment.ofArray(new byte[64]);
        entry.set(ValueLayout.JAVA_BYTE, 0, (byte) 0x42);
        entry.set(ValueLayout.JAVA_BYTE, 40, (byte) 0x11);
        var block = new CommandBlock(0);
        block.fill(entry, 0x1000, 512);
        try (var node = host.openNode()) {
            var refusal = catchThrowableOfType(
                    LiveMigrationException.class, () -> block.execute(host.host(), node, TIMEOUT));
            assertThat(refusal).isNotNull();
            assertThat(refusal.getMessage()).contains(
                    "MIGRATION_RECEIVE (opcode 42h, CDW10 00000011h, CDW11 00000000h, 512 bytes) through /dev/nvme3");
            return refusal;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "13,ABORT_MIGRATION,CAP_SYS_ADMIN,EACCES",
        "1,ABORT_MIGRATION,CAP_SYS_ADMIN,EPERM",
        "4,ABORT_MIGRATION,was reset,EINTR",
        "22,ABORT_MIGRATION,larger than the driver takes,EINVAL",
        "19,FATAL,dead or gone,ENODEV",
        "6,FATAL,dead or gone,ENXIO",
        "5,FATAL,dead or gone,EIO",
        "9,FATAL,another transport,EBADF",
        "11,RETRY,try again,EAGAIN",
        "16,RETRY,try again,EBUSY",
        "12,ABORT_MIGRATION,Free memory,ENOMEM",
        "14,ABORT_MIGRATION,taken away,EFAULT",
        "25,ABORT_MIGRATION,Linux 5.4,ENOTTY",
        "95,ABORT_MIGRATION,dmesg,EOPNOTSUPP",
        "71,ABORT_MIGRATION,dmesg,errno 71"
    })
    void everyErrnoSaysWhatToDo(int errno, FailureCategory category, String remedy, String name) {
        var refusal = refusal(errno, Duration.ofMillis(3));
        assertThat(refusal).isInstanceOf(TransportException.class).hasMessageContaining(name);
        assertThat(((TransportException) refusal).errno()).hasValue(errno);
        assertThat(refusal.category()).isEqualTo(category);
        assertThat(refusal.remedy()).contains(remedy);
    }

    @ParameterizedTest
    @ValueSource(longs = {29_990, 30_000, 31_000})
    void aCancelledCommandWhoseTimeIsOverTimedOut(long elapsedMillis) {
        var refusal = refusal(4, Duration.ofMillis(elapsedMillis));
        assertThat(refusal).isInstanceOf(CommandTimeoutException.class);
        assertThat(((CommandTimeoutException) refusal).timeout()).isEqualTo(TIMEOUT);
    }

    @Test
    void aCommandThatIsCancelledBeforeItsTimeDidNotTimeOut() {
        assertThat(refusal(4, Duration.ofMillis(29_989))).isInstanceOf(TransportException.class);
    }

    @Test
    void aTimeoutThatTheKernelNamesIsOneWhateverTheClockSays() {
        assertThat(refusal(110, Duration.ZERO)).isInstanceOf(CommandTimeoutException.class);
    }

    @Test
    void otherErrorsAfterTheDeadlineStayWhatTheyAre() {
        assertThat(refusal(19, Duration.ofSeconds(31))).isInstanceOf(TransportException.class);
    }
}

package io.nvmelm.transport.vfio.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FakeNvmeNodeTest {
    private static final long ADMIN_CMD = 0xC048_4E41L;
    private static final long ADMIN64_CMD = 0xC050_4E47L;
    private static final int IDENTIFY = 0x06;
    private static final int GET_FEATURES = 0x0A;
    private static final int PAGE = 4096;

    private final FakeHost host = new FakeHost();
    private final SystemCalls calls = host.host().calls();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(new VirtualClock())
            .serialNumber("FAKE-8")
            .mdts(4)
            .build();
    private final FakeNvme.OnKernel plugged = FakeNvme.onKernelDriver(host, "0000:04:00.0", 3, subsystem);
    private final FakeNvmeNode node = plugged.node();
    private final int fd = open("/dev/nvme3");
    private final MemorySegment data = Arena.ofAuto().allocate(64 * PAGE, PAGE);
    private final MemorySegment command = Arena.ofAuto().allocate(80, 8);

    private int open(String path) {
        return calls.open(path, SystemCalls.OPEN_READ_WRITE | SystemCalls.OPEN_CLOSE_ON_EXEC);
    }

    private int submit(int opcode, int cdw10, long dataBytes) {
        command.set(JAVA_INT, 0, opcode);
        command.set(JAVA_LONG, 24, dataBytes == 0 ? 0 : data.address());
        command.set(JAVA_INT, 36, (int) dataBytes);
        command.set(JAVA_INT, 40, cdw10);
        return calls.ioctl(fd, ADMIN64_CMD, command);
    }

    private String serialNumber() {
        return new String(data.asSlice(4, 20).toArray(JAVA_BYTE), StandardCharsets.US_ASCII).strip();
    }

    @Test
    void identifyIsCopiedToTheProcess() {
        assertThat(submit(IDENTIFY, 1, PAGE)).isZero();
        assertThat(serialNumber()).isEqualTo("FAKE-8");
        assertThat(subsystem.adminCommandLog()).hasSize(1);
        assertThat(node.violations()).isEmpty();
        assertThat(host.violations()).isEmpty();
    }

    @Test
    void theResultIsWrittenToEitherStructure() {
        command.set(JAVA_LONG, 72, -1);
        assertThat(submit(GET_FEATURES, 0x07, 0)).isZero();
        assertThat(command.get(JAVA_LONG, 72)).isEqualTo(0x000F_000F);
        command.set(JAVA_LONG, 72, -1);
        assertThat(calls.ioctl(fd, ADMIN_CMD, command.asSlice(0, 72))).isZero();
        assertThat(command.get(JAVA_INT, 68)).isEqualTo(0x000F_000F);
        assertThat(command.get(JAVA_LONG, 72)).isEqualTo(-1);
    }

    @Test
    void aStatusIsAPositiveReturnValue() {
        subsystem.faults().on(AdminOpcode.MIGRATION_SEND).always().failsWith(StatusCode.CONTROLLER_SUSPENDED);
        int status = submit(AdminOpcode.MIGRATION_SEND.value(), 0, 0);
        var code = StatusCode.CONTROLLER_SUSPENDED;
        assertThat(status & 0x7FF).isEqualTo(code.codeType() << 8 | code.code());
        assertThat(submit(0x7F, 0, 0) & 0x7FF).isEqualTo(StatusCode.INVALID_COMMAND_OPCODE.code());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4092})
    void identifyMovesAllItsBytesWhateverTheBufferHas(int dataBytes) {
        data.fill((byte) 0x55);
        assertThat(submit(IDENTIFY, 1, dataBytes)).isZero();
        assertThat(node.violations())
                .containsExactly("command 6h moves 4096 bytes, and its buffer has " + dataBytes);
        assertThat(data.get(JAVA_BYTE, dataBytes)).isEqualTo((byte) 0x55);
    }

    @Test
    void whatTheKernelDoesNotTakeIsInvalid() {
        assertThat(node.maximumTransferBytes()).isEqualTo(16 * PAGE);
        assertThat(submit(0x02, (16 * PAGE / 4 - 1) << 16 | 1, 16 * PAGE)).isZero();
        assertThat(submit(0x02, 1, 16 * PAGE + 4)).isEqualTo(-FakeErrno.EINVAL);
        assertThat(submit(IDENTIFY | 1 << 8, 1, PAGE)).isEqualTo(-FakeErrno.EINVAL);
        command.set(JAVA_LONG, 16, data.address());
        command.set(JAVA_INT, 32, 8);
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.EINVAL);
        assertThat(calls.ioctl(fd, 0x4E48, command)).isEqualTo(-FakeErrno.ENOTTY);
    }

    @ParameterizedTest
    @CsvSource({"6, 1, 0", "6, 0, 0", "6, 20, -13", "6, 32, -13", "10, 7, -13", "65, 0, -13"})
    void withoutPrivilegeFewCommandsAreAllowed(int opcode, int cdw10, int expected) {
        node.privileged(false);
        command.set(JAVA_INT, 4, opcode == IDENTIFY && cdw10 == 0 ? 1 : 0);
        assertThat(submit(opcode, cdw10, opcode == IDENTIFY ? PAGE : 0)).isEqualTo(expected);
    }

    @Test
    void featuresOfTheDriverAreRefusedToEverybody() {
        assertThat(submit(0x09, 0x07, 0)).isEqualTo(-FakeErrno.EACCES);
        assertThat(submit(0x09, 0x0B, 0)).isZero();
    }

    @Test
    void aCommandThatHangsEndsWithAResetOfTheController() {
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut();
        command.set(JAVA_INT, 64, 2_500);
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.EINTR);
        assertThat(node.resets()).isEqualTo(1);
        assertThat(Duration.ofNanos(host.clock().nanoTime())).isBetween(Duration.ofMillis(2_500), Duration.ofMillis(
                2_502));
        assertThat(submit(IDENTIFY, 1, PAGE)).isZero();
    }

    @Test
    void withoutATimeOfItsOwnACommandHasAMinute() {
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut();
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.EINTR);
        assertThat(Duration.ofNanos(host.clock().nanoTime()).toSeconds()).isEqualTo(60);
    }

    @Test
    void theTestCanLetTheKernelRefuse() {
        node.failNext(FakeErrno.EINTR).failNext(FakeErrno.EIO);
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.EINTR);
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.EIO);
        assertThat(submit(IDENTIFY, 1, PAGE)).isZero();
        subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).transportError();
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.EIO);
        node.remove();
        assertThat(submit(IDENTIFY, 1, PAGE)).isEqualTo(-FakeErrno.ENODEV);
    }

    @Test
    void aNodeOfANamespaceKnowsItsIdAndTakesNoOther() {
        int namespace = open("/dev/nvme3n1");
        assertThat(calls.ioctl(namespace, 0x4E40, 0L)).isEqualTo(1);
        assertThat(calls.ioctl(fd, 0x4E40, 0L)).isEqualTo(-FakeErrno.ENOTTY);
        command.set(JAVA_INT, 0, IDENTIFY);
        command.set(JAVA_INT, 40, 0);
        command.set(JAVA_LONG, 24, data.address());
        command.set(JAVA_INT, 36, PAGE);
        assertThat(calls.ioctl(namespace, ADMIN64_CMD, command)).isEqualTo(-FakeErrno.EINVAL);
        command.set(JAVA_INT, 4, 1);
        assertThat(calls.ioctl(namespace, ADMIN64_CMD, command)).isZero();
    }

    @Test
    void theHostShowsTheDriverAndTheNode() {
        var files = host.host().files();
        assertThat(files.linkedName("/sys/bus/pci/devices/0000:04:00.0/driver")).hasValue("nvme");
        assertThat(files.names("/sys/bus/pci/devices/0000:04:00.0/nvme")).containsExactly("nvme3");
    }
}

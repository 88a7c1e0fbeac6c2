package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.rules.Proves;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sanitize and Format NVM: what they do, and what they refuse meanwhile.
class MediaErasureTest {
    private static final int BLOCK_ERASE = 2;

    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = subsystem(Duration.ZERO);
    private final TestHost host = new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 16);
    private final ManagementHost management = new ManagementHost(subsystem);

    private InMemorySubsystem subsystem(Duration sanitizeDuration) {
        return InMemorySubsystem.builder(clock)
                .migratableControllers(2)
                .namespace(new NamespaceMedium(1 << 20, 512))
                .namespace(new NamespaceMedium(300, 4096))
                .sanitizeDuration(sanitizeDuration)
                .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)))
                .build();
    }

    private static void write(TestHost host) {
        host.fill(TestHost.DATA, 4096, 1);
        assertThat(host.execute(1, 1, 0x01, TestHost.io(800, 8, TestHost.DATA, 0)).status().isSuccess())
                .isTrue();
        assertThat(host.execute(1, 1, 0x01, TestHost.io(20, 1, TestHost.DATA, 0).andThen(e -> e.namespaceId(2)))
                .status()
                .isSuccess())
                .isTrue();
    }

    private static byte[] read(TestHost host, long namespaceId) {
        boolean first = namespaceId == 1;
        var entry = host.execute(1, 1, 0x02, TestHost.io(first ? 800 : 20, first ? 8 : 1, TestHost.DATA + 8192, 0)
                .andThen(e -> e.namespaceId(namespaceId)));
        assertThat(entry.status().isSuccess()).isTrue();
        return host.bytes(TestHost.DATA + 8192, 4096);
    }

    private static void assertStatus(Completion completion, StatusCode expected) {
        assertThat(completion.status().is(expected)).as(completion.toString()).isTrue();
    }

    private Completion command(ManagementHost from, int opcode, int cdw10, int cdw11) {
        return from.start(ManagementHost.entry(opcode, cdw10, cdw11, 0, 0, 0)).join();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void sanitizeDeallocatesAllNamespaces(int action) {
        write(host);
        assertThat(host.admin(0x84, e -> e.cdw10(action)).status().isSuccess()).isTrue();
        assertThat(read(host, 1)).containsOnly(0);
        assertThat(read(host, 2)).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({"0, INVALID_FIELD_IN_COMMAND", "1, SUCCESSFUL_COMPLETION", "5, INVALID_FIELD_IN_COMMAND",
        "6, INVALID_FIELD_IN_COMMAND", "7, INVALID_FIELD_IN_COMMAND"})
    void otherActionsChangeNothing(int action, StatusCode expected) {
        write(host);
        assertStatus(command(management, 0x84, action, 0), expected);
        assertThat(read(host, 1)).isEqualTo(host.bytes(TestHost.DATA, 4096));
    }

    @Test
    @Proves(device = "sanitize.refused-while-suspended")
    void sanitizeOnAnyControllerIsRefusedWhileAnyIsSuspended() {
        write(host);
        management.suspend(2);
        assertStatus(command(management, 0x84, BLOCK_ERASE, 0), CONTROLLER_SUSPENDED);
        assertThat(host.admin(0x84, e -> e.cdw10(BLOCK_ERASE)).is(CONTROLLER_SUSPENDED)).isTrue();
        management.resume(2);
        host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        var suspend = management.startSuspend(1);
        assertStatus(command(management, 0x84, BLOCK_ERASE, 0), CONTROLLER_SUSPENDED);
        suspend.join();
        management.resume(1);
        host.poll(1);
        assertThat(read(host, 1)).isEqualTo(host.bytes(TestHost.DATA, 4096));
        assertStatus(command(management, 0x84, BLOCK_ERASE, 0), SUCCESSFUL_COMPLETION);
        assertThat(read(host, 1)).containsOnly(0);
    }

    @Test
    @Proves(device = "sanitize.subsystem-refuses-commands")
    void duringASanitizeOperationMigrationTrackingAndIoAreRefused() {
        var slow = subsystem(Duration.ofSeconds(5));
        var guest = new TestHost(slow.controller(1)).bringUp().createQueuePair(1, 16);
        var manager = new ManagementHost(slow);
        write(guest);
        assertStatus(command(manager, 0x84, BLOCK_ERASE, 0), SUCCESSFUL_COMPLETION);
        for (int opcode : new int[] {0x3D, 0x3E, 0x41, 0x42, 0x45, 0x80, 0x84}) {
            assertStatus(command(manager, opcode, 0, 1), SANITIZE_IN_PROGRESS);
        }
        assertThat(manager.identify(1)).isNotEmpty();
        assertThat(sanitizeStatus(manager)).containsExactly(0, 0, 2, 0);
        int write = guest.submit(1, 0x01, TestHost.io(0, 1, TestHost.DATA, 0));
        int flush = guest.submit(1, 0x00, e -> e.namespaceId(1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(guest.poll(1)).satisfiesExactly(
                e -> assertThat(e.commandId() == write && e.is(SANITIZE_IN_PROGRESS)).isTrue(),
                e -> assertThat(e.commandId() == flush && e.is(SUCCESSFUL_COMPLETION)).isTrue());
        clock.advance(Duration.ofSeconds(4));
        assertThat(sanitizeStatus(manager)).containsExactly(-1, -1, 1, 0);
        assertThat(read(guest, 1)).containsOnly(0);
        assertStatus(manager.suspend(1), SUCCESSFUL_COMPLETION);
    }

    private static byte[] sanitizeStatus(ManagementHost manager) {
        try (TransferMemory memory = manager.transport.allocate(512)) {
            assertStatus(
                    manager.transport
                            .submit(ManagementHost.entry(0x02, 127 << 16 | 0x81, 0, 0, 0, 0), memory, 512,
                                    ManagementHost.TIMEOUT)
                            .join(),
                    SUCCESSFUL_COMPLETION);
            var bytes = memory.segment().toArray(ValueLayout.JAVA_BYTE);
            assertThat(Arrays.copyOfRange(bytes, 4, 512)).containsOnly(0);
            return Arrays.copyOf(bytes, 4);
        }
    }

    @Test
    @Proves(device = "sanitize.namespace-refuses-commands")
    void whileANamespaceIsSanitizedMigrationOfItsControllersIsRefused() {
        subsystem.sanitizeNamespace(2, true);
        assertStatus(command(management, 0x41, 0, 0x1_0001), SANITIZE_NAMESPACE_IN_PROGRESS);
        assertStatus(command(management, 0x42, 0, 2), SANITIZE_NAMESPACE_IN_PROGRESS);
        assertStatus(command(management, 0x41, 0, 0x1_0009), INVALID_CONTROLLER_IDENTIFIER);
        assertStatus(command(management, 0x3D, 1, 1), SUCCESSFUL_COMPLETION);
        assertThat(host.execute(1, 1, 0x08, TestHost.io(0, 1, 0, 0).andThen(e -> e.namespaceId(2)))
                .is(SANITIZE_NAMESPACE_IN_PROGRESS))
                .isTrue();
        assertThat(host.execute(1, 1, 0x08, TestHost.io(0, 1, 0, 0)).is(SUCCESSFUL_COMPLETION)).isTrue();
        subsystem.sanitizeNamespace(2, false);
        assertStatus(management.suspend(1), SUCCESSFUL_COMPLETION);
        assertThatThrownBy(() -> subsystem.sanitizeNamespace(3, true)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void formatDeallocatesOneNamespaceOrAll() {
        write(host);
        assertThat(host.admin(0x80, e -> e.namespaceId(1)).status().isSuccess()).isTrue();
        assertThat(read(host, 1)).containsOnly(0);
        assertThat(read(host, 2)).isEqualTo(host.bytes(TestHost.DATA, 4096));
        assertThat(host.admin(0x80, e -> e.namespaceId(0xFFFF_FFFFL)).status().isSuccess()).isTrue();
        assertThat(read(host, 2)).containsOnly(0);
        assertThat(host.admin(0x80, e -> e.namespaceId(3)).is(INVALID_NAMESPACE_OR_FORMAT)).isTrue();
        assertThat(host.admin(0x80, e -> e.namespaceId(1).cdw10(1)).is(INVALID_NAMESPACE_OR_FORMAT)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"128, 0", "132, 2"})
    @Proves(device = {"log.format", "log.only-own-changes"})
    void erasureIsLoggedForTheControllerThatDidIt(int opcode, int cdw10) {
        var ring = management.transport.allocateRing(16 * 32);
        var create = ManagementHost.entry(0x45, 0, 1 << 16 | 1, 16 * 8, 0, 0);
        int queue = management.transport.submit(create, ring, 0, ManagementHost.TIMEOUT).join().dword0();
        assertStatus(command(management, 0x3D, 0x1_0000, queue), SUCCESSFUL_COMPLETION);
        var other = new TestHost(subsystem.controller(2)).bringUp();
        other.admin(opcode, e -> e.namespaceId(1).cdw10(cdw10));
        command(management, opcode, cdw10, 0);
        host.admin(opcode, e -> e.namespaceId(1).cdw10(cdw10));
        var nothing = "00".repeat(32);
        // the start; namespace 1 with 2^20 blocks from 0, deallocated; namespace 2 with 300
        var sanitized = "020000002b010000" + "00".repeat(23) + "21";
        assertThat(HexFormat.of().formatHex(ring.segment().asSlice(0, 128).toArray(ValueLayout.JAVA_BYTE)))
                .isEqualTo("00".repeat(31) + "83"
                        + "01000000ffff0f00" + "00".repeat(23) + "21"
                        + (opcode == 0x84 ? sanitized : nothing)
                        + nothing);
    }

    /// What a controller does not have it does not have during a sanitize operation either.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves(device = {
        "discovery.unsupported-opcode",
        "discovery.reserved-select",
        "discovery.migratable-refuses-commands",
        "sanitize.subsystem-refuses-commands",
        "sanitize.namespace-refuses-commands"
    })
    void commandsThatDoNotExistAreUnknownDuringASanitizeToo(boolean ofNamespace) {
        var slow = subsystem(Duration.ofSeconds(5));
        var guest = new TestHost(slow.controller(1)).bringUp();
        var manager = new ManagementHost(slow);
        if (ofNamespace) {
            slow.sanitizeNamespace(2, true);
        } else {
            assertStatus(command(manager, 0x84, BLOCK_ERASE, 0), SUCCESSFUL_COMPLETION);
        }
        for (int opcode : new int[] {0x3D, 0x3E, 0x41, 0x42, 0x45}) {
            guest.submit(0, opcode, e -> e.cdw11(0x1_0001));
            clock.advance(Duration.ZERO);
            assertThat(guest.poll(0)).singleElement().matches(e -> e.is(INVALID_COMMAND_OPCODE));
            assertStatus(command(manager, opcode, 9, 0x1_0001), INVALID_FIELD_IN_COMMAND);
        }
        for (int opcode : new int[] {0xC4, 0xC8, 0xCC, 0xD2, 0xD5}) {
            assertStatus(command(manager, opcode, 1, 0), INVALID_COMMAND_OPCODE);
        }
        var refused = ofNamespace ? SANITIZE_NAMESPACE_IN_PROGRESS : SANITIZE_IN_PROGRESS;
        assertStatus(command(manager, 0x41, 0, 0x1_0001), refused);
        assertStatus(command(manager, 0x42, 0, 1), refused);
    }

    @Test
    void aNamespaceThatIsSanitizedIsNotErasedByAnotherCommand() {
        write(host);
        var written = read(host, 2);
        subsystem.sanitizeNamespace(2, true);
        assertThat(host.admin(0x80, e -> e.namespaceId(2)).is(SANITIZE_NAMESPACE_IN_PROGRESS)).isTrue();
        assertThat(host.admin(0x80, e -> e.namespaceId(0xFFFF_FFFFL)).is(SANITIZE_NAMESPACE_IN_PROGRESS)).isTrue();
        assertThat(host.admin(0x84, e -> e.cdw10(BLOCK_ERASE)).is(SANITIZE_NAMESPACE_IN_PROGRESS)).isTrue();
        assertThat(read(host, 1)).isEqualTo(written);
        assertThat(host.admin(0x80, e -> e.namespaceId(1)).status().isSuccess()).isTrue();
        assertThat(read(host, 1)).containsOnly(0);
        subsystem.sanitizeNamespace(2, false);
        assertThat(read(host, 2)).isEqualTo(written);
        assertThat(host.admin(0x80, e -> e.namespaceId(0xFFFF_FFFFL)).status().isSuccess()).isTrue();
        assertThat(read(host, 2)).containsOnly(0);
    }
}

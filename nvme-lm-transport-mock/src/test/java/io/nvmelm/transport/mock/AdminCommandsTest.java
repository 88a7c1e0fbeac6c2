package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.IdentifyControllerView;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.rules.Proves;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminCommandsTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemorySubsystem subsystem = InMemorySubsystem.builder(clock)
            .nqn("nqn.2014-08.org.example:a")
            .serialNumber("S1")
            .modelNumber("M1")
            .firmwareRevision("F1")
            .migratableControllers(300)
            .secondaryIdsFrom(0x10)
            .maximumQueuePairs(4)
            .mdts(5)
            .stateVersions(7, 0)
            .vendorFormats(new UUID(1, 2), InMemorySubsystem.VENDOR_STATE_UUID)
            .namespace(new NamespaceMedium(100, 4096, new UUID(0x1122_3344_5566_7788L, 0x99AA_BBCC_DDEE_FF00L)))
            .namespace(new NamespaceMedium(200, 512))
            .latency(LatencyModel.none().with(LatencyModel.CommandClass.FLUSH, Duration.ofMillis(1)))
            .build();
    private final InMemoryController controller = subsystem.controller(0x12);
    private final TestHost host = new TestHost(controller).bringUp();
    private final ManagementHost management = new ManagementHost(subsystem);

    private byte[] identify(int cdw10, int cdw11, long namespaceId) {
        host.fill(TestHost.DATA, 4096, 1);
        var entry = host.admin(
                0x06, e -> e.cdw10(cdw10).cdw11(cdw11).namespaceId(namespaceId).prp1(TestHost.DATA));
        assertThat(entry.status().isSuccess()).isTrue();
        return host.bytes(TestHost.DATA, 4096);
    }

    private static int dword(byte[] bytes, int offset) {
        return java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(offset);
    }

    @Test
    @Proves(device = "discovery.secondary-without-hmlms")
    void aMigratableControllerIdentifiesItself() {
        var view = new IdentifyControllerView().wrap(MemorySegment.ofArray(identify(1, 0, 0)), 0);
        assertThat(view.controllerId()).isEqualTo(0x12);
        assertThat(view.serialNumber()).isEqualTo("S1");
        assertThat(view.modelNumber()).isEqualTo("M1");
        assertThat(view.firmwareRevision()).isEqualTo("F1");
        assertThat(view.subsystemNqn()).isEqualTo("nqn.2014-08.org.example:a");
        assertThat(view.maximumDataTransferSize()).isEqualTo(5);
        assertThat(view.optionalAdminCommands()).isEqualTo(2);
        assertThat(view.optionalNvmCommands()).isEqualTo(0x10E);
        assertThat(view.tracking()).isEqualTo(TrackingLimits.NONE);
        assertThat(view.hostMemoryBufferPreferred()).isZero();
        assertThat(view.numberOfNamespaces()).isEqualTo(2);
        assertThat(view.submissionQueueEntrySize()).isEqualTo(0x66);
        assertThat(view.completionQueueEntrySize()).isEqualTo(0x44);
    }

    @Test
    @Proves(device = "discovery.hmlms")
    void theControllingControllerAnnouncesLiveMigration() {
        var bytes = management.identify(1);
        assertThat(bytes[256]).isEqualTo((byte) 2);
        assertThat(bytes[257]).isEqualTo((byte) 0x08);
        assertThat(Arrays.copyOfRange(bytes, 272, 276)).containsOnly(0);
        assertThat(Arrays.copyOfRange(bytes, 570, 588))
                .isEqualTo(ManagementHost.hex("00040004 00 09 03 00 08000800 000000000000"));
        assertThat(bytes[3072]).isZero();
        assertThat(bytes[78]).isZero();
    }

    @Test
    void secondaryControllersAreListedInPages() {
        var first = management.identify(0x15);
        assertThat(first[0]).isEqualTo((byte) 127);
        assertThat(Arrays.copyOfRange(first, 32, 48))
                .containsExactly(0x10, 0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 0, 5, 0, 0, 0);
        int last = dword(first, 32 + 126 * 32) & 0xFFFF;
        assertThat(last).isEqualTo(0x10 + 126);
        var second = management.identify((last + 1) << 16 | 0x15);
        assertThat(second[0]).isEqualTo((byte) 127);
        assertThat(dword(second, 32) & 0xFFFF).isEqualTo(last + 1);
        var third = management.identify((last + 128) << 16 | 0x15);
        assertThat(third[0]).isEqualTo((byte) 46);
        assertThat(dword(third, 32 + 45 * 32 + 8) & 0xFFFF).isEqualTo(300);
        assertThat(management.identify(0xFFFF << 16 | 0x15)[0]).isZero();
    }

    @Test
    @Proves(device = "formats.layout")
    void supportedStateFormatsAreListedInOrder() {
        var bytes = management.identify(0x20);
        assertThat(Arrays.copyOf(bytes, 6)).containsExactly(2, 2, 7, 0, 0, 0);
        assertThat(Arrays.copyOfRange(bytes, 6, 22)).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2);
        assertThat(Arrays.copyOfRange(bytes, 22, 38))
                .isEqualTo(ManagementHost.hex("5d1f6c0e7b0a4c559a6e3e2f8c14d9b7"));
        assertThat(Arrays.copyOfRange(bytes, 38, 4096)).containsOnly(0);
    }

    @Test
    @Proves(device = "formats.standard-only")
    void theStandardFormatAloneIsTheStandardsExample() {
        var plain = InMemorySubsystem.builder(clock).vendorState(false).build();
        var bytes = new ManagementHost(plain).identify(0x20);
        assertThat(Arrays.copyOf(bytes, 4)).containsExactly(1, 0, 0, 0);
    }

    @Test
    void namespacesAreIdentified() {
        var bytes = identify(0, 0, 1);
        assertThat(dword(bytes, 0)).isEqualTo(100);
        assertThat(dword(bytes, 128)).isEqualTo(12 << 16);
        assertThat(Arrays.copyOfRange(bytes, 104, 120))
                .isEqualTo(ManagementHost.hex("112233445566778899aabbccddeeff00"));
        assertThat(dword(identify(0, 0, 2), 128)).isEqualTo(9 << 16);
        var list = identify(2, 0, 0);
        assertThat(dword(list, 0)).isEqualTo(1);
        assertThat(dword(list, 4)).isEqualTo(2);
        assertThat(dword(list, 8)).isZero();
        assertThat(dword(identify(2, 0, 1), 0)).isEqualTo(2);
        var descriptors = identify(3, 0, 1);
        assertThat(Arrays.copyOf(descriptors, 5)).containsExactly(2, 16, 0, 0, 0x11);
        assertThat(Arrays.copyOfRange(descriptors, 20, 25)).containsExactly(4, 1, 0, 0, 0);
        assertThat(dword(identify(6, 0, 0), 20)).isEqualTo(0x0001_0200);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, INVALID_NAMESPACE_OR_FORMAT",
        "0, 0, 3, INVALID_NAMESPACE_OR_FORMAT",
        "0, 0, 4294967295, INVALID_NAMESPACE_OR_FORMAT",
        "2, 0, 4294967294, INVALID_NAMESPACE_OR_FORMAT",
        "3, 0, 9, INVALID_NAMESPACE_OR_FORMAT",
        "6, 0x1000000, 0, INVALID_FIELD_IN_COMMAND",
        "0x14, 0, 0, INVALID_FIELD_IN_COMMAND",
        "0x15, 0, 0, INVALID_FIELD_IN_COMMAND",
        "0x20, 0, 0, INVALID_FIELD_IN_COMMAND",
        "0x21, 0, 0, INVALID_FIELD_IN_COMMAND",
    })
    void whatAMigratableControllerCannotIdentifyIsRefused(
            String cdw10, String cdw11, long namespaceId, StatusCode expected) {
        var entry = host.admin(0x06, e -> e.cdw10(Integer.decode(cdw10))
                .cdw11(Integer.decode(cdw11))
                .namespaceId(namespaceId)
                .prp1(TestHost.DATA));
        assertThat(entry.is(expected)).as(entry.toString()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x03, 0x0D, 0x1C, 0x3D, 0x3E, 0x41, 0x42, 0x45, 0xC0, 0xC4, 0xC8, 0xCC, 0xD2, 0xD5, 0xFF})
    @Proves(device = "discovery.migratable-refuses-commands")
    void aMigratableControllerHasNoMigrationCommands(int opcode) {
        assertThat(host.admin(opcode, e -> {}).is(INVALID_COMMAND_OPCODE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x02, 0x40, 0x80})
    @Proves(device = "discovery.admin-uses-prps")
    void fusedCommandsAndSglsAreRefused(int flags) {
        assertThat(host.admin(0x06, e -> e.flags(flags).cdw10(1)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    void identifyTakesTwoPagesOfMemory() {
        host.fill(TestHost.DATA, 3 * 4096, 3);
        var entry = host.admin(0x06, e -> e.cdw10(1).prp1(TestHost.DATA + 4092).prp2(TestHost.DATA + 8192));
        assertThat(entry.status().isSuccess()).isTrue();
        assertThat(host.memory.getInt(TestHost.DATA + 4092)).isEqualTo(0x1D1D_1D1D);
        assertThat(host.memory.getInt(TestHost.DATA + 8192)).isEqualTo(0x2020_3153); // S1 and spaces
    }

    @Test
    void featuresAreKeptUntilReset() {
        assertThat(host.admin(0x0A, e -> e.cdw10(1)).dword0()).isEqualTo(2);
        host.admin(0x09, e -> e.cdw10(1).cdw11(0x0102_0307));
        host.admin(0x09, e -> e.cdw10(8).cdw11(0x1_0405));
        host.admin(0x09, e -> e.cdw10(9).cdw11(0x1_0003));
        host.admin(0x09, e -> e.cdw10(0x0B).cdw11(0x31F));
        assertThat(host.admin(0x0A, e -> e.cdw10(1)).dword0()).isEqualTo(0x0102_0307);
        assertThat(host.admin(0x0A, e -> e.cdw10(8)).dword0()).isEqualTo(0x0405);
        assertThat(host.admin(0x0A, e -> e.cdw10(9).cdw11(3)).dword0()).isEqualTo(0x1_0003);
        assertThat(host.admin(0x0A, e -> e.cdw10(9).cdw11(2)).dword0()).isEqualTo(2);
        assertThat(host.admin(0x0A, e -> e.cdw10(0x0B)).dword0()).isEqualTo(0x31F);
        assertThat(host.admin(0x0A, e -> e.cdw10(0x101)).dword0()).isEqualTo(2);
        assertThat(host.admin(0x0A, e -> e.cdw10(0x301)).dword0()).isEqualTo(4);
        controller.writeRegister32(NvmRegisters.CC, 0);
        host.bringUp();
        assertThat(host.admin(0x0A, e -> e.cdw10(0x0B)).dword0()).isZero();
        assertThat(host.admin(0x0A, e -> e.cdw10(1)).dword0()).isEqualTo(2);
    }

    @Test
    void featuresThatDoNotExistAreRefused() {
        assertThat(host.admin(0x09, e -> e.cdw10(0x21)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.admin(0x0A, e -> e.cdw10(0x21)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.admin(0x0A, e -> e.cdw10(0x401)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.admin(0x09, e -> e.cdw10(9).cdw11(5)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
        assertThat(host.admin(0x09, e -> e.cdw10(0x8000_0001)).is(FEATURE_IDENTIFIER_NOT_SAVEABLE)).isTrue();
    }

    @Test
    void abortStopsWhatWasFetchedAndNothingElse() {
        host.createQueuePair(1, 8);
        int victim = host.submit(1, 0x00, e -> e.namespaceId(1));
        clock.runNext();
        assertThat(host.admin(0x08, e -> e.cdw10(victim << 16 | 1)).dword0()).isZero();
        assertThat(host.poll(1)).singleElement().matches(e -> e.is(COMMAND_ABORT_REQUESTED));
        assertThat(host.admin(0x08, e -> e.cdw10(victim << 16 | 1)).dword0()).isEqualTo(1);
        assertThat(host.admin(0x08, e -> e.cdw10(victim << 16 | 3)).dword0()).isEqualTo(1);
    }

    @Test
    void aCommandIdentifierInUseIsAConflict() {
        host.createQueuePair(1, 8);
        host.put(1, 0x00, e -> e.namespaceId(1).commandId(77));
        host.put(1, 0x00, e -> e.namespaceId(1).commandId(77));
        host.ring(1);
        clock.runUntilIdle();
        assertThat(host.poll(1)).extracting(e -> e.status().code()).containsExactlyInAnyOrder(0x00, 0x03);
    }

    @Test
    void logPagesAreEmpty() {
        host.fill(TestHost.DATA, 4096, 5);
        var entry = host.admin(0x02, e -> e.cdw10(127 << 16 | 2).prp1(TestHost.DATA));
        assertThat(entry.status().isSuccess()).isTrue();
        assertThat(host.bytes(TestHost.DATA, 512)).containsOnly(0);
        assertThat(host.bytes(TestHost.DATA + 512, 512)).isNotEqualTo(new byte[512]);
        assertThat(host.admin(0x02, e -> e.cdw10(127 << 16 | 0x70)).is(INVALID_LOG_PAGE)).isTrue();
        assertThat(host.admin(0x02, e -> e.cdw10(0xFFFF << 16 | 2)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }
}

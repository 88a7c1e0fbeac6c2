package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.rules.Proves;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a device can be built to be, and how it says so.
class DeviceProfileTest {
    private final VirtualClock clock = new VirtualClock();

    static List<Consumer<InMemorySubsystemBuilder>> mistakes() {
        return List.of(
                b -> b.tracking(new TrackingLimits(0x1_0000, 0, 0, 0, 1, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, -1, 0, 0, 1, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(1, 1, 2, 1, 1, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(1, 1, 0, 41, 1, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(1, 0, 0, 0, 2, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 1, 0, 0, 2, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 1, 2, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 0, 8, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 0, 4, 0, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 0, 1, 1, 0, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 0, 1, 0, 1, 0, 0, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 0, 2, 1, 1, 2, 1, 0)),
                b -> b.tracking(new TrackingLimits(0, 0, 0, 0, 2, 1, 1, 0, 0, 0x1_0000)),
                b -> b.trackingResources(-1, 0),
                b -> b.trackingResources(1, 41),
                b -> b.sanitizeDuration(Duration.ofNanos(-1)),
                b -> b.sanitizeDuration(Duration.ofDays(366)));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void valuesOutOfRangeAreRefused(Consumer<InMemorySubsystemBuilder> mistake) {
        assertThatThrownBy(() -> mistake.accept(InMemorySubsystem.builder(clock)))
                .isInstanceOf(InvalidValueException.class);
    }

    @Test
    @Proves(device = {
        "identify.memory-descriptor-limits",
        "identify.granularity-limits",
        "identify.tracking-attributes",
        "identify.queue-limits",
        "identify.queue-memory-limits"
    })
    void limitsOfTrackingAreReportedByTheControllingController() {
        var subsystem = InMemorySubsystem.builder(clock)
                .tracking(new TrackingLimits(0x0102, 0x0304, 5, 6, 7, 0x0809, 0x0A0B, 0x0C0D, 0x0E0F, 0x1011))
                .build();
        var bytes = new ManagementHost(subsystem).identify(1);
        assertThat(Arrays.copyOfRange(bytes, 570, 588))
                .isEqualTo(ManagementHost.hex("0201 0403 05 06 07 00 0908 0b0a 0d0c 0f0e 1110"));
        assertThat(identifyMigratable(subsystem, 1, 0, 570, 18)).containsOnly(0);
    }

    private static byte[] identifyMigratable(
            InMemorySubsystem subsystem, int cdw10, long namespaceId, int offset, int byteSize) {
        var host = new TestHost(subsystem.controller(1)).bringUp();
        host.fill(TestHost.DATA, 4096, 3);
        assertThat(host.admin(0x06, e -> e.cdw10(cdw10).namespaceId(namespaceId).prp1(TestHost.DATA))
                .is(SUCCESSFUL_COMPLETION))
                .isTrue();
        return host.bytes(TestHost.DATA + offset, byteSize);
    }

    @Test
    @Proves(device = {"identify.limits-zero-without-tracking", "discovery.tracking-optional"})
    void withoutTrackingEveryLimitIsZero() {
        var subsystem = InMemorySubsystem.builder(clock).tracking(TrackingLimits.NONE).build();
        assertThat(Arrays.copyOfRange(new ManagementHost(subsystem).identify(1), 570, 588)).containsOnly(0);
    }

    @Test
    @Proves(device = {"discovery.secondary-without-hmlms", "discovery.no-host-memory-buffer"})
    void aMigratableControllerAnnouncesNoLiveMigrationAndNobodyWantsHostMemory() {
        var subsystem = InMemorySubsystem.builder(clock).build();
        assertThat(identifyMigratable(subsystem, 1, 0, 256, 2)).containsExactly(2, 0);
        assertThat(identifyMigratable(subsystem, 1, 0, 272, 4)).containsOnly(0);
        assertThat(Arrays.copyOfRange(new ManagementHost(subsystem).identify(1), 272, 276)).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x3D, 0x3E, 0x41, 0x42, 0x45})
    @Proves(device = {"discovery.migratable-refuses-commands", "discovery.unsupported-opcode"})
    void aMigratableControllerHasNoneOfTheFiveCommands(int opcode) {
        var host = new TestHost(InMemorySubsystem.builder(clock).build().controller(1)).bringUp();
        assertThat(host.admin(opcode, e -> e.cdw11(1)).is(INVALID_COMMAND_OPCODE)).isTrue();
    }

    @Test
    @Proves(device = "discovery.migratable-refuses-formats")
    void aMigratableControllerListsNoFormats() {
        var host = new TestHost(InMemorySubsystem.builder(clock).build().controller(1)).bringUp();
        assertThat(host.admin(0x06, e -> e.cdw10(0x20).prp1(TestHost.DATA)).is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @Test
    @Proves(device = {"identify-nvm.entry-format", "identify-nvm.allocated-blocks"})
    void theNvmCommandSetHasEntriesOfTypeZeroAndNoStatusOfBlocks() {
        var subsystem = InMemorySubsystem.builder(clock).build();
        assertThat(Arrays.copyOfRange(new ManagementHost(subsystem).identify(6), 18, 25))
                .containsExactly(0, 0, 0, 2, 1, 0, 0);
    }

    @Test
    void allNamespacesAreAttachedToAllControllers() {
        var subsystem = InMemorySubsystem.builder(clock)
                .controllingControllerId(6)
                .secondaryIdsFrom(7)
                .migratableControllers(3)
                .namespace(new NamespaceMedium(100, 4096))
                .namespace(new NamespaceMedium(200, 512))
                .build();
        var host = new TestHost(subsystem.controller(7)).bringUp();
        assertThat(identify(host, 0x10, 0, 12)).isEqualTo(ManagementHost.hex("01000000 02000000 00000000"));
        assertThat(identify(host, 0x10, 1, 8)).isEqualTo(ManagementHost.hex("02000000 00000000"));
        assertThat(identify(host, 0x11, 2, 8)).isEqualTo(ManagementHost.hex("c8000000 00000000"));
        assertThat(identify(host, 0x12, 2, 12)).isEqualTo(ManagementHost.hex("0400 0600 0700 0800 0900 0000"));
        assertThat(identify(host, 8 << 16 | 0x12, 1, 8)).isEqualTo(ManagementHost.hex("0200 0800 0900 0000"));
        assertThat(identify(host, 10 << 16 | 0x12, 1, 4)).containsOnly(0);
        assertThat(host.admin(0x06, e -> e.cdw10(0x12).namespaceId(3).prp1(TestHost.DATA))
                .is(INVALID_NAMESPACE_OR_FORMAT))
                .isTrue();
    }

    private static byte[] identify(TestHost host, int cdw10, long namespaceId, int byteSize) {
        host.fill(TestHost.DATA, 4096, 3);
        assertThat(host.admin(0x06, e -> e.cdw10(cdw10).namespaceId(namespaceId).prp1(TestHost.DATA))
                .is(SUCCESSFUL_COMPLETION))
                .isTrue();
        return host.bytes(TestHost.DATA, byteSize);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 4097, 5_000_001})
    @Proves(device = "set.vendor-data")
    void vendorStateHasAnySize(int padding) {
        var subsystem = InMemorySubsystem.builder(clock)
                .migratableControllers(2)
                .mdts(0)
                .maximumTransferBytes(1 << 24)
                .vendorStatePadding(padding)
                .build();
        new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 8);
        var management = new ManagementHost(subsystem);
        management.suspend(1);
        management.suspend(2);
        var state = management.readState(1, 1, 1);
        assertThat(state.length % 4).isZero();
        assertThat(state.length).isBetween(padding + 200, padding + 400);
        assertThat(management.writeState(2, 1, 1, state).isSuccess()).isTrue();
        assertThat(management.readState(2, 1, 1)).isEqualTo(state);
        var damaged = state.clone();
        damaged[state.length - 5] ^= 1;
        assertThat(management.writeState(2, 1, 1, damaged).status().is(INVALID_FIELD_IN_COMMAND)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // opcode, CDW10, CDW11, status
        "0x41, 0, 0x10009, INVALID_FIELD_IN_COMMAND", // unknown controller
        "0x41, 1, 9, INVALID_FIELD_IN_COMMAND",
        "0x41, 1, 1, CONTROLLER_NOT_SUSPENDED",
        "0x41, 0x00002, 0x10001, INTERNAL_ERROR", // pieces
        "0x41, 0x10002, 0x10001, INTERNAL_ERROR",
        "0x41, 0x20002, 0x10001, INTERNAL_ERROR",
        "0x42, 0, 9, INVALID_FIELD_IN_COMMAND",
        "0x3D, 1, 1, INVALID_FIELD_IN_COMMAND", // memory tracking
        "0x3E, 0, 1, INVALID_COMMAND_OPCODE",
        "0x45, 0, 0x90001, INVALID_FIELD_IN_COMMAND",
    })
    @Proves(device = "status.do-not-retry")
    void thePublicEmulationAnswersSoAndNeverAsksToRetry(
            String opcode, String cdw10, String cdw11, StatusCode expected) {
        var management = new ManagementHost(
                InMemorySubsystem.builder(clock).likePublicEmulation().build());
        var entry = ManagementHost.entry(
                Integer.decode(opcode), Integer.decode(cdw10), Integer.decode(cdw11), 8, 0, 4);
        try (var data = management.transport.allocate(4096)) {
            var status = management.transport.submit(entry, data, 4096, ManagementHost.TIMEOUT).join().status();
            assertThat(status.is(expected)).as(status.toString()).isTrue();
            assertThat(status.doNotRetry()).isTrue();
        }
    }

    @Test
    @Proves(device = "formats.standard-only")
    void thePublicEmulationSaysSuspendedInTheHeaderAlone() {
        var subsystem = InMemorySubsystem.builder(clock).likePublicEmulation().build();
        var management = new ManagementHost(subsystem);
        assertThat(Arrays.copyOf(management.identify(0x20), 8)).containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
        assertThat(Arrays.copyOfRange(management.identify(1), 570, 588))
                .isEqualTo(ManagementHost.hex("0000 0000 00 00 02 00 0000 0000 0100 0000 0000"));
        management.suspend(1);
        var state = management.getState(0x1_0000, 1, 0, 56);
        assertThat(state.completion().dword0()).isZero();
        assertThat(state.bytes()[2]).isEqualTo((byte) 1);
    }

    @ParameterizedTest
    @CsvSource({"false, true, false", "true, true, true"})
    @Proves(device = "status.do-not-retry")
    void errorsOfFieldsAreNotToBeRetriedAndThoseOfTheMomentAre(boolean always, boolean field, boolean moment) {
        var builder = InMemorySubsystem.builder(clock);
        var subsystem = (always ? builder.variants(DeviceVariant.ALWAYS_DO_NOT_RETRY) : builder).build();
        var host = new TestHost(subsystem.controller(1)).bringUp().createQueuePair(1, 8);
        var management = new ManagementHost(subsystem);
        assertThat(management.start(ManagementHost.entry(0x41, 9, 1, 0, 0, 0)).join().status().doNotRetry())
                .isEqualTo(field);
        assertThat(management.resume(1).status().doNotRetry()).isEqualTo(moment);
        assertThat(management.suspend(1).status().doNotRetry()).isFalse();
        management.resume(1);
        Consumer<SubmissionEntryView> outOfRange = TestHost.io(-1, 1, TestHost.DATA, 0);
        assertThat(host.execute(1, 1, 0x02, outOfRange).status().doNotRetry()).isTrue();
    }

    /// Where logging goes on by itself, a start after a full queue is one while logging.
    @Test
    void thePublicEmulationIgnoresAStartAfterAFullQueue() {
        var host = new DataQueueHost(InMemorySubsystemBuilder::likePublicEmulation);
        var ring = host.ring(4).started();
        host.write(1, 1);
        host.write(2, 1);
        assertThat(ring.take()).containsExactly("82 0 0 0", "00 1 1 0", "0E 1 2 0");
        assertThat(ring.start().isSuccess()).isTrue();
        host.write(3, 1);
        assertThat(ring.take()).containsExactly("00 1 3 0");
    }

    @Test
    @Proves(device = "log.full-needs-start")
    void aStartAfterAFullQueueIsNoneWhileLogging() {
        for (var variant : new DeviceVariant[] {
            DeviceVariant.START_WHEN_LOGGING_SUCCEEDS, DeviceVariant.LOGGING_GOES_ON_AFTER_FULL
        }) {
            var host = new DataQueueHost(variant);
            var ring = host.ring(4).started();
            host.write(1, 1);
            host.write(2, 1);
            ring.take();
            assertThat(ring.start().isSuccess()).isTrue();
            assertThat(ring.take()).containsExactly("82 0 0 0");
        }
    }
}

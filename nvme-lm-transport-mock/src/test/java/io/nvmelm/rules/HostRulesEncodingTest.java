package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CommandFailedException;
import io.nvmelm.DirtyMemoryTracking.MemoryRange;
import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.QueueHeadCodec;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.UserDataLogOptions;
import io.nvmelm.nvme.QueueHead;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.transport.mock.DeviceVariant;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What the library sends, dword by dword, and what it makes of what a controller says of itself.
class HostRulesEncodingTest {
    private static final UUID OTHER = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final StateFormat STANDARD = StateFormat.ofVersion(0);

    private final RuleWorld world = new RuleWorld();
    private final ObservedTransport transport = new ObservedTransport(world.transport);

    private ControllingController controlling() {
        return ControllingController.open(transport);
    }

    private static void assertDwords(ObservedTransport.Sent command, Integer... expected) {
        assertThat(command.dwords()).containsExactly(expected);
        assertThat(command.namespace()).isZero();
        assertThat(command.flags()).isZero();
    }

    @Test
    @Proves(host = {
        "encoding.migration-send",
        "suspend.notification",
        "set.count-is-plain",
        "discovery.no-namespace",
        "discovery.admin-uses-prps"
    })
    void migrationSendIsAsPrinted() {
        var controller = controlling().migratable(A);
        controller.announce();
        controller.suspend();
        try (var target = controller.openTarget(STANDARD)) {
            target.write(ByteBuffer.wrap(ONE_PAIR));
            target.commit();
        }
        controller.resume();
        var sent = transport.sent(0x41);
        assertThat(sent).hasSize(4);
        assertDwords(sent.get(0), 0, 0x0000_0012, 0, 0, 0, 0);
        assertDwords(sent.get(1), 0, 0x0001_0012, 0, 0, 0, 0);
        assertDwords(sent.get(2), 0x0003_0002, 0x0001_0012, 0, 0, 0, 0x1A);
        assertDwords(sent.get(3), 1, 0x0000_0012, 0, 0, 0, 0);
        controller.close();
    }

    @Test
    @Proves(host = {"set.first-middle-last", "encoding.migration-send", "set.commits-with-last"})
    void aStateInPiecesIsFirstMiddleAndLast() {
        var options = TransferOptions.defaults().withPieces(64, 1);
        try (var controller = ControllingController.open(transport, options).migratable(A)) {
            controller.suspend();
            var state = state(2);
            try (var target = controller.openTarget(STANDARD)) {
                target.write(ByteBuffer.wrap(state));
                assertThat(controller.summary(STANDARD).ioQueueCount()).as("before the last piece").hasValue(0);
                target.commit();
            }
            assertThat(controller.summary(STANDARD).ioQueueCount()).hasValue(4);
            var pieces = transport.sent(0x41).stream().filter(c -> c.is(0x41, 2)).toList();
            assertThat(pieces).extracting(c -> c.dword(10)).containsExactly(0x1_0002, 0x0002, 0x2_0002);
            assertThat(pieces).extracting(c -> c.dword(12)).containsExactly(0, 64, 128);
            assertThat(pieces).extracting(c -> c.dword(15)).containsExactly(16, 16, 6);
        }
    }

    @Test
    @Proves(host = {"encoding.migration-receive", "get.without-uuid", "formats.one-based", "get.without-version"})
    void migrationReceiveIsAsPrinted() {
        try (var controller = controlling().migratable(A)) {
            controller.suspend();
            world.set(3, A, 0, ONE_PAIR).must();
            var bytes = ByteBuffer.allocate(200);
            try (var source = controller.openSource(STANDARD, OptionalLong.of(104))) {
                assertThat(source.totalBytes()).isEqualTo(104);
                while (source.read(bytes) >= 0) {
                    assertThat(bytes.hasRemaining()).isTrue();
                }
            }
            assertThat(bytes.array()).startsWith(ONE_PAIR);
            assertThat(bytes.position()).isEqualTo(104);
            assertDwords(transport.sent(0x42).getFirst(), 0x0001_0000, 0x0000_0012, 0, 0, 0, 0x19);
            assertThat(transport.sent(0x42)).allMatch(c -> c.dword(10) == 0x1_0000);
            assertThat(bytes.getLong(32)).as("VSS").isZero();
            try (var source = controller.openSource(
                    StateFormat.of(0, InMemorySubsystem.VENDOR_STATE_UUID), OptionalLong.empty())) {
                assertThat(source.totalBytes()).isGreaterThan(104);
            }
            assertThat(transport.sent.getLast().dword(11)).isEqualTo(0x0001_0012);
        }
    }

    @Test
    @Proves(host = {
        "encoding.data-queue",
        "encoding.track-send",
        "encoding.queue-feature",
        "encoding.completion-dwords",
        "queue-create.layout",
        "queue-delete.layout"
    })
    void queueLogAndHeadAreAsPrinted() {
        world.queue(B, 4); // so that the identifier is not the first one
        try (var controller = controlling().migratable(A)) {
            var log = controller.userDataLog(UserDataLogOptions.defaults().withSlots(128));
            log.start(controller.attachedNamespaces());
            log.notifyWhenPosted(9, () -> {});
            log.stop();
            log.close();
        }
        var create = transport.only(c -> c.is(0x45, 0));
        assertDwords(create, 0, 0x0012_0001, 0x400, 0, 0, 0);
        assertThat(create.ring()).isNotNull();
        var logging = transport.sent(0x3D);
        int queueId = logging.getFirst().dword(11);
        assertThat(queueId).as("dword 0 of Create").isNotZero();
        assertDwords(logging.get(0), 0x0001_0000, queueId, 0, 0, 0, 0);
        assertDwords(logging.get(1), 0, queueId, 0, 0, 0, 0);
        var head = transport.sent(0x09).getFirst();
        assertThat(head.dword(10)).isEqualTo(0x21);
        assertThat(head.dword(11)).isEqualTo(0x8000_0000 | queueId);
        assertThat(head.dword(13) - head.dword(12)).isEqualTo(8);
        assertDwords(transport.only(c -> c.is(0x45, 1)), 1, queueId, 0, 0, 0, 0);
    }

    @Test
    @Proves(host = {"encoding.track-send", "encoding.track-receive", "memory.request-layout", "memory.start-stop"})
    void trackingOfMemoryIsAsPrinted() {
        world.guest(A);
        var range = new MemoryRange(QueueHost.DATA, 3 * QueueHost.PAGE);
        var request = new byte[20];
        transport.before = command -> {};
        transport.after = (command, data) -> {
            if (command.is(0x3D, 1)) {
                MemorySegment.copy(data, ValueLayout.JAVA_BYTE, 0, request, 0, 20);
            }
        };
        try (var controller = controlling().migratable(A)) {
            var tracker = controller.memoryTracker();
            assertThat(tracker.start(List.of(range), 4096)).isEqualTo(4096);
            tracker.report(range, 4096, MemorySegment.ofArray(new byte[8]));
            tracker.stop();
        }
        assertThat(request).isEqualTo(request(0, 0, QueueHost.DATA, 3));
        assertDwords(transport.sent(0x3D).getFirst(), 0x0001_0001, 0x0012, 0, 0, 0, 0);
        assertDwords(transport.sent(0x3D).getLast(), 1, 0x0012, 0, 0, 0, 0);
        var receive = transport.sent(0x3E).getFirst();
        assertDwords(receive, 0, 0x0012, receive.dword(12), 0, 0, 0);
        assertThat((receive.dword(12) + 1) * 4).isBetween(16, 32 << 10);
    }

    @Test
    @Proves(host = "feature.get-values")
    void theHeadOfAQueueIsReadFromItsBytes() {
        var queue = world.queue(A, 8);
        world.guest(A);
        queue.startLogging();
        queue.read();
        world.setHead(queue.id, 1, 6).must();
        assertThat(QueueHeadCodec.decode(MemorySegment.ofArray(world.getHead(queue.id).bytes())))
                .isEqualTo(new QueueHead(1, 6));
    }

    @Test
    @Proves(host = {
        "identify.memory-descriptor-limits",
        "identify.granularity-limits",
        "identify.tracking-attributes",
        "identify.queue-limits",
        "identify.queue-memory-limits"
    })
    void limitsOfTrackingAreRead() {
        var limits = new TrackingLimits(0x0102, 0x0304, 5, 6, 7, 0x0809, 0x0A0B, 0x0C0D, 0x0E0F, 0x1011);
        assertThat(new RuleWorld(device -> device.tracking(limits)).controlling().identity().tracking())
                .isEqualTo(limits);
    }

    @Test
    @Proves(host = {"discovery.hmlms", "discovery.managing-commands"})
    void aControllerWithoutTheCapabilityMigratesNobody() {
        var without = new RuleWorld(InMemorySubsystemBuilder::vendorCommands2022);
        assertThat(without.controlling().identity().hostManagedLiveMigration()).isFalse();
        assertThat(without.controlling().unsupportedReasons()).anyMatch(reason -> reason.contains("OACS bit 11"));
        assertThatThrownBy(() -> without.migratable(A)).isInstanceOf(MigrationUnsupportedException.class);
        assertThat(without.subsystem.adminCommandLog()).allMatch(c -> c.opcode() == 0x06);

        var mandatory = new RuleWorld(device -> device.tracking(TrackingLimits.NONE));
        try (var controller = mandatory.migratable(A)) {
            controller.suspend();
            try (var target = controller.openTarget(STANDARD)) {
                target.write(ByteBuffer.wrap(ONE_PAIR));
                target.commit();
            }
            assertThat(controller.summary(STANDARD).ioQueueCount()).hasValue(2);
            controller.resume();
        }
    }

    @Test
    @Proves(host = "discovery.tracking-optional")
    void whatIsNotAnnouncedIsNotSent() {
        var without = new RuleWorld(device -> device.tracking(TrackingLimits.NONE));
        try (var controller = without.migratable(A)) {
            assertThat(controller.userDataLogUnavailable()).anyMatch(reason -> reason.contains("TRATTR bit 1"));
            assertThat(controller.memoryTrackingUnavailable()).anyMatch(reason -> reason.contains("TRATTR bit 0"));
        }
        assertThat(without.subsystem.adminCommandLog()).allMatch(c -> c.opcode() == 0x06);
    }

    @Test
    @Proves(host = {"formats.layout", "formats.one-based", "formats.map-by-content"})
    void formatsAreFoundByContent() {
        var reversed = new RuleWorld(device -> device.stateVersions(9, 0).vendorFormats(OTHER,
                InMemorySubsystem.VENDOR_STATE_UUID));
        var observed = new ObservedTransport(reversed.transport);
        var controlling = ControllingController.open(observed);
        assertThat(controlling.formats().versions()).containsExactly(9, 0);
        assertThat(controlling.formats().uuids()).containsExactly(OTHER, InMemorySubsystem.VENDOR_STATE_UUID);
        try (var controller = controlling.migratable(A)) {
            controller.suspend();
            try (var target = controller.openTarget(STANDARD)) {
                target.write(ByteBuffer.wrap(ONE_PAIR));
                target.commit();
            }
            controller.summary(StateFormat.of(0, InMemorySubsystem.VENDOR_STATE_UUID));
        }
        assertThat(observed.only(c -> c.is(0x41, 2)).dword(11)).isEqualTo(0x0002_0012);
        assertThat(observed.sent(0x42).getLast().dword(10)).isEqualTo(0x0002_0000);
        assertThat(observed.sent(0x42).getLast().dword(11)).isEqualTo(0x0002_0012);
    }

    @Test
    @Proves(host = "formats.not-common")
    void aFormatThatIsNotListedIsNotSent() {
        try (var controller = controlling().migratable(A)) {
            controller.suspend();
            assertThatThrownBy(() -> controller.openTarget(StateFormat.ofVersion(5)))
                    .isInstanceOf(InvalidValueException.class);
            assertThatThrownBy(() -> controller.openSource(StateFormat.of(0, OTHER), OptionalLong.empty()))
                    .isInstanceOf(InvalidValueException.class);
        }
        assertThat(transport.sent).noneMatch(c -> c.is(0x41, 2) || c.opcode() == 0x42);
    }

    @Test
    @Proves(host = "identify-nvm.entry-format")
    void entriesOfAnotherFormatAreNotAskedFor() {
        transport.after = (command, data) -> {
            if (command.is(0x06, 0x06)) {
                data.set(ValueLayout.JAVA_BYTE, 24, (byte) 0xC0);
            }
        };
        try (var controller = controlling().migratable(A)) {
            assertThat(controller.userDataLogUnavailable()).anyMatch(reason -> reason.contains("LBAMQF"));
            assertThatThrownBy(controller::userDataLog).hasMessageContaining("LBAMQF");
        }
        assertThat(transport.rings).isEmpty();
    }

    @Test
    @Proves(host = "status.do-not-retry")
    void whetherARetryHelpsIsAMatterOfTheStatusAndNotOfTheBitAlone() {
        var passing = catchThrowableOfType(CommandFailedException.class, () -> notSuspended(world));
        assertThat(passing.status().doNotRetry()).isFalse();
        var lasting = catchThrowableOfType(
                CommandFailedException.class, () -> world.migratable(UNKNOWN).suspend());
        assertThat(lasting.status().doNotRetry()).isTrue();
        assertThat(lasting.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);

        var always = new RuleWorld(device -> device.variants(DeviceVariant.ALWAYS_DO_NOT_RETRY));
        try (var controller = always.migratable(A)) {
            controller.suspend();
            var log = controller.userDataLog();
            var suspended = catchThrowableOfType(
                    CommandFailedException.class, () -> log.start(controller.attachedNamespaces()));
            assertThat(suspended.status().doNotRetry()).isTrue();
            assertThat(suspended.category()).isEqualTo(FailureCategory.RETRY);
        }
    }

    private static void notSuspended(RuleWorld world) {
        try (var controller = world.migratable(A)) {
            controller.resume();
        }
    }
}

package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.TrackingLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What a device says about live migration, byte by byte.
class DeviceRulesIdentifyTest {
    private static final UUID FIRST = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final int OACS = 256;
    private static final int HMPRE = 272;

    private static ByteBuffer page(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer identifyByQueue(QueueHost host) {
        requireSuccess(host.execute(0, 0x06, e -> e.cdw10(1).prp1(QueueHost.DATA)));
        var bytes = java.lang.foreign.MemorySegment.ofArray(new byte[4096]);
        host.memory.read(QueueHost.DATA, bytes, 0, 4096);
        return page(bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    }

    @Test
    @Proves(device = {"discovery.hmlms", "discovery.secondary-without-hmlms", "discovery.no-host-memory-buffer"})
    void theControllingOneAloneAnnouncesLiveMigrationAndNobodyWantsHostMemory() {
        var world = new RuleWorld();
        var controlling = page(world.identify(1).bytes());
        var migratable = identifyByQueue(world.guest(A));
        assertThat(controlling.getShort(OACS) >>> 11 & 1).isEqualTo(1);
        assertThat(migratable.getShort(OACS) >>> 11 & 1).isZero();
        assertThat(controlling.getInt(HMPRE)).isZero();
        assertThat(migratable.getInt(HMPRE)).isZero();
    }

    @Test
    @Proves(device = {
        "identify.memory-descriptor-limits",
        "identify.granularity-limits",
        "identify.tracking-attributes",
        "identify.queue-limits",
        "identify.queue-memory-limits"
    })
    void limitsOfTrackingAreAtTheirBytes() {
        var limits = new TrackingLimits(0x0102, 0x0304, 5, 6, 7, 0x0809, 0x0A0B, 0x0C0D, 0x0E0F, 0x1011);
        var page = new RuleWorld(device -> device.tracking(limits)).identify(1).bytes();
        assertThat(Arrays.copyOfRange(page, 570, 588))
                .containsExactly(
                        2, 1, 4, 3, 5, 6, 7, 0, 9, 8, 0x0B, 0x0A, 0x0D, 0x0C, 0x0F, 0x0E, 0x11, 0x10);
    }

    @Test
    @Proves(device = {"identify.limits-zero-without-tracking", "identify.tracking-attributes"})
    void limitsOfWhatIsNotTrackedAreZero() {
        var neither = page(new RuleWorld(device -> device.tracking(TrackingLimits.NONE)).identify(1).bytes());
        assertThat(Arrays.copyOfRange(neither.array(), 570, 588)).containsOnly(0);
        var data = page(new RuleWorld(device -> device.tracking(new TrackingLimits(0, 0, 0, 0, 2, 3, 4, 0, 0, 0)))
                .identify(1)
                .bytes());
        assertThat(Arrays.copyOfRange(data.array(), 570, 576)).containsOnly(0);
        assertThat(data.get(576)).isEqualTo((byte) 2);
        assertThat(data.getInt(578)).isEqualTo(4 << 16 | 3);
        var memory = page(new RuleWorld(device -> device.tracking(new TrackingLimits(3, 4, 1, 2, 1, 0, 0, 0, 0, 0)))
                .identify(1)
                .bytes());
        assertThat(memory.get(576)).isEqualTo((byte) 1);
        assertThat(memory.getInt(578)).isZero();
    }

    @Test
    @Proves(device = {"discovery.managing-commands", "encoding.completion-dwords"})
    void aControllingControllerHasTheMandatoryCommands() {
        var world = new RuleWorld(device -> device.tracking(TrackingLimits.NONE));
        for (var command : new RawCommand[] {
            world.identify(0x20),
            world.suspend(A),
            world.set(3, A, 0, ONE_PAIR),
            world.resume(A)
        }) {
            var completion = command.must();
            assertThat(completion.dword0()).isZero();
            assertThat(completion.dword1()).isZero();
        }
        world.get(A, 0, 104).must();
    }

    @Test
    @Proves(device = "discovery.tracking-optional")
    void trackingExistsWhereItIsAnnounced() {
        var world = new RuleWorld();
        world.guest(A);
        world.queue(A, 8).startLogging();
        world.startTracking(A, request(0, 0, QueueHost.DATA, 1)).must();
        world.report(A, 64).must();
    }

    @Test
    @Proves(device = {"formats.layout", "formats.one-based"})
    void versionsThenUuidsFollowTheirNumbers() {
        var world = new RuleWorld(device -> device.stateVersions(0, 9).vendorFormats(FIRST));
        var page = world.identify(0x20).bytes();
        assertThat(Arrays.copyOf(page, 22))
                .containsExactly(
                        2, 1, 0, 0, 9, 0, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC,
                        0xDD, 0xEE, 0xFF);
        assertThat(Arrays.copyOfRange(page, 22, 4096)).containsOnly(0);
        world.suspend(A).must();
        assertThat(world.get(A, 0, 56).dword(10, 0x2_0000).bytes()[48]).as("the second version").isEqualTo((byte) 9);
    }

    @Test
    @Proves(device = "formats.standard-only")
    void theStandardStateAloneIsFourBytes() {
        var page = new RuleWorld(device -> device.vendorState(false)).identify(0x20).bytes();
        assertThat(Arrays.copyOf(page, 4)).containsExactly(1, 0, 0, 0);
        assertThat(Arrays.copyOfRange(page, 4, 4096)).containsOnly(0);
    }

    @Test
    @Proves(device = {"identify-nvm.entry-format", "identify-nvm.allocated-blocks"})
    void theNvmCommandSetSaysWhichEntriesItPosts() {
        var page = new RuleWorld().identify(0x06).bytes();
        assertThat(page[24]).as("LBAMQF").isZero();
        assertThat(page[18] & 1).as("RALBAS").isZero();
    }

    @Test
    @Proves(device = "discovery.reserved-values")
    void reservedFieldsAreNotLookedAt() {
        var world = new RuleWorld();
        world.command(0x41, 0xFFFF_FF00, 0x7F01_0000 | A).must();
        world.command(0x41, 0xFFFF_FF01, 0xFFFF_0000 | A).must();
        var queue = world.queue(A, 4);
        world.command(0x3D, 0xFFF1_FF00, 0xFFFF_0000 | queue.id).must();
        world.command(0x3D, 0xFFF0_FF00, 0xFFFF_0000 | queue.id).must();
        world.command(0x45, 0xFFFF_FF01, 0xFFFF_0000 | queue.id).must();
    }
}

package io.nvmelm.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.NvmeStatus;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.NamespaceMedium;
import io.nvmelm.transport.mock.VirtualClock;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/// A subsystem whose rules are looked at: controller 0 controls, 12h, 13h and 14h can be migrated, and none of those is
/// enabled before it is given a guest.
final class RuleWorld {
    static final int A = 0x12;
    static final int B = 0x13;
    static final int C = 0x14;
    static final int UNKNOWN = 0x99;
    static final int OWN = 0;
    /// The standard's state of a suspended controller with one queue pair.
    static final byte[] ONE_PAIR = HexFormat.of()
            .parseHex("""
                    00000100000000000000000000000000\
                    0e000000000000000000000000000000\
                    00000000000000000000000000000000\
                    00000100010000000050341200000000\
                    3f000100010005000500070000000000\
                    00003412000000003f00010004000500\
                    0700030000000000""");

    final VirtualClock clock = new VirtualClock();
    final NamespaceMedium medium = new NamespaceMedium(1 << 20, 512);
    final InMemorySubsystem subsystem;
    final AdminTransport transport;
    /// What the device answered to the last raw command.
    NvmeStatus answered = NvmeStatus.SUCCESS;
    /// Whether the library got that answer.
    boolean answeredLibrary;

    RuleWorld() {
        this(UnaryOperator.identity());
    }

    RuleWorld(UnaryOperator<InMemorySubsystemBuilder> variation) {
        subsystem = variation.apply(InMemorySubsystem.builder(clock)
                .migratableControllers(3)
                .secondaryIdsFrom(A)
                .maximumQueuePairs(4)
                .maximumQueueEntries(64)
                .mdts(3)
                .namespace(medium))
                .build();
        transport = subsystem.controllingTransport();
    }

    /// {@return the controlling controller as the library drives it}
    ControllingController controlling() {
        return ControllingController.open(transport);
    }

    /// {@return a migratable controller as the library drives it}
    MigratableController migratable(int controllerId) {
        return controlling().migratable(controllerId);
    }

    /// {@return a guest whose controller is enabled and has queue pair 1}
    QueueHost guest(int controllerId) {
        return new QueueHost(subsystem.controller(controllerId)).bringUp().withQueuePair(16);
    }

    /// {@return the controlling controller's host, by queues}
    QueueHost controllingHost() {
        return new QueueHost(subsystem.controllingController()).bringUp();
    }

    RawCommand command(int opcode) {
        return new RawCommand(this, opcode);
    }

    /// Migration Send, Migration Receive and the like by their first two dwords.
    RawCommand command(int opcode, int cdw10, int cdw11) {
        return command(opcode).dword(10, cdw10).dword(11, cdw11);
    }

    RawCommand suspend(int controllerId) {
        return command(0x41, 0, 0x1_0000 | controllerId);
    }

    RawCommand suspendAndDeleteQueue(int controllerId) {
        return command(0x41, 0, 0x8001_0000 | controllerId);
    }

    RawCommand resume(int controllerId) {
        return command(0x41, 1, controllerId);
    }

    /// Set Controller State in the standard's format.
    RawCommand set(int sequence, int controllerId, long offset, byte[] piece) {
        return command(0x41, sequence << 16 | 2, 0x1_0000 | controllerId)
                .dword(12, (int) offset)
                .dword(13, (int) (offset >>> 32))
                .dword(15, piece.length / 4)
                .data(piece);
    }

    /// Get Controller State in the standard's format.
    RawCommand get(int controllerId, long offset, int byteSize) {
        return command(0x42, 0x1_0000, controllerId)
                .dword(12, (int) offset)
                .dword(13, (int) (offset >>> 32))
                .dword(15, byteSize / 4 - 1)
                .room(byteSize);
    }

    /// Creates a queue of user data changes.
    RawCommand createQueue(int controllerId, TransferMemory ring, int dwords) {
        return command(0x45, 0, controllerId << 16 | 1).dword(12, dwords).ring(ring);
    }

    /// Creates a queue of so many slots, which must succeed.
    Queue queue(int controllerId, int slots) {
        var ring = transport.allocateRing(slots * 32L);
        int queueId = createQueue(controllerId, ring, slots * 8).must().dword0();
        return new Queue(this, queueId, ring, slots);
    }

    RawCommand deleteQueue(int queueId) {
        return command(0x45, 1, queueId);
    }

    RawCommand startLogging(int queueId) {
        return command(0x3D, 0x1_0000, queueId);
    }

    RawCommand stopLogging(int queueId) {
        return command(0x3D, 0, queueId);
    }

    /// Set Features 21h without a trigger.
    RawCommand setHead(int queueId, int slot) {
        return command(0x09, 0x21, queueId).dword(12, slot);
    }

    /// Set Features 21h with a trigger.
    RawCommand setHead(int queueId, int slot, int trigger) {
        return command(0x09, 0x21, 0x8000_0000 | queueId).dword(12, slot).dword(13, trigger);
    }

    RawCommand getHead(int queueId) {
        return command(0x0A, 0x21, queueId).room(512);
    }

    /// Starts memory tracking with the bytes of a request.
    RawCommand startTracking(int controllerId, byte[] request) {
        return command(0x3D, 0x1_0001, controllerId).data(request);
    }

    RawCommand stopTracking(int controllerId) {
        return command(0x3D, 1, controllerId);
    }

    RawCommand report(int controllerId, int byteSize) {
        return command(0x3E, 0, controllerId).dword(12, byteSize / 4 - 1).room(byteSize);
    }

    RawCommand identify(int structure) {
        return command(0x06, structure, 0).room(4096);
    }

    /// An Asynchronous Event Request of the controlling controller, which may stay outstanding for as long as it takes.
    java.util.concurrent.CompletableFuture<Completion> eventRequest() {
        return command(0x0C).start(java.time.Duration.ofDays(365));
    }

    /// Gives everything that was begun the time that it takes; commands that wait do not time out by it.
    void settle() {
        clock.advance(QueueHost.SETTLING);
    }

    /// A request to track memory: pairs of start address and length in units.
    static byte[] request(int version, int granularity, long... ranges) {
        var bytes = java.nio.ByteBuffer.allocate(8 + 6 * ranges.length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.put(0, (byte) version).put(3, (byte) granularity).putInt(4, ranges.length / 2);
        for (int i = 0; i < ranges.length; i += 2) {
            bytes.putLong(8 + 6 * i, ranges[i]).putInt(16 + 6 * i, (int) ranges[i + 1]);
        }
        return bytes.array();
    }

    /// The standard's state of a suspended controller with so many queue pairs, identifiers from 1.
    static byte[] state(int pairs) {
        var bytes = java.nio.ByteBuffer.allocate(56 + 48 * pairs).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.put(2, (byte) 1).putLong(16, 2 + 12L * pairs).putShort(50, (short) pairs).putShort(52, (short) pairs);
        for (int i = 0; i < pairs; i++) {
            int at = 56 + 24 * i;
            bytes.putLong(at, 0x10_0000L + 0x1000L * i)
                    .putShort(at + 8, (short) 7)
                    .putShort(at + 10, (short) (i + 1))
                    .putShort(at + 12, (short) (i + 1))
                    .putShort(at + 14, (short) 1);
            at = 56 + 24 * (pairs + i);
            bytes.putLong(at, 0x20_0000L + 0x1000L * i)
                    .putShort(at + 8, (short) 7)
                    .putShort(at + 10, (short) (i + 1))
                    .putInt(at + 16, 1);
        }
        return bytes.array();
    }

    /// The answer of a controller that is driven by queues to a command of live migration.
    static Completion through(QueueHost host, int opcode, java.util.function.Consumer<SubmissionEntryView> fields) {
        return host.execute(0, opcode, fields);
    }

    static void requireSuccess(Completion completion) {
        assertThat(completion.isSuccess()).as(completion.toString()).isTrue();
    }
}

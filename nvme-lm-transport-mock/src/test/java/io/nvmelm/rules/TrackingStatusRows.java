package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.*;
import static io.nvmelm.rules.RuleWorld.*;
import static io.nvmelm.rules.StatusRow.row;

import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.transport.mock.DeviceVariant;
import java.util.ArrayList;
import java.util.List;

/// Rows of Controller Data Queue, Track Send, Track Receive and feature 21h.
final class TrackingStatusRows {
    private static final long RING = 0x300_0000;
    private static final long LIST = 0x310_0000;
    private static final long OUTSIDE = 1L << 40;

    private TrackingStatusRows() {}

    static List<StatusRow> all() {
        var rows = new ArrayList<StatusRow>();
        rows.addAll(memoryOfQueues());
        rows.addAll(queues());
        rows.addAll(feature());
        rows.addAll(logging());
        rows.addAll(memory());
        rows.addAll(memoryLimits());
        rows.addAll(reports());
        return rows;
    }

    /// Limits of a device that tracks both.
    private static TrackingLimits limits(int queues, int allQueues, int rangesOfQueue, int ranges, int prps) {
        return new TrackingLimits(16, 16, 0, 9, 3, queues, allQueues, rangesOfQueue, ranges, prps);
    }

    private static TrackingLimits memoryLimits(int ranges, int allRanges, int attributes) {
        return new TrackingLimits(ranges, allRanges, 1, 3, attributes, 8, 8, 0, 0, 0);
    }

    /// Creates a queue by the admin queue of the controlling controller.
    private static void create(RuleWorld world, long prp1, boolean contiguous, int dwords) {
        var host = world.controllingHost();
        for (int i = 0; i < 4; i++) {
            host.memory.setLong(LIST + 8L * i, RING + i * 0x2000L);
        }
        host.memory.setLong(LIST + 0x100, RING);
        host.memory.setLong(LIST + 0x108, RING + 0x2004);
        world.command(0x45, 0, A << 16 | (contiguous ? 1 : 0)).dword(12, dwords).by(host, prp1).send();
    }

    private static List<StatusRow> memoryOfQueues() {
        return List.of(
                row("queue-create.prp-offset", "a ring at offset 4", PRP_OFFSET_INVALID,
                        w -> create(w, RING + 4, true, 64)),
                row("queue-create.prp-offset", "a page of the list at offset 4", PRP_OFFSET_INVALID,
                        w -> create(w, LIST + 0x100, false, 2048)),
                row("queue-create.not-host-memory", "a ring where no memory is", INVALID_FIELD_IN_COMMAND,
                        w -> create(w, OUTSIDE, true, 64)),
                row("queue-create.not-host-memory", "a ring that memory ends in", INVALID_FIELD_IN_COMMAND,
                        w -> create(w, (1L << 28) - 4096, true, 2048)),
                row("queue-create.ranges-of-queue", "three ranges where two may be", INVALID_FIELD_IN_COMMAND,
                        w -> create(w, LIST, false, 3072))
                        .on(device -> device.tracking(limits(8, 8, 2, 0, 0))),
                row("queue-create.list-too-long", "a list of three where two may be", INVALID_FIELD_IN_COMMAND,
                        w -> create(w, LIST, false, 3072))
                        .on(device -> device.tracking(limits(8, 8, 0, 0, 2))),
                row("queue-create.ranges-of-subsystem", "a second range where one may be", INVALID_FIELD_IN_COMMAND,
                        w -> {
                            w.queue(A, 4);
                            w.createQueue(B, w.transport.allocateRing(128), 32).send();
                        })
                        .on(device -> device.tracking(limits(8, 8, 1, 1, 0))));
    }

    private static List<StatusRow> queues() {
        return List.of(
                row("queue-create.size-multiple", "12 dwords", INVALID_FIELD_IN_COMMAND,
                        w -> w.createQueue(A, w.transport.allocateRing(64), 12).send()),
                row("queue-create.size-zero", "0 dwords", INVALID_FIELD_IN_COMMAND,
                        w -> w.createQueue(A, w.transport.allocateRing(64), 0).send()),
                row("queue-create.one-per-controller", "a second queue for one controller", INVALID_FIELD_IN_COMMAND,
                        w -> {
                            w.queue(A, 4);
                            w.createQueue(A, w.transport.allocateRing(128), 32).send();
                        }),
                row("queue-create.limit-of-controller", "a second queue where one may be", NOT_ENOUGH_RESOURCES, w -> {
                    w.queue(A, 4);
                    w.createQueue(B, w.transport.allocateRing(128), 32).send();
                }).on(device -> device.tracking(limits(1, 8, 0, 0, 0))),
                row("queue-create.limit-of-subsystem", "a second queue where one may be", NOT_ENOUGH_RESOURCES, w -> {
                    w.queue(A, 4);
                    w.createQueue(B, w.transport.allocateRing(128), 32).send();
                }).on(device -> device.tracking(limits(8, 1, 0, 0, 0))),
                row("queue-create.limit-of-controller", "where an Invalid Field is returned",
                        INVALID_FIELD_IN_COMMAND, w -> {
                            w.queue(A, 4);
                            w.createQueue(B, w.transport.allocateRing(128), 32).send();
                        }).on(device -> device.tracking(limits(1, 8, 0, 0, 0))
                                .variants(DeviceVariant.QUEUE_LIMIT_IS_INVALID_FIELD)),
                row("queue-create.unknown-controller", "unknown", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.createQueue(UNKNOWN, w.transport.allocateRing(128), 32).send()),
                row("queue-create.unknown-controller", "the controlling one", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.createQueue(OWN, w.transport.allocateRing(128), 32).send()),
                row("queue-create.reserved-type", "type 1", INVALID_FIELD_IN_COMMAND,
                        w -> w.createQueue(A, w.transport.allocateRing(128), 32).dword(10, 0x1_0000).send()),
                row("queue-delete.unknown", "no queue at all", INVALID_CONTROLLER_DATA_QUEUE,
                        w -> w.deleteQueue(7).send()));
    }

    private static List<StatusRow> feature() {
        return List.of(
                row("feature.set-unknown-queue", "unknown queue", INVALID_CONTROLLER_DATA_QUEUE,
                        w -> w.setHead(7, 0).send()),
                row("feature.get-unknown-queue", "unknown queue", INVALID_CONTROLLER_DATA_QUEUE,
                        w -> w.getHead(7).send()),
                row("feature.head-of-empty", "another head of an empty queue", INVALID_FIELD_IN_COMMAND,
                        w -> w.setHead(w.queue(A, 8).id, 1).send()),
                row("feature.head-not-posted", "a head beyond the tail", INVALID_FIELD_IN_COMMAND,
                        w -> w.setHead(withTwoEntries(w).id, 3).send()),
                row("feature.head-not-posted", "a head that goes back", INVALID_FIELD_IN_COMMAND, w -> {
                    var queue = withTwoEntries(w);
                    w.setHead(queue.id, 1).must();
                    w.setHead(queue.id, 0).send();
                }),
                row("feature.head-not-posted", "a head outside the queue", INVALID_FIELD_IN_COMMAND,
                        w -> w.setHead(withTwoEntries(w).id, 8).send()),
                row("feature.trigger-outside", "trigger slot 8 of 8", INVALID_FIELD_IN_COMMAND,
                        w -> w.setHead(w.queue(A, 8).id, 0, 8).send()),
                row("feature.not-saveable", "SV set", FEATURE_IDENTIFIER_NOT_SAVEABLE,
                        w -> w.setHead(w.queue(A, 8).id, 0).dword(10, 0x8000_0021).send()));
    }

    private static List<StatusRow> logging() {
        return List.of(
                row("log.unknown-queue", "start", INVALID_CONTROLLER_DATA_QUEUE, w -> w.startLogging(7).send()),
                row("log.stop-unknown-queue", "stop", INVALID_CONTROLLER_DATA_QUEUE, w -> w.stopLogging(7).send()),
                row("log.already-logging", "a second start", INVALID_CONTROLLER_DATA_QUEUE, w -> {
                    var queue = w.queue(A, 8);
                    queue.startLogging();
                    w.startLogging(queue.id).send();
                }),
                row("log.suspended", "start", CONTROLLER_SUSPENDED, w -> {
                    var queue = w.queue(A, 8);
                    w.suspend(A).must();
                    w.startLogging(queue.id).send();
                }),
                row("log.stop-suspended", "stop", CONTROLLER_SUSPENDED, w -> {
                    var queue = w.queue(A, 8);
                    queue.startLogging();
                    w.suspend(A).must();
                    w.stopLogging(queue.id).send();
                }),
                row("log.start-full", "start with a full queue", CONTROLLER_DATA_QUEUE_FULL, w -> {
                    var queue = w.queue(A, 2);
                    var guest = w.guest(A);
                    queue.startLogging();
                    guest.write(0, 1);
                    guest.write(8, 1);
                    w.startLogging(queue.id).send();
                }).on(DeviceVariant.START_REFUSED_WHEN_FULL),
                row("log.reserved-action", "action 2", INVALID_FIELD_IN_COMMAND,
                        w -> w.startLogging(w.queue(A, 8).id).dword(10, 0x2_0000).send()));
    }

    private static List<StatusRow> memory() {
        return List.of(
                row("memory.own-controller", "the controlling one", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.startTracking(OWN, request(0, 0, 0x1000, 1)).send()),
                row("memory.unknown-controller", "unknown", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.startTracking(UNKNOWN, request(0, 0, 0x1000, 1)).send()),
                row("memory.already-tracked", "a second start", INVALID_CONTROLLER_IDENTIFIER, w -> {
                    tracked(w);
                    w.startTracking(A, request(0, 0, 0x1000, 1)).send();
                }),
                row("memory.suspended", "start", CONTROLLER_SUSPENDED, w -> {
                    w.guest(A);
                    w.suspend(A).must();
                    w.startTracking(A, request(0, 0, 0x1000, 1)).send();
                }),
                row("memory.suspended", "stop", CONTROLLER_SUSPENDED, w -> {
                    tracked(w);
                    w.suspend(A).must();
                    w.stopTracking(A).send();
                }),
                row("memory.version", "version 1", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(1, 0, 0x1000, 1)).send()),
                row("memory.alignment", "a start inside a unit", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(0, 1, 0x1000, 1)).send()),
                row("memory.not-host-memory", "a range that memory ends in", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(0, 0, (1L << 28) - 4096, 2)).send()),
                row("memory.no-ranges", "no range", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(0, 0)).send()));
    }

    private static List<StatusRow> memoryLimits() {
        return List.of(
                row("memory.granularity-range", "below MINMRTG", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(0, 0, 0x10000, 1)).send())
                        .on(device -> device.tracking(memoryLimits(2, 2, 3))),
                row("memory.granularity-range", "above MAXMRTG", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(0, 4, 0x10000, 1)).send())
                        .on(device -> device.tracking(memoryLimits(2, 2, 3))),
                row("memory.ranges-of-controller", "with those of another controller", INVALID_FIELD_IN_COMMAND, w -> {
                    w.guest(B);
                    w.startTracking(B, request(0, 1, 0x10000, 1, 0x20000, 1)).must();
                    withGuest(w).startTracking(A, request(0, 1, 0x10000, 1)).send();
                }).on(device -> device.tracking(memoryLimits(2, 9, 3))),
                row("memory.ranges-of-subsystem", "one more than NMMRTD", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w)
                                .startTracking(A, request(0, 1, 0x10000, 1, 0x20000, 1, 0x30000, 1))
                                .send())
                        .on(device -> device.tracking(memoryLimits(9, 2, 3))),
                row("memory.power-of-two", "three units", INVALID_FIELD_IN_COMMAND,
                        w -> withGuest(w).startTracking(A, request(0, 1, 0x10000, 3)).send())
                        .on(device -> device.tracking(memoryLimits(9, 9, 7))),
                row("memory.not-enough-resources", "ranges", NOT_ENOUGH_RESOURCES,
                        w -> withGuest(w)
                                .startTracking(A, request(0, 0, 0x10000, 1, 0x20000, 1, 0x30000, 1))
                                .send())
                        .on(device -> device.trackingResources(2, 0)),
                row("memory.not-enough-resources", "granularity", NOT_ENOUGH_RESOURCES,
                        w -> withGuest(w).startTracking(A, request(0, 0, 0x10000, 1)).send())
                        .on(device -> device.trackingResources(16, 2)));
    }

    private static List<StatusRow> reports() {
        return List.of(
                row("report.not-tracked", "not tracked", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.report(A, 4096).send()),
                row("report.not-tracked", "unknown", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.report(UNKNOWN, 4096).send()),
                row("report.not-tracked", "the controlling one", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.report(OWN, 4096).send()),
                row("report.too-short", "12 bytes", INVALID_FIELD_IN_COMMAND, w -> {
                    tracked(w);
                    w.report(A, 12).send();
                }));
    }

    /// A queue of 8 slots with two entries that were not consumed: that of the start and a write.
    private static Queue withTwoEntries(RuleWorld world) {
        var queue = world.queue(A, 8);
        var guest = world.guest(A);
        queue.startLogging();
        guest.write(0, 1);
        if (queue.read().size() != 2) {
            throw new AssertionError("not two entries");
        }
        return queue;
    }

    private static RuleWorld withGuest(RuleWorld world) {
        world.guest(A);
        return world;
    }

    private static void tracked(RuleWorld world) {
        withGuest(world).startTracking(A, request(0, 0, QueueHost.DATA, 1)).must();
    }
}

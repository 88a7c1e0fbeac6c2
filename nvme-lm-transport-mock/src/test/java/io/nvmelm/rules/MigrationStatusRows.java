package io.nvmelm.rules;

import static io.nvmelm.nvme.StatusCode.*;
import static io.nvmelm.rules.RuleWorld.*;
import static io.nvmelm.rules.StatusRow.deviceRow;
import static io.nvmelm.rules.StatusRow.row;

import io.nvmelm.nvme.TrackingLimits;
import io.nvmelm.transport.mock.DeviceVariant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows of discovery, Migration Send, Migration Receive, sanitize and the vendor command set of 2022.
final class MigrationStatusRows {
    private static final int[] COMMANDS = {0x41, 0x42, 0x3D, 0x3E, 0x45};
    private static final int SANITIZE = 0x84;
    private static final int BLOCK_ERASE = 2;
    private static final long OUTSIDE = 1L << 40;

    private MigrationStatusRows() {}

    static List<StatusRow> all() {
        var rows = new ArrayList<StatusRow>();
        rows.addAll(discovery());
        rows.addAll(suspendAndResume());
        rows.addAll(sequences());
        rows.addAll(fieldsOfSet());
        rows.addAll(get());
        rows.addAll(sanitize());
        rows.addAll(vendor());
        return rows;
    }

    private static List<StatusRow> discovery() {
        var rows = new ArrayList<StatusRow>();
        rows.add(row("discovery.unsupported-opcode", "an opcode that nobody has", INVALID_COMMAND_OPCODE,
                w -> w.command(0x7F).send()));
        for (int opcode : new int[] {0x3D, 0x3E, 0x45}) {
            rows.add(deviceRow("discovery.tracking-optional", "%02Xh without tracking".formatted(opcode),
                    INVALID_COMMAND_OPCODE, w -> w.command(opcode, 0, A).answer())
                    .on(device -> device.tracking(TrackingLimits.NONE)));
        }
        int[] reserved = {3, 1, 2, 1, 2};
        for (int i = 0; i < COMMANDS.length; i++) {
            int opcode = COMMANDS[i];
            int select = reserved[i];
            rows.add(row("discovery.reserved-select", "%02Xh, SEL %d".formatted(opcode, select),
                    INVALID_FIELD_IN_COMMAND, w -> w.command(opcode, select, A).room(4096).send()));
            rows.add(row("discovery.no-namespace", "%02Xh with a namespace".formatted(opcode),
                    INVALID_FIELD_IN_COMMAND, w -> w.command(opcode, 0, A).namespace(1).send()));
            rows.add(row("discovery.migratable-refuses-commands", "%02Xh on a migratable one".formatted(opcode),
                    INVALID_COMMAND_OPCODE,
                    w -> w.command(opcode, 0, B).by(w.guest(A), QueueHost.DATA).send()));
        }
        rows.add(row("discovery.migratable-refuses-formats", "Identify CNS 20h on a migratable one",
                INVALID_FIELD_IN_COMMAND,
                w -> w.command(0x06, 0x20, 0).by(w.guest(A), QueueHost.DATA).send()));
        rows.add(row("discovery.reserved-select", "memory tracking where only user data is", INVALID_FIELD_IN_COMMAND,
                w -> w.startTracking(A, request(0, 0, 0x1000, 1)).send())
                .on(device -> device.tracking(new TrackingLimits(0, 0, 0, 0, 2, 8, 8, 0, 0, 0))));
        rows.add(row("discovery.admin-uses-prps", "data described by an SGL", INVALID_FIELD_IN_COMMAND,
                w -> w.get(A, 0, 48).flags(0x40).send()));
        rows.add(row("discovery.data-within-mdts", "one dword more than MDTS", INVALID_FIELD_IN_COMMAND,
                w -> w.get(A, 0, (32 << 10) + 4).send()));
        rows.add(row("discovery.data-outside-memory", "Get Controller State to where no memory is", DATA_TRANSFER_ERROR,
                w -> w.get(A, 0, 4).by(w.controllingHost(), OUTSIDE).send()));
        rows.add(row("discovery.data-outside-memory", "a report to where no memory is", DATA_TRANSFER_ERROR, w -> {
            var host = w.controllingHost();
            w.guest(A);
            w.startTracking(A, request(0, 0, QueueHost.DATA, 1)).must();
            w.report(A, 16).by(host, OUTSIDE).send();
        }));
        return rows;
    }

    private static List<StatusRow> suspendAndResume() {
        return List.of(
                row("suspend.reserved-type", "type 2", INVALID_FIELD_IN_COMMAND,
                        w -> w.command(0x41, 0, 0x2_0000 | A).send()),
                row("suspend.unknown-controller", "Suspend of an unknown controller", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.suspend(UNKNOWN).send()),
                row("suspend.unknown-controller", "where an Invalid Field is returned", INVALID_FIELD_IN_COMMAND,
                        w -> w.suspend(UNKNOWN).send())
                        .on(DeviceVariant.UNKNOWN_CONTROLLER_IS_INVALID_FIELD),
                row("suspend.own-controller", "Suspend of itself", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.suspend(OWN).send()),
                row("resume.not-suspended", "Resume of one that runs", CONTROLLER_NOT_SUSPENDED,
                        w -> w.resume(A).send()),
                row("resume.with-open-state", "Resume of one that holds a part", COMMAND_SEQUENCE_ERROR, w -> {
                    w.suspend(A).must();
                    w.set(1, A, 0, Arrays.copyOf(ONE_PAIR, 48)).must();
                    w.resume(A).send();
                }),
                row("resume.unknown-controller", "Resume of an unknown controller", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.resume(UNKNOWN).send()),
                row("resume.unknown-controller", "Resume of itself", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.resume(OWN).send()));
    }

    private static List<StatusRow> sequences() {
        return List.of(
                row("set.empty-otherwise", "no data in a first piece", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(1, A, 0, new byte[0]).send()),
                row("set.empty-otherwise", "no data in an only piece", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, new byte[0]).send()),
                row("set.in-one-command", "a first piece where a state comes whole", INTERNAL_ERROR,
                        w -> suspended(w).set(1, A, 0, ONE_PAIR).send())
                        .on(DeviceVariant.ONLY_WHOLE_STATES),
                row("set.no-sequence", "a middle piece first", COMMAND_SEQUENCE_ERROR,
                        w -> suspended(w).set(0, A, 0, ONE_PAIR).send()),
                row("set.no-sequence", "a last piece first", COMMAND_SEQUENCE_ERROR,
                        w -> suspended(w).set(2, A, 0, ONE_PAIR).send()),
                row("set.unfit-controller", "neither suspended nor enabled", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.set(3, A, 0, ONE_PAIR).send()),
                row("set.unfit-controller", "unknown", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.set(3, UNKNOWN, 0, ONE_PAIR).send()),
                row("set.unfit-controller", "itself", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.set(3, OWN, 0, ONE_PAIR).send()),
                row("set.incomplete", "a last piece too early", INVALID_FIELD_IN_COMMAND, w -> {
                    suspended(w).set(1, A, 0, Arrays.copyOf(ONE_PAIR, 64)).must();
                    w.set(2, A, 64, new byte[0]).send();
                }));
    }

    private static List<StatusRow> fieldsOfSet() {
        return List.of(
                row("set.offset-alignment", "offset 2", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(1, A, 2, ONE_PAIR).send()),
                row("set.offset-beyond", "a dword beyond the state", INVALID_FIELD_IN_COMMAND, w -> {
                    suspended(w).set(1, A, 0, Arrays.copyOf(ONE_PAIR, 48)).must();
                    w.set(0, A, 108, new byte[4]).send();
                }),
                row("set.version-not-listed", "version index 2 of 1", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, ONE_PAIR).dword(11, 0x2_0000 | A).send()),
                row("set.uuid-not-listed", "UUID index 2 of 1", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, ONE_PAIR).dword(11, 0x0201_0000 | A).send()),
                row("set.state-without-version", "NVMe state, version index 0", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, ONE_PAIR).dword(11, 0x0100_0000 | A).send()),
                row("set.vendor-without-uuid", "vendor data, UUID index 0", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, withVendorData()).send()),
                row("set.no-format", "both indices 0", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, new byte[48]).dword(11, A).send()),
                row("set.queues-exist", "a state for a controller with queues", INVALID_FIELD_IN_COMMAND, w -> {
                    w.guest(A);
                    suspended(w).set(3, A, 0, ONE_PAIR).send();
                }),
                row("set.verified", "a submission queue without its completion queue", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, changed(ONE_PAIR, 68, 9)).send()),
                row("set.verified", "a tail beyond the queue", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, changed(ONE_PAIR, 74, 64)).send()),
                row("set.unknown-version", "envelope version 1", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, changed(ONE_PAIR, 0, 1)).send()),
                row("set.too-many-queues", "five queue pairs where four can be", NOT_ENOUGH_RESOURCES,
                        w -> suspended(w).set(3, A, 0, state(5)).send()),
                row("state.sizes-of-128-bits", "a size with its high half set", INVALID_FIELD_IN_COMMAND,
                        w -> suspended(w).set(3, A, 0, changed(ONE_PAIR, 24, 1)).send()));
    }

    private static List<StatusRow> get() {
        return List.of(
                row("get.offset-alignment", "offset 2", INVALID_FIELD_IN_COMMAND, w -> w.get(A, 2, 48).send()),
                row("get.offset-beyond", "offset 60 of 56", INVALID_FIELD_IN_COMMAND, w -> w.get(A, 60, 4).send()),
                row("get.offset-beyond", "offset 2^32", INVALID_FIELD_IN_COMMAND,
                        w -> w.get(A, 1L << 32, 4).send()),
                row("get.version-not-listed", "version index 2 of 1", INVALID_FIELD_IN_COMMAND,
                        w -> w.get(A, 0, 48).dword(10, 0x2_0000).send()),
                row("get.uuid-not-listed", "UUID index 2 of 1", INVALID_FIELD_IN_COMMAND,
                        w -> w.get(A, 0, 48).dword(11, 0x2_0000 | A).send()),
                row("get.unfit-controller", "unknown", INVALID_CONTROLLER_IDENTIFIER,
                        w -> w.get(UNKNOWN, 0, 48).send()),
                row("get.unfit-controller", "itself", INVALID_CONTROLLER_IDENTIFIER, w -> w.get(OWN, 0, 48).send()));
    }

    private static List<StatusRow> sanitize() {
        var rows = new ArrayList<StatusRow>();
        rows.add(deviceRow("sanitize.refused-while-suspended", "Sanitize while another is suspended",
                CONTROLLER_SUSPENDED, w -> suspended(w).command(SANITIZE).dword(10, BLOCK_ERASE).answer()));
        for (int opcode : COMMANDS) {
            rows.add(row("sanitize.subsystem-refuses-commands", "%02Xh during a sanitize".formatted(opcode),
                    SANITIZE_IN_PROGRESS,
                    w -> w.command(opcode, 0, A)
                            .room(4096)
                            .when(() -> w.command(SANITIZE).dword(10, BLOCK_ERASE).must())
                            .send())
                    .on(device -> device.sanitizeDuration(java.time.Duration.ofHours(1))));
        }
        for (int opcode : new int[] {0x41, 0x42}) {
            rows.add(row("sanitize.namespace-refuses-commands", "%02Xh during that of a namespace".formatted(opcode),
                    SANITIZE_NAMESPACE_IN_PROGRESS,
                    w -> w.command(opcode, 0, A)
                            .room(4)
                            .when(() -> w.subsystem.sanitizeNamespace(1, true))
                            .send()));
        }
        return rows;
    }

    private static List<StatusRow> vendor() {
        return List.of(
                row("vendor.unknown-function", "size of function 4 of 3", INVALID_FIELD_IN_COMMAND,
                        w -> w.command(0xC4).dword(10, 4).send())
                        .on(device -> device.vendorCommands2022()),
                row("vendor.unknown-function", "suspension of function 0", INVALID_FIELD_IN_COMMAND,
                        w -> w.command(0xC8).dword(10, 0).send())
                        .on(device -> device.vendorCommands2022()),
                row("vendor.load-size", "a load of no bytes", INVALID_FIELD_IN_COMMAND, w -> {
                    w.command(0xC8).dword(10, 1).must();
                    w.command(0xD5).dword(10, 1).dword(11, 0).send();
                }).on(device -> device.vendorCommands2022()),
                row("vendor.load-size", "a load of too many bytes", INVALID_FIELD_IN_COMMAND, w -> {
                    w.command(0xC8).dword(10, 1).must();
                    w.command(0xD5).dword(10, 1).dword(11, -4).room(4096).send();
                }).on(device -> device.vendorCommands2022()));
    }

    private static RuleWorld suspended(RuleWorld world) {
        world.suspend(A).must();
        return world;
    }

    private static byte[] withVendorData() {
        var bytes = Arrays.copyOf(ONE_PAIR, ONE_PAIR.length + 4);
        bytes[32] = 1;
        return bytes;
    }

    static byte[] changed(byte[] state, int offset, int value) {
        var bytes = state.clone();
        bytes[offset] = (byte) value;
        return bytes;
    }
}

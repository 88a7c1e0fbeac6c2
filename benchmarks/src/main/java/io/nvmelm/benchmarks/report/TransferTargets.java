package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.dirty.DirtyBitmapBenchmark;
import io.nvmelm.benchmarks.dirty.UserDataRingBenchmark;
import io.nvmelm.benchmarks.migration.BlackoutBenchmark;
import io.nvmelm.benchmarks.migration.ModelledLatencyBenchmark;
import io.nvmelm.benchmarks.migration.ScalingBenchmark;
import io.nvmelm.benchmarks.migration.ScalingLatencyBenchmark;
import io.nvmelm.benchmarks.migration.StatePlanBenchmark;
import io.nvmelm.benchmarks.migration.StateSaveBenchmark;
import io.nvmelm.benchmarks.migration.WholeMigrationBenchmark;
import io.nvmelm.benchmarks.migration.WholeMigrationLatencyBenchmark;
import io.nvmelm.benchmarks.transfer.DeviceChannelBenchmark;
import io.nvmelm.benchmarks.transfer.LatencyReadBenchmark;
import io.nvmelm.benchmarks.transfer.MigrationDataBenchmark;
import io.nvmelm.benchmarks.transfer.StreamFramingBenchmark;
import io.nvmelm.benchmarks.transfer.SystemCallBenchmark;
import java.util.List;
import java.util.stream.Stream;

/// Targets of the transfer of state, of the state machine, and of whole migrations.
final class TransferTargets {
    private static final Class<?> FRAMING = StreamFramingBenchmark.class;
    private static final Class<?> DESCRIPTORS = MigrationDataBenchmark.class;
    private static final Class<?> SYSTEM_CALL = SystemCallBenchmark.class;
    private static final Class<?> DEVICE = DeviceChannelBenchmark.class;
    private static final Class<?> LATENCY = LatencyReadBenchmark.class;
    private static final Class<?> PLAN = StatePlanBenchmark.class;
    private static final Class<?> BLACKOUT = BlackoutBenchmark.class;
    private static final Class<?> MODELLED = ModelledLatencyBenchmark.class;
    private static final Class<?> WHOLE = WholeMigrationBenchmark.class;
    private static final Class<?> WHOLE_LATENCY = WholeMigrationLatencyBenchmark.class;
    private static final Class<?> SCALING = ScalingBenchmark.class;
    private static final Class<?> LATENCY_SCALING = ScalingLatencyBenchmark.class;
    private static final Class<?> SAVE = StateSaveBenchmark.class;
    private static final Class<?> RING = UserDataRingBenchmark.class;
    private static final Class<?> BITMAP = DirtyBitmapBenchmark.class;
    private static final double MEDIAN = 50;
    private static final String CORE_TIME = "coreTime.p50";
    private static final String MOST_COMMANDS = "commands.max";

    private TransferTargets() {}

    /// {@return the targets}
    static List<Target> all() {
        return Stream.of(transfer(), migration(), changes()).flatMap(List::stream).toList();
    }

    private static List<Target> transfer() {
        return List.of(
                framing("framed transfer out", "write", "copyOut", false, 0.80, 0.80),
                framing("framed transfer in", "read", "copyIn", false, 0.80, 0.80),
                framing("framed transfer out with checksum", "write", "copyOut", true, 0.90, 0.85),
                framing("framed transfer in with checksum", "read", "copyIn", true, 0.90, 0.85),
                Target.bytesPerOperation("framed transfer out, allocation", framing("write", false), 60),
                Target.bytesPerOperation("framed transfer in, allocation", framing("read", false), 60),
                descriptors("to the loop in Java", "SAVE", "loopInJava", 0.95, 0.85),
                descriptors("to the loop in Java", "LOAD", "loopInJava", 0.95, 0.85),
                descriptors("to the loop in C", "SAVE", "loopInC", 0.90, 0.80),
                descriptors("to the loop in C", "LOAD", "loopInC", 0.90, 0.80),
                smallPiece("SAVE", 0.90, 0.75),
                smallPiece("LOAD", 0.90, 0.75),
                Target.bytesPerOperation(
                        "descriptor to descriptor, one piece of 64 KiB, SAVE, allocation",
                        descriptors("session", "SAVE", "64K/64K"),
                        15),
                Target.bytesPerOperation(
                        "descriptor to descriptor, one piece of 64 KiB, LOAD, allocation",
                        descriptors("session", "LOAD", "64K/64K"),
                        15),
                systemCall("that succeeds", "ioctl", "bareIoctl"),
                systemCall("that fails", "ioctlWithErrno", "bareIoctlWithErrno").inFullRunsOnly(),
                device("save", "copyOut", "16M/1M", 1.2, 1.6).inFullRunsOnly(),
                device("load", "copyIn", "16M/1M", 1.3, 1.6).inFullRunsOnly(),
                device("save", "copyOut", "64K/64K", 1.5, 2.0),
                device("load", "copyIn", "64K/64K", 1.6, 2.0),
                deviceAllocation("save", 850),
                deviceAllocation("load", 1800),
                Target.timeRatio(
                        "read 64 pieces, 1 ms each, 16 in flight, to the rounds that takes",
                        Subject.of(LATENCY, "read").with("pieces", 64).with("inFlight", 16).percentile(MEDIAN),
                        Subject.of(LATENCY, "rounds").with("pieces", 64).with("inFlight", 16).percentile(MEDIAN),
                        1.10,
                        1.15),
                Target.timeRatio(
                        "read 16 pieces, 1 ms each, 4 in flight, to the rounds that takes",
                        Subject.of(LATENCY, "read").with("pieces", 16).with("inFlight", 4).percentile(MEDIAN),
                        Subject.of(LATENCY, "rounds").with("pieces", 16).with("inFlight", 4).percentile(MEDIAN),
                        1.10,
                        1.15)
                        .inFullRunsOnly());
    }

    private static Target framing(
            String name, String method, String baseline, boolean checksums, double bound, double guardBound) {
        return Target.bandwidthRatio(
                name, framing(method, checksums), framing(baseline, checksums), bound, guardBound);
    }

    private static Subject framing(String method, boolean checksums) {
        return Subject.of(FRAMING, method).with("stateBytes", 1 << 24).with("checksums", checksums);
    }

    private static Target systemCall(String what, String method, String baseline) {
        return Target.timeRatio(
                "system call " + what + ", to a bare downcall",
                Subject.of(SYSTEM_CALL, method),
                Subject.of(SYSTEM_CALL, baseline),
                1.2,
                1.3);
    }

    private static Target device(String method, String baseline, String transfer, double bound, double guardBound) {
        return Target.timeRatio(
                "NVMe device and channel, " + transfer + ", " + method + ", to bare copies",
                device(method, transfer),
                device(baseline, transfer),
                bound,
                guardBound);
    }

    private static Target deviceAllocation(String method, double atMost) {
        return Target.bytesPerOperation(
                "NVMe device and channel, 64K/64K, " + method + ", allocation", device(method, "64K/64K"), atMost);
    }

    private static Subject device(String method, String transfer) {
        return Subject.of(DEVICE, method).with("transfer", transfer).percentile(MEDIAN);
    }

    private static Target descriptors(String what, String way, String baseline, double bound, double guardBound) {
        return Target.bandwidthRatio(
                "descriptor to descriptor, 1 MiB pieces, " + way + ", " + what,
                descriptors("session", way, "16M/1M"),
                descriptors(baseline, way, "16M/1M"),
                bound,
                guardBound);
    }

    private static Target smallPiece(String way, double bound, double guardBound) {
        return Target.bandwidthRatio(
                "descriptor to descriptor, one piece of 64 KiB, " + way + ", to the loop in Java",
                descriptors("session", way, "64K/64K"),
                descriptors("loopInJava", way, "64K/64K"),
                bound,
                guardBound);
    }

    private static Subject descriptors(String method, String way, String transfer) {
        return Subject.of(DESCRIPTORS, method)
                .with("transfer", transfer)
                .with("way", way)
                .with("peer", "NONE")
                .percentile(MEDIAN);
    }

    private static List<Target> migration() {
        return List.of(
                Target.nanoseconds("plan of the state machine", Subject.of(PLAN, "machine"), 20, 5),
                Target.bytesPerOperation("plan of the state machine, allocation", Subject.of(PLAN, "machine"), 0.01),
                Target.nanoseconds(
                        "blackout of 64 queue pairs on an instant device, p99",
                        blackout("devices").percentile(99),
                        50_000,
                        30_000),
                Target.timeRatio(
                        "blackout of 64 queue pairs on an instant device, to the serial sequence",
                        blackout("devices").percentile(MEDIAN),
                        blackout("serial").percentile(MEDIAN),
                        3.5,
                        4.5),
                Target.number(
                        "commands in the blackout of 64 queue pairs on an instant device",
                        blackout("devices").secondary(MOST_COMMANDS),
                        4),
                Target.bytesPerOperation(
                        "move of 64 queue pairs on an instant device, allocation", blackout("devices"), 4_000),
                Target.timeRatio(
                        "state of 64 queue pairs saved, to the three commands by hand",
                        Subject.of(SAVE, "device").with("queuePairs", 64),
                        Subject.of(SAVE, "commands").with("queuePairs", 64),
                        2.0,
                        2.8),
                Target.timeRatio(
                        "blackout of 64 queue pairs and 1 MiB, 1 ms for a command, to the serial sequence",
                        modelled("devices"),
                        modelled("serial"),
                        0.60,
                        0.70),
                Target.nanoseconds(
                        "blackout of 64 queue pairs by sender and receiver, without the wait for each other, p99",
                        whole("migrate").secondary("overhead.p99"),
                        50_000,
                        100_000),
                Target.nanoseconds(
                        "blackout of 64 queue pairs by sender and receiver, without the wait for each other, median",
                        whole("migrate").secondary("overhead.p50"),
                        30_000,
                        40_000),
                Target.timeRatio(
                        "blackout of 64 queue pairs by sender and receiver, without the wait for each other, to the serial sequence",
                        whole("migrate").secondary("overhead.p50"),
                        whole("serial").secondary("overhead.p50"),
                        6.0,
                        6.0)
                        .inFullRunsOnly(),
                Target.number(
                        "commands in the blackout of 64 queue pairs by sender and receiver",
                        whole("migrate").secondary(MOST_COMMANDS),
                        4),
                Target.bytesPerOperation(
                        "migration of 64 queue pairs by sender and receiver, allocation", whole("migrate"), 65_000),
                Target.timeRatio(
                        "blackout of 64 queue pairs and 1 MiB by sender and receiver, 1 ms for a command, to the serial sequence",
                        wholeLatency("migrate").secondary("blackout.p50"),
                        wholeLatency("serial").secondary("blackout.p50"),
                        0.70,
                        0.70)
                        .inFullRunsOnly(),
                Target.number(
                        "commands in the blackout of 64 queue pairs and 1 MiB by sender and receiver",
                        wholeLatency("migrate").secondary(MOST_COMMANDS),
                        37)
                        .inFullRunsOnly(),
                Target.timeRatio(
                        "migrations with 1 ms for a command, 100 at once, to one at a time",
                        latencyScaling(100),
                        latencyScaling(1),
                        1.2,
                        1.5),
                Target.bytesPerOperation(
                        "one of 1000 controllers, allocation", scaling("migrate", "INSTANT", 1000), 9_500),
                // Cores are full from as many controllers on as there are cores, two where the numbers of the README come from
                coreTime("INSTANT", 2),
                coreTime("IN_MEMORY", 2),
                coreTime("INSTANT", 10),
                coreTime("IN_MEMORY", 10),
                // Missed: the cores are full, and so many controllers fit no cache. What follows compares with the serial sequence.
                coreTime("INSTANT", 100),
                coreTime("IN_MEMORY", 100),
                coreTime("INSTANT", 1000),
                coreTime("IN_MEMORY", 1000),
                coreTimeGrowth("INSTANT", 100),
                coreTimeGrowth("IN_MEMORY", 100),
                coreTimeGrowth("INSTANT", 1000),
                coreTimeGrowth("IN_MEMORY", 1000));
    }

    /// Times by the clock on the wall are worth nothing while others use the machine.
    private static Target coreTime(String device, int atOnce) {
        return Target.timeRatio(
                "core time of a controller, " + device + ", " + atOnce + " at once, to one at a time",
                scaling("migrate", device, atOnce).secondary(CORE_TIME),
                scaling("migrate", device, 1).secondary(CORE_TIME),
                1.2,
                1.2)
                .inFullRunsOnly();
    }

    /// When the cores are full, memory and caches of so many controllers cost the serial sequence too, which has no library.
    private static Target coreTimeGrowth(String device, int atOnce) {
        return Target.timeRatio(
                "growth of the core time of a controller, " + device + ", " + atOnce
                        + " at once, to that of the serial sequence",
                scaling("migrate", device, atOnce).secondary(CORE_TIME),
                scaling("serial", device, atOnce).secondary(CORE_TIME),
                1.3,
                1.3)
                .grownFrom(
                        scaling("migrate", device, 1).secondary(CORE_TIME),
                        scaling("serial", device, 1).secondary(CORE_TIME))
                .inFullRunsOnly();
    }

    private static Subject latencyScaling(int atOnce) {
        return Subject.of(LATENCY_SCALING, "migrate").with("atOnce", atOnce);
    }

    private static Subject blackout(String method) {
        return Subject.of(BLACKOUT, method).with("device", "INSTANT");
    }

    private static Subject modelled(String method) {
        return Subject.of(MODELLED, method)
                .with("latencyMicros", 1000)
                .with("vendorBytes", 1 << 20)
                .percentile(MEDIAN);
    }

    private static Subject whole(String method) {
        return Subject.of(WHOLE, method).with("device", "INSTANT");
    }

    private static Subject wholeLatency(String method) {
        return Subject.of(WHOLE_LATENCY, method).with("latencyMicros", 1000).with("vendorBytes", 1 << 20);
    }

    private static Subject scaling(String method, String device, int atOnce) {
        return Subject.of(SCALING, method).with("atOnce", atOnce).with("device", device);
    }

    private static List<Target> changes() {
        return List.of(
                changes("one behind the other", "SEQUENTIAL", 0.9, 1.2),
                changes("anywhere in 1 GiB", "RANDOM_1_GIB", 0.05, 0.055),
                changes("anywhere in 1 TiB", "RANDOM_1_TIB", 0.5, 0.57).inFullRunsOnly(),
                changes("again and again in 1 GiB", "REPEATS", 0.08, 0.09).inFullRunsOnly(),
                changesToBits("anywhere in 1 GiB", "RANDOM_1_GIB", 3),
                changesToBits("anywhere in 1 TiB", "RANDOM_1_TIB", 1),
                // For an entry; what is not the ring's own, which the benchmark makes anew, are chunks of the sets
                Target.bytesPerOperation("user data changes, allocation", changes("consume", "RANDOM_1_GIB"), 4.5),
                Target.bytesPerOperation(
                        "user data changes that are known, allocation", changes("consume", "REPEATS"), 0.01)
                        .inFullRunsOnly(),
                bitmap("single pages, one in four", "STRIDE", 1.3, 1.6),
                bitmap("single pages anywhere", "RANDOM", 1.3, 1.5),
                bitmap("runs of 512 pages", "RUNS", 2.0, 2.6),
                bitmapInHalves("single pages, one in four", "STRIDE", 1.5, 1.9).inFullRunsOnly(),
                bitmapInHalves("single pages anywhere", "RANDOM", 1.8, 2.5),
                bitmapInHalves("runs of 512 pages", "RUNS", 2.0, 2.6),
                bitmapAllocation("STRIDE").inFullRunsOnly(),
                bitmapAllocation("RANDOM"),
                bitmapAllocation("RUNS"));
    }

    private static Target bitmap(String what, String pages, double bound, double guardBound) {
        return Target.timeRatio(
                "dirty bitmap, " + what + ", to a loop by hand",
                bitmap("fill", pages),
                bitmap("setBits", pages),
                bound,
                guardBound);
    }

    private static Target bitmapInHalves(String what, String pages, double bound, double guardBound) {
        return Target.timeRatio(
                "dirty bitmap in halves, " + what + ", to loops by hand",
                bitmap("fillInHalves", pages),
                bitmap("setBitsInHalves", pages),
                bound,
                guardBound);
    }

    /// For a descriptor: a report with 16 383 of them takes about 200 bytes for the bitmap that it is given, for each half.
    private static Target bitmapAllocation(String pages) {
        return Target.bytesPerOperation(
                "dirty bitmap in halves, " + pages + ", allocation", bitmap("fillInHalves", pages), 0.1);
    }

    private static Subject bitmap(String method, String pages) {
        return Subject.of(BITMAP, method).with("pages", pages);
    }

    private static Target changes(String what, String writes, double bound, double guardBound) {
        return Target.timeRatio(
                "user data changes, " + what + ", to a TreeMap",
                changes("consume", writes),
                changes("treeMap", writes),
                bound,
                guardBound);
    }

    private static Target changesToBits(String what, String writes, double bound) {
        return Target.timeRatio(
                "user data changes, " + what + ", to a bit for every block",
                changes("consume", writes),
                changes("setBits", writes),
                bound,
                bound)
                .inFullRunsOnly();
    }

    private static Subject changes(String method, String writes) {
        return Subject.of(RING, method).with("slots", 65_536).with("writes", writes);
    }
}

package io.nvmelm.benchmarks.report;

import io.nvmelm.benchmarks.codec.ControllerStateIterateBenchmark;
import io.nvmelm.benchmarks.migration.BlackoutBenchmark;
import io.nvmelm.benchmarks.migration.ScalingBenchmark;
import io.nvmelm.benchmarks.migration.ScalingLatencyBenchmark;
import io.nvmelm.benchmarks.report.Chart.Axis;
import io.nvmelm.benchmarks.report.Chart.Line;
import io.nvmelm.benchmarks.transfer.DeviceChannelBenchmark;
import io.nvmelm.benchmarks.transfer.MigrationDataBenchmark;
import io.nvmelm.benchmarks.transfer.TransferSize;
import java.util.List;
import java.util.Set;

/// The table of all charts.
final class Charts {
    private static final double BYTES_PER_GIBIBYTE = 1 << 30;
    /// Transfers that are left out of the chart, since it has one of the same state in larger pieces.
    private static final Set<String> OTHER_PIECES = Set.of("1M/4K", "256M/1M");

    private Charts() {}

    /// {@return all charts}
    static List<Chart> all() {
        return List.of(queues(), pieces(), blackout(), controllers(), blackouts());
    }

    private static Chart queues() {
        return new Chart(
                "queues",
                "Going through a controller state",
                new Axis("queue pairs", true, Numbers::logarithmic),
                new Axis("nanoseconds per queue", true, Numbers::logarithmic),
                List.of(
                        iterate("views", "views"),
                        iterate("by hand", "byHand"),
                        iterate("by hand, checked", "byHandChecked"),
                        iterate("SBE", "sbe"),
                        iterate("records", "records"),
                        iterate("protobuf", "protobuf"),
                        iterate("Java serialisation", "javaSerialization")));
    }

    private static Line iterate(String name, String method) {
        return Line.over(
                name,
                Subject.of(ControllerStateIterateBenchmark.class, method),
                "queuePairs",
                Double::parseDouble,
                (nanoseconds, queuePairs) -> nanoseconds / (2 * Double.parseDouble(queuePairs)));
    }

    private static Chart pieces() {
        return new Chart(
                "pieces",
                "Saving a state: bandwidth by its size",
                new Axis("KiB of a state (in pieces of 4 KiB, 64 KiB, 256 KiB, 1 MiB, 4 MiB)", true,
                        Numbers::logarithmic),
                new Axis("GiB per second", false, Numbers::plain),
                List.of(
                        pieces("kernel device, library", descriptors("session")),
                        pieces("kernel device, loop in Java", descriptors("loopInJava")),
                        pieces("kernel device, loop in C", descriptors("loopInC")),
                        pieces("NVMe device, library", Subject.of(DeviceChannelBenchmark.class, "save")),
                        pieces("NVMe device, bare copies", Subject.of(DeviceChannelBenchmark.class, "copyOut"))));
    }

    private static Subject descriptors(String method) {
        return Subject.of(MigrationDataBenchmark.class, method)
                .with("way", MigrationDataBenchmark.Way.SAVE)
                .with("peer", MigrationDataBenchmark.Peer.NONE);
    }

    private static Line pieces(String name, Subject subject) {
        return Line.over(
                name,
                subject,
                "transfer",
                transfer -> TransferSize.of(transfer).stateBytes() / 1024.0,
                (nanoseconds, transfer) -> OTHER_PIECES.contains(transfer)
                        ? Double.NaN
                        : TransferSize.of(transfer).stateBytes() / BYTES_PER_GIBIBYTE / (nanoseconds / 1e9));
    }

    private static Chart blackout() {
        return new Chart(
                "blackout",
                "Blackout of a controller with 64 queue pairs whose commands take no time",
                new Axis("percentile", true, Charts::percentile),
                new Axis("microseconds", true, Numbers::logarithmic),
                List.of(
                        blackout("library, instant device", "devices", "INSTANT"),
                        blackout("2025 driver's sequence, instant device", "serial", "INSTANT"),
                        blackout("library, in-memory device", "devices", "IN_MEMORY"),
                        blackout("2025 driver's sequence, in-memory device", "serial", "IN_MEMORY")));
    }

    private static Line blackout(String name, String method, String device) {
        return Line.percentiles(
                name, Subject.of(BlackoutBenchmark.class, method).with("device", device).with("queuePairs", 64));
    }

    /// The number is 1 / (1 - percentile).
    private static String percentile(double place) {
        return Numbers.plain(100 - 100 / place) + " %";
    }

    private static Chart controllers() {
        return new Chart(
                "controllers",
                "Migrating many controllers at once",
                new Axis("controllers at once", true, Numbers::logarithmic),
                new Axis("migrations per second", true, Numbers::logarithmic),
                List.of(
                        controllers("instant device", "migrate", "INSTANT"),
                        controllers("2025 driver's sequence, instant device", "serial", "INSTANT"),
                        controllers("in-memory device", "migrate", "IN_MEMORY"),
                        slowControllers("1 ms for a command", "migrate"),
                        slowControllers("2025 driver's sequence, 1 ms for a command", "serial")));
    }

    private static Line controllers(String name, String method, String device) {
        return Line.over(
                name,
                Subject.of(ScalingBenchmark.class, method).with("device", device),
                "atOnce",
                Double::parseDouble,
                (nanoseconds, _) -> 1e9 / nanoseconds);
    }

    /// One operation moves all that move at once.
    private static Line slowControllers(String name, String method) {
        return Line.over(
                name,
                Subject.of(ScalingLatencyBenchmark.class, method).with("latencyMicros", 1000),
                "atOnce",
                Double::parseDouble,
                (nanoseconds, atOnce) -> Double.parseDouble(atOnce) * 1e9 / nanoseconds);
    }

    private static Chart blackouts() {
        return new Chart(
                "blackouts",
                "Blackout of each of many controllers that migrate at once",
                new Axis("controllers at once", true, Numbers::logarithmic),
                new Axis("microseconds", true, Numbers::logarithmic),
                List.of(
                        blackouts("instant device, median", "INSTANT", "p50"),
                        blackouts("instant device, p99", "INSTANT", "p99"),
                        blackouts("in-memory device, median", "IN_MEMORY", "p50"),
                        blackouts("in-memory device, p99", "IN_MEMORY", "p99"),
                        slowBlackouts("1 ms for a command, median", "p50"),
                        slowBlackouts("1 ms for a command, p99", "p99")));
    }

    private static Line blackouts(String name, String device, String percentile) {
        return Line.over(
                name,
                Subject.of(ScalingBenchmark.class, "migrate").with("device", device)
                        .secondary("blackout." + percentile),
                "atOnce",
                Double::parseDouble,
                (nanoseconds, _) -> nanoseconds / 1000);
    }

    private static Line slowBlackouts(String name, String percentile) {
        return Line.over(
                name,
                Subject.of(ScalingLatencyBenchmark.class, "migrate").with("latencyMicros", 1000)
                        .secondary("blackout." + percentile),
                "atOnce",
                Double::parseDouble,
                (nanoseconds, _) -> nanoseconds / 1000);
    }
}

package io.nvmelm.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// Turns a recording of the Flight Recorder into a time line: phases, in them the arcs of the devices, in these the commands; and what was tried
/// again.
///
/// ```
///     0.000 ms  SOURCE SUSPEND of nvme 0001h: 0.241 ms
///     0.013 ms    0001h from RUNNING to RUNNING_P2P: 0.198 ms
///     0.020 ms      Suspend (41h) of 0001h, 0 bytes, 0/00h Successful Completion: 0.150 ms
/// ```
///
/// A recording is made by `java -XX:StartFlightRecording:filename=migration.jfr`, or in the program by [jdk.jfr.Recording].
public final class MigrationTimeLine {
    private static final String PHASE = "io.nvmelm.Migration";
    private static final String ARC = "io.nvmelm.Arc";
    private static final String KERNEL_ARC = "io.nvmelm.KernelArc";
    private static final String RETRY = "io.nvmelm.Retry";
    private static final String KERNEL_RETRY = "io.nvmelm.KernelRetry";
    private static final String COMMAND = "io.nvmelm.Command";
    private static final double NANOS_PER_MILLI = 1e6;

    private MigrationTimeLine() {}

    /// Prints the time line of a recording.
    ///
    /// @param arguments the file
    /// @throws IOException when it cannot be read
    public static void main(String[] arguments) throws IOException {
        print(Path.of(arguments[0]), System.out);
    }

    /// Prints the time line of a recording, a line for each event, by the time of their beginnings.
    ///
    /// @param recording the file
    /// @param out       where the lines go
    /// @throws IOException when it cannot be read
    static void print(Path recording, PrintStream out) throws IOException {
        var events = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> depth(event) >= 0)
                .sorted(Comparator.comparing(RecordedEvent::getStartTime).thenComparing(MigrationTimeLine::depth))
                .toList();
        print(events, out);
    }

    private static void print(List<RecordedEvent> events, PrintStream out) {
        for (var event : events) {
            var begun = Duration.between(events.getFirst().getStartTime(), event.getStartTime());
            out.println(String.format(
                    Locale.ROOT, "%10.3f ms  %s%s: %.3f ms", begun.toNanos() / NANOS_PER_MILLI,
                    "  ".repeat(depth(event)), describe(event), event.getDuration().toNanos() / NANOS_PER_MILLI));
        }
    }

    private static int depth(RecordedEvent event) {
        return switch (event.getEventType().getName()) {
            case PHASE -> 0;
            case ARC, KERNEL_ARC, RETRY -> 1;
            case COMMAND, KERNEL_RETRY -> 2;
            default -> -1;
        };
    }

    private static String describe(RecordedEvent event) {
        return switch (event.getEventType().getName()) {
            case PHASE -> event.getString("role") + " " + event.getString("phase") + " of "
                    + event.getString("devices") + failure(event);
            case RETRY -> event.getString("device") + " tried again by " + event.getString("attempt")
                    + (event.getBoolean("succeeded") ? "" : ", failed");
            case KERNEL_RETRY -> event.getString("call") + " tried again " + event.getLong("retries") + " times after "
                    + event.getString("refusal") + ", result " + event.getLong("result");
            case ARC, KERNEL_ARC -> event.getString("device") + " from " + event.getString("from") + " to "
                    + event.getString("to") + (event.getBoolean("reset") ? " by reset" : "") + failure(event);
            default -> event.getString("command") + " (" + event.getString("opcode") + ") of "
                    + event.getString("controller") + ", " + event.getLong("dataBytes") + " bytes, "
                    + event.getString("status");
        };
    }

    private static String failure(RecordedEvent event) {
        var failure = event.getString("failure");
        return failure.isEmpty() ? "" : ", failed: " + failure;
    }
}

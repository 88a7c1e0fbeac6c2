package io.nvmelm.faults;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A migration and what goes wrong in it, in one line: `2 devices, supplement, seed 7: SOURCE@12 THROWS; DESTINATION@3 DIES`.
///
/// @param shape  the migration
/// @param faults what goes wrong, none or more
record FaultCase(Shape shape, List<Fault> faults) {

    /// What is migrated, and how.
    ///
    /// @param devices       number of devices
    /// @param supplement    whether the state is the standard's alone, and the embedder moves the rest
    /// @param authenticated whether the stream is
    /// @param stage         whether something is copied beside the state
    /// @param privateMedium whether each side has a medium of its own, and the user data are copied
    /// @param seed          of load and latencies
    record Shape(int devices, boolean supplement, boolean authenticated, boolean stage,
            boolean privateMedium, long seed) {

        static Shape parse(String text) {
            var words = List.of(text.split(", "));
            return new Shape(
                    Integer.parseInt(words.getFirst().split(" ")[0]),
                    words.contains("supplement"),
                    words.contains("authenticated"),
                    words.contains("stage"),
                    words.contains("private medium"),
                    Long.parseLong(words.getLast().substring("seed ".length())));
        }

        @Override
        public String toString() {
            return devices + (devices == 1 ? " device" : " devices") + (supplement ? ", supplement" : "")
                    + (authenticated ? ", authenticated" : "") + (stage ? ", stage" : "")
                    + (privateMedium ? ", private medium" : "") + ", seed " + seed;
        }
    }

    static FaultCase of(Shape shape, Fault... faults) {
        return new FaultCase(shape, List.of(faults));
    }

    static FaultCase parse(String line) {
        var parts = line.split(": ", 2);
        return new FaultCase(
                Shape.parse(parts[0]),
                parts[1].equals("nothing")
                        ? List.of()
                        : Arrays.stream(parts[1].split("; ")).map(Fault::parse).toList());
    }

    @Override
    public String toString() {
        return shape + ": "
                + (faults.isEmpty()
                        ? "nothing"
                        : faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
    }
}

package io.nvmelm.transport.mock;

import java.lang.foreign.MemorySegment;

/// What a controller leaves in host memory where the standard says that bytes are undefined: a pattern that nobody
/// takes for data.
final class UndefinedBytes {
    private static final MemorySegment PATTERN = pattern();

    private UndefinedBytes() {}

    /// Writes the pattern into the bound data of a command.
    ///
    /// @param from first byte
    /// @param to   byte after the last
    static void write(Command command, long from, long to) {
        for (long done = from; done < to; done += PATTERN.byteSize()) {
            command.writeHost(done, PATTERN, 0, Math.min(to - done, PATTERN.byteSize()));
        }
    }

    private static MemorySegment pattern() {
        var pattern = MemorySegment.ofArray(new byte[4096]);
        pattern.fill((byte) 0xA5);
        return pattern.asReadOnly();
    }
}

package io.nvmelm.transport.mock.guest;

import java.util.List;

/// What became of a guest's I/O. A device that did everything right has a [clean][#isClean()] one.
///
/// @param commands       I/O commands submitted
/// @param completed      of these, completed
/// @param lost           commands that were still not complete when a drain gave up
/// @param duplicated     completions of commands that were not in flight: completed before, or never submitted
/// @param wrongBlocks    blocks that did not read as their last acknowledged write
/// @param violationCount everything that was wrong: the three above, commands that failed, entries of the wrong queue
///                       or with an impossible submission queue head, data written outside of a buffer, and the like
/// @param violations     the first of them in words
public record LoadReport(
        long commands,
        long completed,
        long lost,
        long duplicated,
        long wrongBlocks,
        long violationCount,
        List<String> violations) {

    /// Copies the list.
    public LoadReport {
        violations = List.copyOf(violations);
    }

    /// {@return whether nothing was wrong}
    public boolean isClean() {
        return violationCount == 0;
    }

    /// The counts in one line, each violation on a line of its own.
    @Override
    public String toString() {
        var text = new StringBuilder()
                .append(commands).append(" commands, ").append(completed).append(" completed, ")
                .append(lost).append(" lost, ").append(duplicated).append(" duplicated, ")
                .append(wrongBlocks).append(" wrong blocks, ").append(violationCount).append(" violations");
        for (var violation : violations) {
            text.append("\n  ").append(violation);
        }
        return text.toString();
    }
}

package io.nvmelm.transport.mock.guest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Counts of a load and the first details of what went wrong. Not thread-safe.
final class LoadTally {

    /// Details kept; further ones are only counted.
    static final int MAXIMUM_DETAILS = 32;

    private final List<String> details = new ArrayList<>();
    private long violations;
    long commands;
    long completed;
    long duplicated;
    long wrongBlocks;

    /// A rule that was broken.
    void violation(String detail) {
        violations++;
        if (details.size() < MAXIMUM_DETAILS) {
            details.add(detail);
        }
    }

    /// A completion for a command that is not in flight.
    void duplicate(String detail) {
        duplicated++;
        violation(detail);
    }

    /// A block that does not read as it must.
    void wrongBlock(String detail) {
        wrongBlocks++;
        violation(detail);
    }

    /// {@return the counts now}
    ///
    /// @param lost   commands that did not complete, in words
    /// @param others further violations that are not counted here yet, in words
    LoadReport report(List<String> lost, List<String> others) {
        var texts = new ArrayList<>(details);
        Stream.concat(others.stream(), lost.stream()).limit(MAXIMUM_DETAILS).forEach(texts::add);
        long all = violations + lost.size() + others.size();
        return new LoadReport(commands, completed, lost.size(), duplicated, wrongBlocks, all, texts);
    }
}

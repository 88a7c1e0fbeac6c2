package io.nvmelm.nvme;

/// Sequence Indicator (SEQIND) of Set Controller State (Base 2.3 fig. 369).
public enum SequenceIndicator {
    /// 00b: neither first nor last of a sequence.
    MIDDLE(0),
    /// 01b: first of a sequence.
    FIRST(1),
    /// 10b: last of a sequence; the state is verified and committed.
    LAST(2),
    /// 11b: the only command. The standard names only 10b where it says when state is committed; 11b carries all of it
    /// and is taken to commit too.
    ONLY(3);

    private static final SequenceIndicator[] BY_VALUE = values();

    private final int value;

    SequenceIndicator(int value) {
        this.value = value;
    }

    /// {@return the value of the field, 0 to 3}
    public int value() {
        return value;
    }

    /// {@return whether the command carries the start of the state}
    public boolean isFirst() {
        return (value & 1) != 0;
    }

    /// {@return whether the command ends the sequence and commits}
    public boolean isLast() {
        return (value & 2) != 0;
    }

    /// {@return the indicator with this value}
    ///
    /// @param value value of the field, 0 to 3; bits above are ignored
    public static SequenceIndicator fromValue(int value) {
        return BY_VALUE[value & 3];
    }

    /// {@return the indicator of a piece}
    ///
    /// @param first whether the piece is the first of the state
    /// @param last  whether the piece is the last of the state
    public static SequenceIndicator of(boolean first, boolean last) {
        return BY_VALUE[(first ? 1 : 0) | (last ? 2 : 0)];
    }
}

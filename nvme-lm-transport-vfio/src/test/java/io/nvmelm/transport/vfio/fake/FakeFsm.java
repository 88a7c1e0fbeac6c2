package io.nvmelm.transport.vfio.fake;

/// The next arc towards a target state, as the helper of the kernel's drivers finds it (drivers/vfio/vfio_main.c). One
/// matrix per set of capability flags; rows are the state now, columns the target.
final class FakeFsm {
    static final int ERROR = 0;
    static final int STOP = 1;
    static final int RUNNING = 2;
    static final int STOP_COPY = 3;
    static final int RESUMING = 4;
    static final int RUNNING_P2P = 5;
    static final int PRE_COPY = 6;
    static final int PRE_COPY_P2P = 7;
    static final int REFUSED = -1;

    /// By state number: X error, S stop, R running, C stop-copy, L resuming, P running P2P, Y pre-copy, Q pre-copy P2P.
    private static final String LETTERS = "XSRCLPYQ";
    /// Rows S, R, C, L, P, Y, Q by columns S, R, C, L, P, Y, Q; a dash is EINVAL.
    private static final String PLAIN = "SRCL--- SRSS--- SSCS--- SSSL--- ------- ------- -------";
    private static final String WITH_P2P = "SPCLP-- PRPPP-- SSCSS-- SSSLS-- SRSSP-- ------- -------";
    private static final String WITH_PRE_COPY = "SRCL-R- SRSS-Y- SSCS--- SSSL-S- ------- RRCR-Y- -------";
    private static final String WITH_BOTH = "SPCLPPP PRPPPYP SSCSS-- SSSLSSS SRSSPRQ RRQRRYQ PPCPPYQ";

    private FakeFsm() {}

    /// {@return the state that the next arc leads to, or [#REFUSED]}
    static int next(int flags, int from, int to) {
        if (from < STOP || from > PRE_COPY_P2P || to < STOP || to > PRE_COPY_P2P) {
            return REFUSED;
        }
        String matrix = switch (flags) {
            case 1 -> PLAIN;
            case 3 -> WITH_P2P;
            case 5 -> WITH_PRE_COPY;
            default -> WITH_BOTH;
        };
        char letter = matrix.charAt((from - 1) * 8 + to - 1);
        return letter == '-' ? REFUSED : LETTERS.indexOf(letter);
    }

    static boolean preCopy(int state) {
        return state == PRE_COPY || state == PRE_COPY_P2P;
    }
}

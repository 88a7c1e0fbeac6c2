package io.nvmelm.transport.vfio.fake;

/// Ends a call of the fake kernel with an errno.
final class FakeRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    FakeRefusal(int errno) {
        super("errno " + errno, null, false, false);
        this.errno = errno;
    }

    int errno() {
        return errno;
    }

    static void when(boolean refused, int errno) {
        if (refused) {
            throw new FakeRefusal(errno);
        }
    }
}

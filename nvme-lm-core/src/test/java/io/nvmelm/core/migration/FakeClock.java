package io.nvmelm.core.migration;

import java.util.function.LongConsumer;

/// A time that stands still unless somebody waits or moves it.
final class FakeClock implements MigrationClock {
    long nanos = 5;
    long waitedNanos;
    LongConsumer whileWaiting = waited -> {};

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void await(long time) {
        nanos += time;
        waitedNanos += time;
        whileWaiting.accept(time);
    }

    void pass(long time) {
        nanos += time;
    }
}

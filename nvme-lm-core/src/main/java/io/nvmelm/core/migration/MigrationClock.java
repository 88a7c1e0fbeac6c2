package io.nvmelm.core.migration;

import java.util.concurrent.locks.LockSupport;

/// The time that a migration measures by and waits in. Another one than [#SYSTEM] is for tests and for worlds with a time of their own.
public interface MigrationClock {

    /// The time of the Java virtual machine; waiting parks the thread. An interrupt ends the wait that it comes into, and stays.
    MigrationClock SYSTEM = new MigrationClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void await(long nanos) {
            boolean interrupted = Thread.interrupted();
            LockSupport.parkNanos(this, nanos);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    };

    /// {@return nanoseconds since some fixed moment; never goes back}
    long nanoTime();

    /// Waits, or lets time pass. May return early.
    ///
    /// @param nanos how long, more than 0
    void await(long nanos);
}

package io.nvmelm.core.migration;

import java.util.concurrent.locks.LockSupport;

/// The time that a [UserDataPreCopy] measures by and waits in. Another one than [#SYSTEM] is for tests and for worlds with a time of
/// their own.
public interface CopyClock {

    /// The time of the Java virtual machine; waiting parks the thread.
    CopyClock SYSTEM = new CopyClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void await(long nanos) {
            LockSupport.parkNanos(this, nanos);
        }
    };

    /// {@return nanoseconds since some fixed moment; never goes back}
    long nanoTime();

    /// Waits, or lets time pass. May return early.
    ///
    /// @param nanos how long, more than 0
    void await(long nanos);
}

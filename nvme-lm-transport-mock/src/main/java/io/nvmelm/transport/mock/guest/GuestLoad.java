package io.nvmelm.transport.mock.guest;

import io.nvmelm.InvalidValueException;

/// Keeps a guest driver busy until it is told to stop: submits, polls, moves the clock while the guest has nothing to
/// do. The caller supplies the thread.
///
/// While the driver is [paused][GuestDriver#pause()] the loop waits and touches neither the device nor the clock. Run
/// it once; [#stop()] and the counts may be called from any thread.
public final class GuestLoad implements Runnable {

    private static final int EVENTS_PER_TURN = 32;

    private final GuestDriver driver;
    private final int burst;
    private volatile boolean stopping;
    private volatile long submitted;

    /// Load over all queues of a driver.
    ///
    /// @param driver the driver, started
    /// @param burst  most commands submitted before the next poll, 1 or more
    /// @throws InvalidValueException when `burst` is not positive
    public GuestLoad(GuestDriver driver, int burst) {
        if (burst < 1) {
            throw new InvalidValueException("burst", Integer.toString(burst), "1 or more");
        }
        this.driver = driver;
        this.burst = burst;
    }

    /// Runs until [#stop()], then waits for what is in flight, unless the driver is paused at that moment. Blocks.
    @Override
    public void run() {
        long total = 0;
        while (driver.awaitRunning(() -> stopping) && !stopping) {
            int count = driver.submit(burst);
            total += count;
            submitted = total;
            int consumed = driver.poll();
            if (driver.moveClock(EVENTS_PER_TURN) == 0 && count + consumed == 0) {
                Thread.onSpinWait();
            }
        }
        if (!driver.isPaused()) {
            driver.drain();
        }
    }

    /// Ends [#run()] soon. Does not wait.
    public void stop() {
        stopping = true;
        driver.wake();
    }

    /// {@return commands submitted so far}
    public long submitted() {
        return submitted;
    }
}

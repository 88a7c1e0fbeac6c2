package io.nvmelm.benchmarks.migration;

import io.nvmelm.benchmarks.migration.MovingController.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;

/// 1000 controllers, of which some move at the same time, each by a virtual thread that drives both of its devices. Each has hosts of its
/// own, with nothing in common but the virtual machine. Records in the distribution `blackout` what each guest waits, with the time in
/// which its thread waited for a core, and in `underWay` how many had come to begin it together or had begun and not ended it, at most,
/// in each round. Used by one thread.
final class ManyControllers implements AutoCloseable {
    /// How many there are.
    static final int COUNT = 1000;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<MovingController> controllers = new ArrayList<>();
    private final Distribution blackouts = Distribution.ofNanos("blackout");
    private final Distribution mostUnderWay = Distribution.ofCounts("underWay");
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    /// By which means they move.
    private final boolean serially;
    private int first;

    /// Holds threads up until all of them have come, and nobody any more.
    private static final class Gate extends Phaser {
        Gate(int parties) {
            super(parties);
        }

        @Override
        protected boolean onAdvance(int phase, int registeredParties) {
            return true;
        }
    }

    /// Makes them.
    ///
    /// @param setting  how their hosts are
    /// @param serially whether [SerialMigration] moves them, not devices of the library
    ManyControllers(Setting setting, boolean serially) {
        this.serially = serially;
        for (int i = 0; i < COUNT; i++) {
            controllers.add(new MovingController(setting));
        }
    }

    /// Moves those that follow the ones that were moved last.
    ///
    /// @param moved  how many
    /// @param atOnce threads that move them, 1 to `moved`
    /// @return bytes of their states
    long move(int moved, int atOnce) {
        most.set(0);
        long bytes = CompletableFuture.supplyAsync(() -> moveByThreads(moved, atOnce), threads).join();
        first = (first + moved) % COUNT;
        mostUnderWay.record(most.get());
        return bytes;
    }

    /// Starts all from a core that runs them: a thread beside the cores might be interrupted in the middle while the first end already.
    private long moveByThreads(int moved, int atOnce) {
        var next = new AtomicInteger();
        var gate = new Gate(atOnce);
        var movers = new ArrayList<CompletableFuture<Long>>();
        for (int i = 0; i < atOnce; i++) {
            movers.add(CompletableFuture.supplyAsync(() -> moveSome(next, moved, gate), threads));
        }
        return movers.stream().mapToLong(CompletableFuture::join).sum();
    }

    /// The first controllers of all threads begin their blackout together.
    private long moveSome(AtomicInteger next, int moved, Gate gate) {
        long bytes = 0;
        try {
            for (int i = next.getAndIncrement(); i < moved; i = next.getAndIncrement()) {
                var controller = controllers.get((first + i) % COUNT);
                bytes += serially ? moveSerially(controller, gate) : moveByDevices(controller, gate);
            }
        } catch (Throwable e) {
            gate.forceTermination();
            throw e;
        }
        return bytes;
    }

    private long moveByDevices(MovingController controller, Gate gate) {
        controller.prepare();
        long begun = begin(gate);
        long bytes = controller.move();
        end(begun);
        controller.settle();
        return bytes;
    }

    private long moveSerially(MovingController controller, Gate gate) {
        var serial = controller.prepareSerial();
        long begun = begin(gate);
        long bytes = serial.run();
        end(begun);
        controller.settleSerial();
        return bytes;
    }

    private long begin(Gate gate) {
        int now = underWay.incrementAndGet();
        if (now > most.get()) {
            most.accumulateAndGet(now, Math::max);
        }
        gate.arriveAndAwaitAdvance();
        return System.nanoTime();
    }

    private void end(long begun) {
        blackouts.record(System.nanoTime() - begun);
        underWay.decrementAndGet();
    }

    @Override
    public void close() {
        threads.close();
        controllers.forEach(MovingController::close);
    }
}

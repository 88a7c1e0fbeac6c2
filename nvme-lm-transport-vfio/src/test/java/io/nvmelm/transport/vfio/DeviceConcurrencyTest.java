package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.transport.vfio.fake.FakeArea;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Threads that read, write, map and wait, while others reset and close: each gets a typed error, and nobody touches what is gone.
class DeviceConcurrencyTest {
    private static final int STEPS_BEFORE_CLOSE = 150;

    private final ConcurrentLinkedQueue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
    private final AtomicInteger steps = new AtomicInteger();
    private final CountDownLatch start = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    private interface Step {
        void run(Random random);
    }

    static Stream<Arguments> seeds() {
        return LongStream.rangeClosed(1, 15)
                .boxed()
                .flatMap(seed -> Stream.of(Arguments.of(seed, AccessPath.GROUP), Arguments.of(seed, AccessPath.CDEV)));
    }

    /// Repeats a step until the device is closed; the error that says so, or any other typed one, is what may happen.
    private void worker(long seed, VfioDevice device, Step step) {
        var random = new Random(seed);
        threads.add(Thread.ofPlatform().start(() -> {
            try {
                start.await();
                for (boolean last = false; !last;) {
                    last = closed;
                    try {
                        step.run(random);
                        steps.incrementAndGet();
                        assertThat(last).as("done after the device was closed").isFalse();
                    } catch (LiveMigrationException typed) {
                        assertThat(typed.device()).as(typed.getMessage()).isEqualTo(ScratchDevice.NAME);
                    }
                }
            } catch (Throwable e) {
                unexpected.add(e);
            }
        }));
    }

    private static void access(DeviceRegion region, Random random) {
        long offset = 8L * random.nextInt((int) (region.byteSize() / 8));
        if (random.nextBoolean()) {
            region.write32(offset, random.nextInt());
        } else {
            region.read64(offset);
        }
    }

    private static void map(VfioDevice device, Random random) {
        var memory = device.allocateDma(1 + random.nextInt(20_000));
        try {
            memory.segment().set(ValueLayout.JAVA_INT, 0, 1);
        } catch (IllegalStateException closedWithTheDevice) {
            assertThat(memory.segment().scope().isAlive()).isFalse();
        }
        if (random.nextBoolean()) {
            memory.close();
        }
    }

    private static void interrupt(VfioDevice device, ScratchFunction function, Random random) {
        var counters = device.interrupts().enable(1 + random.nextInt(4));
        function.interrupts().raise(random.nextInt(4));
        var counter = counters.get(random.nextInt(counters.size()));
        if (counter.await(Duration.ofMillis(random.nextInt(3)))) {
            counter.takePending();
        }
        if (random.nextInt(4) == 0) {
            device.interrupts().disable();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void onlyTypedErrorsAndNothingLeft(long seed, AccessPath path) throws InterruptedException {
        var function = new ScratchFunction().mappableAreas(new FakeArea(0, 0x2000), new FakeArea(0x3000, 0x1000));
        var scratch = new ScratchDevice(function);
        var device = scratch.open(path);
        device.enableBusMaster();
        for (int i = 0; i < 2; i++) {
            worker(seed * 10 + i, device, random -> access(device.region(0), random));
        }
        worker(seed * 10 + 2, device, random -> device.region(7).read16(2L * random.nextInt(64)));
        worker(seed * 10 + 3, device, random -> map(device, random));
        worker(seed * 10 + 4, device, random -> map(device, random));
        worker(seed * 10 + 5, device, random -> interrupt(device, function, random));
        worker(seed * 10 + 6, device, random -> {
            device.reset();
            device.enableBusMaster();
        });
        int until = STEPS_BEFORE_CLOSE + new Random(seed).nextInt(400);
        start.countDown();
        while (steps.get() < until && unexpected.isEmpty()) {
            Thread.onSpinWait();
        }
        device.close();
        closed = true;
        for (var thread : threads) {
            thread.join();
        }
        assertThat(unexpected).as("seed " + seed).isEmpty();
        assertThat(scratch.host.violations()).as("seed " + seed).isEmpty();
        device.close();
        scratch.host.assertNothingLeft();
    }
}

package io.nvmelm.transport.vfio.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.VfioDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Registers that are mapped, memory and interrupts are used by threads while another resets and closes the device: a bus error would
/// end this process.
@Tag("guest")
@Timeout(180)
class ResetRaceTest {
    private static final int ROUNDS = 5;
    private static final int RESETS = 5;
    private static final int BARRIER_READS = 200;

    @Test
    void nobodyMeetsADeviceThatIsBeingResetOrIsGone() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            race();
        }
    }

    private static void race() throws InterruptedException {
        var device = VfioDevice.open(PciAddress.parse(GuestEnvironment.read().spareController()));
        device.enableBusMaster();
        var registers = device.region(0);
        assertThat(registers.isMapped()).isTrue();
        var unexpected = new ConcurrentLinkedQueue<Throwable>();
        var closed = new AtomicBoolean();
        var reads = new AtomicLong();
        var started = new CountDownLatch(3);
        var work = List.<Runnable>of(
                () -> {
                    registers.read32(0x1C);
                    reads.incrementAndGet();
                },
                () -> device.allocateDma(8192).close(),
                () -> device.interrupts().enable(1));
        var threads = new ArrayList<Thread>();
        for (var step : work) {
            threads.add(Thread.ofPlatform().start(() -> {
                started.countDown();
                while (true) {
                    boolean last = closed.get();
                    try {
                        step.run();
                        if (last) {
                            unexpected.add(new AssertionError("a closed device was used"));
                            return;
                        }
                    } catch (LiveMigrationException refused) {
                        if (last) {
                            return;
                        }
                    } catch (Throwable t) {
                        unexpected.add(t);
                        return;
                    }
                }
            }));
        }
        started.await();
        for (int i = 0; i < RESETS; i++) {
            device.reset();
            long enough = reads.get() + BARRIER_READS;
            while (reads.get() < enough && unexpected.isEmpty()) {
                Thread.onSpinWait();
            }
        }
        device.close();
        closed.set(true);
        for (var thread : threads) {
            thread.join();
        }
        assertThat(unexpected).isEmpty();
    }
}

package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.PAGE;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.identifyController;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.spi.TransferMemory;
import io.nvmelm.transport.mock.LatencyModel;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Threads that submit, poll and allocate while another one resets or closes.
@Timeout(120)
class ControllerThreadsTest {
    private static final int THREADS = 3;

    private final NvmeTestBed bed = new NvmeTestBed();
    private final List<Throwable> unexpected = new CopyOnWriteArrayList<>();
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch underWay = new CountDownLatch(THREADS);

    /// Sends commands until it is over; each has its data or a typed failure.
    private void load(NvmeController controller) {
        boolean started = false;
        while (!over.get()) {
            try (TransferMemory memory = controller.transport().allocate(PAGE)) {
                var future =
                        controller.transport().submit(identifyController(), memory, PAGE, Duration.ofHours(1));
                var completion = future.join();
                assertThat(completion.isSuccess()).isTrue();
                successes.incrementAndGet();
            } catch (CompletionException e) {
                note(e.getCause());
            } catch (LiveMigrationException e) {
                note(e);
            } catch (RuntimeException | AssertionError e) {
                unexpected.add(e);
                return;
            } finally {
                if (!started) {
                    started = true;
                    underWay.countDown();
                }
            }
        }
    }

    private void note(Throwable failure) {
        if (!(failure instanceof TransportException)) {
            unexpected.add(failure);
        }
    }

    private List<Thread> start(NvmeController controller) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().daemon().name("load " + i).start(() -> load(controller)));
        }
        underWay.await();
        return threads;
    }

    private void end(List<Thread> threads) throws InterruptedException {
        over.set(true);
        for (var thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(60))).as(thread.getName()).isTrue();
        }
        assertThat(unexpected).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void everyCommandUnderAResetHasItsOutcome(int vectors) throws InterruptedException {
        var options =
                NvmeControllerOptions.defaults().withCommandsInFlight(2).withInterruptVectors(vectors);
        try (var controller = bed.open(options)) {
            var threads = start(controller);
            for (int i = 0; i < 50; i++) {
                int before = successes.get();
                controller.reset();
                while (successes.get() == before && unexpected.isEmpty()) {
                    Thread.onSpinWait();
                }
            }
            end(threads);
            assertWorks(controller);
            assertThat(controller.transport().limits().maximumCommandsInFlight()).isEqualTo(2);
        }
        bed.assertClean();
    }

    @RepeatedTest(10)
    void everyCommandUnderACloseHasItsOutcome() throws InterruptedException {
        var controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(2));
        var threads = start(controller);
        var another = Thread.ofPlatform().start(controller::close);
        controller.close();
        another.join();
        end(threads);
        bed.assertClean();
    }

    @RepeatedTest(10)
    void everyCommandUnderACloseOfTheDeviceHasItsOutcome() throws InterruptedException {
        var device = bed.device();
        var controller = NvmeController.open(device, NvmeControllerOptions.defaults(), bed.host.clock());
        var threads = start(controller);
        device.close();
        end(threads);
        controller.close();
        bed.host.assertNothingLeft();
    }

    @RepeatedTest(3)
    void ioQueuesAreUsedByManyWhileTheControllerIsReset() throws InterruptedException {
        var slow = new NvmeTestBed(builder -> builder.latency(LatencyModel.none()), function -> {});
        try (var controller = slow.open()) {
            var namespace = controller.namespace(1);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < THREADS; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    while (!over.get()) {
                        try (var queues = controller.createIoQueuePair(4);
                                var memory = controller.transport().allocate(512)) {
                            for (int n = 0; n < 10; n++) {
                                queues.write(namespace, n, 1, memory).join();
                            }
                            assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
                            successes.incrementAndGet();
                        } catch (CompletionException e) {
                            note(e.getCause());
                        } catch (LiveMigrationException e) {
                            // creating a queue may race with a reset in every way
                            assertThat(e.getMessage()).isNotBlank();
                        } catch (RuntimeException | AssertionError e) {
                            unexpected.add(e);
                        }
                    }
                }));
            }
            for (int i = 0; i < 20; i++) {
                controller.reset();
                int before = successes.get();
                long deadline = System.nanoTime() + 1_000_000_000L;
                while (successes.get() == before && System.nanoTime() - deadline < 0) {
                    Thread.onSpinWait();
                }
            }
            end(threads);
            controller.reset();
            assertWorks(controller);
        }
        slow.host.assertNothingLeft();
        assertThat(slow.host.dmaFaults()).isEmpty();
    }
}

package io.nvmelm.transport.vfio.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeHost;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An open file and its borrowers.
class OpenFileTest {
    private final FakeHost host = new FakeHost();
    private final SystemCalls calls = host.host().calls();

    private OpenFile open() {
        return new OpenFile(calls, calls.eventfd(), "the counter");
    }

    @AfterEach
    void nothingLeft() {
        host.assertNothingLeft();
    }

    @Test
    void theNumberIsClosedWithTheFile() {
        var file = open();
        assertThat(host.openDescriptors()).hasSize(1);
        assertThat(file.isClosed()).isFalse();
        file.close();
        file.close();
        assertThat(file.isClosed()).isTrue();
        assertThat(host.openDescriptors()).isEmpty();
    }

    @Test
    void aBorrowedNumberStaysOpenUntilTheLastBorrowerIsDone() {
        var file = open();
        int fd = file.acquire();
        assertThat(file.acquire()).isEqualTo(fd);
        file.close();
        assertThat(file.isClosed()).isTrue();
        file.release();
        assertThat(calls.poll(fd, SystemCalls.POLL_WRITABLE, 0)).isEqualTo(SystemCalls.POLL_WRITABLE);
        file.release();
        assertThat(host.openDescriptors()).isEmpty();
    }

    @Test
    void afterCloseNothingIsLent() {
        var file = open();
        int fd = file.acquire();
        file.close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(file::acquire)
                    .isInstanceOfSatisfying(
                            TransportException.class, refusal -> assertThat(refusal.errno()).hasValue(Errno.EBADF))
                    .hasMessageContaining("the counter is closed");
        }
        assertThat(calls.poll(fd, SystemCalls.POLL_WRITABLE, 0)).isEqualTo(SystemCalls.POLL_WRITABLE);
        file.release();
        assertThatThrownBy(file::acquire).isInstanceOf(TransportException.class);
        assertThat(host.openDescriptors()).isEmpty();
    }

    /// Its owner closes it, and may have given the number to another file by then.
    @Test
    void aFileOfSomebodyElseIsRefusedAfterCloseAndStaysOpen() {
        int fd = calls.eventfd();
        var file = OpenFile.borrowed(calls, fd, "the counter");
        assertThat(file.acquire()).isEqualTo(fd);
        file.close();
        assertThat(file.isClosed()).isTrue();
        file.release();
        assertThatThrownBy(file::acquire).isInstanceOf(TransportException.class);
        assertThat(host.openDescriptors()).hasSize(1);
        calls.close(fd);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void whateverThreadsDoTheNumberIsUsedOnlyWhileOpenAndClosedOnce(long seed) throws Exception {
        var random = new Random(seed);
        var failures = new ConcurrentLinkedQueue<Throwable>();
        for (int round = 0; round < 200; round++) {
            var file = open();
            int most = random.nextInt(20);
            var barrier = new CyclicBarrier(6);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 6; i++) {
                boolean closes = i < 2;
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        barrier.await();
                        for (int each = 0; each < most; each++) {
                            int fd = file.acquire();
                            try {
                                assertThat(calls.poll(fd, SystemCalls.POLL_WRITABLE, 0)).isPositive();
                            } finally {
                                file.release();
                            }
                        }
                    } catch (TransportException closedMeanwhile) {
                        // as it should be
                    } catch (Throwable unexpected) {
                        failures.add(unexpected);
                    } finally {
                        if (closes) {
                            file.close();
                        }
                    }
                }));
            }
            for (var thread : threads) {
                thread.join();
            }
            assertThat(failures).as("seed " + seed + " round " + round).isEmpty();
            host.assertNothingLeft();
        }
    }
}

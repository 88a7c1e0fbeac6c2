package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import io.nvmelm.transport.vfio.linux.Errno;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Interrupts of a device with four vectors.
class DeviceInterruptsTest {
    private final ScratchDevice scratch = new ScratchDevice();
    private VfioDevice device;

    @BeforeEach
    void open() {
        device = scratch.open(AccessPath.CDEV);
        device.enableBusMaster();
    }

    @AfterEach
    void nothingLeft() {
        device.close();
        scratch.host.assertNothingLeft();
    }

    private boolean raise(int vector) {
        return scratch.function.interrupts().raise(vector);
    }

    private long eventfds() {
        return scratch.host.openDescriptors().stream().filter(name -> name.contains("eventfd")).count();
    }

    @Test
    void everyVectorHasItsCounter() {
        assertThat(device.interrupts().available()).isEqualTo(4);
        var counters = device.interrupts().enable(3);
        assertThat(counters).hasSize(3);
        assertThat(raise(1)).isTrue();
        assertThat(raise(1)).isTrue();
        assertThat(raise(2)).isTrue();
        assertThat(raise(3)).isFalse();
        assertThat(counters.get(0).takePending()).isZero();
        assertThat(counters.get(1).takePending()).isEqualTo(2);
        assertThat(counters.get(1).takePending()).isZero();
        assertThat(counters.get(2).takePending()).isEqualTo(1);
    }

    @Test
    void waitingEndsWithTheInterruptAndLeavesItToBeTaken() {
        var counter = device.interrupts().enable(1).getFirst();
        raise(0);
        assertThat(counter.await(Duration.ZERO)).isTrue();
        assertThat(counter.await(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        assertThat(counter.takePending()).isEqualTo(1);
        assertThat(counter.await(Duration.ofSeconds(-1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_000_000, 99_999_999, 100_000_001, 5_000_000_000L})
    void waitingEndsWithTheTimeAndNotBefore(long nanos) {
        var counter = device.interrupts().enable(1).getFirst();
        long start = scratch.host.clock().nanoTime();
        assertThat(counter.await(Duration.ofNanos(nanos))).isFalse();
        assertThat(scratch.host.clock().nanoTime() - start).isBetween(nanos, nanos + 101_000_000);
    }

    @Test
    void anInterruptedCallIsNotTheEndOfWaiting() {
        var counter = device.interrupts().enable(1).getFirst();
        scratch.host.fail(FakeCall.on("eventfd", "poll"), Errno.EINTR, 0, 3);
        raise(0);
        assertThat(counter.await(Duration.ofSeconds(1))).isTrue();
        scratch.host.failNext(FakeCall.on("eventfd", "read"), Errno.EINTR);
        assertThat(counter.takePending()).isZero();
        assertThat(counter.takePending()).isEqualTo(1);
    }

    @Test
    void errorsOfWaitingAreTyped() {
        var counter = device.interrupts().enable(1).getFirst();
        scratch.host.failNext(FakeCall.on("eventfd", "poll"), Errno.ENOMEM);
        assertThatThrownBy(() -> counter.await(Duration.ZERO))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("0000:04:10.0: waiting for interrupt 0 failed: ENOMEM");
        scratch.host.failNext(FakeCall.on("eventfd", "read"), Errno.EIO);
        assertThatThrownBy(counter::takePending).hasMessageContaining("0000:04:10.0: reading interrupt 0 failed: EIO");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 5, Integer.MAX_VALUE})
    void asManyAsTheDeviceHasCanBeEnabled(int vectors) {
        assertThatThrownBy(() -> device.interrupts().enable(vectors))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("0000:04:10.0: enabling interrupts: vectors is " + vectors
                        + ", allowed: 1 to 4, which the device has. Correct the argument");
        assertThat(eventfds()).isZero();
        assertThat(device.interrupts().enable(4)).hasSize(4);
    }

    /// The kernel answers with the number that it could give, and changes nothing.
    @Test
    void fewerThanAskedForIsAnErrorThatSaysHowMany() {
        scratch.pci.vectorsAvailable(2);
        assertThatThrownBy(() -> device.interrupts().enable(3))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("vectors is 3, allowed: 2, which the host has left");
        assertThat(eventfds()).isZero();
        assertThat(raise(0)).isFalse();
        assertThat(device.interrupts().enable(2)).hasSize(2);
    }

    @Test
    void aDeviceWithoutInterruptsSaysSo() {
        var plain = new ScratchDevice(new ScratchFunction(0x4000, 0));
        try (var without = plain.open(AccessPath.GROUP)) {
            assertThat(without.interrupts().available()).isZero();
            assertThatThrownBy(() -> without.interrupts().enable(1))
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessageContaining("vectors is 1, allowed: none, the device has no MSI-X");
        }
    }

    /// Drivers of mediated devices answer EINVAL for kinds of interrupts that they do not know.
    @Test
    void aKindOfInterruptThatTheDriverDoesNotKnowIsNone() {
        scratch.host.failNext(FakeCall.named("GET_IRQ_INFO"), Errno.EINVAL);
        assertThat(device.interrupts().available()).isZero();
        scratch.host.failNext(FakeCall.named("GET_IRQ_INFO"), Errno.EIO);
        assertThatThrownBy(() -> device.interrupts().available())
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("asking for the interrupts failed: EIO");
    }

    @Test
    void enablingAgainReplacesTheCounters() {
        var old = device.interrupts().enable(4).getFirst();
        var counters = device.interrupts().enable(1);
        assertThat(eventfds()).isEqualTo(1);
        assertThatThrownBy(old::takePending).isInstanceOf(TransportException.class).hasMessageContaining("has ended");
        raise(0);
        assertThat(counters.getFirst().takePending()).isEqualTo(1);
        assertThat(raise(1)).isFalse();
    }

    @Test
    void disablingEndsThemAndCanBeDoneTwice() {
        var counter = device.interrupts().enable(1).getFirst();
        device.interrupts().disable();
        device.interrupts().disable();
        assertThat(eventfds()).isZero();
        assertThat(raise(0)).isFalse();
        assertThatThrownBy(() -> counter.await(Duration.ZERO)).isInstanceOf(TransportException.class);
    }

    @Test
    void aRefusedEnablingLeavesNoneEnabled() {
        device.interrupts().enable(2);
        scratch.host.fail(FakeCall.named("SET_IRQS"), Errno.EINVAL, 1, 1);
        assertThatThrownBy(() -> device.interrupts().enable(2))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("enabling interrupts failed: EINVAL")
                .hasMessageStartingWith("0000:04:10.0: ");
        assertThat(eventfds()).isZero();
        assertThat(raise(0)).isFalse();
    }

    @Test
    void noFilesLeftIsAnErrorAndLeavesNone() {
        scratch.host.limitDescriptors(3);
        assertThatThrownBy(() -> device.interrupts().enable(3)).hasMessageContaining("EMFILE").hasMessageContaining(
                "ulimit -n");
        assertThat(eventfds()).isZero();
    }

    @Test
    void aResetEndsThemAndTheyAreEnabledAgain() {
        var counter = device.interrupts().enable(1).getFirst();
        device.reset();
        assertThatThrownBy(() -> counter.await(Duration.ofDays(1))).isInstanceOf(TransportException.class);
        device.enableBusMaster();
        var again = device.interrupts().enable(1).getFirst();
        raise(0);
        assertThat(again.await(Duration.ZERO)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "reset", "close"})
    void whoeverWaitsLearnsThatTheyEnded(String end) throws InterruptedException {
        scratch.host.clock().manual();
        var counter = device.interrupts().enable(1).getFirst();
        var answer = new AtomicReference<Throwable>();
        var waiter = Thread.ofPlatform().start(() -> {
            try {
                counter.await(Duration.ofDays(1));
            } catch (TransportException e) {
                answer.set(e);
            }
        });
        while (scratch.host.clock().waiting() == 0) {
            Thread.onSpinWait();
        }
        switch (end) {
            case "disable" -> device.interrupts().disable();
            case "reset" -> device.reset();
            default -> device.close();
        }
        while (waiter.isAlive()) {
            scratch.host.clock().advance(Duration.ofMillis(10));
        }
        waiter.join();
        assertThat(answer.get()).hasMessage(
                "0000:04:10.0: interrupt 0 has ended: interrupts were disabled, or the device was reset "
                        + "or closed. Enable the interrupts again");
    }
}

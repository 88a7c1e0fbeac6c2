package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.INVALID_CONTROLLER_DATA_QUEUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.AsynchronousEvent;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ring memory and event listeners of the transport of the controlling controller.
class TransportRingTest {
    private final DataQueueHost host = new DataQueueHost();
    private final List<AsynchronousEvent> events = new ArrayList<>();

    private void raise(int information) {
        host.subsystem.controllingController().raiseAsynchronousEvent(4, information, 0);
        host.clock.advance(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 32, 4095, 4096, 4097, 1 << 24})
    void ringMemoryIsZeroAndPageAligned(long byteSize) {
        try (var memory = host.transport.allocateRing(byteSize)) {
            assertThat(memory.segment().byteSize()).isEqualTo(byteSize);
            assertThat(memory.segment().address() & 4095).isZero();
            assertThat(memory.segment().mismatch(DataQueueHost.bytes((int) byteSize))).isEqualTo(-1);
            assertThat(memory.isQuarantined()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, (1L << 34) + 1, Long.MIN_VALUE})
    void sizesOutOfBoundsAreRefused(long byteSize) {
        assertThatThrownBy(() -> host.transport.allocateRing(byteSize)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void ringMemoryIsNamedAndNotMoved() {
        var memory = host.transport.allocateRing(4096);
        var identify = ManagementHost.entry(0x06, 1, 0, 0, 0, 0);
        assertThatThrownBy(() -> host.transport.submit(identify, memory, 4096, ManagementHost.TIMEOUT))
                .isInstanceOf(InvalidValueException.class);
        assertThat(host.transport.submit(identify, memory, 0, ManagementHost.TIMEOUT).join().isSuccess()).isFalse();
        assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }

    @Test
    void ringMemoryStaysUntilItsQueueIsDeleted() {
        var ring = host.ring(16).started();
        ring.memory.close();
        host.write(1, 1);
        assertThat(ring.memory.segment().scope().isAlive()).isTrue();
        assertThat(ring.read()).hasSize(2);
        ring.delete();
        assertThat(ring.memory.segment().scope().isAlive()).isFalse();
        var other = host.ring(16);
        other.delete();
        assertThat(other.memory.segment().scope().isAlive()).isTrue();
        other.memory.close();
        assertThat(other.memory.segment().scope().isAlive()).isFalse();
        var third = host.ring(16);
        third.memory.close();
        host.subsystem.controllingController().functionLevelReset();
        assertThat(third.memory.segment().scope().isAlive()).isFalse();
    }

    @Test
    void ringMemoryOfACommandThatTimedOutIsQuarantined() {
        host.subsystem.faults().on(AdminOpcode.CONTROLLER_DATA_QUEUE).nth(1).completesLate(Duration.ofSeconds(20));
        var memory = host.transport.allocateRing(4096);
        assertThatThrownBy(() -> host.create(memory, 1, 128)).hasMessageContaining("CONTROLLER_DATA_QUEUE");
        assertThat(memory.isQuarantined()).isTrue();
        memory.close();
        assertThat(memory.segment().scope().isAlive()).isTrue();
        host.clock.runUntilIdle();
        // the queue is there and has the memory, though nobody was told
        assertThat(memory.isQuarantined()).isFalse();
        assertThat(memory.segment().scope().isAlive()).isTrue();
        assertThat(host.send(0x3D, 0x1_0000, 0, 0, 0).isSuccess()).isTrue();
        assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 31)).isEqualTo((byte) 0x83);
        host.send(0x45, 1, 0, 0, 0);
        assertThat(memory.segment().scope().isAlive()).isFalse();
    }

    @Test
    void aTransportThatIsClosedTakesItsQueuesWithIt() {
        var ring = host.ring(16).started();
        var other = new ManagementHost(host.subsystem);
        var otherMemory = other.transport.allocateRing(128);
        var entry = ManagementHost.entry(0x45, 0, 0x2_0001, 32, 0, 0);
        int otherId = other.transport.submit(entry, otherMemory, 0, ManagementHost.TIMEOUT).join().dword0();
        host.transport.close();
        assertThat(ring.memory.segment().scope().isAlive()).isFalse();
        host.write(1, 1);
        assertThat(other.start(ManagementHost.entry(0x3D, 0, ring.id, 0, 0, 0)).join()
                .status()
                .is(INVALID_CONTROLLER_DATA_QUEUE))
                .isTrue();
        assertThat(other.start(ManagementHost.entry(0x3D, 0, otherId, 0, 0, 0)).join().isSuccess()).isTrue();
        assertThatThrownBy(() -> host.transport.allocateRing(1)).isInstanceOf(TransportException.class);
        assertThatThrownBy(() -> host.transport.listenForEvents(events::add)).isInstanceOf(TransportException.class);
    }

    @Test
    void listenersAreToldInOrderUntilTheyEnd() {
        var other = new ManagementHost(host.subsystem).transport;
        assertThat(host.transport.eventsUnavailable()).isEmpty();
        var told = new ArrayList<String>();
        var first = host.transport.listenForEvents(e -> told.add("first " + e.information()));
        other.listenForEvents(e -> told.add("second " + e.information()));
        raise(7);
        assertThat(told).containsExactly("first 7", "second 7");
        first.close();
        first.close();
        raise(8);
        assertThat(told).containsExactly("first 7", "second 7", "second 8");
        other.close();
        raise(9);
        assertThat(told).hasSize(3);
    }

    @Test
    void whatHappenedBeforeIsTold() {
        raise(7);
        host.transport.listenForEvents(events::add);
        assertThat(events).containsExactly(new AsynchronousEvent(4, 7, 0, 0));
    }

    @Test
    void aRequestOfACallerComesBeforeListeners() {
        host.transport.listenForEvents(events::add);
        var request = host.management.start(ManagementHost.entry(0x0C, 0, 0, 0, 0, 0));
        host.clock.advance(Duration.ZERO);
        raise(7);
        assertThat(request.join().dword0()).isEqualTo(0x704);
        assertThat(events).isEmpty();
        raise(8);
        assertThat(events).hasSize(1);
    }

    @Test
    void listeningTakesNoTimeNoSlotAndNoDeadline() {
        var narrow = new DataQueueHost(b -> b.maximumCommandsInFlight(1));
        narrow.transport.listenForEvents(events::add);
        assertThat(narrow.clock.runNext()).isFalse();
        assertThat(narrow.subsystem.adminCommandLog()).isEmpty();
        assertThat(narrow.management.suspend(1).isSuccess()).isTrue();
        assertThat(narrow.clock.nanoTime()).isZero();
        narrow.subsystem.controllingController().functionLevelReset();
        narrow.subsystem.controllingController().raiseAsynchronousEvent(4, 7, 0);
        assertThat(events).hasSize(1);
    }

    @Test
    void aListenerMaySubmitAndFail() {
        var answers = new ArrayList<Boolean>();
        host.transport.listenForEvents(e -> {
            throw new IllegalStateException("broken");
        });
        host.transport.listenForEvents(e -> answers.add(host.send(0x0A, 1, 0, 0, 0).isSuccess()));
        raise(7);
        assertThat(answers).containsExactly(true);
    }

    @Test
    void anEventOfATypeIsNotRepeatedUntilItsLogPageWasRead() {
        host.transport.listenForEvents(events::add);
        var controller = host.subsystem.controllingController();
        controller.raiseAsynchronousEvent(1, 0, 2);
        controller.raiseAsynchronousEvent(1, 1, 2);
        assertThat(events).hasSize(1);
        try (var memory = host.transport.allocate(512)) {
            host.transport
                    .submit(ManagementHost.entry(0x02, 127 << 16 | 2, 0, 0, 0, 0), memory, 512, ManagementHost.TIMEOUT)
                    .join();
        }
        assertThat(events).hasSize(2);
    }
}

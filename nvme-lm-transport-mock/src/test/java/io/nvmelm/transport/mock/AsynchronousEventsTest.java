package io.nvmelm.transport.mock;

import static io.nvmelm.nvme.StatusCode.ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED;
import static io.nvmelm.nvme.StatusCode.COMMAND_ABORT_REQUESTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.rules.Proves;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsynchronousEventsTest {
    private final VirtualClock clock = new VirtualClock();
    private final InMemoryController controller =
            InMemorySubsystem.builder(clock).build().controller(1);
    private final TestHost host = new TestHost(controller).bringUp();

    private int request() {
        int commandId = host.submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        return commandId;
    }

    @Test
    void aRequestWaitsForItsEvent() {
        int commandId = request();
        assertThat(host.poll(0)).isEmpty();
        controller.raiseAsynchronousEvent(1, 2, 2);
        var entries = host.poll(0);
        assertThat(entries).hasSize(1);
        assertThat(entries.getFirst().commandId()).isEqualTo(commandId);
        assertThat(entries.getFirst().dword0()).isEqualTo(0x02_02_01);
    }

    @Test
    void anEventWaitsForARequest() {
        controller.raiseAsynchronousEvent(1, 0, 2);
        request();
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 0x02_00_01);
    }

    @Test
    void aTypeIsMaskedUntilItsLogPageIsRead() {
        request();
        request();
        controller.raiseAsynchronousEvent(1, 0, 2);
        assertThat(host.poll(0)).hasSize(1);
        controller.raiseAsynchronousEvent(1, 1, 2);
        assertThat(host.poll(0)).isEmpty();
        host.submit(0, 0x02, e -> e.cdw10(3 << 16 | 0x8002).prp1(TestHost.DATA));
        clock.runUntilIdle();
        assertThat(host.poll(0)).as("read with Retain Asynchronous Event").hasSize(1);
        host.submit(0, 0x02, e -> e.cdw10(3 << 16 | 2).prp1(TestHost.DATA));
        clock.runUntilIdle();
        assertThat(host.poll(0)).extracting(TestHost.Entry::dword0).containsExactly(0, 0x02_01_01);
    }

    @Test
    void oneShotEventsAreNeverMasked() {
        request();
        request();
        controller.raiseAsynchronousEvent(4, 0, 0);
        controller.raiseAsynchronousEvent(4, 1, 0);
        assertThat(host.poll(0)).extracting(TestHost.Entry::dword0).containsExactly(0x004, 0x104);
    }

    @Test
    void aRequestTooManyIsRefused() {
        for (int i = 0; i < 4; i++) {
            request();
        }
        assertThat(host.poll(0)).isEmpty();
        request();
        assertThat(host.poll(0)).singleElement().matches(e -> e.is(ASYNCHRONOUS_EVENT_REQUEST_LIMIT_EXCEEDED));
    }

    @Test
    void anOutstandingRequestCanBeAborted() {
        int commandId = request();
        host.submit(0, 0x08, e -> e.cdw10(commandId << 16));
        clock.runUntilIdle();
        var entries = host.poll(0);
        assertThat(entries).hasSize(2);
        assertThat(entries.get(0).commandId()).isEqualTo(commandId);
        assertThat(entries.get(0).is(COMMAND_ABORT_REQUESTED)).isTrue();
        assertThat(entries.get(1).dword0()).isZero();
    }

    @Test
    void doorbellsOfQueuesThatDoNotExistAreReported() {
        request();
        controller.writeRegister32(NvmRegisters.submissionDoorbell(3), 1);
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 0x01_00_00);
    }

    @Test
    void doorbellValuesOutsideOfTheQueueAreReported() {
        request();
        host.createQueuePair(1, 8);
        controller.writeRegister32(NvmRegisters.submissionDoorbell(1), 8);
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 0x01_01_00);
        clock.runUntilIdle();
        assertThat(host.poll(1)).isEmpty();
    }

    @Test
    void aHeadBeyondTheTailIsReported() {
        request();
        host.createQueuePair(1, 8);
        controller.writeRegister32(NvmRegisters.completionDoorbell(1), 1);
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 0x01_01_00);
    }

    @Test
    void anEventWaitsForRoomInTheCompletionQueue() {
        host.bringUp(32, 2);
        request();
        host.submit(0, 0x0A, e -> e.cdw10(1));
        clock.runUntilIdle();
        var full = host.peek(0);
        assertThat(full).hasSize(1);
        controller.raiseAsynchronousEvent(4, 0, 0);
        clock.runUntilIdle();
        assertThat(host.peek(0)).isEmpty();
        host.acknowledge(0);
        assertThat(host.poll(0)).singleElement().matches(e -> e.dword0() == 4);
    }

    @Test
    void outstandingRequestsDoNotHoldUpTheQueue() {
        host.bringUp(32, 3);
        for (int i = 0; i < 4; i++) {
            request();
        }
        for (int i = 0; i < 10; i++) {
            assertThat(host.admin(0x0A, e -> e.cdw10(1)).dword0()).isEqualTo(2);
        }
    }

    @Test
    @Proves(device = "event.lost-by-reset")
    void resetDropsRequestsAndEvents() {
        request();
        controller.writeRegister32(NvmRegisters.CC, 0);
        host.bringUp();
        controller.raiseAsynchronousEvent(4, 0, 0);
        clock.runUntilIdle();
        assertThat(host.poll(0)).isEmpty();
    }

    @Test
    void impossibleEventsAreRefused() {
        assertThatThrownBy(() -> controller.raiseAsynchronousEvent(8, 0, 0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> controller.raiseAsynchronousEvent(0, -1, 0)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> controller.raiseAsynchronousEvent(0, 0, 256)).isInstanceOf(
                InvalidValueException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves(device = "event.lost-by-reset")
    void eventsThatWaitAreLostByAReset(boolean ofFunction) {
        var controlling = InMemorySubsystem.builder(clock).build().controllingController();
        var queues = new TestHost(controlling).bringUp();
        controlling.raiseAsynchronousEvent(4, 0, 0);
        controlling.raiseAsynchronousEvent(1, 0, 2);
        if (ofFunction) {
            controlling.functionLevelReset();
        } else {
            controlling.writeRegister32(NvmRegisters.CC, 0);
        }
        queues.bringUp().submit(0, 0x0C, e -> {});
        clock.runUntilIdle();
        assertThat(queues.poll(0)).isEmpty();
        controlling.raiseAsynchronousEvent(4, 1, 0);
        assertThat(queues.poll(0)).extracting(TestHost.Entry::dword0).containsExactly(0x104);
    }
}

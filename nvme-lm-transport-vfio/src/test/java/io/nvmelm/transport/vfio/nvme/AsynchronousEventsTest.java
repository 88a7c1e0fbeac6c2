package io.nvmelm.transport.vfio.nvme;

import static io.nvmelm.transport.vfio.nvme.NvmeTestBed.assertWorks;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.spi.EventSubscription;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Asynchronous events of the in-memory controller, which takes a few requests at a time.
@Timeout(60)
class AsynchronousEventsTest {
    private static final AsynchronousEvent ONE_SHOT = new AsynchronousEvent(4, 7, 0x1E, 0);
    private static final AsynchronousEvent NOTICE = new AsynchronousEvent(2, 0, 2, 0);

    private final NvmeTestBed bed = new NvmeTestBed();
    private final NvmeController controller = bed.open(NvmeControllerOptions.defaults().withCommandsInFlight(2));
    private final List<AsynchronousEvent> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        controller.close();
        bed.assertClean();
    }

    private void raise(AsynchronousEvent event) {
        bed.function.controller().raiseAsynchronousEvent(event.type(), event.information(), event.logPage());
        bed.host.clock().advance(Duration.ofMillis(1));
    }

    @Test
    void noRequestIsSentUntilSomebodyListens() {
        raise(ONE_SHOT);
        assertWorks(controller);
        assertThat(controller.eventRequestsOutstanding()).isZero();
        controller.listenForEvents(seen::add);
        assertThat(controller.eventRequestsOutstanding()).isPositive();
        controller.poll();
        assertThat(seen).containsExactly(ONE_SHOT);
    }

    @Test
    void requestsAreSentAgainAfterEachEvent() {
        controller.listenForEvents(seen::add);
        int requests = controller.eventRequestsOutstanding();
        assertThat(requests).isBetween(1, AdminQueue.EVENT_REQUESTS);
        for (int i = 0; i < 50; i++) {
            raise(ONE_SHOT);
            controller.poll();
            assertThat(seen).hasSize(i + 1).containsOnly(ONE_SHOT);
            assertThat(controller.eventRequestsOutstanding()).isEqualTo(requests);
        }
    }

    @Test
    void anEventOfATypeComesAgainWhenItsLogPageWasRead() {
        controller.listenForEvents(event -> {
            seen.add(event);
            // a listener may submit commands
            var memory = controller.transport().allocate(512);
            controller.transport()
                    .submit(healthLog(), memory, 512, NvmeTestBed.PATIENCE)
                    .whenComplete((completion, failure) -> memory.close());
        });
        raise(NOTICE);
        controller.poll();
        assertWorks(controller);
        raise(NOTICE);
        controller.poll();
        assertThat(seen).containsExactly(NOTICE, NOTICE);
        assertWorks(controller);
    }

    private static MemorySegment healthLog() {
        var entry = MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
        new SubmissionEntryView().wrap(entry, 0).opcode(AdminOpcode.GET_LOG_PAGE.value()).cdw10(127 << 16 | 2);
        return entry;
    }

    @Test
    void commandsHaveTheirOwnPlaces() {
        controller.listenForEvents(seen::add);
        for (int i = 0; i < 20; i++) {
            var first = NvmeTestBed.submit(controller);
            var second = NvmeTestBed.submit(controller);
            assertThat(first.join().isSuccess() && second.join().isSuccess()).isTrue();
        }
    }

    @Test
    void listeningGoesOnAfterAReset() {
        controller.listenForEvents(seen::add);
        int requests = controller.eventRequestsOutstanding();
        controller.reset();
        assertThat(controller.eventRequestsOutstanding()).isEqualTo(requests);
        raise(ONE_SHOT);
        controller.poll();
        assertThat(seen).containsExactly(ONE_SHOT);
    }

    @Test
    void anotherListenerOfTheControllerReplacesTheFirstAndNobodyElse() {
        var first = new CopyOnWriteArrayList<AsynchronousEvent>();
        var beside = new CopyOnWriteArrayList<AsynchronousEvent>();
        controller.listenForEvents(first::add);
        controller.transport().listenForEvents(beside::add);
        raise(ONE_SHOT);
        controller.poll();
        controller.listenForEvents(seen::add);
        raise(ONE_SHOT);
        controller.poll();
        assertThat(first).containsExactly(ONE_SHOT);
        assertThat(beside).containsExactly(ONE_SHOT, ONE_SHOT);
        assertThat(seen).containsExactly(ONE_SHOT);
    }

    @Test
    void whenNobodyListensAnyMoreNoRequestIsSentAgain() {
        var first = controller.transport().listenForEvents(seen::add);
        int requests = controller.eventRequestsOutstanding();
        first.close();
        controller.transport().listenForEvents(seen::add).close();
        for (int i = 1; i <= requests; i++) {
            raise(ONE_SHOT);
            controller.poll();
            assertThat(controller.eventRequestsOutstanding()).isEqualTo(requests - i);
        }
        assertThat(seen).isEmpty();
        controller.reset();
        assertThat(controller.eventRequestsOutstanding()).isZero();
        controller.transport().listenForEvents(seen::add);
        assertThat(controller.eventRequestsOutstanding()).isEqualTo(requests);
        raise(ONE_SHOT);
        controller.poll();
        assertThat(seen).containsExactly(ONE_SHOT);
    }

    /// What is told to the first ends the second before its turn comes.
    @Test
    void aListenerThatIsClosedByAnotherIsNotToldAnyMore() {
        var second = new AtomicReference<EventSubscription>();
        controller.transport().listenForEvents(event -> second.get().close());
        second.set(controller.transport().listenForEvents(seen::add));
        raise(ONE_SHOT);
        controller.poll();
        assertThat(seen).isEmpty();
    }

    @Test
    void listeningToAClosedControllerTellsNothing() {
        controller.close();
        controller.listenForEvents(seen::add);
        controller.poll();
        assertThat(controller.eventRequestsOutstanding()).isZero();
        assertThat(seen).isEmpty();
    }

    @Test
    void aListenerThatThrowsHarmsNobody() {
        controller.listenForEvents(event -> {
            seen.add(event);
            throw new IllegalArgumentException("not mine");
        });
        raise(ONE_SHOT);
        assertWorks(controller);
        raise(ONE_SHOT);
        assertWorks(controller);
        assertThat(seen).hasSize(2);
    }
}

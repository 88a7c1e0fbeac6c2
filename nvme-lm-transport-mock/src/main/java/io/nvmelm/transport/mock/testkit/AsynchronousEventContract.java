package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.transport.mock.testkit.AdminCalls.PAGE_BYTES;
import static io.nvmelm.transport.mock.testkit.AdminCalls.identifyController;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.AsynchronousEvent;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.spi.AdminTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What [AdminTransport#listenForEvents] promises, where events arrive, and how it is refused where they do not. A part of
/// [AdminTransportContract], which is what to extend.
///
/// Most of it takes an event that the controller is made to report: see [#provokeEvent()].
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
public abstract class AsynchronousEventContract extends RingMemoryContract {
    /// More than a controller has requests for at a time.
    private static final int EVENTS = 40;

    /// For subclasses.
    protected AsynchronousEventContract() {}

    /// Says how to have the controller report an event to the transport of the test, one each time, whatever it is. Where an
    /// event is not reported again before its log page was read, that has to be done, too. The last event was handed out before.
    ///
    /// @return what to run for an event; empty where there is no way, and few tests of events
    protected Optional<Runnable> provokeEvent() {
        return Optional.empty();
    }

    /// Says how to reset the controller behind the transport of the test, which is to go on working.
    ///
    /// @return what to run; empty where there is no way, and no test of events after a reset
    protected Optional<Runnable> resetController() {
        return Optional.empty();
    }

    private interface EventTest {
        void run(Runnable provoke) throws Exception;
    }

    private Stream<DynamicTest> withEvents(String name, EventTest test) {
        return transport().eventsUnavailable().isPresent()
                ? Stream.empty()
                : provokeEvent().stream().map(provoke -> DynamicTest.dynamicTest(name, () -> test.run(provoke)));
    }

    private void awaitCount(List<?> seen, int count) {
        calls().awaitWithCommands(() -> seen.size() >= count, "event " + count);
    }

    /// Has commands go to and fro, in which time an event that is under way arrives.
    private void giveTime() {
        for (int i = 0; i < EVENTS; i++) {
            calls().page(IdentifyCommand.CONTROLLER);
        }
    }

    /// Where events do not arrive, a listener is refused with the reason.
    ///
    /// @return one test, or none where events arrive
    @TestFactory
    public Stream<DynamicTest> withoutEventsTheReasonIsGiven() {
        return transport().eventsUnavailable().stream().map(reason -> DynamicTest.dynamicTest("refused", () -> {
            assertThat(reason).isNotBlank();
            var refusal = catchThrowableOfType(
                    CapabilityMissingException.class, () -> transport().listenForEvents(event -> {}).close());
            assertThat(refusal).as("refusal of a listener").isNotNull();
            assertThat(AdminCalls.requireExplained(refusal)).hasMessageContaining(reason);
        }));
    }

    /// A listener takes no place from commands: as many as the limit says are under way together, and are complete.
    ///
    /// @return one test, or none where no events arrive
    @TestFactory
    public Stream<DynamicTest> listeningCostsNoPlace() {
        if (transport().eventsUnavailable().isPresent()) {
            return Stream.empty();
        }
        return Stream.of(DynamicTest.dynamicTest("as many commands as before", () -> {
            try (var _ = transport().listenForEvents(event -> {})) {
                int count = Math.min(transport().limits().maximumCommandsInFlight(), 512);
                var futures = new ArrayList<CompletableFuture<Completion>>();
                for (int i = 0; i < count; i++) {
                    futures.add(calls().submit(AdminCalls.numberOfQueues(), null, 0));
                }
                futures.forEach(future -> assertThat(calls().await(future).isSuccess()).isTrue());
            }
            calls().page(IdentifyCommand.CONTROLLER);
        }));
    }

    /// Every event is told once, however many come one after the other.
    ///
    /// @return one test, or none where no event can be provoked
    @TestFactory
    public Stream<DynamicTest> aListenerIsToldOfEveryEvent() {
        return withEvents("one after the other", provoke -> {
            var seen = new CopyOnWriteArrayList<AsynchronousEvent>();
            try (var _ = transport().listenForEvents(seen::add)) {
                for (int i = 1; i <= EVENTS; i++) {
                    provoke.run();
                    awaitCount(seen, i);
                    assertThat(seen).hasSize(i);
                }
                giveTime();
                assertThat(seen).hasSize(EVENTS);
            }
        });
    }

    /// Each listener is told, in the order in which they began to listen.
    ///
    /// @return one test, or none where no event can be provoked
    @TestFactory
    public Stream<DynamicTest> listenersAreToldInTheirOrder() {
        return withEvents("three of them", provoke -> {
            var told = new CopyOnWriteArrayList<Integer>();
            var events = new CopyOnWriteArrayList<AsynchronousEvent>();
            var expected = new ArrayList<Integer>();
            for (int i = 0; i < 3; i++) {
                int listener = i;
                var _ = transport().listenForEvents(event -> {
                    told.add(listener);
                    events.add(event);
                });
            }
            for (int round = 1; round <= 3; round++) {
                provoke.run();
                awaitCount(told, 3 * round);
                expected.addAll(List.of(0, 1, 2));
                assertThat(told).isEqualTo(expected);
                assertThat(events.subList(3 * round - 3, 3 * round)).containsOnly(events.get(3 * round - 3));
            }
        });
    }

    /// Closing a subscription ends that one and no other; doing it twice is doing it once.
    ///
    /// @return one test, or none where no event can be provoked
    @TestFactory
    public Stream<DynamicTest> aClosedSubscriptionIsNotTold() {
        return withEvents("closed", provoke -> {
            var ended = new CopyOnWriteArrayList<AsynchronousEvent>();
            var seen = new CopyOnWriteArrayList<AsynchronousEvent>();
            var first = transport().listenForEvents(ended::add);
            var second = transport().listenForEvents(seen::add);
            provoke.run();
            awaitCount(seen, 1);
            assertThat(ended).hasSize(1);
            first.close();
            first.close();
            provoke.run();
            awaitCount(seen, 2);
            assertThat(ended).hasSize(1);
            second.close();
            var again = new CopyOnWriteArrayList<AsynchronousEvent>();
            try (var _ = transport().listenForEvents(again::add)) {
                provoke.run();
                awaitCount(again, 1);
                assertThat(seen).hasSize(2);
            }
        });
    }

    /// A listener is told without a lock that `submit` takes: meanwhile it submits, and another thread does.
    ///
    /// @return one test, or none where no event can be provoked
    @TestFactory
    public Stream<DynamicTest> aListenerMaySubmitCommands() {
        return withEvents("and another thread", provoke -> {
            var submitted = new CopyOnWriteArrayList<CompletableFuture<Completion>>();
            try (var _ = transport().listenForEvents(event -> {
                submitted.add(calls().submit(AdminCalls.numberOfQueues(), null, 0));
                Background.start("submitter", () -> submitted.add(calls().submit(AdminCalls.numberOfQueues(), null, 0)))
                        .join(patience());
            })) {
                provoke.run();
                awaitCount(submitted, 2);
                submitted.forEach(future -> assertThat(calls().await(future).isSuccess()).isTrue());
            }
        });
    }

    /// A listener that throws harms neither others nor commands, and is told again.
    ///
    /// @return one test, or none where no event can be provoked
    @TestFactory
    public Stream<DynamicTest> aListenerThatThrowsHarmsNobody() {
        return withEvents("twice", provoke -> {
            var told = new CopyOnWriteArrayList<String>();
            var _ = transport().listenForEvents(event -> {
                told.add("thrower");
                throw new InvalidValueException("event", "any", "none: thrown by a listener, to see who is harmed");
            });
            var _ = transport().listenForEvents(event -> told.add("other"));
            provoke.run();
            awaitCount(told, 2);
            provoke.run();
            awaitCount(told, 4);
            assertThat(told).containsExactly("thrower", "other", "thrower", "other");
            calls().page(IdentifyCommand.CONTROLLER);
        });
    }

    /// A listener is told of what comes after a reset of the controller.
    ///
    /// @return one test, or none where no event can be provoked or the controller not reset
    @TestFactory
    public Stream<DynamicTest> eventsGoOnAfterAReset() {
        return withEvents("three times", provoke -> {
            var seen = new CopyOnWriteArrayList<AsynchronousEvent>();
            try (var _ = transport().listenForEvents(seen::add)) {
                for (int round = 1; round <= 3; round++) {
                    resetController().orElseThrow().run();
                    provoke.run();
                    awaitCount(seen, round);
                    assertThat(seen).hasSize(round);
                }
            }
        }).filter(test -> resetController().isPresent());
    }

    /// A closed transport refuses a listener by a [TransportException].
    ///
    /// @return one test, or none where no events arrive
    @TestFactory
    public Stream<DynamicTest> aClosedTransportTellsNobodyAnew() {
        if (transport().eventsUnavailable().isPresent()) {
            return Stream.empty();
        }
        return Stream.of(DynamicTest.dynamicTest("refused", () -> {
            transport().close();
            var refusal = catchThrowableOfType(
                    TransportException.class, () -> transport().listenForEvents(event -> {}).close());
            assertThat(refusal).as("refusal of a listener").isNotNull();
            AdminCalls.requireExplained(refusal);
        }));
    }

    /// The end of the transport ends every subscription, which may still be closed.
    ///
    /// @return one test, or none where no event can be provoked
    @TestFactory
    public Stream<DynamicTest> theEndOfTheTransportEndsListening() {
        return withEvents("closed", provoke -> {
            var seen = new CopyOnWriteArrayList<AsynchronousEvent>();
            var subscription = transport().listenForEvents(seen::add);
            provoke.run();
            awaitCount(seen, 1);
            try (var memory = transport().allocate(PAGE_BYTES)) {
                var underWay = calls().submit(identifyController(), memory, PAGE_BYTES);
                transport().close();
                calls().outcomeOf(underWay);
            }
            int told = seen.size();
            subscription.close();
            subscription.close();
            assertThat(seen).hasSize(told);
        });
    }
}

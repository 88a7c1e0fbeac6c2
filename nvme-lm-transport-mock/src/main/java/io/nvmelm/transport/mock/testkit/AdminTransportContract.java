package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.transport.mock.testkit.AdminCalls.PAGE_BYTES;
import static io.nvmelm.transport.mock.testkit.AdminCalls.bytes;
import static io.nvmelm.transport.mock.testkit.AdminCalls.identify;
import static io.nvmelm.transport.mock.testkit.AdminCalls.identifyController;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.IdentifyControllerCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// What [AdminTransport] promises to whoever sends commands through it. The author of a transport extends this class, says
/// how to open it, and has the promises tested, included those of its memory by [TransferMemoryContract], of rings by
/// [RingMemoryContract] and of events by [AsynchronousEventContract].
///
/// ```java
/// class MyTransportTest extends AdminTransportContract {
///     @Override
///     protected AdminTransport openTransport() {
///         return MyTransport.open(...);
///     }
/// }
/// ```
///
/// The controller behind the transport is only read: it is sent Identify, Get Features, Get Log Page, an opcode that it does
/// not know, and what the transport sends for events; the commands of a Controller Data Queue only where
/// [#loggedController()] says so. It has to know Identify Controller (CNS 01h) and the Active Namespace ID list (CNS 02h).
/// How much is under way at a time follows from [AdminTransport#limits()].
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
@Timeout(120)
public abstract class AdminTransportContract extends AsynchronousEventContract {
    private static final byte PATTERN = 0x5A;
    private static final int HEALTH_LOG_BYTES = 512;
    private static final int THREADS = 4;
    private static final int COMMANDS_OF_A_THREAD = 50;
    private static final Duration SHORT_TIMEOUT = Duration.ofMillis(20);
    private static final int[] STRUCTURES = {IdentifyCommand.CONTROLLER, IdentifyCommand.ACTIVE_NAMESPACE_LIST};

    /// For subclasses.
    protected AdminTransportContract() {}

    /// Says how to have the next command, an Identify Controller, not completed for at least a minute. Where there is no way,
    /// there are no tests of timeouts.
    ///
    /// @return what to run before that command is submitted; empty where there is no way
    protected Optional<Runnable> makeNextCommandHang() {
        return Optional.empty();
    }

    /// {@return an opcode that the controller does not know and that moves no data (bits 1:0 are 0)} To be overridden where
    /// the controller knows 78h, which is reserved.
    protected int unsupportedOpcode() {
        return 0x78;
    }

    /// The limits are within their bounds and the same each time.
    @Test
    public void limitsAreSaneAndDoNotChange() {
        var limits = transport().limits();
        assertThat(limits.maximumTransferBytes()).isGreaterThanOrEqualTo(PAGE_BYTES);
        assertThat(limits.maximumCommandsInFlight()).isPositive();
        limits.ringMemoryUnavailable().ifPresent(reason -> assertThat(reason).isNotBlank());
        calls().page(IdentifyCommand.CONTROLLER);
        assertThat(transport().limits()).isEqualTo(limits);
    }

    /// Identify Controller brings a structure that can be decoded.
    @Test
    public void identifyControllerArrives() {
        try (var memory = transport().allocate(PAGE_BYTES)) {
            assertThat(calls().run(identifyController(), memory, PAGE_BYTES).isSuccess()).isTrue();
            assertThat(IdentifyControllerCodec.decode(memory.segment()).subsystemNqn()).isNotBlank();
        }
    }

    /// A command without data is carried too.
    @Test
    public void aCommandNeedsNoData() {
        assertThat(calls().run(AdminCalls.numberOfQueues(), null, 0).isSuccess()).isTrue();
    }

    /// The caller's entry is copied: it may be overwritten when `submit` has returned, and is not written itself.
    @Test
    public void theEntryIsTheCallersAgainAtOnce() {
        byte[] expected = calls().page(IdentifyCommand.CONTROLLER);
        var entry = identifyController();
        try (var memory = transport().allocate(PAGE_BYTES)) {
            byte[] before = entry.toArray(ValueLayout.JAVA_BYTE);
            var future = calls().submit(entry, memory, PAGE_BYTES);
            assertThat(entry.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
            entry.fill((byte) 0xFF);
            assertThat(calls().await(future).isSuccess()).isTrue();
            assertThat(bytes(memory, PAGE_BYTES)).isEqualTo(expected);
        }
    }

    /// An entry may lie on the heap, off it, at any address, and be read-only.
    @Test
    public void anEntryMayLieAnywhere() {
        try (var arena = Arena.ofConfined();
                var memory = transport().allocate(PAGE_BYTES)) {
            var entry = identifyController();
            var odd = arena.allocate(entry.byteSize() + 1, 1).asSlice(1).copyFrom(entry);
            var onHeap = MemorySegment.ofArray(new byte[(int) entry.byteSize() + 3]).asSlice(3).copyFrom(entry);
            for (var variant : List.of(odd, onHeap, entry.asReadOnly())) {
                assertThat(calls().run(variant, memory, PAGE_BYTES).isSuccess()).as(variant.toString()).isTrue();
            }
        }
    }

    /// Command identifier and data pointer are the transport's: what the caller left there means nothing.
    @Test
    public void commandIdentifierAndDataPointerOfTheCallerMeanNothing() {
        byte[] expected = calls().page(IdentifyCommand.CONTROLLER);
        var entry = identifyController();
        new SubmissionEntryView().wrap(entry, 0).commandId(0xFFFF).prp1(0xDEAD_BEEF_0000L).prp2(-1);
        int count = Math.min(4, transport().limits().maximumCommandsInFlight());
        var memories = allocate(transport(), count);
        var futures = new ArrayList<CompletableFuture<Completion>>();
        for (var memory : memories) {
            futures.add(calls().submit(entry, memory, PAGE_BYTES));
        }
        for (int i = 0; i < count; i++) {
            assertThat(calls().await(futures.get(i)).isSuccess()).isTrue();
            assertThat(bytes(memories.get(i), PAGE_BYTES)).isEqualTo(expected);
        }
        memories.forEach(TransferMemory::close);
    }

    /// Bytes of the memory behind those that the command moves are left alone.
    @Test
    public void onlyTheBytesOfTheCommandAreTouched() {
        long room = Math.min(transport().limits().maximumTransferBytes(), 3 * PAGE_BYTES);
        try (var memory = transport().allocate(room)) {
            memory.segment().fill(PATTERN);
            assertThat(calls().run(identifyController(), memory, PAGE_BYTES).isSuccess()).isTrue();
            assertUntouchedFrom(memory, PAGE_BYTES);
            assertThat(bytes(memory, PAGE_BYTES)).isEqualTo(calls().page(IdentifyCommand.CONTROLLER));

            memory.segment().fill(PATTERN);
            calls().run(AdminCalls.healthLog(HEALTH_LOG_BYTES), memory, HEALTH_LOG_BYTES);
            assertUntouchedFrom(memory, HEALTH_LOG_BYTES);
        }
    }

    private static void assertUntouchedFrom(TransferMemory memory, long byteOffset) {
        for (byte found : memory.segment().asSlice(byteOffset).toArray(ValueLayout.JAVA_BYTE)) {
            assertThat(found).as("a byte behind the first %d", byteOffset).isEqualTo(PATTERN);
        }
    }

    /// As many commands as the limit says are under way together, and each gets its own data.
    @Test
    public void everyCommandInFlightGetsItsOwnData() {
        assertEachGetsItsOwnData(transport().limits().maximumCommandsInFlight());
    }

    /// More commands than the limit says are served too, by waiting.
    @Test
    public void moreCommandsThanTheLimitAreServed() {
        assertEachGetsItsOwnData(2 * Math.min(transport().limits().maximumCommandsInFlight(), 512) + 1);
    }

    private void assertEachGetsItsOwnData(int count) {
        var expected = new byte[STRUCTURES.length][];
        for (int i = 0; i < STRUCTURES.length; i++) {
            expected[i] = calls().page(STRUCTURES[i]);
        }
        var memories = allocate(transport(), count);
        var futures = new ArrayList<CompletableFuture<Completion>>();
        for (int i = 0; i < count; i++) {
            futures.add(calls().submit(identify(STRUCTURES[i % STRUCTURES.length]), memories.get(i), PAGE_BYTES));
        }
        for (int i = count - 1; i >= 0; i--) {
            assertThat(calls().await(futures.get(i)).isSuccess()).as("command %d of %d", i, count).isTrue();
            assertThat(bytes(memories.get(i), PAGE_BYTES))
                    .as("data of command %d of %d", i, count)
                    .isEqualTo(expected[i % STRUCTURES.length]);
        }
        memories.forEach(TransferMemory::close);
    }

    /// An error of the controller is a completion with that status, and the next command is served.
    @Test
    public void anErrorStatusIsACompletion() {
        int limit = transport().limits().maximumCommandsInFlight();
        for (int i = 0; i <= Math.min(limit, 512); i++) {
            var completion = calls().run(AdminCalls.ofOpcode(unsupportedOpcode()), null, 0);
            assertThat(completion.status().statusCode()).contains(StatusCode.INVALID_COMMAND_OPCODE);
            assertThat(completion.isSuccess()).isFalse();
        }
        calls().page(IdentifyCommand.CONTROLLER);
    }

    /// Several threads submit and wait, and each gets its own data.
    @Test
    public void threadsDoNotDisturbEachOther() {
        var expected = new byte[STRUCTURES.length][];
        for (int i = 0; i < STRUCTURES.length; i++) {
            expected[i] = calls().page(STRUCTURES[i]);
        }
        var threads = new ArrayList<Background>();
        for (int thread = 0; thread < THREADS; thread++) {
            int place = thread % STRUCTURES.length;
            threads.add(Background.start("submitter " + thread, () -> {
                for (int i = 0; i < COMMANDS_OF_A_THREAD; i++) {
                    assertThat(calls().page(STRUCTURES[place])).as("command %d", i).isEqualTo(expected[place]);
                }
            }));
        }
        threads.forEach(submitter -> submitter.join(patience()));
    }

    /// A completion is handed out without a lock that `submit` takes: while its callback runs, another thread can submit.
    @Test
    public void aCallbackHoldsNobodyUp() {
        var inner = new CopyOnWriteArrayList<CompletableFuture<Completion>>();
        var outer = calls().submit(AdminCalls.numberOfQueues(), null, 0).thenApply(completion -> {
            Background.start("submitter", () -> inner.add(calls().submit(AdminCalls.numberOfQueues(), null, 0)))
                    .join(patience());
            return completion;
        });
        assertThat(calls().await(outer).isSuccess()).isTrue();
        assertThat(inner).hasSize(1);
        assertThat(calls().await(inner.getFirst()).isSuccess()).isTrue();
    }

    /// A bad argument is refused by a typed failure and costs no place among the commands under way.
    @Test
    public void badArgumentsAreRefusedAndCostNothing() {
        try (var memory = transport().allocate(PAGE_BYTES)) {
            var entry = identifyController();
            List<Supplier<CompletableFuture<Completion>>> bad = List.of(
                    () -> calls().submit(MemorySegment.ofArray(new byte[0]), null, 0),
                    () -> calls().submit(MemorySegment.ofArray(new byte[63]), null, 0),
                    () -> calls().submit(entry, null, 1),
                    () -> calls().submit(entry, memory, -1),
                    () -> calls().submit(entry, memory, PAGE_BYTES + 1),
                    () -> calls().submit(entry, memory, Long.MAX_VALUE),
                    () -> transport().submit(entry, memory, PAGE_BYTES, Duration.ZERO),
                    () -> transport().submit(entry, memory, PAGE_BYTES, Duration.ofSeconds(-1)));
            for (int i = 0; i <= Math.min(transport().limits().maximumCommandsInFlight(), 512); i++) {
                bad.forEach(submission -> calls().assertRefused(InvalidValueException.class, submission));
            }
            assertThat(calls().run(entry, memory, PAGE_BYTES).isSuccess()).isTrue();
        }
    }

    /// Memory that was closed, or lent by another transport, is not used.
    @Test
    public void memoryThatIsNotTheTransportsIsRefused() {
        var closed = transport().allocate(PAGE_BYTES);
        closed.close();
        calls().assertRefused(LiveMigrationException.class, () -> calls().submit(identifyController(), closed,
                PAGE_BYTES));
        anotherTransport().ifPresent(another -> {
            try (var foreign = another.allocate(PAGE_BYTES)) {
                calls().assertRefused(
                        LiveMigrationException.class,
                        () -> calls().submit(identifyController(), foreign, PAGE_BYTES));
            }
        });
        calls().page(IdentifyCommand.CONTROLLER);
    }

    /// Memory that is closed while a command uses it is kept until the command is complete.
    @Test
    public void memoryClosedUnderACommandIsKept() {
        for (int i = 0; i < 16; i++) {
            var memory = transport().allocate(PAGE_BYTES);
            var future = calls().submit(identifyController(), memory, PAGE_BYTES);
            memory.close();
            try (var next = transport().allocate(PAGE_BYTES)) {
                next.segment().fill(PATTERN);
                assertThat(calls().await(future).isSuccess()).isTrue();
                assertThat(bytes(next, PAGE_BYTES)).containsOnly(PATTERN);
            }
        }
    }

    /// A command that misses its deadline fails by type, its memory is quarantined, and others go on.
    ///
    /// @return one test, or none where no command can be made to hang
    @TestFactory
    public Stream<DynamicTest> aTimedOutCommandKeepsItsMemory() {
        return makeNextCommandHang().stream()
                .map(hang -> DynamicTest.dynamicTest("after its deadline", () -> assertMemoryKept(hang)));
    }

    private void assertMemoryKept(Runnable hang) {
        byte[] expected = calls().page(IdentifyCommand.CONTROLLER);
        var memory = transport().allocate(PAGE_BYTES);
        hang.run();
        var timeout = calls().assertRefused(
                CommandTimeoutException.class,
                () -> transport().submit(identifyController(), memory, PAGE_BYTES, SHORT_TIMEOUT));
        assertThat(timeout.timeout()).isEqualTo(SHORT_TIMEOUT);
        assertThat(memory.isQuarantined()).isTrue();
        if (transport().limits().maximumCommandsInFlight() > 1) {
            calls().assertRefused(LiveMigrationException.class, () -> calls().submit(identifyController(), memory,
                    PAGE_BYTES));
            assertThat(calls().page(IdentifyCommand.CONTROLLER)).isEqualTo(expected);
        }
        memory.close();
        memory.close();
        transport().close();
    }

    /// Closing the transport ends a command that nobody answers.
    ///
    /// @return one test, or none where no command can be made to hang
    @TestFactory
    public Stream<DynamicTest> closingEndsACommandThatHangs() {
        return makeNextCommandHang().stream()
                .map(hang -> DynamicTest.dynamicTest("by closing", () -> assertEndedByClosing(hang)));
    }

    private void assertEndedByClosing(Runnable hang) {
        var memory = transport().allocate(PAGE_BYTES);
        hang.run();
        var future = calls().submit(identifyController(), memory, PAGE_BYTES);
        transport().close();
        calls().assertRefused(TransportException.class, () -> future);
        memory.close();
    }

    /// Closing the transport leaves no future open: each has its completion or a [TransportException].
    @Test
    public void closingEndsEveryCommandUnderWay() {
        int count = Math.min(transport().limits().maximumCommandsInFlight(), 512);
        var memories = allocate(transport(), count);
        var futures = new ArrayList<CompletableFuture<Completion>>();
        for (var memory : memories) {
            futures.add(calls().submit(identifyController(), memory, PAGE_BYTES));
        }
        transport().close();
        for (var future : futures) {
            var outcome = calls().outcomeOf(future);
            if (!(outcome instanceof Completion)) {
                assertThat(outcome).isInstanceOf(TransportException.class);
            }
        }
        memories.forEach(TransferMemory::close);
    }

    /// A transport may be closed more than once, by several threads too.
    @Test
    public void closingTwiceIsClosingOnce() {
        calls().page(IdentifyCommand.CONTROLLER);
        var other = Background.start("closer", transport()::close);
        transport().close();
        other.join(patience());
        transport().close();
    }

    /// A closed transport refuses by a [TransportException] and still knows its limits.
    @Test
    public void aClosedTransportRefuses() {
        var limits = transport().limits();
        transport().close();
        calls().assertRefused(TransportException.class, () -> calls().submit(AdminCalls.numberOfQueues(), null, 0));
        assertThat(catchThrowable(() -> transport().allocate(PAGE_BYTES).close())).isInstanceOf(
                TransportException.class);
        assertThat(transport().limits()).isEqualTo(limits);
    }

    private static List<TransferMemory> allocate(AdminTransport transport, int count) {
        var memories = new ArrayList<TransferMemory>();
        for (int i = 0; i < count; i++) {
            memories.add(transport.allocate(PAGE_BYTES));
        }
        return memories;
    }
}

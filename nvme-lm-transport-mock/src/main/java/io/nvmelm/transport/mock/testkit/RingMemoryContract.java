package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.transport.mock.testkit.AdminCalls.PAGE_BYTES;
import static io.nvmelm.transport.mock.testkit.AdminCalls.identifyController;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.LbaMigrationEntry;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.TransferMemory;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What [AdminTransport#allocateRing] promises, where there is ring memory, and how it is refused where there is none. A part of
/// [AdminTransportContract], which is what to extend.
///
/// Whether the controller reaches a ring after the command that named it is tested with a Controller Data Queue, which only a
/// controller of live migration has: see [#loggedController()].
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
public abstract class RingMemoryContract extends TransferMemoryContract {
    private static final long LARGEST_RING_BYTES = 1L << 34;
    private static final long LARGE_BYTES = 64L << 20;
    private static final byte PATTERN = 0x5A;
    private static final int ENTRIES_OF_A_PAGE = PAGE_BYTES / LbaMigrationEntry.BYTES;
    private static final int PHASE_TAG_OFFSET = LbaMigrationEntry.BYTES - 1;
    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

    /// For subclasses.
    protected RingMemoryContract() {}

    /// Says which migratable controller the controller behind the transport can log the changes of, in a User Data Migration
    /// Queue that is one ring (PC = 1). The queue is created through the transport of the test, logging is started and stopped,
    /// of which the controller has to leave a last entry, and the queue is deleted.
    ///
    /// @return its identifier; empty where there is none, and no test of what the controller writes
    protected OptionalInt loggedController() {
        return OptionalInt.empty();
    }

    private interface RingTest {
        void run() throws Exception;
    }

    /// One test where there is ring memory, none where there is not.
    private Stream<DynamicTest> withRings(String name, RingTest test) {
        return hasRings() ? Stream.of(DynamicTest.dynamicTest(name, test::run)) : Stream.empty();
    }

    private boolean hasRings() {
        return transport().limits().ringMemoryUnavailable().isEmpty();
    }

    /// Without ring memory, the request is refused with the reason that the limits give.
    ///
    /// @return one test, or none where there is ring memory
    @TestFactory
    public Stream<DynamicTest> withoutRingMemoryTheReasonIsGiven() {
        return transport().limits().ringMemoryUnavailable().stream()
                .map(reason -> DynamicTest.dynamicTest("refused with the reason", () -> {
                    assertThat(reason).isNotBlank();
                    var refusal = catchThrowableOfType(
                            CapabilityMissingException.class, () -> transport().allocateRing(PAGE_BYTES).close());
                    assertThat(refusal).as("refusal of a ring").isNotNull();
                    assertThat(AdminCalls.requireExplained(refusal)).hasMessageContaining(reason);
                }));
    }

    /// A ring has the size that was asked for, every byte is 0, it begins at a page and is not quarantined.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> aRingIsZeroedAndBeginsAtAPage() {
        return withRings("for some sizes", () -> {
            for (long byteSize : new long[] {1, 32, 4095, 4096, 4097, 3 * PAGE_BYTES}) {
                try (var ring = transport().allocateRing(byteSize)) {
                    assertThat(ring.segment().byteSize()).isEqualTo(byteSize);
                    assertThat(firstByteUnlike(ring, (byte) 0)).as("first byte that is not 0 of %d", byteSize)
                            .isEqualTo(-1);
                    assertThat(ring.segment().address() % PAGE_BYTES).as("offset in a page, %d bytes", byteSize)
                            .isZero();
                    assertThat(ring.isQuarantined()).isFalse();
                }
            }
        });
    }

    /// A ring may be larger than what one command can move, and every byte can be read and written by any thread.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> aRingMayBeLargerThanACommandMoves() {
        return withRings("one byte more", () -> {
            long byteSize = Math.min(transport().limits().maximumTransferBytes(), LARGE_BYTES) + 1;
            try (var ring = transport().allocateRing(byteSize)) {
                Background.start("writer", () -> ring.segment().fill(PATTERN)).join(patience());
                assertThat(ring.segment().get(ValueLayout.JAVA_BYTE, byteSize - 1)).isEqualTo(PATTERN);
                assertThat(firstByteUnlike(ring, PATTERN)).as("first byte lost").isEqualTo(-1);
            }
        });
    }

    /// A ring that is lent again is zeroed again.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> aRingOfAnEarlierUserIsZeroed() {
        return withRings("four times", () -> {
            for (int round = 0; round < 4; round++) {
                try (var ring = transport().allocateRing(PAGE_BYTES)) {
                    assertThat(firstByteUnlike(ring, (byte) 0)).as("first byte that is not 0, round %d", round)
                            .isEqualTo(-1);
                    ring.segment().fill(PATTERN);
                }
            }
        });
    }

    /// Rings and other memory that are lent at the same time do not overlap.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> ringsDoNotOverlap() {
        return withRings("two and a memory", () -> {
            try (var one = transport().allocateRing(100);
                    var memory = transport().allocate(100);
                    var other = transport().allocateRing(100)) {
                one.segment().fill(PATTERN);
                assertThat(firstByteUnlike(other, (byte) 0)).isEqualTo(-1);
                assertThat(firstByteUnlike(memory, (byte) 0)).isEqualTo(-1);
                assertThat(one.segment().asOverlappingSlice(other.segment())).isEmpty();
                assertThat(one.segment().asOverlappingSlice(memory.segment())).isEmpty();
            }
        });
    }

    /// A size below 1 or above 2^34 is refused by name, and the next request is served.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> aRingSizeOutOfBoundsIsRefused() {
        return withRings("below and above", () -> {
            for (long byteSize : new long[] {0, -1, Long.MIN_VALUE, LARGEST_RING_BYTES + 1, Long.MAX_VALUE}) {
                var refusal = catchThrowableOfType(
                        InvalidValueException.class, () -> transport().allocateRing(byteSize).close());
                assertThat(refusal).as("refusal of %d bytes", byteSize).isNotNull();
                assertThat(AdminCalls.requireExplained(refusal).value()).isEqualTo(Long.toString(byteSize));
            }
            transport().allocateRing(1).close();
        });
    }

    /// A ring is named by commands: its bytes cannot be moved by one.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> aRingIsNotMoved() {
        return withRings("as data", () -> {
            try (var ring = transport().allocateRing(PAGE_BYTES)) {
                for (long byteSize : new long[] {1, PAGE_BYTES, -1, PAGE_BYTES + 1}) {
                    calls().assertRefused(
                            InvalidValueException.class, () -> calls().submit(identifyController(), ring, byteSize));
                }
                assertThat(firstByteUnlike(ring, (byte) 0)).isEqualTo(-1);
                assertThat(ring.isQuarantined()).isFalse();
            }
        });
    }

    /// A ring that was closed, or lent by another transport, cannot be named.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> aRingThatIsNotTheTransportsIsRefused() {
        return withRings("closed and foreign", () -> {
            var closed = transport().allocateRing(PAGE_BYTES);
            closed.close();
            calls().assertRefused(InvalidValueException.class, () -> name(closed));
            anotherTransport().ifPresent(another -> {
                try (var foreign = another.allocateRing(PAGE_BYTES)) {
                    calls().assertRefused(InvalidValueException.class, () -> name(foreign));
                }
            });
        });
    }

    /// Rings may be closed more than once, are lent again as often as one likes, and those that are never closed end with the
    /// transport, which lends none afterwards.
    ///
    /// @return one test, or none without ring memory
    @TestFactory
    public Stream<DynamicTest> ringsEndWithTheTransport() {
        return withRings("closed and not closed", () -> {
            var kept = transport().allocateRing(PAGE_BYTES);
            for (int round = 0; round < 100; round++) {
                var ring = transport().allocateRing(4 * PAGE_BYTES);
                ring.close();
                ring.close();
            }
            transport().close();
            assertThat(kept.isQuarantined()).isFalse();
            kept.close();
            assertThat(catchThrowable(() -> transport().allocateRing(PAGE_BYTES).close()))
                    .isInstanceOf(TransportException.class);
        });
    }

    private Stream<DynamicTest> withLogging(String name, RingTest test) {
        return hasRings() && loggedController().isPresent()
                ? Stream.of(DynamicTest.dynamicTest(name, test::run))
                : Stream.empty();
    }

    /// The controller writes into a ring after the command that named it was complete, while other memory comes and goes.
    ///
    /// @return one test, or none without ring memory or a controller to log
    @TestFactory
    public Stream<DynamicTest> theControllerWritesIntoARingAfterTheCommand() {
        return withLogging("by a last entry", () -> {
            try (var ring = transport().allocateRing(PAGE_BYTES)) {
                int queueId = create(ring, ENTRIES_OF_A_PAGE);
                transport().allocate(PAGE_BYTES).close();
                assertThat(isPosted(ring, 0)).isFalse();
                log(queueId, true);
                transport().allocateRing(PAGE_BYTES).close();
                log(queueId, false);
                awaitPosted(ring, 0);
                delete(queueId);
            }
        });
    }

    /// For the controller, page follows page in a ring.
    ///
    /// @return one test, or none without ring memory or a controller to log
    @TestFactory
    public Stream<DynamicTest> aRingIsContiguousForTheController() {
        return withLogging("three pages", () -> {
            int entries = 3 * ENTRIES_OF_A_PAGE;
            try (var ring = transport().allocateRing(3 * PAGE_BYTES)) {
                int queueId = create(ring, entries);
                // each round leaves one entry or two
                for (int round = 0; round <= 2 * ENTRIES_OF_A_PAGE && !isPosted(ring, entries - 3); round++) {
                    log(queueId, true);
                    log(queueId, false);
                }
                for (int slot = 0; slot <= 2 * ENTRIES_OF_A_PAGE; slot++) {
                    awaitPosted(ring, slot);
                }
                delete(queueId);
            }
        });
    }

    /// A ring whose queue was deleted is its owner's again, while another is written.
    ///
    /// @return one test, or none without ring memory or a controller to log
    @TestFactory
    public Stream<DynamicTest> anEarlierRingIsNotWrittenAnyMore() {
        return withLogging("after its queue was deleted", () -> {
            List<TransferMemory> rings = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                var ring = transport().allocateRing(PAGE_BYTES);
                int queueId = create(ring, ENTRIES_OF_A_PAGE);
                log(queueId, true);
                log(queueId, false);
                awaitPosted(ring, 0);
                delete(queueId);
                rings.forEach(earlier -> assertThat(firstByteUnlike(earlier, PATTERN)).isEqualTo(-1));
                ring.segment().fill(PATTERN);
                rings.add(ring);
            }
            rings.forEach(TransferMemory::close);
        });
    }

    private CompletableFuture<Completion> name(TransferMemory ring) {
        return calls().submit(AdminCalls.createDataQueue(loggedController().orElse(1), ENTRIES_OF_A_PAGE), ring, 0);
    }

    private int create(TransferMemory ring, int entries) {
        var created = calls().run(AdminCalls.createDataQueue(loggedController().getAsInt(), entries), ring, 0);
        assertThat(created.isSuccess()).as("creating a Controller Data Queue: %s", created.status()).isTrue();
        return created.dword0() & 0xFFFF;
    }

    private void log(int queueId, boolean start) {
        var completion = calls().run(AdminCalls.logUserData(queueId, start), null, 0);
        assertThat(completion.isSuccess()).as("%s logging: %s", start ? "start of" : "stop of", completion.status())
                .isTrue();
    }

    private void delete(int queueId) {
        var completion = calls().run(AdminCalls.deleteDataQueue(queueId), null, 0);
        assertThat(completion.isSuccess()).as("deleting queue %d: %s", queueId, completion.status()).isTrue();
    }

    private static boolean isPosted(TransferMemory ring, int slot) {
        long offset = (long) slot * LbaMigrationEntry.BYTES + PHASE_TAG_OFFSET;
        return ((byte) BYTE.getAcquire(ring.segment(), offset) & 1) != 0;
    }

    /// An entry may come after the command that caused it is complete.
    private void awaitPosted(TransferMemory ring, int slot) {
        calls().awaitWithCommands(() -> isPosted(ring, slot), "an entry in slot " + slot + " of the ring");
    }
}

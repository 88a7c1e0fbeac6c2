package io.nvmelm.rules;

import static io.nvmelm.rules.RuleWorld.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.UserDataChanges;
import io.nvmelm.UserDataLogState;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.core.controller.MigratableController;
import io.nvmelm.core.controller.UserDataLog;
import io.nvmelm.core.controller.UserDataLogOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How the library reads entries that a test put into its ring byte by byte; the device has none of its own.
class HostRulesRingTest {
    private static final int PHASE = 1;
    private static final int FIRST = 1 << 1;
    private static final int STOPPED = 2 << 1;
    private static final int SUSPENDED = 3 << 1;
    private static final int FULL = 7 << 1;
    private static final int DEALLOCATED = 1 << 5;
    private static final int WHOLE_NAMESPACE = 1 << 6;
    private static final int NO_RANGE = 2 << 6;

    private final RuleWorld world = new RuleWorld();
    private final ObservedTransport transport = new ObservedTransport(world.transport);
    private MigratableController controller;
    private UserDataLog log;
    /// Slot of the next entry, behind the one that the device posted when logging began.
    private int slot = 1;

    @BeforeEach
    void open() {
        controller = ControllingController.open(transport).migratable(A);
        log = controller.userDataLog(UserDataLogOptions.defaults().withSlots(64));
        log.start(List.of(new NamespaceExtent(1, 1 << 20, 512)));
        world.settle();
        assertThat(log.take().isEverything()).isTrue();
        assertThat(transport.lastRing().segment().get(ValueLayout.JAVA_BYTE, 31) & PHASE).isEqualTo(1);
        assertThat(transport.lastRing().segment().get(ValueLayout.JAVA_BYTE, 63)).isZero();
    }

    @AfterEach
    void close() {
        controller.close();
    }

    private void put(int namespaceId, int zeroBasedBlocks, long firstBlock, int attributes) {
        transport.lastRing().put(slot++, namespaceId, zeroBasedBlocks, firstBlock, attributes | PHASE);
    }

    private static List<String> ranges(UserDataChanges changes) {
        var found = new ArrayList<String>();
        changes.forEachRange((namespace, first, count, deallocated) -> found.add(namespace + ":" + first + "+" + count
                + (deallocated ? " deallocated" : "")));
        return found;
    }

    @Test
    @Proves(host = {"entry.layout", "log.writes", "log.write-zeroes", "log.deallocated", "log.merging"})
    void rangesAreReadAndMerged() {
        put(1, 0, 0xABCDE, 0);
        put(1, 7, 8, 0);
        put(1, 7, 16, 0);
        put(1, 3, 0x1000, DEALLOCATED);
        assertThat(ranges(log.take()))
                .containsExactly("1:8+16", "1:4096+4 deallocated", "1:703710+1");
    }

    @Test
    @Proves(host = {"entry.whole-namespace", "entry.range-with-marker"})
    void anEntryMayMeanAWholeNamespaceWhateverItsNumberOfBlocksIs() {
        put(1, 0x1234, 0, FIRST | WHOLE_NAMESPACE);
        assertThat(ranges(log.take())).containsExactly("1:0+1048576");
    }

    @Test
    @Proves(host = {"entry.without-range", "entry.range-with-marker", "log.first-entry"})
    void markersHaveARangeOrNone() {
        put(0, 0, 0, FIRST | NO_RANGE);
        assertThat(ranges(log.take())).isEmpty();
        put(1, 1, 40, FIRST);
        assertThat(ranges(log.take())).containsExactly("1:40+2");
        assertThat(log.state()).isEqualTo(UserDataLogState.LOGGING);
        put(1, 1, 50, SUSPENDED);
        assertThat(ranges(log.take())).containsExactly("1:50+2");
        assertThat(log.state()).as("an entry alone, while the controller runs").isEqualTo(UserDataLogState.LOGGING);
    }

    @ParameterizedTest
    @ValueSource(ints = {WHOLE_NAMESPACE, NO_RANGE, 3 << 6, 4 << 1, 5 << 1, 6 << 1, FIRST | 3 << 6})
    @Proves(host = {"entry.reserved", "entry.ordinary-has-range"})
    void attributesThatCannotBeMakeEverythingChanged(int attributes) {
        put(1, 0, 0, attributes);
        assertNotBelieved();
    }

    private void assertNotBelieved() {
        assertThatThrownBy(log::take).isInstanceOf(InvalidValueException.class);
        var changes = log.take();
        assertThat(changes.state()).isEqualTo(UserDataLogState.LOST);
        assertThat(changes.isEverything()).isTrue();
        assertThat(log.lossReason()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(longs = {1 << 20, -1, (1 << 20) - 1})
    @Proves(host = "entry.reserved")
    void blocksThatDoNotExistMakeEverythingChanged(long first) {
        put(1, 1, first, 0);
        assertNotBelieved();
    }

    @Test
    @Proves(host = {"log.full-entry", "log.full-needs-start"})
    void anEntryThatSaysFullMakesEverythingChanged() {
        put(1, 0, 5, FULL);
        assertThat(log.take().isEverything()).isTrue();
        assertThat(log.state()).isEqualTo(UserDataLogState.LOST);
    }

    @Test
    @Proves(host = {"log.last-entry", "log.stop-not-logging"})
    void theLastEntryMayComeAfterTheAnswer() {
        log.stop();
        world.settle();
        assertThat(log.take().state()).isEqualTo(UserDataLogState.STOPPED);
        log.stop();
        assertThat(log.state()).isEqualTo(UserDataLogState.STOPPED);
    }

    @Test
    @Proves(host = "ring.phase")
    void bytesWithoutTheirPhaseAreNotLookedAt() {
        var bytes = transport.lastRing().segment();
        bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 32, 77);
        bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, 40, -1);
        bytes.set(ValueLayout.JAVA_BYTE, 63, (byte) (STOPPED | NO_RANGE));
        assertThat(log.take().isEmpty()).isTrue();
        put(1, 0, 9, 0);
        assertThat(ranges(log.take())).containsExactly("1:9+1");
        assertThat(log.take().isEmpty()).isTrue();
    }

    /// The writer is another thread here, as the device is: what is there with its phase is there as a whole.
    @Test
    @Timeout(60)
    @Proves(host = "ring.phase-last")
    void noEntryIsTakenInPart() throws Exception {
        int count = 2_000; // fewer than the library releases at once
        var options = UserDataLogOptions.defaults().withSlots(16_384);
        try (var other = ControllingController.open(transport).migratable(B)) {
            var large = other.userDataLog(options);
            large.start(List.of(new NamespaceExtent(1, 1 << 20, 512)));
            world.settle();
            large.take();
            var ring = transport.lastRing();
            var read = new AtomicInteger();
            var writer = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= count; i++) {
                    while (read.get() < i - 1) { // so that the reader looks at this slot already
                        Thread.onSpinWait();
                    }
                    ring.put(i, 1, i % 8, i * 16L, PHASE);
                }
            });
            var taken = new ArrayList<String>();
            while (taken.size() < count) {
                var changes = large.take();
                if (!changes.isEmpty()) {
                    taken.addAll(ranges(changes));
                    read.set(taken.size());
                }
            }
            writer.get(60, TimeUnit.SECONDS);
            assertThat(taken).containsExactlyElementsOf(IntStream.rangeClosed(1, count)
                    .mapToObj(i -> "1:" + i * 16 + "+" + (i % 8 + 1))
                    .toList());
        }
    }

    @Test
    @Proves(host = "ring.entries-not-altered")
    void theRingIsOnlyRead() {
        for (int i = 0; i < 10; i++) {
            put(1, i, i * 100L, 0);
        }
        var before = transport.lastRing().segment().toArray(ValueLayout.JAVA_BYTE);
        log.take();
        assertThat(transport.lastRing().segment().mismatch(MemorySegment.ofArray(before))).isNegative();
    }
}

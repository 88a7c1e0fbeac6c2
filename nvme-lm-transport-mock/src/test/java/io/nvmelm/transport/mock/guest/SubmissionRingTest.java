package io.nvmelm.transport.mock.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.CompletionEntryView;
import io.nvmelm.transport.mock.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmissionRingTest {

    private static final long ADDRESS = 8192;

    private final GuestMemory memory = new GuestMemory(8 << 20);
    private final LoadTally tally = new LoadTally();
    private final CompletionEntryView completion =
            new CompletionEntryView().wrap(MemorySegment.ofArray(new byte[16]), 0);

    private SubmissionRing ring(int entries, int inFlight) {
        return new SubmissionRing(5, memory, ADDRESS, entries, inFlight);
    }

    private static CommandSlot push(SubmissionRing ring) {
        var slot = ring.begin();
        assertThat(slot).isNotNull();
        ring.entry().opcode(2);
        ring.push(slot);
        return slot;
    }

    private CommandSlot complete(SubmissionRing ring, int commandId, int head) {
        return ring.complete(completion.commandId(commandId).submissionQueueHead(head), tally);
    }

    private LoadReport report() {
        return tally.report(List.of(), List.of());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16, 4096})
    void oneEntryOfTheRingStaysFree(int entries) {
        var ring = ring(entries, 65_535);
        for (int i = 0; i < entries - 1; i++) {
            push(ring);
        }

        assertThat(ring.begin()).isNull();
        assertThat(ring.inFlight()).isEqualTo(entries - 1);
        assertThat(ring.tailIndex()).isEqualTo(entries - 1);
    }

    @Test
    void fetchedEntriesAreFreeBeforeTheirCommandsComplete() {
        var ring = ring(4, 10);
        var first = push(ring);
        push(ring);
        push(ring);
        assertThat(ring.begin()).isNull();
        ring.announce();

        complete(ring, first.commandId, 3);

        assertThat(ring.inFlight()).isEqualTo(2);
        push(ring);
        push(ring);
        push(ring);
        assertThat(ring.begin()).isNull();
        assertThat(ring.inFlight()).isEqualTo(5);
        assertThat(ring.tailIndex()).isEqualTo(2);
        assertThat(report().isClean()).isTrue();
    }

    @Test
    void theEntryStandsAtTheTailWithItsCommandId() {
        var ring = ring(3, 2);
        var slot = push(ring);
        ring.announce();
        complete(ring, slot.commandId, 1);
        slot = push(ring);

        assertThat(memory.getInt(ADDRESS + 64)).isEqualTo(slot.commandId << 16 | 2);
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 2", "16, 15", "16, 64", "64, 1", "4096, 4095", "65536, 65535"})
    void manyWrapsKeepEveryCommandApart(int entries, int inFlight) {
        long seed = 31L * entries + inFlight;
        var random = new SplittableRandom(seed);
        var ring = ring(entries, inFlight);
        var flying = new ArrayDeque<CommandSlot>();
        var ids = new HashSet<Integer>();
        for (int i = 0; i < 4 * entries + 1000; i++) {
            while (random.nextInt(8) != 0 && ring.begin() != null) {
                var slot = push(ring);
                assertThat(ids.add(slot.commandId)).as("id used once at a time, seed %d", seed).isTrue();
                assertThat(slot.commandId).isBetween(0, 0xFFFE);
                flying.add(slot);
            }
            ring.announce();
            if (!flying.isEmpty()) {
                var slot = random.nextBoolean() ? flying.removeFirst() : flying.removeLast();
                ids.remove(slot.commandId);
                assertThat(complete(ring, slot.commandId, ring.tailIndex())).isSameAs(slot);
            }
        }

        assertThat(report().violations()).as("seed %d", seed).isEmpty();
        assertThat(ring.inFlight()).isEqualTo(flying.size());
    }

    @Test
    void aSecondCompletionIsADuplicate() {
        var ring = ring(16, 4);
        int id = push(ring).commandId;
        ring.announce();
        complete(ring, id, 1);

        assertThat(complete(ring, id, 1)).isNull();
        assertThat(report().duplicated()).isEqualTo(1);
        assertThat(ring.inFlight()).isZero();
    }

    @Test
    void aSecondCompletionIsADuplicateAlsoWhenTheSlotIsInUseAgain() {
        var ring = ring(16, 1);
        int id = push(ring).commandId;
        ring.announce();
        complete(ring, id, 1);
        var next = push(ring);
        ring.announce();

        assertThat(next.commandId).isNotEqualTo(id);
        assertThat(complete(ring, id, 2)).isNull();
        assertThat(next.inFlight).isTrue();
        assertThat(report().duplicated()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 0xFFFF})
    void aCompletionOfACommandNeverSubmittedIsADuplicate(int commandId) {
        var ring = ring(16, 10);
        push(ring);
        ring.announce();

        assertThat(complete(ring, commandId, 1)).isNull();
        assertThat(report().duplicated()).isEqualTo(1);
    }

    @Test
    void aHeadBehindTheTailIsReported() {
        var ring = ring(16, 10);
        var slot = push(ring);
        ring.announce();
        push(ring); // not announced: the controller cannot know it

        assertThat(complete(ring, slot.commandId, 2)).isSameAs(slot);
        assertThat(report().violations()).singleElement().asString().contains("submission queue head 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 0xFFFF})
    void aHeadOutsideOfTheRingIsReported(int head) {
        var ring = ring(16, 10);
        var slot = push(ring);
        ring.announce();
        complete(ring, slot.commandId, head);

        assertThat(report().violationCount()).isEqualTo(1);
    }

    @Test
    void aHeadThatGoesBackIsReported() {
        var ring = ring(16, 10);
        var first = push(ring);
        var second = push(ring);
        ring.announce();
        complete(ring, first.commandId, 2);
        complete(ring, second.commandId, 1);

        assertThat(report().violationCount()).isEqualTo(1);
    }

    @Test
    void aCommandThatCompletesUnfetchedIsReported() {
        var ring = ring(16, 10);
        push(ring);
        var second = push(ring);
        ring.announce();
        complete(ring, second.commandId, 1);

        assertThat(report().violations()).singleElement().asString().contains("was not fetched");
    }

    @Test
    void whatIsGivenUpIsLostUntilItCompletes() {
        var ring = ring(16, 10);
        var slot = push(ring);
        ring.announce();
        assertThat(ring.lostCommands()).isEmpty();
        ring.giveUp();
        assertThat(ring.lostCommands()).hasSize(1);

        complete(ring, slot.commandId, 1);

        assertThat(ring.lostCommands()).isEmpty();
    }
}

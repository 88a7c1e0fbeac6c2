package io.nvmelm.transport.vfio.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.CompletionEntryView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/// The rings of a queue pair and the identifiers of its commands (Base 2.3 clause 3.3.1.2).
class QueueRingsTest {
    private static final int ENTRIES = 4;
    private static final MemorySegment BLANK = MemorySegment.ofArray(new byte[64]);

    private final MemorySegment memory = MemorySegment.ofArray(new long[ENTRIES * 8]);
    private final SubmissionRing submissions = new SubmissionRing(memory, ENTRIES);
    private final CompletionRing completions = new CompletionRing(memory, ENTRIES);

    @Test
    void oneEntryOfASubmissionQueueStaysFree() {
        for (int i = 1; i < ENTRIES; i++) {
            assertThat(submissions.isFull()).isFalse();
            submissions.entryFrom(BLANK).opcode(i);
            assertThat(submissions.push()).isEqualTo(i);
        }
        assertThat(submissions.isFull()).isTrue();
        assertThat(submissions.moveHead(1)).isTrue();
        assertThat(submissions.isFull()).isFalse();
        assertThat(submissions.push()).isZero();
        assertThat(submissions.isFull()).isTrue();
    }

    @Test
    void entriesComeOneAfterTheOther() {
        submissions.entryFrom(BLANK).opcode(0x11);
        submissions.push();
        submissions.entryFrom(BLANK).opcode(0x22);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x11);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 64)).isEqualTo((byte) 0x22);
    }

    /// Every head against every place of old head and tail.
    @Test
    void aHeadOutsideOfWhatWasSubmittedIsRefused() {
        for (int head = 0; head < ENTRIES; head++) {
            for (int count = 0; count < ENTRIES; count++) {
                for (int newHead = 0; newHead < ENTRIES + 2; newHead++) {
                    var ring = new SubmissionRing(memory, ENTRIES);
                    for (int i = 0; i < head; i++) {
                        ring.push();
                    }
                    ring.moveHead(head);
                    for (int i = 0; i < count; i++) {
                        ring.push();
                    }
                    boolean isBetween = false;
                    for (int i = 0; i <= count; i++) {
                        isBetween |= newHead == (head + i) % ENTRIES;
                    }
                    assertThat(ring.moveHead(newHead))
                            .as("head %d, %d submitted, new head %d", head, count, newHead)
                            .isEqualTo(isBetween);
                }
            }
        }
    }

    @Test
    void anEntryIsNewWhenItsPhaseIsThatOfThePass() {
        var entry = new CompletionEntryView();
        for (int i = 0; i < 3 * ENTRIES; i++) {
            assertThat(completions.hasEntry()).as("before completion %d", i).isFalse();
            boolean phase = i / ENTRIES % 2 == 0;
            entry.wrap(memory, i % ENTRIES * 16L).commandId(i).statusAndPhaseRelease(0, phase);
            assertThat(completions.hasEntry()).as("completion %d", i).isTrue();
            assertThat(completions.entry().commandId()).isEqualTo(i);
            completions.pop();
            assertThat(completions.head()).isEqualTo((i + 1) % ENTRIES);
        }
    }

    @Test
    void identifiersAreOfTheirSlotAndChangeWithEachUse() {
        var pool = new SlotPool(1);
        for (int index : new int[] {0, 5, 7}) {
            var slot = new CommandSlot(index, pool);
            var seen = new HashSet<Integer>();
            for (int use = 0; use < 1 << 13; use++) {
                int before = slot.commandId;
                slot.take(3);
                assertThat(slot.commandId & 7).isEqualTo(index);
                assertThat(slot.commandId).isBetween(0, 0xFFFE).isNotEqualTo(before);
                seen.add(slot.commandId);
            }
            assertThat(seen).hasSize(index == 7 ? (1 << 13) - 1 : 1 << 13);
        }
    }
}

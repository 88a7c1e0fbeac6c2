package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.ChangeScope;
import io.nvmelm.nvme.EntrySequence;
import io.nvmelm.nvme.LbaMigrationEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LbaMigrationEntryTest {
    /// NSID 00000005h, SLBA 1122334455667788h, 256 blocks.
    private static final String RANGE = "05000000 ff000000 8877665544332211" + "00".repeat(15);
    private static final String MARKER = "00".repeat(31);

    private static LbaMigrationEntry range(boolean deallocated, EntrySequence sequence, boolean phase) {
        return new LbaMigrationEntry(
                5, 0x1122_3344_5566_7788L, 256, deallocated, sequence, ChangeScope.RANGE, phase);
    }

    private static LbaMigrationEntry marker(EntrySequence sequence, boolean phase) {
        return new LbaMigrationEntry(0, 0, 0, false, sequence, ChangeScope.NONE, phase);
    }

    static Stream<Arguments> workedEntries() {
        return Stream.of(
                Arguments.of("start marker", marker(EntrySequence.FIRST, true), MARKER + "83"),
                Arguments.of("start marker, phase 0", marker(EntrySequence.FIRST, false), MARKER + "82"),
                Arguments.of("range", range(false, EntrySequence.ORDINARY, true), RANGE + "01"),
                Arguments.of("range, phase 0", range(false, EntrySequence.ORDINARY, false), RANGE + "00"),
                Arguments.of("deallocated range", range(true, EntrySequence.ORDINARY, true), RANGE + "21"),
                Arguments.of("stop marker", marker(EntrySequence.LAST_STOPPED, true), MARKER + "85"),
                Arguments.of("suspend marker", marker(EntrySequence.LAST_SUSPENDED, true), MARKER + "87"),
                Arguments.of("full marker", marker(EntrySequence.LAST_FULL, true), MARKER + "8f"),
                Arguments.of("full marker with range", range(false, EntrySequence.LAST_FULL, true), RANGE + "0f"),
                Arguments.of(
                        "whole namespace, first",
                        new LbaMigrationEntry(
                                0xFFFF_FFFEL, 0, 0, true, EntrySequence.FIRST, ChangeScope.NAMESPACE, true),
                        "feffffff" + "00".repeat(27) + "63"),
                Arguments.of(
                        "most blocks",
                        new LbaMigrationEntry(
                                1, 0, 1L << 32, false, EntrySequence.ORDINARY, ChangeScope.RANGE, true),
                        "01000000 ffffffff" + "00".repeat(23) + "01"),
                Arguments.of(
                        "last block that can be",
                        new LbaMigrationEntry(1, -1, 1, false, EntrySequence.ORDINARY, ChangeScope.RANGE, true),
                        "01000000 00000000 ffffffffffffffff" + "00".repeat(15) + "01"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEntries")
    void anEntryIsWrittenAsTheStandardSays(String name, LbaMigrationEntry entry, String expected) {
        byte[] bytes = new byte[32 + 10];
        Arrays.fill(bytes, (byte) 0xEE);

        LbaMigrationEntryCodec.encode(entry, MemorySegment.ofArray(bytes), 5);

        assertThat(Arrays.copyOfRange(bytes, 5, 37)).isEqualTo(RawState.parse(expected));
        assertThat(Arrays.copyOf(bytes, 5)).containsOnly(0xEE);
        assertThat(Arrays.copyOfRange(bytes, 37, 42)).containsOnly(0xEE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEntries")
    void anEntryIsReadAsTheStandardSays(String name, LbaMigrationEntry expected, String bytes) {
        assertThat(decode(RawState.parse(bytes))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEntries")
    void reservedFieldsDoNotMatter(String name, LbaMigrationEntry expected, String content) {
        byte[] bytes = RawState.parse(content);
        Arrays.fill(bytes, 16, 31, (byte) 0xFF);
        bytes[31] |= 0x10;

        assertThat(decode(bytes)).isEqualTo(expected);
    }

    @Test
    void fieldsWithoutMeaningAreNotLookedAt() {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) 0xFF);
        bytes[31] = (byte) 0x8F;
        assertThat(decode(bytes)).isEqualTo(marker(EntrySequence.LAST_FULL, true));
        bytes[31] = 0x43;
        assertThat(decode(bytes))
                .isEqualTo(new LbaMigrationEntry(
                        0xFFFF_FFFFL, 0, 0, false, EntrySequence.FIRST, ChangeScope.NAMESPACE, true));
    }

    static IntStream attributes() {
        return IntStream.range(0, 256);
    }

    /// All 256 values of the last byte.
    @ParameterizedTest
    @MethodSource("attributes")
    void everyAttributeByteIsReadOrRefused(int attributes) {
        byte[] bytes = RawState.parse(RANGE + "00");
        bytes[31] = (byte) attributes;
        int sequence = attributes >> 1 & 7;
        int scope = attributes >> 6;

        if (sequence >= 4 && sequence <= 6) {
            assertRefused(() -> decode(bytes), "ESA", Integer.toString(sequence), "0 to 3, or 7", 31);
        } else if (scope == 3) {
            assertRefused(() -> decode(bytes), "LBACIR", "3", "0 to 2", 31);
        } else if (sequence == 0 && scope != 0) {
            assertRefused(
                    () -> decode(bytes),
                    "LBACIR",
                    Integer.toString(scope),
                    "0 in an entry that is neither first nor last",
                    31);
        } else {
            var entry = decode(bytes);
            assertThat(LbaMigrationEntryView.attributesOf(
                    entry.sequence(), entry.scope(), entry.deallocated(), entry.phase()))
                    .isEqualTo(attributes & ~0x10);
            assertThat(entry.phase()).isEqualTo(attributes % 2 == 1);
            assertThat(entry.deallocated()).isEqualTo((attributes & 0x20) != 0);
        }
    }

    @Test
    void blocksBeyondTheLastAddressAreRefused() {
        byte[] bytes = RawState.parse("01000000 01000000 ffffffffffffffff" + "00".repeat(15) + "01");

        assertRefused(
                () -> decode(bytes), "SLBA", "18446744073709551615", "2 blocks that end before 2^64", 8);
        bytes[8] = (byte) 0xFE;
        assertThat(decode(bytes).blockCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1, 32})
    void anEntryOutsideItsMemoryIsRefused(long offset) {
        var memory = MemorySegment.ofArray(new byte[32]);
        var entry = marker(EntrySequence.FIRST, true);

        assertThat(Refusals.refusalOf(() -> LbaMigrationEntryCodec.decode(memory, offset)).field())
                .startsWith("LBA Migration Queue entry");
        assertThat(Refusals.refusalOf(() -> LbaMigrationEntryCodec.encode(entry, memory, offset)).field())
                .startsWith("LBA Migration Queue entry");
    }

    @ParameterizedTest
    @ValueSource(longs = {0x5EED_0021L, 0x5EED_0022L})
    void randomEntriesAreRefusedOrSurvive(long seed) {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            try {
                var entry = decode(bytes);
                byte[] again = new byte[32];
                LbaMigrationEntryCodec.encode(entry, MemorySegment.ofArray(again), 0);
                assertThat(decode(again)).as("seed %d case %d", seed, i).isEqualTo(entry);
                assertThat(again[31]).as("seed %d case %d", seed, i).isEqualTo((byte) (bytes[31] & ~0x10));
            } catch (InvalidValueException e) {
                refused++;
                assertThat(e.byteOffset()).as("seed %d case %d", seed, i).isPresent();
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(5_000, 15_000);
    }

    /// A ring of one slot, written many times by one thread: whoever sees the phase tag sees the entry that it belongs
    /// to.
    @Test
    void whoSeesThePhaseTagSeesTheEntry() {
        int rounds = 5_000;
        try (var arena = Arena.ofShared()) {
            var ring = arena.allocate(64, 64);
            var producer = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= rounds; i++) {
                    LbaMigrationEntryView.post(ring, 0, i, i, i, 0x2E | i & 1);
                    while (LbaMigrationEntryView.attributesAcquire(ring, 32) != (i & 0xFF)) {
                        Thread.yield();
                    }
                }
            });
            long torn = 0;
            for (int i = 1; i <= rounds && !producer.isCompletedExceptionally(); i++) {
                int attributes = LbaMigrationEntryView.attributesAcquire(ring, 0);
                while ((attributes & 1) != (i & 1) && !producer.isCompletedExceptionally()) {
                    Thread.yield();
                    attributes = LbaMigrationEntryView.attributesAcquire(ring, 0);
                }
                boolean whole = attributes == (0x2E | i & 1)
                        && LbaMigrationEntryView.namespaceId(ring, 0) == i
                        && LbaMigrationEntryView.firstBlock(ring, 0) == i
                        && LbaMigrationEntryView.blockCount(ring, 0) == i + 1L;
                torn += whole ? 0 : 1;
                LbaMigrationEntryView.attributesRelease(ring, 32, i);
            }
            producer.join();
            assertThat(torn).isZero();
        }
    }

    /// The last byte goes from one entry's to the next one's and is never anything else.
    @Test
    void theLastByteIsWrittenOnce() {
        int rounds = 2_000_000;
        try (var arena = Arena.ofShared()) {
            var ring = arena.allocate(32, 64);
            LbaMigrationEntryView.attributesRelease(ring, 0, 0x2E);
            var producer = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= rounds; i++) {
                    LbaMigrationEntryView.post(ring, 0, i, i, i, 0x2E | i & 1);
                }
            });
            long others = 0;
            while (!producer.isDone()) {
                others += (LbaMigrationEntryView.attributesAcquire(ring, 0) | 1) == 0x2F ? 0 : 1;
            }
            producer.join();
            assertThat(others).isZero();
        }
    }

    @Test
    void theLastByteIsNotWrittenWhenAnEarlierOneCannotBe() {
        var memory = MemorySegment.ofArray(new byte[32]);

        assertThatThrownBy(() -> LbaMigrationEntryView.post(memory, -1, 1, 1, 1, 0xFF))
                .isInstanceOf(IndexOutOfBoundsException.class);

        assertThat(LbaMigrationEntryView.attributes(memory, -1)).isZero();
    }

    @Test
    void entriesAreReadAndPostedWithoutAllocation() {
        int slots = 4096;
        try (var arena = Arena.ofConfined()) {
            var ring = arena.allocate(32L * slots, 64);
            long[] sum = new long[1];
            Runnable pass = () -> {
                sum[0] = 0;
                for (long slot = 0; slot < slots; slot++) {
                    LbaMigrationEntryView.post(ring, 32 * slot, 1, slot, 7, 0x21);
                }
                for (long slot = 0; slot < slots; slot++) {
                    int attributes = LbaMigrationEntryView.attributesAcquire(ring, 32 * slot);
                    if (LbaMigrationEntryView.deallocated(attributes)) {
                        sum[0] += LbaMigrationEntryView.firstBlock(ring, 32 * slot)
                                + LbaMigrationEntryView.blockCount(ring, 32 * slot);
                    }
                }
            };

            assertThat(Allocation.bytesOf(pass)).isLessThan(16 << 10);
            assertThat(sum[0]).isEqualTo(4096L * 4095 / 2 + 8 * 4096);
        }
    }

    private static LbaMigrationEntry decode(byte[] bytes) {
        return LbaMigrationEntryCodec.decode(MemorySegment.ofArray(bytes), 0);
    }
}

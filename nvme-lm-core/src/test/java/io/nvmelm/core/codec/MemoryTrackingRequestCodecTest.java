package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.MemoryTrackingRequest;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryTrackingRequestCodecTest {
    /// Units of 8 KiB: 16 of them from 12345678_00002000h on, 2^32 - 1 from 2000h on, one at the end of the addresses.
    private static final byte[] EXAMPLE = RawState.parse("00 0000 01 03000000"
            + "0020000078563412 10000000"
            + "0020000000000000 ffffffff"
            + "00e0ffffffffffff 01000000");

    private static final MemoryTrackingRequest REQUEST = new MemoryTrackingRequest(
            1,
            List.of(
                    new MemoryRangeDescriptor(0x1234_5678_0000_2000L, 16),
                    new MemoryRangeDescriptor(0x2000, 0xFFFF_FFFFL),
                    new MemoryRangeDescriptor(-0x2000, 1)));

    private static MemoryTrackingRequest decode(byte[] bytes) {
        return MemoryTrackingRequestCodec.decode(MemorySegment.ofArray(bytes));
    }

    /// A structure of one range.
    private static byte[] one(int granularity, long startAddress, long unitCount) {
        var data = MemorySegment.ofArray(new byte[20]);
        data.set(Layouts.BYTE, 3, (byte) granularity);
        data.set(Layouts.DWORD, 4, 1);
        data.set(Layouts.QUADWORD, 8, startAddress);
        data.set(Layouts.DWORD, 16, (int) unitCount);
        return (byte[]) data.heapBase().orElseThrow();
    }

    @Test
    void descriptorsOf12BytesAreReadWhereTheyStand() {
        assertThat(decode(EXAMPLE)).isEqualTo(REQUEST);
        assertThat(MemoryTrackingRequestCodec.byteSize(MemorySegment.ofArray(EXAMPLE))).isEqualTo(44);
    }

    @Test
    void descriptorsOf12BytesAreWrittenWhereTheyStand() {
        byte[] bytes = new byte[50];
        Arrays.fill(bytes, (byte) 0xEE);

        assertThat(MemoryTrackingRequestCodec.encode(REQUEST, MemorySegment.ofArray(bytes))).isEqualTo(44);

        assertThat(Arrays.copyOf(bytes, 44)).isEqualTo(EXAMPLE);
        assertThat(Arrays.copyOfRange(bytes, 44, 50)).containsOnly(0xEE);
    }

    @Test
    void reservedBytesDoNotMatter() {
        byte[] bytes = EXAMPLE.clone();
        bytes[1] = (byte) 0xFF;
        bytes[2] = (byte) 0xFF;

        assertThat(decode(bytes)).isEqualTo(REQUEST);
    }

    @Test
    void aRequestMayHaveNoRange() {
        var none = new MemoryTrackingRequest(9, List.of());
        byte[] bytes = new byte[8];

        assertThat(MemoryTrackingRequestCodec.encode(none, MemorySegment.ofArray(bytes))).isEqualTo(8);
        assertThat(bytes).containsExactly(0, 0, 0, 9, 0, 0, 0, 0);
        assertThat(decode(bytes)).isEqualTo(none);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0x80, 0xFF})
    void anotherVersionIsRefused(int version) {
        byte[] bytes = EXAMPLE.clone();
        bytes[0] = (byte) version;

        assertRefused(() -> decode(bytes), "VER", Integer.toString(version), "0", 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {51, 52, 127, 128, 255})
    void unitsOf2To63BytesAndMoreAreRefused(int granularity) {
        var value = Integer.toString(granularity);
        var request = new MemoryTrackingRequest(granularity, List.of());

        assertRefused(() -> decode(one(granularity, 0, 0)), "RMRTG", value, "0 to 50", 3);
        assertRefused(
                () -> MemoryTrackingRequestCodec.encode(request, MemorySegment.ofArray(new byte[8])),
                "RMRTG",
                value,
                "0 to 50",
                -1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 4096", "0, 0xFFF, 4096", "1, 0x1000, 8192", "9, 0x100000, 2097152", "50, 0x2000000000000000, "
            + "4611686018427387904"})
    void aRangeThatDoesNotStartAtAUnitIsRefused(int granularity, long startAddress, String unit) {
        assertRefused(
                () -> decode(one(granularity, startAddress, 1)),
                "SADDR",
                Long.toString(startAddress),
                "a multiple of " + unit,
                8);
    }

    @ParameterizedTest
    @CsvSource({"19, 0xFFFFFFFF, 4294967295", "20, 0x7FFFFFFF, 2147483647", "49, 3, 3", "50, 1, 1"})
    void theLongestRangeIsAcceptedAndOneUnitMoreIsNot(int granularity, long most, String bound) {
        assertThat(decode(one(granularity, 0, most)).ranges())
                .containsExactly(new MemoryRangeDescriptor(0, most));
        if (most < 0xFFFF_FFFFL) {
            assertRefused(
                    () -> decode(one(granularity, 0, most + 1)),
                    "LEN",
                    Long.toString(most + 1),
                    "0 to " + bound,
                    16);
        }
    }

    @Test
    void aRangeBeyondTheLastAddressIsRefused() {
        assertThat(decode(one(0, -0x1000, 1)).ranges()).hasSize(1);
        assertRefused(
                () -> decode(one(0, -0x1000, 2)),
                "LEN",
                "2",
                "units of 4096 that end before 2^64 from 18446744073709547520",
                16);
        assertRefused(
                () -> decode(one(19, 0xFFFF_FFFF_8000_0000L, 0xFFFF_FFFFL)),
                "LEN",
                "4294967295",
                "units of 2147483648 that end before 2^64 from 18446744071562067968",
                16);
    }

    @Test
    void aRefusalNamesTheByteOfTheDescriptor() {
        byte[] bytes = EXAMPLE.clone();
        bytes[32 + 1] = 0x10;

        assertRefused(() -> decode(bytes), "SADDR", "18446744073709490176", "a multiple of 8192", 32);
    }

    @Test
    void badRangesAreNotWritten() {
        byte[] bytes = new byte[20];
        var bad = new MemoryTrackingRequest(1, List.of(new MemoryRangeDescriptor(0x1000, 1)));

        assertRefused(
                () -> MemoryTrackingRequestCodec.encode(bad, MemorySegment.ofArray(bytes)),
                "SADDR",
                "4096",
                "a multiple of 8192",
                -1);
        var wraps = new MemoryTrackingRequest(0, List.of(new MemoryRangeDescriptor(-0x1000, 2)));
        assertThat(refusalOf(() -> MemoryTrackingRequestCodec.encode(wraps, MemorySegment.ofArray(bytes)))
                .byteOffset()).isEmpty();
        assertThat(bytes).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 19, 31, 43})
    void aStructureThatIsCutOffIsRefused(int byteSize) {
        var refusal = refusalOf(() -> decode(Arrays.copyOf(EXAMPLE, byteSize)));

        assertThat(refusal.field()).startsWith("Track Memory Changes");
        assertThat(refusal.value()).isEqualTo(byteSize + " bytes");
        assertThat(refusal.bound()).isEqualTo((byteSize < 8 ? 8 : 44) + " bytes or more");
    }

    @Test
    void aCountThatNoMemoryHoldsIsRefusedWithoutAllocation() {
        byte[] bytes = EXAMPLE.clone();
        Arrays.fill(bytes, 4, 8, (byte) 0xFF);

        assertThat(MemoryTrackingRequestCodec.byteSize(MemorySegment.ofArray(bytes))).isEqualTo(51_539_607_548L);
        assertThat(refusalOf(() -> decode(bytes)).bound()).isEqualTo("51539607548 bytes or more");
        assertThat(Allocation.bytesOf(() -> refusalOf(() -> decode(bytes)))).isLessThan(64 << 10);
    }

    @Test
    void tooLittleMemoryToWriteToIsRefused() {
        assertRefused(
                () -> MemoryTrackingRequestCodec.encode(REQUEST, MemorySegment.ofArray(new byte[43])),
                "Track Memory Changes size",
                "43 bytes",
                "44 bytes or more",
                -1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x5EED_0031L, 0x5EED_0032L})
    void randomRequestsSurvive(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            int granularity = random.nextInt(20);
            var ranges = new ArrayList<MemoryRangeDescriptor>();
            for (int count = random.nextInt(20); count > 0; count--) {
                long start = random.nextLong() >>> 1 & -1L << 12 + granularity;
                ranges.add(new MemoryRangeDescriptor(start, random.nextLong() >>> 33 + random.nextInt(31)));
            }
            var request = new MemoryTrackingRequest(granularity, ranges);
            byte[] bytes = new byte[(int) request.byteSize()];
            MemoryTrackingRequestCodec.encode(request, MemorySegment.ofArray(bytes));
            assertThat(decode(bytes)).as("seed %d case %d", seed, i).isEqualTo(request);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0x5EED_0033L, 0x5EED_0034L})
    void randomBytesAreRefusedOrSurvive(long seed) {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            bytes[0] = (byte) (random.nextInt(8) == 0 ? 1 : 0);
            bytes[3] = (byte) random.nextInt(56);
            Arrays.fill(bytes, 4, 8, (byte) 0);
            bytes[4] = (byte) random.nextInt(4);
            bytes[8] = 0;
            bytes[9] &= (byte) 0xF0;
            bytes[20] = 0;
            bytes[21] &= (byte) 0xF0;
            bytes[1] = 0;
            bytes[2] = 0;
            try {
                var request = decode(bytes);
                byte[] again = bytes.clone();
                long written = MemoryTrackingRequestCodec.encode(request, MemorySegment.ofArray(again));
                assertThat(again).as("seed %d case %d", seed, i).isEqualTo(bytes);
                assertThat(written).isEqualTo(request.byteSize());
            } catch (InvalidValueException e) {
                refused++;
                assertThat(e.bound()).as("seed %d case %d", seed, i).isNotEmpty();
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(5_000, 19_500);
    }
}

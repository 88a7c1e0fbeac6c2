package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.MemoryRangeDescriptor;
import io.nvmelm.nvme.TrackedMemoryChanges;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackedMemoryChangesTest {
    private static final int CONTROLLER = 0x0012;

    /// More to report, suspended, CNTLID 0012h, units of 8 KiB: 16 from 12345678_00002000h on, one at the last address.
    private static final byte[] EXAMPLE = RawState.parse("00 03 1200 02000000 0100 000000000000"
            + "0020000078563412 10000000 00000000"
            + "00e0ffffffffffff 01000000 00000000");

    private static final TrackedMemoryChanges CHANGES = new TrackedMemoryChanges(
            true,
            true,
            CONTROLLER,
            1,
            List.of(
                    new MemoryRangeDescriptor(0x1234_5678_0000_2000L, 16),
                    new MemoryRangeDescriptor(-0x2000, 1)));

    private static TrackedMemoryChanges decode(byte[] bytes) {
        return TrackedMemoryChangesCodec.decode(MemorySegment.ofArray(bytes), CONTROLLER);
    }

    private static byte[] with(int offset, int... values) {
        byte[] bytes = EXAMPLE.clone();
        for (int i = 0; i < values.length; i++) {
            bytes[offset + i] = (byte) values[i];
        }
        return bytes;
    }

    @Test
    void itIsRead() {
        assertThat(decode(EXAMPLE)).isEqualTo(CHANGES);
        assertThat(decode(Arrays.copyOf(EXAMPLE, 4096))).isEqualTo(CHANGES);
    }

    @Test
    void itIsWritten() {
        byte[] bytes = new byte[60];
        Arrays.fill(bytes, (byte) 0xEE);

        assertThat(TrackedMemoryChangesCodec.encode(CHANGES, MemorySegment.ofArray(bytes))).isEqualTo(48);

        assertThat(Arrays.copyOf(bytes, 48)).isEqualTo(EXAMPLE);
        assertThat(Arrays.copyOfRange(bytes, 48, 60)).containsOnly(0xEE);
    }

    @ParameterizedTest
    @CsvSource({"0, false, false", "1, true, false", "2, false, true", "3, true, true"})
    void moreToReportAndSuspendedAreBitsOfTheirOwn(int attributes, boolean more, boolean suspended) {
        var changes = decode(with(1, attributes));

        assertThat(changes.moreToReport()).isEqualTo(more);
        assertThat(changes.suspended()).isEqualTo(suspended);
    }

    @Test
    void reservedFieldsDoNotMatter() {
        byte[] bytes = with(10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF);
        bytes[1] = (byte) 0xFF;
        Arrays.fill(bytes, 28, 32, (byte) 0xFF);

        assertThat(decode(bytes)).isEqualTo(CHANGES);
    }

    @Test
    void theViewGivesAddressesAndLengthsInBytes() {
        var view = new TrackedMemoryChangesView().wrap(MemorySegment.ofArray(EXAMPLE), 0, 48).validate(CONTROLLER);

        assertThat(view.validatedCount()).isEqualTo(2);
        assertThat(view.unitByteSize()).isEqualTo(8192);
        assertThat(view.select(0).byteAddress()).isEqualTo(0x1234_5678_0000_2000L);
        assertThat(view.byteSize()).isEqualTo(0x20000);
        assertThat(view.select(1).byteAddress()).isEqualTo(-0x2000);
        assertThat(view.byteSize()).isEqualTo(0x2000);
    }

    @Test
    void whatWasCheckedDoesNotChangeWithTheMemory() {
        var memory = MemorySegment.ofArray(EXAMPLE.clone());
        var view = new TrackedMemoryChangesView().wrap(memory, 0, 48).validate(CONTROLLER).select(0);

        view.descriptorCount(0xFFFF_FFFFL).granularity(0xFFFF).descriptor(0, 1, 0xFFFF_FFFFL);

        assertThat(view.byteAddress()).isEqualTo(0x1234_5678_0000_2000L);
        assertThat(view.byteSize()).isEqualTo(0x20000);
        assertThat(view.validatedCount()).isEqualTo(2);
        assertThat(view.unitByteSize()).isEqualTo(8192);
        assertThat(view.granularity(0).select(1).byteSize()).isEqualTo(0x2000);
    }

    @Test
    void noDescriptorCanBeSelectedBeforeTheHeaderIsChecked() {
        var view = new TrackedMemoryChangesView().wrap(MemorySegment.ofArray(EXAMPLE), 0, 48);
        assertRefused(() -> view.select(0), "descriptor index", "0", "0 to one less than 0", -1);
        view.validate(CONTROLLER);
        assertRefused(() -> view.select(2), "descriptor index", "2", "0 to one less than 2", -1);
        assertRefused(() -> view.select(-1), "descriptor index", "-1", "0 to one less than 2", -1);
        refusalOf(() -> view.validate(CONTROLLER + 1));
        assertRefused(() -> view.select(0), "descriptor index", "0", "0 to one less than 0", -1);
        view.validate(CONTROLLER).wrap(MemorySegment.ofArray(EXAMPLE), 0, 48);
        assertRefused(() -> view.select(0), "descriptor index", "0", "0 to one less than 0", -1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0x80, 0xFF})
    void anotherVersionIsRefused(int version) {
        assertRefused(() -> decode(with(0, version)), "VER", Integer.toString(version), "0", 0);
    }

    @Test
    void anotherControllerIsRefused() {
        assertRefused(() -> decode(with(2, 0x13)), "CNTLID", "19", "18", 2);
        assertRefused(() -> decode(with(3, 0xFF)), "CNTLID", "65298", "18", 2);
    }

    @Test
    void moreDescriptorsThanFitAreRefused() {
        assertRefused(() -> decode(with(4, 3)), "NTMCD", "3", "0 to 2 in 48 bytes", 4);
        assertRefused(
                () -> decode(Arrays.copyOf(with(4, 3), 63)), "NTMCD", "3", "0 to 2 in 63 bytes", 4);
        assertRefused(
                () -> decode(with(4, 0xFF, 0xFF, 0xFF, 0xFF)), "NTMCD", "4294967295", "0 to 2 in 48 bytes", 4);
        var large = MemorySegment.ofArray(Arrays.copyOf(EXAMPLE, 4096));
        var view = new TrackedMemoryChangesView().wrap(large, 0, 47);
        assertRefused(() -> view.validate(CONTROLLER), "NTMCD", "2", "0 to 1 in 47 bytes", 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {51, 52, 255, 256, 0xFFFF})
    void unitsOf2To63BytesAndMoreAreRefused(int granularity) {
        assertRefused(
                () -> decode(with(8, granularity, granularity >> 8)),
                "RPMPG",
                Integer.toString(granularity),
                "0 to 50",
                8);
    }

    @Test
    void aRangeThatDoesNotStartAtAUnitIsRefused() {
        assertRefused(() -> decode(with(33, 0xF0)), "SADDR", "18446744073709547520", "a multiple of 8192", 32);
        assertRefused(() -> decode(with(16, 1)), "SADDR", "1311768464867729409", "a multiple of 8192", 16);
    }

    @Test
    void aRangeBeyondTheLastAddressIsRefused() {
        assertRefused(
                () -> decode(with(40, 2)),
                "LEN",
                "2",
                "units of 8192 that end before 2^64 from 18446744073709543424",
                40);
    }

    @Test
    void aLengthOf2To63BytesIsRefused() {
        byte[] bytes = with(8, 40);
        Arrays.fill(bytes, 16, 48, (byte) 0);
        bytes[40 + 1] = 8;

        assertRefused(() -> decode(bytes), "LEN", "2048", "0 to 2047", 40);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15})
    void lessThanAHeaderIsRefused(int byteSize) {
        assertRefused(
                () -> decode(new byte[byteSize]),
                "Tracked Memory Changes size",
                byteSize + " bytes",
                "16 bytes or more",
                -1);
        var memory = MemorySegment.ofArray(new byte[100]);
        assertRefused(
                () -> new TrackedMemoryChangesView().wrap(memory, 0, byteSize),
                "Tracked Memory Changes size",
                byteSize + " bytes",
                "16 bytes or more",
                -1);
        assertRefused(
                () -> new TrackedMemoryChangesView().wrap(memory, 60, 41),
                "Tracked Memory Changes size",
                "40 bytes",
                "41 bytes or more",
                -1);
    }

    @Test
    void badRangesAreNotWritten() {
        byte[] bytes = new byte[64];
        var data = MemorySegment.ofArray(bytes);
        var unaligned = new TrackedMemoryChanges(
                false, false, 1, 1, List.of(new MemoryRangeDescriptor(0x1000, 1)));
        var units = new TrackedMemoryChanges(false, false, 1, 51, List.of());

        assertRefused(
                () -> TrackedMemoryChangesCodec.encode(unaligned, data), "SADDR", "4096", "a multiple of 8192", -1);
        assertRefused(() -> TrackedMemoryChangesCodec.encode(units, data), "RPMPG", "51", "0 to 50", -1);
        assertRefused(
                () -> TrackedMemoryChangesCodec.encode(CHANGES, data.asSlice(0, 47)),
                "Tracked Memory Changes size",
                "47 bytes",
                "48 bytes or more",
                -1);
        assertRefused(
                () -> new TrackedMemoryChangesView().wrap(data, 0, 47).descriptor(1, 0, 0),
                "descriptor index",
                "1",
                "0 to one less than 1",
                -1);
        assertThat(bytes).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x5EED_0041L, 0x5EED_0042L})
    void randomBytesAreRefusedOrSurvive(long seed) {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[48];
            random.nextBytes(bytes);
            bytes[0] = (byte) (random.nextInt(8) == 0 ? 1 : 0);
            bytes[2] = (byte) (random.nextInt(8) == 0 ? 1 : CONTROLLER);
            bytes[3] = 0;
            Arrays.fill(bytes, 4, 8, (byte) 0);
            bytes[4] = (byte) random.nextInt(4);
            bytes[8] = (byte) random.nextInt(56);
            bytes[9] = 0;
            int zeros = random.nextInt(8);
            Arrays.fill(bytes, 16, 16 + zeros, (byte) 0);
            Arrays.fill(bytes, 32, 32 + zeros, (byte) 0);
            try {
                var changes = decode(bytes);
                byte[] again = new byte[48];
                TrackedMemoryChangesCodec.encode(changes, MemorySegment.ofArray(again));
                assertThat(decode(again)).as("seed %d case %d", seed, i).isEqualTo(changes);
            } catch (InvalidValueException e) {
                refused++;
                assertThat(e.byteOffset()).as("seed %d case %d", seed, i).isPresent();
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(5_000, 19_500);
    }

    @Test
    void descriptorsAreReadWithoutAllocation() {
        int count = 10_000;
        int byteSize = 16 + 16 * count;
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(byteSize, 4096);
            var view = new TrackedMemoryChangesView().wrap(memory, 0, byteSize);
            view.controllerId(CONTROLLER).descriptorCount(count);
            for (int i = 0; i < count; i++) {
                view.descriptor(i, 4096L * i, 1);
            }
            long[] sum = new long[1];
            Runnable pass = () -> {
                sum[0] = 0;
                view.wrap(memory, 0, byteSize).validate(CONTROLLER);
                for (long i = 0; i < view.validatedCount(); i++) {
                    view.select(i);
                    sum[0] += view.byteSize();
                }
            };

            assertThat(Allocation.bytesOf(pass)).isLessThan(16 << 10);
            assertThat(sum[0]).isEqualTo(4096L * count);
        }
    }
}

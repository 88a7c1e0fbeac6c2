package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.CreateControllerDataQueueCommand;
import io.nvmelm.nvme.DeleteControllerDataQueueCommand;
import io.nvmelm.nvme.GetQueueHeadCommand;
import io.nvmelm.nvme.LogUserDataChangesCommand;
import io.nvmelm.nvme.SetQueueHeadCommand;
import io.nvmelm.nvme.TrackMemoryChangesCommand;
import io.nvmelm.nvme.TrackedMemoryChangesCommand;
import io.nvmelm.nvme.VendorMigrationCommand;
import io.nvmelm.nvme.VendorMigrationOperation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackingCommandCodecTest {
    private static final int CONTROLLER = 0x0012;
    private static final int QUEUE = 3;

    /// A submission entry by its dwords, written down as numbers.
    private static byte[] entry(int opcode, int cdw10, int cdw11, int cdw12, int cdw13) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, (byte) opcode)
                .putInt(40, cdw10)
                .putInt(44, cdw11)
                .putInt(48, cdw12)
                .putInt(52, cdw13)
                .array();
    }

    private static VendorMigrationCommand vendor(VendorMigrationOperation operation, int functionIndex, long size) {
        return new VendorMigrationCommand(operation, functionIndex, size);
    }

    private static SetQueueHeadCommand setHead(int queueId, long head, OptionalLong trigger) {
        return new SetQueueHeadCommand(queueId, head, trigger);
    }

    static Stream<Arguments> workedEncodings() {
        return Stream.of(
                Arguments.of(
                        "Create a queue of 128 slots, contiguous",
                        new CreateControllerDataQueueCommand(CONTROLLER, true, 128 * 8),
                        entry(0x45, 0x00000000, 0x00120001, 0x00000400, 0)),
                Arguments.of(
                        "Create a queue with every field",
                        new CreateControllerDataQueueCommand(0xFFFF, true, 0xFFFF_FFFFL),
                        entry(0x45, 0x00000000, 0xFFFF0001, 0xFFFFFFFF, 0)),
                Arguments.of(
                        "Create a queue by a list of pages",
                        new CreateControllerDataQueueCommand(CONTROLLER, false, 1),
                        entry(0x45, 0x00000000, 0x00120000, 0x00000001, 0)),
                Arguments.of(
                        "Delete a queue",
                        new DeleteControllerDataQueueCommand(QUEUE),
                        entry(0x45, 0x00000001, 0x00000003, 0, 0)),
                Arguments.of(
                        "Start logging",
                        new LogUserDataChangesCommand(QUEUE, true),
                        entry(0x3D, 0x00010000, 0x00000003, 0, 0)),
                Arguments.of(
                        "Stop logging",
                        new LogUserDataChangesCommand(QUEUE, false),
                        entry(0x3D, 0x00000000, 0x00000003, 0, 0)),
                Arguments.of(
                        "Start memory tracking",
                        new TrackMemoryChangesCommand(CONTROLLER, true, 0),
                        entry(0x3D, 0x00010001, 0x00000012, 0, 0)),
                Arguments.of(
                        "Stop memory tracking",
                        TrackMemoryChangesCommand.stop(CONTROLLER),
                        entry(0x3D, 0x00000001, 0x00000012, 0, 0)),
                Arguments.of(
                        "Tracked memory changes, 4096 bytes",
                        new TrackedMemoryChangesCommand(CONTROLLER, 1024),
                        entry(0x3E, 0x00000000, 0x00000012, 0x000003FF, 0)),
                Arguments.of(
                        "Tracked memory changes, 16 GiB",
                        new TrackedMemoryChangesCommand(0xFFFF, 1L << 32),
                        entry(0x3E, 0x00000000, 0x0000FFFF, 0xFFFFFFFF, 0)),
                Arguments.of(
                        "Set head 5, trigger slot 9",
                        setHead(QUEUE, 5, OptionalLong.of(9)),
                        entry(0x09, 0x00000021, 0x80000003, 0x00000005, 0x00000009)),
                Arguments.of(
                        "Set head 5, trigger slot 0",
                        setHead(QUEUE, 5, OptionalLong.of(0)),
                        entry(0x09, 0x00000021, 0x80000003, 0x00000005, 0)),
                Arguments.of(
                        "Set head 5, no trigger",
                        setHead(QUEUE, 5, OptionalLong.empty()),
                        entry(0x09, 0x00000021, 0x00000003, 0x00000005, 0)),
                Arguments.of(
                        "Get head",
                        new GetQueueHeadCommand(QUEUE),
                        entry(0x0A, 0x00000021, 0x00000003, 0, 0)),
                Arguments.of(
                        "Vendor query of VF 1",
                        vendor(VendorMigrationOperation.QUERY_SIZE, 1, 0),
                        entry(0xC4, 1, 0, 0, 0)),
                Arguments.of(
                        "Vendor suspend of VF 2",
                        vendor(VendorMigrationOperation.SUSPEND, 2, 0),
                        entry(0xC8, 2, 0, 0, 0)),
                Arguments.of(
                        "Vendor resume of VF 65535",
                        vendor(VendorMigrationOperation.RESUME, 0xFFFF, 0),
                        entry(0xCC, 0xFFFF, 0, 0, 0)),
                Arguments.of(
                        "Vendor save of VF 3",
                        vendor(VendorMigrationOperation.SAVE, 3, 0),
                        entry(0xD2, 3, 0, 0, 0)),
                Arguments.of(
                        "Vendor load of VF 4, 5000 bytes",
                        vendor(VendorMigrationOperation.LOAD, 4, 5000),
                        entry(0xD5, 4, 0x00001388, 0, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEncodings")
    void aCommandIsEncodedAsTheStandardSays(String name, AdminCommand command, byte[] expected) {
        byte[] actual = new byte[64];
        Arrays.fill(actual, (byte) 0xEE);

        AdminCommandCodec.encode(command, MemorySegment.ofArray(actual));

        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEncodings")
    void anEntryIsDecodedAsTheStandardSays(String name, AdminCommand expected, byte[] entry) {
        assertThat(decode(entry)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEncodings")
    void identifierPointersAndReservedFieldsDoNotMatterWhenDecoding(String name, AdminCommand expected, byte[] entry) {
        var bytes = ByteBuffer.wrap(entry.clone()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(2, (short) 0xBEEF).putLong(8, -1).putLong(16, -1).putLong(24, -1).putLong(32, -1);
        bytes.putLong(56, -1);
        fill(bytes, 40, switch (expected) {
            case CreateControllerDataQueueCommand _ -> 0xFF00FF00;
            case LogUserDataChangesCommand _ -> 0xFFF0FF00;
            case TrackMemoryChangesCommand _ -> 0xFFFEFF00;
            case SetQueueHeadCommand _ -> 0x7FFFFF00;
            case GetQueueHeadCommand _ -> 0xFFFFF800;
            case VendorMigrationCommand _ -> 0xFFFF0000;
            default -> 0xFFFFFF00;
        });
        fill(bytes, 44, switch (expected) {
            case CreateControllerDataQueueCommand _ -> 0x0000FFFE;
            case SetQueueHeadCommand _ -> 0x7FFF0000;
            case VendorMigrationCommand load when load.operation() == VendorMigrationOperation.LOAD -> 0;
            case VendorMigrationCommand _ -> 0xFFFFFFFF;
            default -> 0xFFFF0000;
        });
        fill(bytes, 48, switch (expected) {
            case CreateControllerDataQueueCommand _,TrackedMemoryChangesCommand _,SetQueueHeadCommand _ -> 0;
            default -> 0xFFFFFFFF;
        });
        fill(bytes, 52, expected instanceof SetQueueHeadCommand set && set.triggerSlot().isPresent() ? 0 : -1);

        assertThat(decode(bytes.array())).isEqualTo(expected);
    }

    private static void fill(ByteBuffer bytes, int dword, int reserved) {
        bytes.putInt(dword, bytes.getInt(dword) | reserved);
    }

    static Stream<Arguments> bitFields() {
        return Stream.of(
                field("Create CNTLID", 44, 16, 16, v -> new CreateControllerDataQueueCommand((int) v, false, 1)),
                field("Create PC", 44, 0, 1, v -> new CreateControllerDataQueueCommand(0, v != 0, 1)),
                field("Delete CDQID", 44, 0, 16, v -> new DeleteControllerDataQueueCommand((int) v)),
                field("Log LACT", 40, 16, 1, v -> new LogUserDataChangesCommand(0, v != 0)),
                field("Log CDQID", 44, 0, 16, v -> new LogUserDataChangesCommand((int) v, false)),
                field("Track TACT", 40, 16, 1, v -> new TrackMemoryChangesCommand(0, v != 0, 0)),
                field("Track CNTLID", 44, 0, 16, v -> new TrackMemoryChangesCommand((int) v, false, 0)),
                field("Receive CNTLID", 44, 0, 16, v -> new TrackedMemoryChangesCommand((int) v, 4)),
                field("Set CDQID", 44, 0, 16, v -> setHead((int) v, 0, OptionalLong.empty())),
                field("Set ETPT", 44, 31, 1, v -> setHead(0, 0, v == 0 ? OptionalLong.empty() : OptionalLong.of(0))),
                field("Set HP", 48, 0, 32, v -> setHead(0, v, OptionalLong.empty())),
                field("Set TPT", 52, 0, 32, v -> setHead(0, 0, OptionalLong.of(v))),
                field("Get CDQID", 44, 0, 16, v -> new GetQueueHeadCommand((int) v)));
    }

    private static Arguments field(String name, int dword, int shift, int bits, LongFunction<AdminCommand> command) {
        return Arguments.of(name, dword, shift, bits, command);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bitFields")
    void aFieldFillsItsBitsAndNoOther(String name, int dword, int shift, int bits, LongFunction<AdminCommand> command) {
        byte[] ones = encoded(command.apply(1));
        for (long value : new long[] {0, 1, 1L << (bits - 1), (1L << bits) - 1}) {
            var expected = ByteBuffer.wrap(ones.clone()).order(ByteOrder.LITTLE_ENDIAN);
            int mask = (int) (((1L << bits) - 1) << shift);
            expected.putInt(dword, (expected.getInt(dword) & ~mask) | (int) (value << shift));

            byte[] actual = encoded(command.apply(value));

            assertThat(actual).as("value %d", value).isEqualTo(expected.array());
            assertThat(decode(actual)).isEqualTo(command.apply(value));
        }
        assertThat(ByteBuffer.wrap(ones).order(ByteOrder.LITTLE_ENDIAN).getInt(dword) >>> shift & 1).isEqualTo(1);
    }

    /// Fields that have no 0, at their least value, one more, their highest bit and their maximum.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 0x8000_0000L, 0xFFFF_FFFFL})
    void aSizeFillsItsDword(long size) {
        var create = new CreateControllerDataQueueCommand(0, false, size);
        var receive = new TrackedMemoryChangesCommand(0, Math.max(size, 3) + 1);
        var load = vendor(VendorMigrationOperation.LOAD, 1, size);

        assertThat(encoded(create)).isEqualTo(entry(0x45, 0, 0, (int) size, 0));
        assertThat(encoded(receive)).isEqualTo(entry(0x3E, 0, 0, (int) Math.max(size, 3), 0));
        assertThat(encoded(load)).isEqualTo(entry(0xD5, 1, (int) size, 0, 0));
        assertThat(decode(encoded(create))).isEqualTo(create);
        assertThat(decode(encoded(receive))).isEqualTo(receive);
        assertThat(decode(encoded(load))).isEqualTo(load);
    }

    private static byte[] encoded(AdminCommand command) {
        byte[] bytes = new byte[64];
        AdminCommandCodec.encode(command, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static AdminCommand decode(byte[] entry) {
        return AdminCommandCodec.decode(MemorySegment.ofArray(entry));
    }

    @Test
    void theBytesOfTheRangesAndOfAVendorStateAreNotInTheEntry() {
        assertThat(encoded(new TrackMemoryChangesCommand(CONTROLLER, true, 4096)))
                .isEqualTo(entry(0x3D, 0x00010001, 0x00000012, 0, 0));
        assertThat(encoded(vendor(VendorMigrationOperation.SAVE, 3, 4096))).isEqualTo(entry(0xD2, 3, 0, 0, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "0x45, 2, 0 to 1", "0x45, 0xBF, 0 to 1", "0x45, 0xC0, 0 to 1", "0x3D, 2, 0 to 1", "0x3D, 0xFF, 0 to 1",
        "0x3E, 1, 0", "0x3E, 0xFF, 0"
    })
    void aReservedSelectIsRefused(int opcode, int select, String bound) {
        assertRefused(() -> decode(entry(opcode, select, 1, 8, 0)), "SEL", Integer.toString(select), bound, 40);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0xBF, 0xC0, 0xFF})
    void anotherQueueTypeIsRefused(int type) {
        assertRefused(
                () -> decode(entry(0x45, type << 16, 0x00120001, 8, 0)), "QT", Integer.toString(type), "0", 42);
    }

    @Test
    void aQueueWithoutSizeIsRefused() {
        assertRefused(
                () -> decode(entry(0x45, 0, 0x00120001, 0, 0)), "CDQSIZE", "0", "1 to 4294967295", 48);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8, 0xF})
    void aReservedLoggingActionIsRefused(int action) {
        assertRefused(
                () -> decode(entry(0x3D, action << 16, 3, 0, 0)), "LACT", Integer.toString(action), "0 to 1", 42);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aReportThatCannotHoldItsHeaderIsRefused(int zeroBasedDwords) {
        assertRefused(
                () -> decode(entry(0x3E, 0, 0x12, zeroBasedDwords, 0)),
                "NUMDL",
                Integer.toString(zeroBasedDwords),
                "3 to 4294967295",
                48);
    }

    @ParameterizedTest
    @CsvSource({"0x09, 0x20", "0x09, 0x00", "0x09, 0xA1", "0x0A, 0x22", "0x0A, 0xFF"})
    void anotherFeatureIsRefused(int opcode, int feature) {
        assertRefused(() -> decode(entry(opcode, feature, 3, 0, 0)), "FID", Integer.toString(feature), "33", 40);
    }

    @Test
    void savingTheFeatureIsRefused() {
        assertRefused(() -> decode(entry(0x09, 0x80000021, 3, 5, 0)), "SV", "1", "0", 43);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void anotherValueOfTheFeatureThanTheCurrentOneIsRefused(int select) {
        assertRefused(
                () -> decode(entry(0x0A, select << 8 | 0x21, 3, 0, 0)), "SEL", Integer.toString(select), "0", 41);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x09, 0x0A})
    void aFeatureOfANamespaceIsRefused(int opcode) {
        var all = ByteBuffer.wrap(entry(opcode, 0x21, 3, 0, 0)).order(ByteOrder.LITTLE_ENDIAN).putInt(4, -1).array();
        var one = ByteBuffer.wrap(all.clone()).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 1).array();

        assertThat(decode(all)).isEqualTo(decode(entry(opcode, 0x21, 3, 0, 0)));
        assertRefused(() -> decode(one), "NSID", "1", "0 or 4294967295", 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0xC4, 0xC8, 0xCC, 0xD2, 0xD5})
    void aVirtualFunctionIndexStartsAtOne(int opcode) {
        assertRefused(() -> decode(entry(opcode, 0xFFFF0000, 1, 0, 0)), "VF index", "0", "1 to 65535", 40);
    }

    @Test
    void loadingNothingIsRefused() {
        assertRefused(() -> decode(entry(0xD5, 1, 0, 0, 0)), "size", "0", "1 to 4294967295", 44);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x5EED_0011L, 0x5EED_0012L})
    void randomEntriesAreRefusedOrSurviveDecodingAndEncoding(long seed) {
        var random = new Random(seed);
        int[] opcodes = {0x09, 0x0A, 0x3D, 0x3E, 0x45, 0xC4, 0xC8, 0xCC, 0xD2, 0xD5};
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[64];
            random.nextBytes(bytes);
            bytes[0] = (byte) opcodes[random.nextInt(opcodes.length)];
            bytes[40] = bytes[0] == 0x09 || bytes[0] == 0x0A ? 0x21 : (byte) (bytes[40] & 3);
            bytes[42] &= 3;
            Arrays.fill(bytes, 4, 8, (byte) 0);
            try {
                var command = decode(bytes);
                assertThat(decode(encoded(command))).as("seed %d case %d", seed, i).isEqualTo(command);
            } catch (InvalidValueException e) {
                refused++;
                assertThat(e.byteOffset()).as("seed %d case %d", seed, i).isPresent();
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(5_000, 45_000);
    }
}

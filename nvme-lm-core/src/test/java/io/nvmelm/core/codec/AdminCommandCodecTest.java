package io.nvmelm.core.codec;

import static io.nvmelm.core.codec.Refusals.assertRefused;
import static io.nvmelm.core.codec.Refusals.refusalOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.ControllerResourceType;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.nvme.VirtualizationAction;
import io.nvmelm.nvme.VirtualizationManagementCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminCommandCodecTest {
    private static final int CONTROLLER = 0x0012;

    /// A submission entry by its dwords, written down as numbers.
    private static byte[] entry(int opcode, long nsid, int cdw10, int cdw11, int cdw12, int cdw13, int cdw14,
            int cdw15) {
        return ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, (byte) opcode)
                .putInt(4, (int) nsid)
                .putInt(40, cdw10)
                .putInt(44, cdw11)
                .putInt(48, cdw12)
                .putInt(52, cdw13)
                .putInt(56, cdw14)
                .putInt(60, cdw15)
                .array();
    }

    private static SetControllerStateCommand set(
            SequenceIndicator sequence, int versionIndex, int vendorUuidIndex, long byteOffset, long dwordCount) {
        return new SetControllerStateCommand(
                CONTROLLER, sequence, versionIndex, vendorUuidIndex, byteOffset, 0, dwordCount);
    }

    private static GetControllerStateCommand get(
            int versionIndex, int vendorUuidIndex, int vendorParameter, long byteOffset, long dwordCount) {
        return new GetControllerStateCommand(
                CONTROLLER, versionIndex, vendorUuidIndex, vendorParameter, byteOffset, 0, dwordCount);
    }

    static Stream<Arguments> workedEncodings() {
        return Stream.of(
                Arguments.of(
                        "Identify CNS 20h",
                        IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS),
                        entry(0x06, 0, 0x00000020, 0, 0, 0, 0, 0)),
                Arguments.of(
                        "Identify CNS 01h",
                        IdentifyCommand.of(IdentifyCommand.CONTROLLER),
                        entry(0x06, 0, 0x00000001, 0, 0, 0, 0, 0)),
                Arguments.of(
                        "Identify CNS 15h from 0080h on",
                        IdentifyCommand.secondaryControllers(0x80),
                        entry(0x06, 0, 0x00800015, 0, 0, 0, 0, 0)),
                Arguments.of(
                        "Identify with every field",
                        new IdentifyCommand(0xFF, 0xFFFF, 0xFFFF_FFFFL, 0xFFFF, 0xFF, 0x7F),
                        entry(0x06, 0xFFFF_FFFFL, 0xFFFF00FF, 0xFF00FFFF, 0, 0, 0x7F, 0)),
                Arguments.of(
                        "Suspend Notification",
                        new SuspendCommand(CONTROLLER, SuspendType.NOTIFICATION, false),
                        entry(0x41, 0, 0x00000000, 0x00000012, 0, 0, 0, 0)),
                Arguments.of(
                        "Suspend, keep the queue",
                        new SuspendCommand(CONTROLLER, SuspendType.SUSPEND, false),
                        entry(0x41, 0, 0x00000000, 0x00010012, 0, 0, 0, 0)),
                Arguments.of(
                        "Suspend, delete the queue",
                        new SuspendCommand(CONTROLLER, SuspendType.SUSPEND, true),
                        entry(0x41, 0, 0x00000000, 0x80010012, 0, 0, 0, 0)),
                Arguments.of(
                        "Resume",
                        new ResumeCommand(CONTROLLER),
                        entry(0x41, 0, 0x00000001, 0x00000012, 0, 0, 0, 0)),
                Arguments.of(
                        "Set state, only, CSVI 1, 104 bytes",
                        set(SequenceIndicator.ONLY, 1, 0, 0, 26),
                        entry(0x41, 0, 0x00030002, 0x00010012, 0, 0, 0, 0x0000001A)),
                Arguments.of(
                        "Set state, first, 4096 bytes",
                        set(SequenceIndicator.FIRST, 1, 0, 0, 1024),
                        entry(0x41, 0, 0x00010002, 0x00010012, 0, 0, 0, 0x00000400)),
                Arguments.of(
                        "Set state, middle, next 4096 bytes",
                        set(SequenceIndicator.MIDDLE, 1, 0, 4096, 1024),
                        entry(0x41, 0, 0x00000002, 0x00010012, 0x00001000, 0, 0, 0x00000400)),
                Arguments.of(
                        "Set state, last, no data, total 8192",
                        set(SequenceIndicator.LAST, 1, 0, 8192, 0),
                        entry(0x41, 0, 0x00020002, 0x00010012, 0x00002000, 0, 0, 0x00000000)),
                Arguments.of(
                        "Set state, only, CSVI 1 and CSUUIDI 2",
                        set(SequenceIndicator.ONLY, 1, 2, 0, 0x77),
                        entry(0x41, 0, 0x00030002, 0x02010012, 0, 0, 0, 0x00000077)),
                Arguments.of(
                        "Set state with every field",
                        new SetControllerStateCommand(
                                0xFFFF, SequenceIndicator.ONLY, 0xFF, 0xFF, -4L, 0x7F, 0xFFFF_FFFFL),
                        entry(0x41, 0, 0x00030002, 0xFFFFFFFF, 0xFFFFFFFC, 0xFFFFFFFF, 0x7F, 0xFFFFFFFF)),
                Arguments.of(
                        "Get state, CSVI 1, first 48 bytes",
                        get(1, 0, 0, 0, 12),
                        entry(0x42, 0, 0x00010000, 0x00000012, 0, 0, 0, 0x0000000B)),
                Arguments.of(
                        "Get state, CSVI 1, 104 bytes",
                        get(1, 0, 0, 0, 26),
                        entry(0x42, 0, 0x00010000, 0x00000012, 0, 0, 0, 0x00000019)),
                Arguments.of(
                        "Get state, CSVI 1, CSUUIDI 2, parameter 7",
                        get(1, 2, 7, 0, 0x77),
                        entry(0x42, 0, 0x00010000, 0x07020012, 0, 0, 0, 0x00000076)),
                Arguments.of(
                        "Get state beyond 4 GiB",
                        get(1, 0, 0, 0x1_2345_6788L, 1),
                        entry(0x42, 0, 0x00010000, 0x00000012, 0x23456788, 0x00000001, 0, 0)),
                Arguments.of(
                        "Get state with every field",
                        new GetControllerStateCommand(0xFFFF, 0xFF, 0xFF, 0xFF, -4L, 0x7F, 1L << 32),
                        entry(0x42, 0, 0x00FF0000, 0xFFFFFFFF, 0xFFFFFFFC, 0xFFFFFFFF, 0x7F, 0xFFFFFFFF)),
                Arguments.of(
                        "Identify CNS 14h",
                        IdentifyCommand.of(IdentifyCommand.PRIMARY_CONTROLLER_CAPABILITIES),
                        entry(0x06, 0, 0x00000014, 0, 0, 0, 0, 0)),
                Arguments.of(
                        "Secondary Controller Offline",
                        VirtualizationManagementCommand.offline(CONTROLLER),
                        entry(0x1C, 0, 0x00120007, 0, 0, 0, 0, 0)),
                Arguments.of(
                        "Secondary Controller Assign, 5 queue pairs",
                        VirtualizationManagementCommand.assign(CONTROLLER, ControllerResourceType.QUEUE, 5),
                        entry(0x1C, 0, 0x00120008, 5, 0, 0, 0, 0)),
                Arguments.of(
                        "Secondary Controller Assign, 6 vectors",
                        VirtualizationManagementCommand.assign(CONTROLLER, ControllerResourceType.INTERRUPT, 6),
                        entry(0x1C, 0, 0x00120108, 6, 0, 0, 0, 0)),
                Arguments.of(
                        "Secondary Controller Online",
                        VirtualizationManagementCommand.online(CONTROLLER),
                        entry(0x1C, 0, 0x00120009, 0, 0, 0, 0, 0)),
                Arguments.of(
                        "Primary Controller Flexible Allocation with every field",
                        new VirtualizationManagementCommand(
                                VirtualizationAction.ALLOCATE_PRIMARY, ControllerResourceType.INTERRUPT, 0xFFFF,
                                0xFFFF),
                        entry(0x1C, 0, 0xFFFF0101, 0xFFFF, 0, 0, 0, 0)));
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
        assertThat(AdminCommandCodec.decode(MemorySegment.ofArray(entry))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("workedEncodings")
    void identifierPointersAndReservedFieldsDoNotMatterWhenDecoding(String name, AdminCommand expected, byte[] entry) {
        var bytes = ByteBuffer.wrap(entry.clone()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(2, (short) 0xBEEF).putLong(24, -1).putLong(32, -1).putLong(16, -1).putLong(8, -1);
        bytes.putInt(56, bytes.getInt(56) | 0xFFFFFF80);
        boolean management = entry[0] == 0x1C;
        bytes.putInt(40, bytes.getInt(40) | (management ? 0x0000F8F0 : 0x0000FF00));
        bytes.putInt(44, bytes.getInt(44) | (management ? 0xFFFF0000 : 0));

        assertThat(AdminCommandCodec.decode(MemorySegment.ofArray(bytes.array()))).isEqualTo(expected);
    }

    static Stream<Arguments> bitFields() {
        return Stream.of(
                field("Identify CNS", 40, 0, 8, v -> new IdentifyCommand((int) v, 0, 0, 0, 0, 0)),
                field("Identify CNTID", 40, 16, 16, v -> new IdentifyCommand(0, (int) v, 0, 0, 0, 0)),
                field("Identify NSID", 4, 0, 32, v -> new IdentifyCommand(0, 0, v, 0, 0, 0)),
                field("Identify specific", 44, 0, 16, v -> new IdentifyCommand(0, 0, 0, (int) v, 0, 0)),
                field("Identify CSI", 44, 24, 8, v -> new IdentifyCommand(0, 0, 0, 0, (int) v, 0)),
                field("Identify UIDX", 56, 0, 7, v -> new IdentifyCommand(0, 0, 0, 0, 0, (int) v)),
                field("Suspend CNTLID", 44, 0, 16, v -> new SuspendCommand((int) v, SuspendType.NOTIFICATION, false)),
                field("Suspend STYPE", 44, 16, 1, v -> new SuspendCommand(0, SuspendType.values()[(int) v], false)),
                field("Suspend DUDMQ", 44, 31, 1, v -> new SuspendCommand(0, SuspendType.NOTIFICATION, v != 0)),
                field("Resume CNTLID", 44, 0, 16, v -> new ResumeCommand((int) v)),
                field("Set CNTLID", 44, 0, 16, v -> new SetControllerStateCommand(
                        (int) v, SequenceIndicator.LAST, 1, 1, 0, 0, 0)),
                field("Set CSVI", 44, 16, 8, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.LAST, (int) v, 1, 0, 0, 0)),
                field("Set CSUUIDI", 44, 24, 8, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.LAST, 1, (int) v, 0, 0, 0)),
                field("Set SEQIND", 40, 16, 2, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.values()[(int) v], 1, 1, 0, 0, 1)),
                field("Set CSOL", 48, 2, 30, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.LAST, 1, 1, v << 2, 0, 0)),
                field("Set CSOU", 52, 0, 32, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.LAST, 1, 1, v << 32, 0, 0)),
                field("Set UIDX", 56, 0, 7, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.LAST, 1, 1, 0, (int) v, 0)),
                field("Set NUMD", 60, 0, 32, v -> new SetControllerStateCommand(
                        0, SequenceIndicator.LAST, 1, 1, 0, 0, v)),
                field("Get CNTLID", 44, 0, 16, v -> new GetControllerStateCommand((int) v, 0, 0, 0, 0, 0, 1)),
                field("Get CSVI", 40, 16, 8, v -> new GetControllerStateCommand(0, (int) v, 0, 0, 0, 0, 1)),
                field("Get CSUUIDI", 44, 16, 8, v -> new GetControllerStateCommand(0, 0, (int) v, 0, 0, 0, 1)),
                field("Get CSUIDXP", 44, 24, 8, v -> new GetControllerStateCommand(0, 0, 0, (int) v, 0, 0, 1)),
                field("Get OL", 48, 2, 30, v -> new GetControllerStateCommand(0, 0, 0, 0, v << 2, 0, 1)),
                field("Get OU", 52, 0, 32, v -> new GetControllerStateCommand(0, 0, 0, 0, v << 32, 0, 1)),
                field("Get UIDX", 56, 0, 7, v -> new GetControllerStateCommand(0, 0, 0, 0, 0, (int) v, 1)),
                field("Get NUMDL", 60, 0, 32, v -> new GetControllerStateCommand(0, 0, 0, 0, 0, 0, v + 1)),
                field("Manage CNTLID", 40, 16, 16, v -> VirtualizationManagementCommand.online((int) v)),
                field("Manage RT", 40, 8, 1, v -> VirtualizationManagementCommand.assign(
                        0, ControllerResourceType.values()[(int) v], 0)),
                field("Manage NR", 44, 0, 16, v -> VirtualizationManagementCommand.assign(
                        0, ControllerResourceType.QUEUE, (int) v)));
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
            assertThat(AdminCommandCodec.decode(MemorySegment.ofArray(actual))).isEqualTo(command.apply(value));
        }
        assertThat(ByteBuffer.wrap(ones).order(ByteOrder.LITTLE_ENDIAN).getInt(dword) >>> shift & 1).isEqualTo(1);
    }

    private static byte[] encoded(AdminCommand command) {
        byte[] bytes = new byte[64];
        AdminCommandCodec.encode(command, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static AdminCommand decode(byte[] entry) {
        return AdminCommandCodec.decode(MemorySegment.ofArray(entry));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x02, 0x0C, 0x3C, 0x3F, 0x40, 0x43, 0x44, 0x46, 0x80, 0xC0, 0xD1, 0xFF})
    void anUnknownOpcodeIsRefused(int opcode) {
        assertRefused(
                () -> decode(entry(opcode, 0, 0, 0, 0, 0, 0, 0)),
                "OPC",
                Integer.toString(opcode),
                "6, 9, 10, 28, 61, 62, 65, 66, 69, 196, 200, 204, 210 or 213",
                0);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 0x7F, 0x80, 0xFF})
    void aReservedSelectOfMigrationSendIsRefused(int select) {
        assertRefused(
                () -> decode(entry(0x41, 0, select, 0x00010012, 0, 0, 0, 4)),
                "SEL",
                Integer.toString(select),
                "0 to 2",
                40);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0xFF})
    void aReservedSelectOfMigrationReceiveIsRefused(int select) {
        assertRefused(
                () -> decode(entry(0x42, 0, select, 0x12, 0, 0, 0, 0)), "SEL", Integer.toString(select), "0", 40);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 0x80, 0xFF})
    void aReservedSuspendTypeIsRefused(int type) {
        assertRefused(
                () -> decode(entry(0x41, 0, 0, type << 16 | 0x12, 0, 0, 0, 0)),
                "STYPE",
                Integer.toString(type),
                "0 to 1",
                46);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 4, 5, 6, 0xA, 0xF})
    void aReservedActionOfVirtualizationManagementIsRefused(int action) {
        assertRefused(
                () -> decode(entry(0x1C, 0, 0x12_0000 | action, 0, 0, 0, 0, 0)),
                "ACT",
                Integer.toString(action),
                "1, 7, 8 or 9",
                40);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void aReservedResourceTypeIsRefused(int type) {
        assertRefused(
                () -> decode(entry(0x1C, 0, 0x12_0008 | type << 8, 1, 0, 0, 0, 0)),
                "RT",
                Integer.toString(type),
                "0 to 1",
                41);
    }

    @ParameterizedTest
    @CsvSource({"0x1C", "0x3D", "0x3E", "0x41", "0x42", "0x45"})
    void aNamespaceIsRefusedWhereTheCommandHasNone(int opcode) {
        assertRefused(() -> decode(entry(opcode, 0xFFFF_FFFFL, 0, 0x12, 0, 0, 0, 0)), "NSID", "4294967295", "0", 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 0x1001})
    void anOffsetThatIsNoMultipleOf4IsRefused(int offset) {
        var value = Integer.toString(offset);
        assertRefused(
                () -> decode(entry(0x41, 0, 0x00030002, 0x00010012, offset, 0, 0, 1)), "CSO", value, "a multiple of 4",
                48);
        assertRefused(
                () -> decode(entry(0x42, 0, 0, 0x12, offset, 0, 0, 0)), "OFFSET", value, "a multiple of 4", 48);
    }

    @Test
    void settingAStateWithoutAnyIndexIsRefused() {
        assertRefused(
                () -> decode(entry(0x41, 0, 0x00030002, 0x00000012, 0, 0, 0, 1)),
                "CSVI and CSUUIDI",
                "0",
                "at least one of them 1 or more",
                46);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void settingNothingIsRefusedUnlessItIsTheLastPiece(int sequence) {
        assertRefused(
                () -> decode(entry(0x41, 0, sequence << 16 | 2, 0x00010012, 0, 0, 0, 0)),
                "NUMD",
                "0",
                "1 or more unless the piece is the last of several",
                60);
    }

    @Test
    void anEntryOfLessThan64BytesIsRefused() {
        var segment = MemorySegment.ofArray(new byte[63]);

        assertRefused(
                () -> AdminCommandCodec.decode(segment), "submission entry size", "63 bytes", "64 bytes or more", -1);
        assertRefused(
                () -> AdminCommandCodec.encode(new ResumeCommand(1), segment),
                "submission entry size",
                "63 bytes",
                "64 bytes or more",
                -1);
    }

    @Test
    void bytesBehindAnEntryAreLeftAlone() {
        byte[] bytes = new byte[80];
        Arrays.fill(bytes, (byte) 0xEE);

        AdminCommandCodec.encode(new ResumeCommand(0x12), MemorySegment.ofArray(bytes));

        assertThat(Arrays.copyOfRange(bytes, 64, 80)).containsOnly(0xEE);
    }

    @Test
    void randomEntriesAreRefusedOrSurviveDecodingAndEncoding() {
        long seed = 0x5EED_0001L;
        var random = new Random(seed);
        int[] opcodes = {0x06, 0x1C, 0x41, 0x42};
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[64];
            random.nextBytes(bytes);
            bytes[0] = (byte) opcodes[random.nextInt(4)];
            bytes[40] &= (byte) (bytes[0] == 0x1C ? 0xF : 3);
            MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_INT_UNALIGNED, 4, 0);
            try {
                var command = decode(bytes);
                assertThat(decode(encoded(command))).as("seed %d case %d", seed, i).isEqualTo(command);
            } catch (InvalidValueException e) {
                refused++;
                assertThat(e.byteOffset()).as("seed %d case %d", seed, i).isPresent();
            }
        }
        assertThat(refused).as("seed %d", seed).isBetween(1, 49_999);
    }

    @Test
    void refusalsNameTheFieldInTheirMessage() {
        assertThat(refusalOf(() -> decode(entry(0x41, 0, 9, 0, 0, 0, 0, 0))))
                .hasMessageContaining("SEL is 9 at byte 40");
    }
}

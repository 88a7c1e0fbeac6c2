package io.nvmelm.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.AdminCommand;
import io.nvmelm.nvme.GetControllerStateCommand;
import io.nvmelm.nvme.NvmeControllerState;
import io.nvmelm.nvme.ResumeCommand;
import io.nvmelm.nvme.SequenceIndicator;
import io.nvmelm.nvme.SetControllerStateCommand;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.SupportedStateFormats;
import io.nvmelm.nvme.SuspendCommand;
import io.nvmelm.nvme.SuspendType;
import io.nvmelm.nvme.TrackingLimits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Mistakes that were made in drivers proposed for Linux in 2022 and 2025, one test each. The numbers are those of the
/// catalogue of defects that this project keeps.
class CodecDefectTest {
    private static ByteBuffer encoded(AdminCommand command) {
        byte[] bytes = new byte[64];
        AdminCommandCodec.encode(command, MemorySegment.ofArray(bytes));
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static SetControllerStateCommand set(SequenceIndicator sequence, long dwordCount) {
        return new SetControllerStateCommand(0x12, sequence, 1, 0, 0, 0, dwordCount);
    }

    private static GetControllerStateCommand get(long dwordCount) {
        return new GetControllerStateCommand(0x12, 1, 0, 0, 0, 0, dwordCount);
    }

    /// Select values 2 and 3 were sent for Resume and Set.
    @Test
    void defect06ResumeIsSelect1AndSetIsSelect2() {
        assertThat(encoded(new SuspendCommand(0x12, SuspendType.SUSPEND, false)).get(40)).isEqualTo((byte) 0);
        assertThat(encoded(new ResumeCommand(0x12)).get(40)).isEqualTo((byte) 1);
        assertThat(encoded(set(SequenceIndicator.ONLY, 26)).get(40)).isEqualTo((byte) 2);
        assertThat(encoded(get(26)).get(40)).isEqualTo((byte) 0);
    }

    /// Index 0 was sent for the first version of the list.
    @Test
    void defect07IndexCountsFromOne() {
        var segment = MemorySegment.ofArray(new byte[4096]);
        var uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        SupportedStateFormatsCodec.encode(new SupportedStateFormats(List.of(0, 9), List.of(uuid)), segment);

        var formats = SupportedStateFormatsCodec.decode(segment);

        assertThat(formats.versionIndex(0)).hasValue(1);
        assertThat(formats.versionIndex(9)).hasValue(2);
        assertThat(formats.uuidIndex(uuid)).hasValue(1);
        assertThat(new SupportedStateFormatsView().wrap(segment, 0).version(1)).isZero();
        assertThat(encoded(get(26)).getInt(40)).isEqualTo(0x0001_0000);
        assertThat(encoded(set(SequenceIndicator.ONLY, 26)).getInt(44)).isEqualTo(0x0001_0012);
    }

    /// The header was taken for 20 bytes with sizes of 16 bits at 16 and 18.
    @Test
    void defect08HeaderIs48BytesWith128BitSizes() {
        var state = RawState.of(1, 1, 0x5_0000);
        var header = new ControllerStateView().wrap(state.segment(), 0);

        assertThat(ControllerStateView.HEADER_BYTES).isEqualTo(48);
        assertThat(header.nvmeStateDwords()).isEqualTo(14);
        assertThat(header.vendorDwords()).isEqualTo(0x1_4000);
        assertThat(header.totalBytes()).isEqualTo(48 + 56 + 0x5_0000);
        assertThat(header.nvmeStateOffset()).isEqualTo(48);
        assertThat(header.vendorDataOffset()).isEqualTo(104);
        var decoded = ControllerStateCodec.decode(state.segment(), 0, state.bytes().length);
        assertThat(((NvmeControllerState.Version0) decoded.nvmeState()).submissionQueues().getFirst().prp1())
                .isEqualTo(0x1000_0000L);
        assertThat(decoded.vendorData().byteSize()).isEqualTo(0x5_0000);
    }

    /// Set sent its count less one, as Get does, so that the last dword was never transferred.
    @Test
    void defect08bSetSendsAPlainDwordCount() {
        assertThat(encoded(set(SequenceIndicator.ONLY, 26)).getInt(60)).isEqualTo(26);
        assertThat(encoded(get(26)).getInt(60)).isEqualTo(25);
    }

    /// Fewer bytes than Identify transfers were offered to it.
    @Test
    void defect09SupportedFormatsTake4096Bytes() {
        assertThat(SupportedStateFormatsView.BYTES).isEqualTo(4096);
        assertThat(Refusals.refusalOf(() -> SupportedStateFormatsCodec.decode(MemorySegment.ofArray(new byte[4])))
                .bound())
                .isEqualTo("4096 bytes or more");
    }

    /// The version of the envelope was compared with an index.
    @Test
    void defect14VersionIsComparedWithTheListEntryNotWithTheIndex() {
        byte[] state = RawState.header(25, 0, 100).set16(48, 9).bytes();
        var validator = new ControllerStateValidator(StateFormat.ofVersion(9), 4096);

        assertThat(StateVerdict.of(validator, state, () -> 4096).accepted()).isTrue();
    }

    /// What a stream brought reached the device unchecked.
    @Test
    void defect20AStateIsCheckedBeforeItReachesADevice() {
        byte[] state = RawState.of(2, 1, 0).set16(80 + 12, 7).bytes();
        var validator = new ControllerStateValidator(StateFormat.ofVersion(0), 4096);

        assertThat(StateVerdict.of(validator, state, () -> 4096).message()).startsWith("IOSQCQID is 7 at byte 92");
    }

    /// Nobody looked whether the controller had been suspended.
    @Test
    void defect21TheSuspendedAttributeIsBit0OfByte2() {
        var raw = RawState.of(0, 0, 0).set8(2, 1);

        assertThat(ControllerStateCodec.decode(raw.segment(), 0, 56).suspended()).isTrue();
        raw.set8(2, 0xFE);
        assertThat(ControllerStateCodec.decode(raw.segment(), 0, 56).suspended()).isFalse();
        assertThat(new ControllerStateView().wrap(raw.segment(), 0).suspended()).isFalse();
    }

    /// Completion queue entries were taken for 22 bytes with attributes of 16 bits.
    @Test
    void defect23CompletionQueueStateIs24BytesWith32BitAttributes() {
        var raw = RawState.of(0, 3, 0);
        raw.set32(raw.completionQueue(2) + 16, 0xFFFF_0007L);

        var decoded = ControllerStateCodec.decode(raw.segment(), 0, raw.bytes().length);
        var queues = ((NvmeControllerState.Version0) decoded.nvmeState()).completionQueues();

        assertThat(CompletionQueueStateView.BYTES).isEqualTo(24);
        assertThat(raw.bytes()).hasSize(56 + 3 * 24);
        assertThat(queues.get(1).prp1()).isEqualTo(0x2000_1000L);
        assertThat(queues.get(2).queueId()).isEqualTo(3);
        assertThat(queues.get(2).interruptVector()).isEqualTo(0xFFFF);
        assertThat(queues.get(2).attributes()).isEqualTo(0xFFFF_0007L);
    }

    /// The fields were placed at 352, which moved SQES, CQES and MAXCMD.
    @Test
    void defect24IdentifyFieldsStartAtByte570() {
        byte[] bytes = new byte[4096];
        var view = new IdentifyControllerView().wrap(MemorySegment.ofArray(bytes), 0);

        view.tracking(new TrackingLimits(0xFFFF, 0xFFFF, 0xFF, 0xFF, 0xFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF));
        view.submissionQueueEntrySize(0x66).completionQueueEntrySize(0x44).maximumCommands(0x1234);

        assertThat(Arrays.copyOfRange(bytes, 570, 577)).containsOnly(0xFF);
        assertThat(bytes[577]).isZero();
        assertThat(Arrays.copyOfRange(bytes, 578, 588)).containsOnly(0xFF);
        assertThat(Arrays.copyOfRange(bytes, 352, 512)).containsOnly(0);
        assertThat(Arrays.copyOfRange(bytes, 512, 516)).containsExactly(0x66, 0x44, 0x34, 0x12);
    }

    /// Comments gave opcode 43h for Migration Send, and dword 11 for the sequence indicator.
    @Test
    void defect33SequenceIndicatorIsInDword10() {
        assertThat(encoded(set(SequenceIndicator.FIRST, 4)).get(0)).isEqualTo((byte) 0x41);
        assertThat(encoded(set(SequenceIndicator.MIDDLE, 4)).getInt(40)).isEqualTo(0x0000_0002);
        assertThat(encoded(set(SequenceIndicator.FIRST, 4)).getInt(40)).isEqualTo(0x0001_0002);
        assertThat(encoded(set(SequenceIndicator.LAST, 4)).getInt(40)).isEqualTo(0x0002_0002);
        assertThat(encoded(set(SequenceIndicator.ONLY, 4)).getInt(40)).isEqualTo(0x0003_0002);
        assertThat(encoded(set(SequenceIndicator.ONLY, 4)).getInt(44)).isEqualTo(0x0001_0012);
    }

    /// The UUID index was explained as an identifier of a migration session.
    @Test
    void defect34VendorUuidIndexSelectsAnEntryOfTheUuidList() {
        var first = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        var second = UUID.fromString("ffffffff-0000-4000-8000-000000000001");
        var segment = MemorySegment.ofArray(new byte[4096]);
        SupportedStateFormatsCodec.encode(new SupportedStateFormats(List.of(0), List.of(first, second)), segment);

        int index = SupportedStateFormatsCodec.decode(segment).uuidIndex(second).orElseThrow();

        assertThat(index).isEqualTo(2);
        var set = new SetControllerStateCommand(0x12, SequenceIndicator.ONLY, 1, index, 0, 0, 4);
        var get = new GetControllerStateCommand(0x12, 1, index, 7, 0, 0, 4);
        assertThat(encoded(set).getInt(44)).isEqualTo(0x0201_0012);
        assertThat(encoded(get).getInt(44)).isEqualTo(0x0702_0012);
        assertThat(encoded(set).getInt(56)).isZero();
    }

    /// Byte order was converted with helpers of 32 bits on fields of 8.
    @Test
    void defect35FieldsOf8BitsAreOneByteWhateverTheByteOrder() {
        byte[] bytes = new byte[4096];
        var view = new IdentifyControllerView().wrap(MemorySegment.ofArray(bytes), 0);
        view.tracking(new TrackingLimits(0, 0, 0x11, 0x22, 0x33, 0, 0, 0, 0, 0));
        var formats = new SupportedStateFormatsView().wrap(MemorySegment.ofArray(new byte[4096]), 0);
        formats.versionCount(3).uuidCount(2);

        assertThat(Arrays.copyOfRange(bytes, 573, 578)).containsExactly(0, 0x11, 0x22, 0x33, 0);
        assertThat(formats.versionCount()).isEqualTo(3);
        assertThat(formats.uuidCount()).isEqualTo(2);
        assertThat(encoded(set(SequenceIndicator.ONLY, 4)).get(46)).isEqualTo((byte) 1);
        assertThat(encoded(get(4)).get(42)).isEqualTo((byte) 1);
    }
}

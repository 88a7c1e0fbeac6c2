package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandBoundsTest {

    @Test
    void selectValuesAreThoseOfTheTables() {
        assertThat(SuspendCommand.SELECT).isZero();
        assertThat(ResumeCommand.SELECT).isEqualTo(1);
        assertThat(SetControllerStateCommand.SELECT).isEqualTo(2);
        assertThat(GetControllerStateCommand.SELECT).isZero();
    }

    @Test
    void opcodesAndDataSizesFollowFromTheCommand() {
        check(new SuspendCommand(18, SuspendType.SUSPEND, false), 0x41, 0);
        check(new ResumeCommand(18), 0x41, 0);
        check(set(SequenceIndicator.ONLY, 1, 0, 0, 26), 0x41, 104);
        check(get(1, 0, 0, 26), 0x42, 104);
        check(IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS), 0x06, 4096);
        check(VirtualizationManagementCommand.online(18), 0x1C, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, -1})
    void controllerIdentifiersHaveSixteenBits(int controllerId) {
        refuses("CNTLID", () -> new SuspendCommand(controllerId, SuspendType.SUSPEND, false));
        refuses("CNTLID", () -> new ResumeCommand(controllerId));
        refuses("CNTLID", () -> new SetControllerStateCommand(controllerId, SequenceIndicator.ONLY, 1, 0, 0, 0, 1));
        refuses("CNTLID", () -> new GetControllerStateCommand(controllerId, 1, 0, 0, 0, 0, 1));
        refuses("CNTLID", () -> VirtualizationManagementCommand.offline(controllerId));
        refuses("NR", () -> VirtualizationManagementCommand.assign(1, ControllerResourceType.QUEUE, controllerId));
        refuses("CNTID", () -> IdentifyCommand.secondaryControllers(controllerId));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, -1})
    void indexesHaveEightBits(int index) {
        refuses("CSVI", () -> set(SequenceIndicator.ONLY, index, 0, 0, 1));
        refuses("CSUUIDI", () -> set(SequenceIndicator.ONLY, 1, index, 0, 1));
        refuses("CSVI", () -> get(index, 0, 0, 1));
        refuses("CSUUIDI", () -> get(1, index, 0, 1));
        refuses("CSUIDXP", () -> new GetControllerStateCommand(1, 1, 0, index, 0, 0, 1));
        refuses("CNS", () -> IdentifyCommand.of(index));
        refuses("CSI", () -> new IdentifyCommand(1, 0, 0, 0, index, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {128, -1})
    void theUuidIndexHasSevenBits(int index) {
        refuses("UIDX", () -> new SetControllerStateCommand(1, SequenceIndicator.ONLY, 1, 0, 0, index, 1));
        refuses("UIDX", () -> new GetControllerStateCommand(1, 1, 0, 0, 0, index, 1));
        refuses("UIDX", () -> new IdentifyCommand(1, 0, 0, 0, 0, index));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, -1})
    void offsetsAreWholeDwords(long byteOffset) {
        refuses("CSO", () -> set(SequenceIndicator.LAST, 1, 0, byteOffset, 1));
        refuses("OFFSET", () -> get(1, 0, byteOffset, 1));
    }

    @Test
    void offsetsAreUnsigned() {
        assertThat(get(1, 0, -4, 1).byteOffset()).isEqualTo(-4);
        assertThat(set(SequenceIndicator.LAST, 1, 0, -4, 1).byteOffset()).isEqualTo(-4);
    }

    @Test
    void aGetReturnsFromOneDwordToAllThatItsFieldCanSay() {
        assertThat(get(1, 0, 0, 1).dataByteSize()).isEqualTo(4);
        assertThat(get(1, 0, 0, 4_294_967_296L).dataByteSize()).isEqualTo(17_179_869_184L);
        refuses("dwordCount", () -> get(1, 0, 0, 0));
        refuses("dwordCount", () -> get(1, 0, 0, 4_294_967_297L));
    }

    @Test
    void onlyTheLastPieceOfSeveralMayBeEmpty() {
        assertThat(set(SequenceIndicator.LAST, 1, 0, 104, 0).dataByteSize()).isZero();
        refuses("NUMD", () -> set(SequenceIndicator.FIRST, 1, 0, 0, 0));
        refuses("NUMD", () -> set(SequenceIndicator.MIDDLE, 1, 0, 64, 0));
        refuses("NUMD", () -> set(SequenceIndicator.ONLY, 1, 0, 0, 0));
        refuses("NUMD", () -> set(SequenceIndicator.ONLY, 1, 0, 0, 4_294_967_296L));
    }

    @Test
    void aStateThatIsSetHasAFormat() {
        refuses("CSVI and CSUUIDI", () -> set(SequenceIndicator.ONLY, 0, 0, 0, 1));
        assertThat(set(SequenceIndicator.ONLY, 0, 1, 0, 1).vendorUuidIndex()).isEqualTo(1);
    }

    @Test
    void aGetMayLeaveEveryPartOut() {
        assertThat(get(0, 0, 0, 12).dataByteSize()).isEqualTo(48);
    }

    @ParameterizedTest
    @ValueSource(longs = {4_294_967_296L, -1})
    void namespaceIdentifiersHaveThirtyTwoBits(long namespaceId) {
        refuses("NSID", () -> new IdentifyCommand(0, 0, namespaceId, 0, 0, 0));
    }

    @Test
    void identifyValuesAreTheStandards() {
        assertThat(IdentifyCommand.secondaryControllers(7)).isEqualTo(new IdentifyCommand(0x15, 7, 0, 0, 0, 0));
        assertThat(IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS).structure()).isEqualTo(0x20);
        assertThat(IdentifyCommand.of(IdentifyCommand.CONTROLLER).structure()).isEqualTo(1);
        assertThat(IdentifyCommand.of(IdentifyCommand.PRIMARY_CONTROLLER_CAPABILITIES).structure()).isEqualTo(0x14);
    }

    private static void check(AdminCommand command, int opcode, long dataByteSize) {
        assertThat(command.opcode().value()).isEqualTo(opcode);
        assertThat(command.dataByteSize()).isEqualTo(dataByteSize);
    }

    private static SetControllerStateCommand set(
            SequenceIndicator sequence, int version, int vendorUuid, long byteOffset, long dwords) {
        return new SetControllerStateCommand(1, sequence, version, vendorUuid, byteOffset, 0, dwords);
    }

    private static GetControllerStateCommand get(int version, int vendorUuid, long byteOffset, long dwords) {
        return new GetControllerStateCommand(1, version, vendorUuid, 0, byteOffset, 0, dwords);
    }

    private static void refuses(String field, Runnable making) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(making::run)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}

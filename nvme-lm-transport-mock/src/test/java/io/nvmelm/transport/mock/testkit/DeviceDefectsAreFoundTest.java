package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigrationCapability;
import io.nvmelm.transport.mock.testkit.ModelDevice.Defect;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A device with any one defect fails the contract, in the test whose name says what broke.
class DeviceDefectsAreFoundTest {
    private static final String DEFECTS = """
            REFUSES_UNTYPED,                  everyRequestGoesAsTheStateMachinePlans
            MOVES_ALTHOUGH_IT_REFUSES,        everyRequestGoesAsTheStateMachinePlans
            A_REFUSAL_ENDS_THE_SESSION,       everyRequestGoesAsTheStateMachinePlans
            REOPENS_THE_PRESENT_STATE,        everyRequestGoesAsTheStateMachinePlans
            GIVES_THE_SESSION_OUT_AGAIN,      everyRequestGoesAsTheStateMachinePlans
            NO_SESSION,                       everyRequestGoesAsTheStateMachinePlans
            COMMITS_AT_THE_LAST_BYTE,         everyRequestGoesAsTheStateMachinePlans
            NAMES_NO_DEVICE,                  theWrongDirectionIsRefusedAndHarmless
            READS_NOTHING_AT_THE_END,         theEndStaysTheEnd
            READS_BEYOND_THE_LIMIT,           aReadStaysWithinItsBuffer
            LOSES_A_BYTE_BETWEEN_READS,       aStateArrivesInPiecesOfAnySize
            WRITES_IN_PART,                   aStateArrivesInPiecesOfAnySize
            TAKES_A_SHORT_STATE,              aDamagedStateIsRefusedAndAResetHelps
            TAKES_GARBAGE,                    aDamagedStateIsRefusedAndAResetHelps
            FORGETS_THAT_A_WRITE_FAILED,      aDamagedStateIsRefusedAndAResetHelps
            KEEPS_AN_OLD_SNAPSHOT,            aSecondSessionHasNothingOfTheFirst
            KEEPS_AN_OLD_LOAD,                aSecondLoadHasNothingOfTheFirst
            SESSION_SURVIVES_A_RESET,         aSessionEnds
            SESSION_SURVIVES_AN_ARC,          aSessionEnds
            SESSION_SURVIVES_ITS_CLOSE,       aSessionEnds
            CLOSING_A_SESSION_ENDS_THE_LOAD,  closingASessionLeavesTheDeviceWhereItIs
            RESET_STOPS,                      aResetLeadsToRunning
            ESTIMATES_ZERO,                   theEstimateIsNeverZero
            CLOSES_ONCE,                      closingTwiceIsClosingOnce
            SERVES_WHEN_CLOSED,               aClosedDeviceRefuses
            THROWS_NULL_POINTERS_WHEN_RESET,  aResetComesBetweenReads
            ENDS_A_PRE_COPY_EARLY,            aStateReadWhileTheDeviceRunsArrives
            OPENS_STOPPED,                    aFreshDeviceRuns
            """;

    private static Map<String, Throwable> failuresWith(Defect defect) throws ReflectiveOperationException {
        return ContractRun.failures(() -> new ModelDeviceContract(EnumSet.allOf(MigrationCapability.class), defect));
    }

    @ParameterizedTest
    @CsvSource(textBlock = DEFECTS)
    void everyDefectIsFoundByTheTestOfItsName(Defect defect, String test) throws ReflectiveOperationException {
        assertThat(failuresWith(defect)).containsKey(test);
    }

    @Test
    void noTestFailsWithoutADefect() throws ReflectiveOperationException {
        assertThat(failuresWith(Defect.NONE)).isEmpty();
    }

    @Test
    void everyDefectIsListed() {
        var listed = DEFECTS.lines().map(line -> line.substring(0, line.indexOf(','))).toList();
        var all = Arrays.stream(Defect.values()).map(Defect::name).filter(name -> !name.equals("NONE")).toList();
        assertThat(Set.copyOf(listed)).hasSameSizeAs(listed).containsExactlyInAnyOrderElementsOf(all);
    }
}

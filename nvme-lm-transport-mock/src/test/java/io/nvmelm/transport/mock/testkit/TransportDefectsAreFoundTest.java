package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.mock.testkit.DefectiveTransport.Defect;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A transport with any one defect fails the contract, in the test whose name says what broke.
class TransportDefectsAreFoundTest {

    private static Map<String, Throwable> failuresWith(Defect defect) throws ReflectiveOperationException {
        return ContractRun.failures(() -> new DefectiveTransportContract(defect));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            COPIES_THE_ENTRY_LATE,         theEntryIsTheCallersAgainAtOnce
            WRITES_THE_ENTRY,              theEntryIsTheCallersAgainAtOnce
            FAILS_ON_ERROR_STATUS,         anErrorStatusIsACompletion
            ZEROES_NOTHING,                memoryHasTheSizeAskedForAndIsZeroed
            ROUNDS_SIZES_UP,               memoryHasTheSizeAskedForAndIsZeroed
            TAKES_ANY_SIZE,                aSizeOutOfBoundsIsRefused
            REFUSES_UNTYPED,               aSizeOutOfBoundsIsRefused
            LENDS_TO_ONE_THREAD,           memoryIsReadAndWrittenByAnyThread
            CLOSES_MEMORY_ONCE,            closingMemoryTwiceIsClosingItOnce
            TOUCHES_ALL_MEMORY,            onlyTheBytesOfTheCommandAreTouched
            MIXES_UP_DATA,                 everyCommandInFlightGetsItsOwnData
            FORGETS_COMMANDS_WHEN_CLOSED,  closingEndsEveryCommandUnderWay
            CLOSES_ONCE,                   closingTwiceIsClosingOnce
            QUARANTINES_NOTHING,           aTimedOutCommandKeepsItsMemory
            COMPLETES_UNDER_ITS_LOCK,      aCallbackHoldsNobodyUp
            LOSES_A_PLACE_PER_REFUSAL,     badArgumentsAreRefusedAndCostNothing
            SERVES_WHEN_CLOSED,            aClosedTransportRefuses
            """)
    void everyDefectIsFoundByTheTestOfItsName(Defect defect, String test) throws ReflectiveOperationException {
        assertThat(failuresWith(defect)).containsKey(test);
    }

    @Test
    void noTestFailsWithoutADefect() throws ReflectiveOperationException {
        assertThat(failuresWith(Defect.NONE)).isEmpty();
    }
}

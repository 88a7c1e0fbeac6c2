package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.mock.testkit.DefectiveTransport.Defect;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
            HIDES_WHY_THERE_ARE_NO_RINGS,  withoutRingMemoryTheReasonIsGiven
            LENDS_RINGS_IT_DENIES,         withoutRingMemoryTheReasonIsGiven
            TAKES_ANY_RING_SIZE,           aRingSizeOutOfBoundsIsRefused
            RINGS_ARE_NOT_ZEROED,          aRingIsZeroedAndBeginsAtAPage
            RINGS_BEGIN_ANYWHERE,          aRingIsZeroedAndBeginsAtAPage
            LENDS_NO_LARGE_RINGS,          aRingMayBeLargerThanACommandMoves
            KEEPS_A_RING_FOR_THE_NEXT,     aRingOfAnEarlierUserIsZeroed
            LENDS_THE_SAME_RING,           ringsDoNotOverlap
            RINGS_ARE_ORDINARY_MEMORY,     aRingIsNotMoved
            NAMES_CLOSED_RINGS,            aRingThatIsNotTheTransportsIsRefused
            CLOSES_MEMORY_ONCE,            ringsEndWithTheTransport
            LENDS_RINGS_WHEN_CLOSED,       ringsEndWithTheTransport
            RINGS_ARE_LOST_AFTER_THE_COMMAND, theControllerWritesIntoARingAfterTheCommand
            SHOWS_ONE_PAGE_OF_RINGS,       aRingIsContiguousForTheController
            WRITES_EARLIER_RINGS,          anEarlierRingIsNotWrittenAnyMore
            HIDES_WHY_THERE_ARE_NO_EVENTS, withoutEventsTheReasonIsGiven
            LISTENS_WITHOUT_EVENTS,        withoutEventsTheReasonIsGiven
            LISTENING_TAKES_EVERY_PLACE,   listeningCostsNoPlace
            TELLS_NOTHING,                 aListenerIsToldOfEveryEvent
            TELLS_EVENTS_TWICE,            aListenerIsToldOfEveryEvent
            TELLS_IN_REVERSE,              listenersAreToldInTheirOrder
            TELLS_THE_LAST_LISTENER_ALONE, listenersAreToldInTheirOrder
            TELLS_CLOSED_LISTENERS,        aClosedSubscriptionIsNotTold
            CLOSING_ONE_LISTENER_ENDS_ALL, aClosedSubscriptionIsNotTold
            SUBSCRIPTIONS_END_ONCE,        aClosedSubscriptionIsNotTold
            TELLS_UNDER_ITS_LOCK,          aListenerMaySubmitCommands
            STOPS_AT_A_LISTENER_THAT_THROWS, aListenerThatThrowsHarmsNobody
            FORGETS_LISTENERS_AT_A_RESET,  eventsGoOnAfterAReset
            TELLS_AT_THE_END,              theEndOfTheTransportEndsListening
            SUBSCRIPTIONS_END_ONCE,        theEndOfTheTransportEndsListening
            LISTENS_WHEN_CLOSED,           aClosedTransportTellsNobodyAnew
            """)
    void everyDefectIsFoundByTheTestOfItsName(Defect defect, String test) throws ReflectiveOperationException {
        assertThat(failuresWith(defect)).containsKey(test);
    }

    @ParameterizedTest
    @EnumSource(names = {"NONE", "NO_RINGS", "NO_EVENTS"})
    void noTestFailsWithoutADefect(Defect none) throws ReflectiveOperationException {
        assertThat(failuresWith(none)).isEmpty();
    }
}

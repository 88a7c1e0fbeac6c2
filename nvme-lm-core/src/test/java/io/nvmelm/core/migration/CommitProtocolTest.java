package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.RunPermission;
import org.junit.jupiter.api.Test;

/// The two tables step by step; what they are worth together is in [CommitProtocolModelTest].
class CommitProtocolTest {

    @Test
    void aSourceThatIsConfirmedNeverRunsAgain() {
        var step = SourceStep.NEGOTIATING;
        for (var event : new SourceEvent[] {SourceEvent.ACCEPTED, SourceEvent.READY, SourceEvent.COPIED,
            SourceEvent.SUSPENDED, SourceEvent.STATE_SENT}) {
            step = step.next(event);
            assertThat(step.permission()).isEqualTo(RunPermission.SOURCE);
            assertThat(step.isCancellable()).isTrue();
        }
        step = step.next(SourceEvent.LOADED);
        assertThat(step).isEqualTo(SourceStep.COMMITTING);
        assertThat(step.permission()).isEqualTo(RunPermission.ASK_DESTINATION);
        assertThat(step.isCancellable()).isFalse();
        step = step.next(SourceEvent.CONFIRMED);
        assertThat(step).isEqualTo(SourceStep.CONFIRMED);
        assertThat(step.permission()).isEqualTo(RunPermission.DESTINATION);
        for (var event : SourceEvent.values()) {
            assertThat(step.after(event)).isEmpty();
        }
    }

    @Test
    void anEventThatCannotHappenIsADefect() {
        assertThatThrownBy(() -> SourceStep.NEGOTIATING.next(SourceEvent.LOADED)).isInstanceOf(AssertionError.class)
                .hasMessage("LOADED at the source in step NEGOTIATING");
        assertThatThrownBy(() -> DestinationStep.NEGOTIATING.next(DestinationEvent.COMMITTED))
                .isInstanceOf(AssertionError.class)
                .hasMessage("COMMITTED at the destination in step NEGOTIATING");
    }

    @Test
    void aDestinationThatCouldNotResumeKeepsTheRightUntilItIsRelinquished() {
        var step = DestinationStep.NEGOTIATING;
        for (var event : new DestinationEvent[] {DestinationEvent.ACCEPTED, DestinationEvent.READY,
            DestinationEvent.STATE_RECEIVED, DestinationEvent.LOADED}) {
            assertThat(step.isCancellable()).isTrue();
            step = step.next(event);
            assertThat(step.permission()).isEqualTo(RunPermission.NOT_HERE);
        }
        assertThat(step.isCancellable()).isFalse();
        step = step.next(DestinationEvent.COMMITTED).next(DestinationEvent.FAILED);
        assertThat(step).isEqualTo(DestinationStep.STRANDED);
        step = step.next(DestinationEvent.RETRY);
        assertThat(step).isEqualTo(DestinationStep.RESUMING);
        step = step.next(DestinationEvent.FAILED);
        assertThat(step.permission()).isEqualTo(RunPermission.DESTINATION);
        assertThat(step.next(DestinationEvent.RELINQUISH)).isEqualTo(DestinationStep.RELINQUISHED);
        assertThat(DestinationStep.RELINQUISHED.after(DestinationEvent.RETRY)).isEmpty();
        assertThat(DestinationStep.RELINQUISHED.permission()).isEqualTo(RunPermission.NOT_HERE);
    }
}

package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.RunPermission;
import org.junit.jupiter.api.Test;

/// The two protocols step by step; what they are worth together is in [CommitProtocolModelTest].
class CommitProtocolTest {

    @Test
    void aSourceThatIsConfirmedNeverRunsAgain() {
        var protocol = new SourceProtocol();
        for (var event : new SourceEvent[] {SourceEvent.ACCEPTED, SourceEvent.READY, SourceEvent.COPIED,
            SourceEvent.SUSPENDED, SourceEvent.STATE_SENT}) {
            assertThat(protocol.on(event)).isEqualTo(protocol.step());
            assertThat(protocol.step().permission()).isEqualTo(RunPermission.SOURCE);
            assertThat(protocol.step().isCancellable()).isTrue();
            assertThat(protocol.step().isEnd()).isFalse();
        }
        assertThat(protocol.on(SourceEvent.LOADED)).isEqualTo(SourceStep.COMMITTING);
        assertThat(protocol.step().permission()).isEqualTo(RunPermission.ASK_DESTINATION);
        assertThat(protocol.step().isCancellable()).isFalse();
        assertThat(protocol.step().isEnd()).isFalse();
        assertThat(protocol.on(SourceEvent.CONFIRMED)).isEqualTo(SourceStep.CONFIRMED);
        assertThat(protocol.step().permission()).isEqualTo(RunPermission.DESTINATION);
        assertThat(protocol.step().isEnd()).isTrue();
        for (var event : SourceEvent.values()) {
            assertThat(protocol.takes(event)).isFalse();
        }
    }

    @Test
    void anEventThatCannotHappenLeavesTheStepAsItIs() {
        var source = new SourceProtocol();
        assertThatThrownBy(() -> source.on(SourceEvent.LOADED)).isInstanceOf(AssertionError.class)
                .hasMessage("LOADED at the source in step NEGOTIATING");
        assertThat(source.step()).isEqualTo(SourceStep.NEGOTIATING);

        var destination = new DestinationProtocol();
        assertThatThrownBy(() -> destination.on(DestinationEvent.COMMITTED)).isInstanceOf(AssertionError.class)
                .hasMessage("COMMITTED at the destination in step NEGOTIATING");
        assertThat(destination.step()).isEqualTo(DestinationStep.NEGOTIATING);
    }

    @Test
    void aDestinationThatCouldNotResumeKeepsTheRightUntilItIsRelinquished() {
        var protocol = new DestinationProtocol();
        for (var event : new DestinationEvent[] {DestinationEvent.ACCEPTED, DestinationEvent.READY,
            DestinationEvent.STATE_RECEIVED, DestinationEvent.LOADED}) {
            assertThat(protocol.step().isCancellable()).isTrue();
            assertThat(protocol.on(event).permission()).isEqualTo(RunPermission.NOT_HERE);
        }
        assertThat(protocol.step().isCancellable()).isFalse();
        protocol.on(DestinationEvent.COMMITTED);
        assertThat(protocol.on(DestinationEvent.FAILED)).isEqualTo(DestinationStep.STRANDED);
        assertThat(protocol.on(DestinationEvent.RETRY)).isEqualTo(DestinationStep.RESUMING);
        assertThat(protocol.step().isEnd()).isFalse();
        assertThat(protocol.on(DestinationEvent.FAILED).permission()).isEqualTo(RunPermission.DESTINATION);
        assertThat(protocol.step().isEnd()).isTrue();
        assertThat(protocol.takes(DestinationEvent.RELINQUISH)).isTrue();
        assertThat(protocol.on(DestinationEvent.RELINQUISH).isReleased()).isTrue();
        assertThat(protocol.takes(DestinationEvent.RETRY)).isFalse();
    }
}

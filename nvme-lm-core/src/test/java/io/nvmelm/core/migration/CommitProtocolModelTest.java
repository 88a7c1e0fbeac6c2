package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.RunPermission;
import io.nvmelm.core.migration.CommitProtocolModel.Trouble;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// All that can happen between a source and a destination, looked at world by world. The numbers of worlds are there so that a model
/// that lost its teeth is noticed; who changes the tables or the model writes down the new ones.
class CommitProtocolModelTest {
    private static final CommitProtocolRules TABLES = new CommitProtocolRules();
    private static final Set<Trouble> EVERYTHING = EnumSet.complementOf(EnumSet.of(Trouble.CARELESS_CALLS));

    @Test
    void withoutTroubleThereIsOneEndAndTheDestinationRuns() {
        var checked = CommitProtocolChecker.check(TABLES, Set.of());
        assertThat(checked.ends()).singleElement().satisfies(end -> {
            assertThat(end.source()).isEqualTo(SourceStep.CONFIRMED);
            assertThat(end.destination()).isEqualTo(DestinationStep.RUNNING);
            assertThat(end.toSource()).isEmpty();
            assertThat(end.toDestination()).isEmpty();
        });
        assertThat(checked.worldCount()).isEqualTo(23);
    }

    @Test
    void whateverGoesWrongExactlyOneSideRuns() {
        var checked = CommitProtocolChecker.check(TABLES, EVERYTHING);
        assertThat(checked.unreached()).isEmpty();
        assertThat(checked.worldCount()).isEqualTo(1554);
    }

    @Test
    void whoeverGivesTheGuestUpCarelesslyMakesNoSecondOneRun() {
        var checked = CommitProtocolChecker.check(TABLES, EnumSet.allOf(Trouble.class));
        assertThat(checked.worldCount()).isEqualTo(1649);
    }

    /// A break alone: neither side fails by itself, so whatever waits was told by the connection.
    @Test
    void aBrokenConnectionLetsNobodyWaitForEver() {
        var checked = CommitProtocolChecker.check(TABLES, Set.of(Trouble.BREAK));
        assertThat(checked.ends()).anyMatch(end -> end.source() == SourceStep.ROLLED_BACK)
                .anyMatch(end -> end.source() == SourceStep.RECLAIMED)
                .anyMatch(end -> end.source() == SourceStep.ABANDONED)
                .anyMatch(end -> end.source() == SourceStep.CONFIRMED);
        assertThat(checked.worldCount()).isEqualTo(119);
    }

    @Test
    void aCrashOfOneSideLetsTheOtherNotWaitForEver() {
        for (var crash : Set.of(Trouble.SOURCE_CRASH, Trouble.DESTINATION_CRASH)) {
            var checked = CommitProtocolChecker.check(TABLES, Set.of(crash));
            assertThat(checked.ends()).hasSizeGreaterThan(2);
            assertThat(checked.ends()).anyMatch(end -> !end.nobodyCrashed());
        }
    }

    /// With a connection that holds, neither a refusal nor a cancellation needs anybody to ask the other side.
    @Test
    void cancellingLeavesNoDoubt() {
        var checked = CommitProtocolChecker.check(TABLES, Set.of(Trouble.CANCEL, Trouble.REFUSAL));
        assertThat(leavesDoubt(checked)).isFalse();
        assertThat(checked.ends()).anyMatch(end -> end.source() == SourceStep.ROLLED_BACK)
                .anyMatch(end -> end.source() == SourceStep.CONFIRMED);

        var later = new CommitProtocolRules() {
            @Override
            boolean isCancellable(DestinationStep step) {
                return step.compareTo(DestinationStep.RESUMING) < 0;
            }
        };
        assertThat(leavesDoubt(CommitProtocolChecker.check(later, Set.of(Trouble.CANCEL)))).isTrue();
    }

    private static boolean leavesDoubt(CommitProtocolChecker checked) {
        return checked.reaches(world -> world.source() == SourceStep.UNDECIDED);
    }

    /// Where the source does not know, the destination's report does, and it never says that anybody else should be asked.
    @Test
    void theDestinationAlwaysKnows() {
        var checked = CommitProtocolChecker.check(TABLES, EVERYTHING);
        assertThat(checked.reaches(world -> world.source() == SourceStep.UNDECIDED
                && world.destination() == DestinationStep.RUNNING)).isTrue();
        assertThat(checked.reaches(world -> world.source() == SourceStep.UNDECIDED
                && world.destination() == DestinationStep.GAVE_UP)).isTrue();
        for (var step : DestinationStep.values()) {
            assertThat(step.permission()).isIn(RunPermission.DESTINATION, RunPermission.NOT_HERE);
            assertThat(TABLES.isReleased(step)).isEqualTo(CommitProtocolRules.isEnd(step) && step
                    .permission() == RunPermission.NOT_HERE);
        }
    }

    static Stream<Arguments> mutants() {
        return Stream.of(
                mutant("both sides may run", "decides after COMMIT was sent", new CommitProtocolRules() {
                    @Override
                    boolean decidesBeforeSending() {
                        return false;
                    }
                }),
                destination("both sides may run", DestinationStep.LOADING,
                        DestinationEvent.LOADED, DestinationStep.RESUMING),
                source("the source may run after its decision", SourceStep.COMMITTING, SourceEvent.FAILED,
                        SourceStep.ROLLED_BACK),
                source("after its decision", SourceStep.COMMITTING, SourceEvent.FAILED, SourceStep.COPYING),
                destination("both sides may run", DestinationStep.AWAITING_COMMIT,
                        DestinationEvent.FAILED, DestinationStep.STRANDED),
                destination("both sides may run", DestinationStep.GAVE_UP, DestinationEvent.COMMITTED,
                        DestinationStep.RESUMING),
                destination("both sides may run", DestinationStep.RELINQUISHED, DestinationEvent.RETRY,
                        DestinationStep.RESUMING),
                destination("the guest ran on", DestinationStep.RUNNING, DestinationEvent.RELINQUISH,
                        DestinationStep.RELINQUISHED),
                source("the source waits for ever", SourceStep.COMMITTING, SourceEvent.FAILED, null),
                source("the source waits for ever", SourceStep.VERIFYING, SourceEvent.FAILED, null),
                destination("the destination waits for ever", DestinationStep.AWAITING_COMMIT, DestinationEvent.FAILED,
                        null),
                source("nobody runs", SourceStep.UNDECIDED, SourceEvent.RECLAIM, null),
                mutant("both sides may run", "believes NOT_HERE before the end", new CommitProtocolRules() {
                    @Override
                    boolean isReleased(DestinationStep step) {
                        return step.permission() == RunPermission.NOT_HERE;
                    }
                }),
                mutant("both sides may run", "reclaims from a side that could not resume", new CommitProtocolRules() {
                    @Override
                    boolean isReleased(DestinationStep step) {
                        return super.isReleased(step) || step == DestinationStep.STRANDED;
                    }
                }),
                mutant("nothing leads to one that runs", "abandons for a side that may run and does not",
                        new CommitProtocolRules() {
                            @Override
                            boolean isTaken(DestinationStep step) {
                                return step.permission() == RunPermission.DESTINATION;
                            }
                        }),
                mutant("the source may run after its decision", "the permission is kept while COMMIT is sent",
                        new CommitProtocolRules() {
                            @Override
                            RunPermission permission(SourceStep step) {
                                return step == SourceStep.COMMITTING ? RunPermission.SOURCE : step.permission();
                            }
                        }));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("mutants")
    void theCheckerBites(String violation, String what, CommitProtocolRules mutant) {
        assertThatThrownBy(() -> {
            CommitProtocolChecker.check(mutant, Set.of(Trouble.BREAK));
            CommitProtocolChecker.check(mutant, EVERYTHING);
        }).as(what).isInstanceOf(AssertionError.class).hasMessageFindingMatch(violation);
    }

    @Test
    void theCheckerFindsAnEntryThatNothingComesTo() {
        var dead = (CommitProtocolRules) destination("", DestinationStep.RUNNING, DestinationEvent.READY,
                DestinationStep.RUNNING).get()[2];
        assertThat(CommitProtocolChecker.check(dead, EVERYTHING).unreached()).containsExactly("RUNNING READY");
    }

    private static Arguments mutant(String violation, String what, CommitProtocolRules rules) {
        return Arguments.of(violation, what, rules);
    }

    private static Arguments source(String violation, SourceStep from, SourceEvent event, SourceStep to) {
        return mutant(violation, from + " " + event + " leads to " + to, new CommitProtocolRules() {
            @Override
            Optional<SourceStep> after(SourceStep step, SourceEvent happened) {
                return step == from && happened == event ? Optional.ofNullable(to) : step.after(happened);
            }
        });
    }

    private static Arguments destination(
            String violation, DestinationStep from, DestinationEvent event, DestinationStep to) {
        return mutant(violation, from + " " + event + " leads to " + to, new CommitProtocolRules() {
            @Override
            Optional<DestinationStep> after(DestinationStep step, DestinationEvent happened) {
                return step == from && happened == event ? Optional.ofNullable(to) : step.after(happened);
            }
        });
    }
}

package io.nvmelm.faults;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.FailureCategory;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.RunPermission;
import io.nvmelm.TransportException;
import io.nvmelm.faults.Fault.Kind;
import io.nvmelm.faults.FaultCase.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The checker sees what senders and receivers do that must never do it.
@Timeout(60)
class CheckerFindsTest {
    private static final Shape SHAPE = new Shape(1, false, false, false, false, 1);
    private static final FaultCase NOTHING = FaultCase.of(SHAPE);
    private static final FaultCase ERROR =
            FaultCase.of(SHAPE, new Fault(MigrationRole.SOURCE, 1, Kind.THROWS, Fault.ERROR));

    private final ExecutorService executor = FaultMatrix.executor();

    @AfterEach
    void stop() {
        executor.shutdown();
    }

    /// A party that does something else after, or instead of, what the library does.
    private static class Defective implements Party {
        private final Party party;
        private final UnaryOperator<MigrationReport> afterwards;

        Defective(Party party, UnaryOperator<MigrationReport> afterwards) {
            this.party = party;
            this.afterwards = afterwards;
        }

        @Override
        public MigrationReport run() {
            return afterwards.apply(party.run());
        }

        @Override
        public @Nullable MigrationReport kept() {
            return party.kept();
        }

        @Override
        public void cancel() {
            party.cancel();
        }

        @Override
        public boolean wasCancelled() {
            return party.wasCancelled();
        }

        @Override
        public MigrationReport take() {
            return party.take();
        }

        @Override
        public MigrationReport giveUp() {
            return party.giveUp();
        }

        @Override
        public List<String> complaints(RunPermission mayRun) {
            return party.complaints(mayRun);
        }
    }

    /// What a defect does with the world and the report of a side.
    private interface Defect {
        MigrationReport apply(FaultWorld world, Host host, MigrationReport report);
    }

    private List<String> found(FaultCase faultCase, MigrationRole side, Defect defect) {
        return found(faultCase, new Parties() {
            @Override
            public Party source(FaultWorld world, Host host, MigrationChannel channel) {
                return wrapped(MigrationRole.SOURCE, world, host, ENGINE.source(world, host, channel));
            }

            @Override
            public Party destination(FaultWorld world, Host host, MigrationChannel channel) {
                return wrapped(MigrationRole.DESTINATION, world, host, ENGINE.destination(world, host, channel));
            }

            private Party wrapped(MigrationRole role, FaultWorld world, Host host, Party party) {
                return role == side
                        ? new Defective(party, report -> defect.apply(world, host, report))
                        : party;
            }
        });
    }

    private List<String> found(FaultCase faultCase, Parties parties) {
        return FaultRun.of(faultCase, parties, executor).violations();
    }

    private static MigrationReport says(MigrationReport report, RunPermission mayRun, boolean runsHere) {
        return new MigrationReport(
                report.migrationId(), report.role(), report.devices(), mayRun, runsHere,
                report.resetDevices(), report.stateBytes(),
                report.blackout(), report.phases(), report.warnings(), report.failure());
    }

    @Test
    void nothingWhereNothingIsWrong() {
        assertThat(found(NOTHING, MigrationRole.SOURCE, (world, host, report) -> report)).isEmpty();
    }

    @Test
    void aSourceThatRunsAfterItGaveTheRightAway() {
        assertThat(found(NOTHING, MigrationRole.SOURCE, (world, host, report) -> {
            host.devices().forEach(device -> device.setState(DeviceState.RUNNING));
            world.vm.control(host, world.steps).resume();
            return report;
        })).anyMatch(v -> v.contains("controllers of both sides run"))
                .anyMatch(v -> v.contains("resumed at the SOURCE and runs at the DESTINATION"));
    }

    @Test
    void aSourceThatSaysWhatIsNot() {
        assertThat(found(NOTHING, MigrationRole.SOURCE, (w, h, report) -> says(report, RunPermission.SOURCE, true)))
                .contains("Both may run", "The source says runsHere=true");
        assertThat(found(NOTHING, MigrationRole.SOURCE, (w, h, report) -> says(report, RunPermission.NOT_HERE, false)))
                .contains("The source says NOT_HERE");
    }

    @Test
    void aDestinationThatSaysWhatIsNot() {
        assertThat(found(
                NOTHING, MigrationRole.DESTINATION, (w, h, report) -> says(report, RunPermission.NOT_HERE, false)))
                .contains("Nobody may run", "The destination says runsHere=false");
    }

    @Test
    void aGuestWhoseControllerWasReset() {
        assertThat(found(NOTHING, MigrationRole.DESTINATION, (world, host, report) -> {
            host.controller(0).functionLevelReset();
            return report;
        })).anyMatch(v -> v.contains("stands still"));
    }

    @Test
    void aGuestWhoseCommandsAreExecutedTwice() {
        assertThat(found(NOTHING, MigrationRole.SOURCE, (world, host, report) -> {
            // After COMMIT, for a moment: the queues that went along are worked on here too.
            host.devices().forEach(device -> device.setState(DeviceState.RUNNING));
            world.clock.runNext();
            host.devices().forEach(device -> device.setState(DeviceState.STOP));
            world.look();
            return report;
        })).isNotEmpty();
    }

    @Test
    void aGuestOfAResetControllerWhoseAcknowledgedWritesAreGone() {
        var reset = FaultCase.of(SHAPE, new Fault(MigrationRole.SOURCE, 20, Kind.GUEST_RESET));
        assertThat(found(reset, MigrationRole.SOURCE, (world, host, report) -> report)).isEmpty();
        assertThat(found(reset, MigrationRole.SOURCE, (world, host, report) -> {
            world.a.medium.zeroBlocks(0, world.a.medium.blockCount());
            return report;
        })).anyMatch(v -> v.contains("got something wrong") && v.contains("read by nobody, but from the medium"));
    }

    @Test
    void aMediumThatLacksWhatTheGuestWrote() {
        var own = FaultCase.of(new Shape(1, false, false, false, true, 1));
        assertThat(found(own, MigrationRole.SOURCE, (world, host, report) -> report)).isEmpty();
        assertThat(found(own, MigrationRole.SOURCE, (world, host, report) -> {
            world.b.medium.zeroBlocks(0, world.b.medium.blockCount());
            return report;
        })).anyMatch(v -> v.startsWith("The guest lost something") && v.contains("instead of"));
    }

    @Test
    void memoryAndSessionsThatWereNotGivenBack() {
        assertThat(found(NOTHING, MigrationRole.SOURCE, (world, host, report) -> {
            host.transport().allocate(64);
            return report;
        })).contains("SOURCE: 1 transfer memories were not closed");
    }

    @Test
    void aMigrationThatNeverEnds() {
        assertThat(found(NOTHING, MigrationRole.SOURCE, (world, host, report) -> {
            try {
                world.link.source().read(ByteBuffer.allocate(1), Long.MAX_VALUE);
                world.link.source().read(ByteBuffer.allocate(1), Long.MAX_VALUE);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return report;
        })).anyMatch(v -> v.startsWith("The migration did not end"));
    }

    /// The library's receiver, and a sender made of the library's.
    private List<String> foundWithSource(FaultCase faultCase, UnaryOperator<Party> change) {
        return found(faultCase, new Parties() {
            @Override
            public Party source(FaultWorld world, Host host, MigrationChannel channel) {
                return change.apply(ENGINE.source(world, host, channel));
            }

            @Override
            public Party destination(FaultWorld world, Host host, MigrationChannel channel) {
                return ENGINE.destination(world, host, channel);
            }
        });
    }

    @Test
    void aCancellationThatWasAcceptedAndHadNoEffect() {
        assertThat(foundWithSource(NOTHING, party -> new Defective(party, report -> report) {
            @Override
            public boolean wasCancelled() {
                return true;
            }
        })).contains("The source was cancelled and says DESTINATION");
    }

    @Test
    void aMigrationThatAHarmlessFaultFails() {
        var late = FaultCase.of(SHAPE, new Fault(MigrationRole.SOURCE, 100, Kind.PAUSES_AT, Fault.SLOW_MILLIS));
        assertThat(foundWithSource(late, party -> party)).isEmpty();
        assertThat(foundWithSource(late, party -> {
            party.cancel();
            return party;
        })).anyMatch(v -> v.startsWith("A migration with nothing but harmless faults failed"));
    }

    @Test
    void anErrorThatIsHidden() {
        assertThat(foundWithSource(ERROR, party -> new Defective(party, report -> report) {
            @Override
            public MigrationReport run() {
                try {
                    return super.run();
                } catch (InjectedError e) {
                    var kept = requireNonNull(party.kept());
                    return new MigrationReport(
                            kept.migrationId(), kept.role(), kept.devices(), kept.mayRun(), kept.runsHere(),
                            kept.resetDevices(), kept.stateBytes(), kept.blackout(), kept.phases(), kept.warnings(),
                            new TransportException(FailureCategory.ABORT_MIGRATION, "Something else", "None", 0, null));
                }
            }
        })).contains("The SOURCE hides the error that it met");
    }

    @Test
    void anErrorWithoutAReport() {
        assertThat(foundWithSource(ERROR, party -> party)).isEmpty();
        assertThat(foundWithSource(ERROR, party -> new Defective(party, report -> report) {
            @Override
            public @Nullable MigrationReport kept() {
                return null;
            }
        })).contains("The SOURCE threw an error and kept no report");
    }

    @Test
    void aSourceThatLeavesADeviceThatDidNotFailBehind() {
        var write = FaultCase.of(SHAPE, new Fault(MigrationRole.SOURCE, 11, Kind.THROWS));
        assertThat(found(write, MigrationRole.SOURCE, (world, host, report) -> report)).isEmpty();
        assertThat(found(write, MigrationRole.SOURCE, (world, host, report) -> {
            host.devices().forEach(device -> device.setState(DeviceState.STOP));
            return report;
        })).anyMatch(v -> v.startsWith("The source did not bring back"));
    }

    @Test
    void aSideThatThrows() {
        assertThat(found(NOTHING, MigrationRole.DESTINATION, (world, host, report) -> {
            throw new IllegalStateException("a defect");
        })).anyMatch(v -> v.startsWith("The DESTINATION threw") && v.contains("a defect"));
    }

    @Test
    void aSourceThatStaysStoppedForNoReason() {
        var cut = FaultCase.of(SHAPE, new Fault(MigrationRole.DESTINATION, 0, Kind.CUT));
        assertThat(found(cut, MigrationRole.SOURCE, (world, host, report) -> {
            world.vm.control(host, world.steps).pause();
            return says(report, RunPermission.DESTINATION, false);
        })).isNotEmpty();
    }
}

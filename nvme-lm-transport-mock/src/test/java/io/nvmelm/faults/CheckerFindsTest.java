package io.nvmelm.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.DeviceState;
import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.RunPermission;
import io.nvmelm.faults.Fault.Kind;
import io.nvmelm.faults.FaultCase.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The checker sees what senders and receivers do that must never do it.
@Timeout(60)
class CheckerFindsTest {
    private static final Shape SHAPE = new Shape(1, false, false, false, 1);
    private static final FaultCase NOTHING = FaultCase.of(SHAPE);

    private final ExecutorService executor = FaultMatrix.executor();

    @AfterEach
    void stop() {
        executor.shutdown();
    }

    /// A party that does something else after, or instead of, what the library does.
    private record Defective(Party party, UnaryOperator<MigrationReport> afterwards,
            boolean cancelled) implements Party {
        @Override
        public MigrationReport run() {
            return afterwards.apply(party.run());
        }

        @Override
        public void cancel() {
            party.cancel();
        }

        @Override
        public boolean wasCancelled() {
            return cancelled || party.wasCancelled();
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
                        ? new Defective(party, report -> defect.apply(world, host, report), false)
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

    @Test
    void aCancellationThatWasAcceptedAndHadNoEffect() {
        assertThat(found(NOTHING, new Parties() {
            @Override
            public Party source(FaultWorld world, Host host, MigrationChannel channel) {
                return new Defective(ENGINE.source(world, host, channel), report -> report, true);
            }

            @Override
            public Party destination(FaultWorld world, Host host, MigrationChannel channel) {
                return ENGINE.destination(world, host, channel);
            }
        })).contains("The source was cancelled and says DESTINATION");
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

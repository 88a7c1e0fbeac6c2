package io.nvmelm.faults;

import io.nvmelm.MigrationChannel;
import io.nvmelm.MigrationListener;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationReport;
import io.nvmelm.RunPermission;
import io.nvmelm.core.migration.MigrationClock;
import io.nvmelm.core.migration.MigrationHistory;
import io.nvmelm.core.migration.MigrationReceiver;
import io.nvmelm.core.migration.MigrationSender;
import io.nvmelm.transport.mock.VirtualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Makes the two sides of a migration in a world.
interface Parties {

    /// The library's sender and receiver.
    Parties ENGINE = new Parties() {
        @Override
        public Party source(FaultWorld world, Host host, MigrationChannel channel) {
            return new Source(world, host, channel);
        }

        @Override
        public Party destination(FaultWorld world, Host host, MigrationChannel channel) {
            return new Destination(world, host, channel);
        }
    };

    Party source(FaultWorld world, Host host, MigrationChannel channel);

    Party destination(FaultWorld world, Host host, MigrationChannel channel);

    /// The budget is long enough for a busy machine: devices measure their commands by the time outside of this world.
    private static MigrationOptions options(FaultCase.Shape shape) {
        var options = MigrationOptions.defaults()
                .withBlackoutBudget(Duration.ofSeconds(5))
                .withRecords(MigrationOptions.MINIMUM_PIECE_BYTES, !shape.authenticated())
                .withProgressInterval(Duration.ZERO);
        return shape.authenticated()
                ? options.withAuthenticationKey(
                        new SecretKeySpec("a key for this test, 32 bytes ok".getBytes(StandardCharsets.US_ASCII),
                                "HmacSHA256"))
                : options;
    }

    private static MigrationListener listener(FaultWorld world, Host host) {
        return progress -> world.steps.mayThrow(host.home, Step.Kind.LISTENER, progress.phase().name());
    }

    private static MigrationClock clock(VirtualClock clock) {
        return new MigrationClock() {
            @Override
            public long nanoTime() {
                return clock.nanoTime();
            }

            @Override
            public void await(long nanos) {
                clock.advance(Duration.ofNanos(nanos));
            }
        };
    }

    /// A sender.
    final class Source implements Party {
        private final MigrationSender sender;
        private final List<Stage> stages = new ArrayList<>();
        private final MigrationHistory history = new MigrationHistory(16);
        private boolean cancelled;

        Source(FaultWorld world, Host host, MigrationChannel channel) {
            var shape = world.faultCase.shape();
            sender = new MigrationSender(host.devices(), new FaultyChannel(channel, host.home, world.steps))
                    .options(options(shape))
                    .guest(world.vm.control(host, world.steps))
                    .listener(listener(world, host))
                    .history(history)
                    .clock(clock(world.clock));
            if (shape.supplement()) {
                for (int i = 0; i < shape.devices(); i++) {
                    sender.supplement(host.devices().get(i), host.supplement(i));
                }
            }
            if (shape.stage()) {
                var stage = new Stage(host.home, world.steps, world.clock);
                stages.add(stage);
                sender.stage(stage);
            }
            if (shape.privateMedium()) {
                sender.stage(new MediumCopy(world, host).stage(clock(world.clock)));
            }
        }

        @Override
        public MigrationReport run() {
            return sender.run();
        }

        @Override
        public @Nullable MigrationReport kept() {
            var reports = history.reports();
            return reports.isEmpty() ? null : reports.getFirst();
        }

        @Override
        public void cancel() {
            cancelled |= sender.cancel();
        }

        @Override
        public boolean wasCancelled() {
            return cancelled;
        }

        @Override
        public MigrationReport take() {
            return sender.reclaim();
        }

        @Override
        public MigrationReport giveUp() {
            return sender.abandon();
        }

        @Override
        public List<String> complaints(RunPermission mayRun) {
            return stages.stream().flatMap(stage -> stage.complaints(mayRun).stream()).toList();
        }
    }

    /// A receiver.
    final class Destination implements Party {
        private final MigrationReceiver receiver;
        private final MigrationHistory history = new MigrationHistory(16);
        private boolean cancelled;

        Destination(FaultWorld world, Host host, MigrationChannel channel) {
            var shape = world.faultCase.shape();
            receiver = new MigrationReceiver(host.devices(), new FaultyChannel(channel, host.home, world.steps))
                    .options(options(shape))
                    .guest(world.vm.control(host, world.steps))
                    .listener(listener(world, host))
                    .history(history)
                    .clock(clock(world.clock));
            if (shape.supplement()) {
                for (int i = 0; i < shape.devices(); i++) {
                    receiver.supplement(host.devices().get(i), host.supplement(i));
                }
            }
        }

        @Override
        public MigrationReport run() {
            return receiver.run();
        }

        @Override
        public @Nullable MigrationReport kept() {
            var reports = history.reports();
            return reports.isEmpty() ? null : reports.getFirst();
        }

        @Override
        public void cancel() {
            cancelled |= receiver.cancel();
        }

        @Override
        public boolean wasCancelled() {
            return cancelled;
        }

        @Override
        public MigrationReport take() {
            return receiver.retryResume();
        }

        @Override
        public MigrationReport giveUp() {
            return receiver.relinquish();
        }

        @Override
        public List<String> complaints(RunPermission mayRun) {
            return List.of();
        }
    }
}

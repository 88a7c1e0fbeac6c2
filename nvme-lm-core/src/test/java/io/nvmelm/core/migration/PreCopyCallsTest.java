package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeadlineExceededException;
import io.nvmelm.MigrationCancelledException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationPhase;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.PreCopyStage.Remainder;
import io.nvmelm.SessionEndedException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a stage may do in its calls, and what ends them.
@Timeout(60)
class PreCopyCallsTest {
    private final Pair pair = new Pair(new byte[100]);
    private final FakeClock clock = new FakeClock();
    private int rounds;

    @AfterEach
    void close() {
        pair.close();
    }

    /// A stage that never tells how it goes.
    private PreCopyStage stage(Function<PreCopyContext, Remainder> copy) {
        return new PreCopyStage() {
            @Override
            public String name() {
                return "memory";
            }

            @Override
            public Remainder copy(PreCopyContext context) {
                rounds++;
                return copy.apply(context);
            }

            @Override
            public void finish(PreCopyContext context) {}
        };
    }

    private static Remainder lessThanBefore(int round) {
        return new Remainder(1_000_000_000L - round, 1_000_000, true);
    }

    @Test
    void aCancellationIsSeenAfterTheRoundInWhichItCame() {
        var sender = pair.sender();
        sender.stage(stage(context -> {
            if (rounds == 5) {
                assertThat(sender.cancel()).isTrue();
            }
            return lessThanBefore(rounds);
        }));
        assertThat(pair.migrate(sender, pair.receiver()).source().failure())
                .isInstanceOf(MigrationCancelledException.class);
        assertThat(rounds).isEqualTo(5);
    }

    @Test
    void theDeadlineIsSeenAfterTheRoundInWhichItPassed() {
        var sender = pair.sender()
                .clock(clock)
                .options(MigrationOptions.defaults().withDeadline(MigrationPhase.PRE_COPY, Duration.ofSeconds(10)))
                .stage(stage(context -> {
                    clock.pass(3_000_000_000L);
                    return lessThanBefore(rounds);
                }));
        assertThat(pair.migrate(sender, pair.receiver()).source().failure())
                .isInstanceOf(DeadlineExceededException.class)
                .hasMessageContaining("PRE_COPY");
        assertThat(rounds).isEqualTo(4);
    }

    @Test
    void aContextIsGoodForItsCallAndItsThread() {
        var kept = new AtomicReference<PreCopyContext>();
        var report = pair.migrate(pair.sender().stage(stage(context -> {
            kept.set(context);
            var other = new FutureTask<>(() -> {
                context.progress(1, 1);
                return context;
            });
            new Thread(other).start();
            assertThatThrownBy(other::get)
                    .hasCauseInstanceOf(SessionEndedException.class)
                    .hasMessageContaining("another thread");
            context.progress(1, 1);
            return new Remainder(0, 1, false);
        })), pair.receiver()).source();
        report.throwIfFailed();
        assertThatThrownBy(() -> kept.get().progress(1, 1))
                .isInstanceOf(SessionEndedException.class)
                .hasMessageContaining("after that call");
    }
}
